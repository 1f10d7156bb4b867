"""The first question of a new profile: what holds the images."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from core.profiles import SUPABASE
from gui.icons import Icons
from gui.theme import GAP, GAP_LARGE, GAP_SMALL
from gui.widgets.buttons import button
from gui.widgets.text import Text

LOCAL = "local"
_ICON_PX = 32


class KindDialog(QDialog):
    """Two ways in; `kind` is the one that was taken."""

    def __init__(self, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.kind = ""
        self.setWindowTitle(self.tr("New profile"))
        self.setFixedWidth(560)
        self.supabase_button = _Way(
            icons,
            "cloud",
            self.tr("A Supabase project"),
            self.tr(
                "Its Storage buckets and its Postgres tables. You need its address and a key, or an account in it."
            ),
        )
        self.local_button = _Way(
            icons,
            "folder",
            self.tr("A folder and a SQLite file"),
            self.tr("Files on this computer and the database that names them. No account and no network."),
        )
        self.cancel_button = button(self.tr("Cancel"), self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(GAP_LARGE, GAP_LARGE, GAP_LARGE, GAP)
        column.setSpacing(GAP)
        column.addWidget(Text(self.tr("What holds the images?"), "heading"))
        for way, kind in ((self.supabase_button, SUPABASE), (self.local_button, LOCAL)):
            way.clicked.connect(lambda _checked=False, kind=kind: self._take(kind))
            column.addWidget(way)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(self.cancel_button)
        column.addLayout(row)
        self.supabase_button.setFocus()

    def _take(self, kind: str) -> None:
        self.kind = kind
        self.accept()


class _Way(QPushButton):
    """A large button: an icon, what it is, and what it takes."""

    def __init__(self, icons: Icons, icon: str, title: str, text: str) -> None:
        super().__init__()
        self.setProperty("role", "way")
        self.setAccessibleName(title)
        self.setAccessibleDescription(text)
        self.setAutoDefault(True)
        self._icons, self._icon = icons, icon
        self._picture = QLabel()
        self._picture.setFixedWidth(_ICON_PX)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(Text(title, "strong"))
        words.addWidget(Text(text, tone="muted", wraps=True))
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(GAP, GAP, GAP, GAP)
        self._row.setSpacing(GAP)
        self._row.addWidget(self._picture, 0, Qt.AlignmentFlag.AlignTop)
        self._row.addLayout(words, 1)
        for label in self.findChildren(QLabel):
            label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)

        icons.loaded.connect(self._draw)
        self._draw()

    def sizeHint(self) -> QSize:
        return self._row.totalSizeHint().expandedTo(QSize(0, 4 * GAP + GAP_SMALL))

    def minimumSizeHint(self) -> QSize:
        return QSize(0, self._row.totalHeightForWidth(self.width()))

    def _draw(self) -> None:
        self._picture.setPixmap(self._icons.pixmap(self._icon, "accent", _ICON_PX))
