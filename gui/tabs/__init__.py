"""The tabs that exist, in their order; each is imported when it is first shown."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gui.translation import QT_TRANSLATE_NOOP, translate

if TYPE_CHECKING:
    from core.status import Status
    from gui.desk import Desk
    from gui.tab import Tab


@dataclass(frozen=True, slots=True)
class TabPlace:
    """A tab's id, title and class ("module:Class"), and the number beside its title, read from the status; without one
    the tab says it itself."""

    id: str
    text: str
    made_by: str
    count: Callable[[Status], int] | None = None

    @property
    def title(self) -> str:
        """The title in the language of the window."""
        return translate("Tabs", self.text)

    def make(self, desk: Desk) -> Tab:
        """Imports the tab and makes it; it is not built yet."""
        module, _, name = self.made_by.partition(":")
        tab: Tab = getattr(importlib.import_module(module), name)(desk)
        return tab


TABS = (
    TabPlace("capacity", QT_TRANSLATE_NOOP("Tabs", "Capacity"), "gui.tabs.capacity.tab:CapacityTab"),
    TabPlace(
        "review",
        QT_TRANSLATE_NOOP("Tabs", "Review"),
        "gui.tabs.review.tab:ReviewTab",
        lambda status: sum(status.findings.values()),
    ),
    TabPlace("uploads", QT_TRANSLATE_NOOP("Tabs", "Uploads"), "gui.tabs.uploads.tab:UploadsTab"),
    TabPlace("history", QT_TRANSLATE_NOOP("Tabs", "History"), "gui.tabs.history.tab:HistoryTab"),
)
