"""A field for a secret: typed unseen, and once it is kept only said to be there, to be replaced or forgotten."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QKeyEvent, Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QStackedWidget, QToolButton, QVBoxLayout, QWidget

from gui.icons import Icons
from gui.theme import GAP_SMALL, GAP_TINY
from gui.widgets.buttons import quiet_button
from gui.widgets.text import ShortenedText, Text

_ICON_PX = 16


class SecretField(QWidget):
    """`changed` says that something else is typed or wanted, `forget_asked` that what is kept should go, `entered`
    that Enter was pressed. What is kept is never read back into it."""

    changed = Signal()
    forget_asked = Signal()
    entered = Signal()

    def __init__(self, title: str, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icons = icons
        self._kept = ""
        self.label = Text(title, "strong")
        self.field = _SecretLine()
        self.field.setEchoMode(QLineEdit.EchoMode.Password)
        self.field.textChanged.connect(lambda _text: self.changed.emit())
        self.field.entered.connect(self.entered)
        self.eye = QToolButton()
        self.eye.setCheckable(True)
        self.eye.toggled.connect(self._on_eye_toggled)
        self.kept_text = ShortenedText()
        self._picture = QLabel()
        self._picture.setFixedWidth(_ICON_PX)
        self.replace_button = quiet_button(self.tr("Replace"), self._on_replace_button_clicked)
        self.keep_button = quiet_button(self.tr("Keep the old one"), self._on_keep_button_clicked)
        self.forget_button = quiet_button(self.tr("Forget"), self.forget_asked.emit)
        icons.put(self.eye, "eye")
        icons.loaded.connect(self._draw_icon)
        self._lay_out()
        self.say_title(title)
        self.say_kept("")

    @property
    def value(self) -> str:
        """What is typed; '' when nothing is, or when what is kept stays in force."""
        return self.field.text().strip() if self._stack.currentIndex() == 0 else ""

    @property
    def is_there(self) -> bool:
        """Whether there is a secret: a typed one, or the kept one."""
        return bool(self.value) or (bool(self._kept) and self._stack.currentIndex() == 1)

    def say_title(self, title: str) -> None:
        """Calls the secret by another name."""
        self.label.setText(title)
        self.field.setAccessibleName(title)
        self.eye.setAccessibleName(self.tr("Show what is typed: %1").replace("%1", title))
        self.eye.setToolTip(self.tr("Show what is typed"))
        for made in (self.replace_button, self.keep_button, self.forget_button):
            made.setAccessibleName(f"{made.text()}: {title}")

    def say_kept(self, where: str) -> None:
        """Says where one is kept, for example "kept in the system's keyring"; '' when there is none."""
        self._kept = where
        self.kept_text.setText(where)
        self.keep_button.setVisible(bool(where))
        self._show(1 if where else 0)
        self._draw_icon()

    def replace_with(self, value: str) -> None:
        """Puts another one into the field, as if it had been typed."""
        self._show(0)
        self.field.setText(value)

    def clear(self) -> None:
        """Empties the field."""
        self.field.clear()
        self.eye.setChecked(False)

    def _lay_out(self) -> None:
        self.label.setBuddy(self.field)
        typing, kept = QWidget(), QWidget()
        row = QHBoxLayout(typing)
        for part in (self.field, self.eye, self.keep_button):
            row.addWidget(part)
        row.setStretch(0, 1)
        other = QHBoxLayout(kept)
        other.addWidget(self._picture)
        other.addWidget(self.kept_text, 1)
        other.addWidget(self.replace_button)
        other.addWidget(self.forget_button)
        self._stack = QStackedWidget()
        for page, layout in ((typing, row), (kept, other)):
            layout.setContentsMargins(0, 0, 0, 0)
            layout.setSpacing(GAP_SMALL)
            self._stack.addWidget(page)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP_TINY)
        column.addWidget(self.label)
        column.addWidget(self._stack)

    def _show(self, page: int) -> None:
        if self._stack.currentIndex() != page:
            self._stack.setCurrentIndex(page)
            self.changed.emit()

    def _draw_icon(self) -> None:
        self._picture.setPixmap(self._icons.pixmap("lock-key", "good", _ICON_PX))

    def _on_eye_toggled(self, is_on: bool) -> None:
        self.field.setEchoMode(QLineEdit.EchoMode.Normal if is_on else QLineEdit.EchoMode.Password)
        self._icons.put(self.eye, "eye-slash" if is_on else "eye")

    def _on_replace_button_clicked(self) -> None:
        self.clear()
        self._show(0)
        self.field.setFocus()

    def _on_keep_button_clicked(self) -> None:
        self.clear()
        self._show(1)
        self.replace_button.setFocus()


class _SecretLine(QLineEdit):
    """Enter is told and goes no further; what is pasted loses its line ends, as keys are often copied with one."""

    entered = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.entered.emit()
            return
        super().keyPressEvent(event)
