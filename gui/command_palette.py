"""Ctrl+K: a few letters find a command; Enter does it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QSize, Qt, QTimer
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QDialog, QLineEdit, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from gui.actions import Actions
from gui.commands import ACTIONS, EDIT, FILE, HELP, VIEW, Command, said
from gui.theme import GAP_SMALL
from gui.widgets.keyed_item import KeyedItem
from gui.widgets.text import Text

_ID = Qt.ItemDataRole.UserRole
_USEFUL = (ACTIONS, EDIT, FILE, VIEW, HELP)
_KEYS = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)


def matches(text: str, wanted: str) -> bool:
    """Whether every word that was typed begins a word of the text, or stands somewhere in it."""
    return all(word in text.casefold() for word in wanted.casefold().split())


def ranked(commands: list[Command], wanted: str) -> list[Command]:
    """The commands that match: those first that begin with what was typed, then those of the tab, then actions."""
    found = [c for c in commands if matches(f"{said(c.text)} {said(c.tip)} {c.twin}", wanted)]
    first = wanted.casefold().strip()
    return sorted(
        found,
        key=lambda c: (
            not said(c.text).casefold().startswith(first),
            not matches(said(c.text), wanted),
            not c.tab,
            _USEFUL.index(c.menu),
        ),
    )


class CommandPalette(QDialog):
    """Lists what can be done now; closes when something was chosen."""

    def __init__(self, actions: Actions, parent: QWidget) -> None:
        super().__init__(parent)
        self._actions = actions
        self.setWindowTitle(self.tr("Commands"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(560, 420)
        self.field = QLineEdit(placeholderText=self.tr("What do you want to do?"))
        self.field.setAccessibleName(self.tr("Find a command"))
        self.field.setClearButtonEnabled(True)
        self.list = QListWidget()
        self.list.setAccessibleName(self.tr("Commands"))
        self.list.setIconSize(QSize(18, 18))
        self.list.setItemDelegate(KeyedItem(self.list))
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.nothing = Text(self.tr("No command has these words."), tone="muted")
        column = QVBoxLayout(self)
        column.setSpacing(GAP_SMALL)
        column.addWidget(self.field)
        column.addWidget(self.nothing)
        column.addWidget(self.list, 1)
        self.field.textChanged.connect(self._fill)
        self.field.returnPressed.connect(self._on_field_return_pressed)
        self.field.installEventFilter(self)
        self.list.itemClicked.connect(lambda item: self._do(item))
        actions.icons.loaded.connect(self._on_icons_loaded)
        self._fill("")

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and event.key() in _KEYS:
            self.list.event(event)
            return True
        return super().eventFilter(watched, event)

    def _fill(self, wanted: str) -> None:
        usable = [c for c in self._actions if self._actions[c.id].isEnabled() and c.id != "palette"]
        self.list.clear()
        for command in ranked(usable, wanted):
            action = self._actions[command.id]
            item = QListWidgetItem(action.icon(), said(command.text).replace("…", ""))
            item.setData(_ID, command.id)
            item.setData(KeyedItem.KEY, action.shortcut().toString(QKeySequence.SequenceFormat.NativeText))
            item.setToolTip(said(command.tip))
            self.list.addItem(item)
        self.list.setCurrentRow(0)
        self.nothing.setVisible(self.list.count() == 0)

    def _on_icons_loaded(self) -> None:
        self._fill(self.field.text())

    def _on_field_return_pressed(self) -> None:
        if self.list.currentItem() is not None:
            self._do(self.list.currentItem())

    def _do(self, item: QListWidgetItem) -> None:
        action = self._actions[item.data(_ID)]
        # The window must have the focus again before a command looks where it is.
        QTimer.singleShot(0, action.trigger)
        self.accept()
