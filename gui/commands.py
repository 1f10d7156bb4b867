"""Every action of the window, declared once: menus, keys, palette and the shortcut sheet are made from it."""

from __future__ import annotations

from collections.abc import Sequence

from gui.capacity_commands import BUCKETS, CAPACITY
from gui.command import ACTIONS, EDIT, FILE, HELP, MENUS, VIEW, WINDOW_ONLY, Command
from gui.monitor_commands import MONITOR
from gui.project_commands import PROJECT
from gui.translation import QT_TRANSLATE_NOOP, translate
from gui.upload_commands import UPLOADS

WINDOW = (
    Command(
        id="settings",
        text=QT_TRANSLATE_NOOP("Commands", "Settings…"),
        menu=FILE,
        twin=WINDOW_ONLY,
        tip=QT_TRANSLATE_NOOP("Commands", "Theme and habits of this window"),
        shortcut="Ctrl+,",
        icon="gear",
    ),
    Command(
        id="quit",
        text=QT_TRANSLATE_NOOP("Commands", "Quit"),
        menu=FILE,
        twin=WINDOW_ONLY,
        tip=QT_TRANSLATE_NOOP("Commands", "Close the window; work under way is paused and goes on next time"),
        shortcut="Ctrl+Q",
        icon="sign-out",
    ),
    Command(
        id="undo_last",
        text=QT_TRANSLATE_NOOP("Commands", "Undo the last change…"),
        menu=EDIT,
        twin="undo",
        tip=QT_TRANSLATE_NOOP("Commands", "Put back what the newest run changed"),
        shortcut="Ctrl+Z",
        icon="arrow-u-up-left",
        writes=True,
    ),
    Command(
        id="palette",
        text=QT_TRANSLATE_NOOP("Commands", "Find a command…"),
        menu=VIEW,
        twin=WINDOW_ONLY,
        tip=QT_TRANSLATE_NOOP("Commands", "Type a few letters of what you want to do"),
        shortcut="Ctrl+K",
        icon="command",
    ),
    Command(
        id="next_pane",
        text=QT_TRANSLATE_NOOP("Commands", "Next pane"),
        menu=VIEW,
        twin=WINDOW_ONLY,
        tip=QT_TRANSLATE_NOOP("Commands", "Move the focus to the next part of the tab"),
        shortcut="F6",
        icon="arrow-square-right",
    ),
    Command(
        id="previous_pane",
        text=QT_TRANSLATE_NOOP("Commands", "Previous pane"),
        menu=VIEW,
        twin=WINDOW_ONLY,
        tip=QT_TRANSLATE_NOOP("Commands", "Move the focus to the part of the tab before this one"),
        shortcut="Shift+F6",
        icon="arrow-square-left",
    ),
    Command(
        id="step_back",
        text=QT_TRANSLATE_NOOP("Commands", "Clear the filter, then the choice"),
        menu=VIEW,
        twin=WINDOW_ONLY,
        tip=QT_TRANSLATE_NOOP("Commands", "Take back one step: the filter first, then the check marks"),
        shortcut="Esc",
        icon="eraser",
    ),
    Command(
        id="activities",
        text=QT_TRANSLATE_NOOP("Commands", "Show activities"),
        menu=VIEW,
        twin=WINDOW_ONLY,
        tip=QT_TRANSLATE_NOOP("Commands", "Show what is running and what has just ended"),
        shortcut="Ctrl+J",
        icon="list-bullets",
        is_checkable=True,
    ),
    Command(
        id="scan",
        text=QT_TRANSLATE_NOOP("Commands", "Scan again"),
        menu=ACTIONS,
        twin="scan",
        tip=QT_TRANSLATE_NOOP("Commands", "List every object and every row anew and compare them; changes nothing"),
        shortcut="F5",
        icon="arrows-clockwise",
    ),
    Command(
        id="shortcuts",
        text=QT_TRANSLATE_NOOP("Commands", "Keyboard shortcuts"),
        menu=HELP,
        twin=WINDOW_ONLY,
        tip=QT_TRANSLATE_NOOP("Commands", "All keys on one page"),
        shortcut="F1",
        icon="keyboard",
    ),
    Command(
        id="about",
        text=QT_TRANSLATE_NOOP("Commands", "About Bucketdesk"),
        menu=HELP,
        twin="--version",
        tip=QT_TRANSLATE_NOOP("Commands", "Version, and where the files of this program are"),
        icon="info",
    ),
)

