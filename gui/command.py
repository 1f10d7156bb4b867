"""What an action of the window is: its words, its menu, its key, and its twin on the command line."""

from __future__ import annotations

from dataclasses import dataclass

from gui.translation import QT_TRANSLATE_NOOP

WINDOW_ONLY = ""
"""The twin of an action that only moves about in the window and touches nothing outside it."""

FILE = QT_TRANSLATE_NOOP("Commands", "&File")
EDIT = QT_TRANSLATE_NOOP("Commands", "&Edit")
VIEW = QT_TRANSLATE_NOOP("Commands", "&View")
ACTIONS = QT_TRANSLATE_NOOP("Commands", "&Actions")
HELP = QT_TRANSLATE_NOOP("Commands", "&Help")
MENUS = (FILE, EDIT, VIEW, ACTIONS, HELP)


@dataclass(frozen=True, slots=True)
class Command:
    """One action: what it says, where it stands, its key, and the `bucketdesk-cli` command that does the same.

    `tab` is the id of the tab that it belongs to ("" for the whole window). The key of one with `in_table` works only
    where the tab added the action to a widget, so that Space and Del keep their meaning in buttons and fields. One that
    `writes` changes the project, and is off on a profile that only looks.
    """

    id: str
    text: str
    menu: str
    twin: str
    tip: str
    shortcut: str = ""
    icon: str = ""
    tab: str = ""
    in_table: bool = False
    is_checkable: bool = False
    writes: bool = False
