"""The Review tab: findings by kind, their evidence, and the way to a clean-up."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout

from core.changes import Change
from gui.tab import Tab
from gui.widgets.empty_state import EmptyState


class ReviewTab(Tab):
    """Says whether the project was scanned."""

    def build(self) -> None:
        self.empty = EmptyState(self.desk.icons)
        layout = QVBoxLayout(self)
        layout.addWidget(self.empty)

    def refresh(self, change: Change) -> None:
        scan = self.desk.actions["scan"]
        self.empty.say(
            "magnifying-glass",
            self.tr("Nothing has been compared yet"),
            self.tr(
                "A scan lists every object and every row and shows what does not fit together. It changes nothing."
            ),
            step=self.tr("Scan now"),
            act=scan.trigger,
        )
