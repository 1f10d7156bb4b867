"""The declared commands as Qt actions: bound to what they do, enabled where they may be used."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QPushButton, QWidget

from gui.commands import Command, said
from gui.icons import Icons
from gui.widgets.buttons import button, main_button


class Actions(QObject):
    """One QAction per command, by id."""

    def __init__(self, window: QWidget, icons: Icons) -> None:
        super().__init__(window)
        self._window = window
        self.icons = icons
        self._commands: dict[str, Command] = {}
        self._actions: dict[str, QAction] = {}
        self._slots: dict[str, Callable[[], None]] = {}
        self._allowed: dict[str, bool] = {}
        self._reasons: dict[str, str] = {}
        self._forbidden = ""
        self._tab = ""

    def __getitem__(self, command_id: str) -> QAction:
        return self._actions[command_id]

    def __iter__(self) -> Iterator[Command]:
        return iter(self._commands.values())

    def add(self, commands: Iterable[Command]) -> None:
        """Makes the actions of these commands; each is off until it is bound."""
        for command in commands:
            action = QAction(said(command.text), self._window)
            action.setObjectName(command.id)
            action.setShortcut(QKeySequence(command.shortcut))
            action.setCheckable(command.is_checkable)
            if command.in_table:
                action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            action.setToolTip(tip_of(command))
            action.setStatusTip("")
            action.setEnabled(False)
            action.triggered.connect(lambda _checked=False, key=command.id: self._slots[key]())
            if command.icon:
                self.icons.put(action, command.icon)
            self._window.addAction(action)
            self._commands[command.id] = command
            self._actions[command.id] = action

    def bind(self, command_id: str, slot: Callable[[], None]) -> None:
        """Says what the action does, and turns it on."""
        self._slots[command_id] = slot
        self.enable(command_id, True)

    def enable(self, command_id: str, allowed: bool, why: str = "") -> None:
        """Allows or forbids the action; one of another tab stays off until that tab is shown. `why`: the reason of what
        is forbidden, for its tooltip."""
        self._allowed[command_id] = allowed
        self._reasons[command_id] = "" if allowed else why
        self._update(self._commands[command_id])

    def forbid_writing(self, why: str) -> None:
        """Turns everything off that changes the project, with the reason in its tooltip; '' allows it again."""
        self._forbidden = why
        for command in self:
            if command.writes:
                self._update(command)

    @property
    def why_no_writing(self) -> str:
        """Why nothing may be changed in the open project; '' when it may."""
        return self._forbidden

    def show_tab(self, tab_id: str) -> None:
        """Turns the actions of this tab on, and those of all others off."""
        self._tab = tab_id
        for command in self:
            self._update(command)

    def button(self, command_id: str, *, main: bool = False, text: str = "") -> QPushButton:
        """A button that says, shows and does what the action does; `text` may say it more exactly."""
        command, action = self._commands[command_id], self._actions[command_id]
        made = (main_button if main else button)(text or said(command.text), action.trigger)
        made.setToolTip(action.toolTip())
        made.setEnabled(action.isEnabled())
        action.enabledChanged.connect(made.setEnabled)
        action.changed.connect(lambda: made.setToolTip(action.toolTip()))
        if command.icon:
            self.icons.put(made, command.icon, "on_accent" if main else "text")
        return made

    def _update(self, command: Command) -> None:
        here = command.tab in ("", self._tab)
        bound = command.id in self._slots
        forbidden = command.writes and bool(self._forbidden)
        action = self._actions[command.id]
        why = self._forbidden if forbidden else self._reasons.get(command.id, "")
        action.setToolTip(f"{said(command.tip)}\n{why}" if why else tip_of(command))
        action.setEnabled(here and bound and not forbidden and self._allowed.get(command.id, False))
        # A key that a tab has for itself is the tab's while it is shown; two owners of a key get none of its presses.
        action.setShortcut(QKeySequence() if self._is_taken(command) else QKeySequence(command.shortcut))

    def _is_taken(self, command: Command) -> bool:
        return not command.tab and any(
            other.tab == self._tab and other.shortcut == command.shortcut for other in self if command.shortcut
        )


def tip_of(command: Command) -> str:
    """What the command does, with its key."""
    keys = QKeySequence(command.shortcut).toString(QKeySequence.SequenceFormat.NativeText)
    return f"{said(command.tip)} ({keys})" if keys else said(command.tip)
