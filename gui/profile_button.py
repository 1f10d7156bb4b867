"""The project chooser at the top right: which one is open, which others there are, and a mark on production."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QPushButton, QWidget

from gui.icons import Icons
from gui.theme import GAP_TINY

_PRACTICE = "practice"  # as in core.profiles, which is imported only when it is needed
_MOST_CHARACTERS = 32


class ProfileButton(QPushButton):
    """Says the open project; its menu opens another one."""

    chosen = Signal(str)

    def __init__(self, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icons = icons
        self.setAutoDefault(False)
        self.menu_of_profiles = QMenu(self)
        self._more: list[QAction] = []
        self.clicked.connect(self.open_menu)
        self.say("", production=False)

    def say(self, name: str, *, production: bool) -> None:
        """Shows the open project's name; production has a mark in word and colour."""
        shown = self.title_of(name) if name else self.tr("No project")
        if len(shown) > _MOST_CHARACTERS:
            shown = shown[: _MOST_CHARACTERS // 2] + "…" + shown[-_MOST_CHARACTERS // 2 + 1 :]
        self.setText((self.tr("%1 · production") if production else "%1").replace("%1", shown) + "  ▾")
        self.setAccessibleName(self.tr("Project: %1").replace("%1", shown))
        self.setToolTip(self.tr("Open another project"))
        self.setProperty("production", production)
        self._icons.put(self, "warning-circle" if production else "folder-open", "danger" if production else "muted")
        self.style().unpolish(self)
        self.style().polish(self)
        self._name = name

    def add_actions(self, actions: list[QAction]) -> None:
        """What stands under the projects in the menu."""
        self._more = actions

    def open_menu(self) -> None:
        """Fills the menu with the projects of now and opens it below the button."""
        menu = self.menu_of_profiles
        menu.clear()
        from core import profiles

        for name in (profiles.PRACTICE, *profiles.names()):
            entry = menu.addAction(self._said(name))
            entry.setCheckable(True)
            entry.setChecked(name == self._name)
            entry.triggered.connect(lambda _checked=False, key=name: self.chosen.emit(key))
        menu.addSeparator()
        menu.addActions(self._more)
        corner = self.mapToGlobal(QPoint(self.width() - menu.sizeHint().width(), self.height() + GAP_TINY))
        menu.popup(corner)

    def _said(self, name: str) -> str:
        """A profile in the menu; production is told from the others before it is opened."""
        from core import profiles
        from core.errors import CoreError

        try:
            production = name != _PRACTICE and profiles.load(name).production
        except CoreError:
            production = False  # opening it will say what is wrong with it
        return self.tr("%1 · production").replace("%1", name) if production else self.title_of(name)

    def title_of(self, name: str) -> str:
        """How a profile is called in the window."""
        return self.tr("Practice project") if name == _PRACTICE else name
