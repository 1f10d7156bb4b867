"""The actions of monitoring, which work in every tab."""

from __future__ import annotations

from gui.command import ACTIONS, VIEW, Command
from gui.translation import QT_TRANSLATE_NOOP

MONITOR = (
    Command(
        id="monitor",
        text=QT_TRANSLATE_NOOP("Commands", "Monitor the buckets"),
        menu=ACTIONS,
        twin="monitor",
        tip=QT_TRANSLATE_NOOP("Commands", "Measure every few minutes, and tell before a bucket is full"),
        icon="eye",
        is_checkable=True,
    ),
    Command(
        id="alerts",
        text=QT_TRANSLATE_NOOP("Commands", "Alerts…"),
        menu=VIEW,
        twin="alerts",
        tip=QT_TRANSLATE_NOOP("Commands", "What monitoring has told, what to do about it, and what is over"),
        icon="bell",
    ),
)
