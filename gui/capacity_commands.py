"""The actions of the Capacity tab."""

from __future__ import annotations

from gui.command import ACTIONS, FILE, WINDOW_ONLY, Command
from gui.translation import QT_TRANSLATE_NOOP

CAPACITY = (
    Command(
        id="measure",
        text=QT_TRANSLATE_NOOP("Commands", "Measure now"),
        menu=ACTIONS,
        twin="capacity",
        tip=QT_TRANSLATE_NOOP("Commands", "Ask how much every bucket holds now, without listing its objects"),
        shortcut="F5",
        icon="gauge",
        tab="capacity",
    ),
    Command(
        id="what_if",
        text=QT_TRANSLATE_NOOP("Commands", "What if…"),
        menu=ACTIONS,
        twin=WINDOW_ONLY,
        tip=QT_TRANSLATE_NOOP("Commands", "See which buckets fill when, if more came; changes nothing"),
        shortcut="Ctrl+I",
        icon="flask",
        tab="capacity",
    ),
    Command(
        id="capacity_report",
        text=QT_TRANSLATE_NOOP("Commands", "Report…"),
        menu=FILE,
        twin=WINDOW_ONLY,
        tip=QT_TRANSLATE_NOOP("Commands", "Write one page as PDF: numbers, charts and what to do"),
        shortcut="Ctrl+Shift+R",
        icon="file-pdf",
        tab="capacity",
    ),
    Command(
        id="export_buckets",
        text=QT_TRANSLATE_NOOP("Commands", "Save the buckets as CSV…"),
        menu=FILE,
        twin="capacity",
        tip=QT_TRANSLATE_NOOP("Commands", "Write everything that is known of every bucket to a file"),
        icon="file-text",
        tab="capacity",
    ),
)