REVIEW = (
    Command(
        id="filter",
        text=QT_TRANSLATE_NOOP("Commands", "Filter"),
        menu=EDIT,
        twin="findings --kind",
        tip=QT_TRANSLATE_NOOP("Commands", "Show only what contains some words"),
        shortcut="Ctrl+F",
        icon="magnifying-glass",
        tab="review",
    ),
    Command(
        id="choose_all",
        text=QT_TRANSLATE_NOOP("Commands", "Choose all that match"),
        menu=EDIT,
        twin="plan cleanup --kind",
        tip=QT_TRANSLATE_NOOP("Commands", "Choose everything that the filter lets through, shown or not"),
        shortcut="Ctrl+A",
        icon="check-square",
        tab="review",
        in_table=True,
    ),
    Command(
        id="choose_none",
        text=QT_TRANSLATE_NOOP("Commands", "Choose none"),
        menu=EDIT,
        twin=WINDOW_ONLY,
        tip=QT_TRANSLATE_NOOP("Commands", "Take all check marks away"),
        shortcut="Ctrl+Shift+A",
        icon="square",
        tab="review",
    ),
    Command(
        id="preview",
        text=QT_TRANSLATE_NOOP("Commands", "Show the picture"),
        menu=VIEW,
        twin=WINDOW_ONLY,
        tip=QT_TRANSLATE_NOOP("Commands", "Show the picture of the current line large"),
        shortcut="Space",
        icon="image",
        tab="review",
        in_table=True,
    ),
    Command(
        id="quarantine",
        text=QT_TRANSLATE_NOOP("Commands", "Quarantine…"),
        menu=ACTIONS,
        twin="plan cleanup --do quarantine",
        tip=QT_TRANSLATE_NOOP("Commands", "Move the chosen objects out of the way; can be undone"),
        shortcut="Del",
        icon="archive",
        tab="review",
        in_table=True,
        writes=True,
    ),
    Command(
        id="repair",
        text=QT_TRANSLATE_NOOP("Commands", "Repair…"),
        menu=ACTIONS,
        twin="plan cleanup",
        tip=QT_TRANSLATE_NOOP("Commands", "Plan the repair that fits each chosen finding, and look at it first"),
        shortcut="Ctrl+R",
        icon="wrench",
        tab="review",
        writes=True,
    ),
    Command(
        id="keep",
        text=QT_TRANSLATE_NOOP("Commands", "Keep…"),
        menu=ACTIONS,
        twin="keep",
        tip=QT_TRANSLATE_NOOP("Commands", "Mark the chosen findings as right as they are, with a reason"),
        shortcut="Ctrl+P",
        icon="push-pin",
        tab="review",
    ),
    Command(
        id="unkeep",
        text=QT_TRANSLATE_NOOP("Commands", "Keep no longer"),
        menu=ACTIONS,
        twin="unkeep",
        tip=QT_TRANSLATE_NOOP("Commands", "Take the keep mark away from the chosen findings"),
        icon="push-pin-slash",
        tab="review",
    ),
    Command(
        id="export",
        text=QT_TRANSLATE_NOOP("Commands", "Export…"),
        menu=FILE,
        twin="findings",
        tip=QT_TRANSLATE_NOOP("Commands", "Write what the table shows to a file"),
        shortcut="Ctrl+E",
        icon="export",
        tab="review",
    ),
)

HISTORY = (
    Command(
        id="undo_run",
        text=QT_TRANSLATE_NOOP("Commands", "Undo this run…"),
        menu=ACTIONS,
        twin="undo",
        tip=QT_TRANSLATE_NOOP("Commands", "Put back what the chosen run changed"),
        icon="arrow-u-up-left",
        tab="history",
        writes=True,
    ),
    Command(
        id="resume_run",
        text=QT_TRANSLATE_NOOP("Commands", "Resume this run"),
        menu=ACTIONS,
        twin="apply",
        tip=QT_TRANSLATE_NOOP("Commands", "Go on where the chosen run was interrupted"),
        icon="play",
        tab="history",
        writes=True,
    ),
    Command(
        id="purge",
        text=QT_TRANSLATE_NOOP("Commands", "Empty the quarantine…"),
        menu=ACTIONS,
        twin="plan purge",
        tip=QT_TRANSLATE_NOOP("Commands", "Delete for good what clean-ups moved away; asks for the project's name"),
        icon="trash",
        tab="history",
        writes=True,
    ),
)

COMMANDS: Sequence[Command] = (*PROJECT, *WINDOW, *MONITOR, *CAPACITY, *BUCKETS, *REVIEW, *UPLOADS, *HISTORY)


def said(text: str) -> str:
    """A declared text in the language of the window."""
    return translate("Commands", text)


__all__ = ["ACTIONS", "COMMANDS", "EDIT", "FILE", "HELP", "MENUS", "VIEW", "WINDOW_ONLY", "Command", "said"]
