"""What if so much more came: which buckets fill when, and how many new ones that takes; nothing is changed."""

from __future__ import annotations

import asyncio

from PySide6.QtWidgets import QDialog, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from core.capacity.models import Capacity
from core.capacity.simulation import Simulation, simulate
from gui import words
from gui.desk import Desk
from gui.theme import GAP, GAP_LARGE, GAP_SMALL
from gui.widgets.buttons import button
from gui.widgets.numbers import WholeNumber
from gui.widgets.size_field import SizeField
from gui.widgets.text import Text

_MOST_FAMILIES = 8
_MOST_LINES = 12


class WhatIfDialog(QDialog):
    """Amounts by family and a time; the answer follows as they change."""

    def __init__(self, desk: Desk, capacity: Capacity, parent: QWidget | None = None) -> None:
        super().__init__(parent or desk.window)
        self._desk = desk
        self._capacity = capacity
        self.setWindowTitle(self.tr("What if"))
        self.setMinimumWidth(520)
        self.days = WholeNumber(1, 730, self.tr(" days"))
        self.days.setValue(30)
        self.days.setAccessibleName(self.tr("In how many days"))
        self.amounts: dict[str, SizeField] = {}
        self.answer = Text("", "strong", wraps=True)
        self.lines = Text("", wraps=True)
        grid = QGridLayout()
        grid.setHorizontalSpacing(GAP)
        grid.setVerticalSpacing(GAP_SMALL)
        for row, family in enumerate(dict.fromkeys(use.family or use.name for use in capacity.buckets)):
            if row == _MOST_FAMILIES:
                break
            amount = SizeField(self.tr("More in %1").replace("%1", family))
            amount.show_size(0, like=next(u.capacity_bytes for u in capacity.buckets if family in (u.family, u.name)))
            amount.changed.connect(self._ask)
            self.amounts[family] = amount
            grid.addWidget(Text(family), row, 0)
            grid.addWidget(amount, row, 1)
        grid.setColumnStretch(0, 1)
        grid.addWidget(Text(self.tr("Within")), len(self.amounts), 0)
        grid.addWidget(self.days, len(self.amounts), 1)
        self.days.valueChanged.connect(lambda _: self._ask())
        foot = QHBoxLayout()
        foot.addStretch(1)
        foot.addWidget(button(self.tr("Close"), self.accept))
        column = QVBoxLayout(self)
        column.setContentsMargins(GAP_LARGE, GAP_LARGE, GAP_LARGE, GAP)
        column.setSpacing(GAP)
        column.addWidget(Text(self.tr("What if more came than usual?"), "heading"))
        column.addWidget(Text(self.tr("On top of what each family gains anyway. Nothing is changed."), tone="muted"))
        column.addLayout(grid)
        column.addWidget(self.answer)
        column.addWidget(self.lines)
        column.addStretch(1)
        column.addLayout(foot)
        self._ask()

    def _ask(self) -> None:
        extra = {family: amount.size_bytes for family, amount in self.amounts.items()}
        asked = asyncio.to_thread(simulate, self._capacity.buckets, extra, self.days.value())
        self._desk.jobs.ask(asked, self._show, newest="what-if", failed=self._on_failed)

    def _on_failed(self, error: Exception) -> None:
        self.answer.setText(str(error))
        self.lines.setText("")

    def _show(self, found: Simulation) -> None:
        made = sum(len(names) for names in found.new_buckets.values())
        if not found.filled:
            self.answer.setText(self.tr("No bucket reaches its overflow threshold within %Ln day(s).", "", found.days))
            self.lines.setText("")
            return
        filled = self.tr("%Ln bucket(s) fill up", "", len(found.filled))
        new = self.tr("%Ln new bucket(s) needed", "", made)
        self.answer.setText(f"{filled} · {new}")
        shown = [
            self.tr("%1: full for new uploads on day %2").replace("%1", one.bucket).replace("%2", words.number(one.day))
            for one in found.filled[:_MOST_LINES]
        ]
        names = ", ".join(name for made_now in found.new_buckets.values() for name in made_now[:_MOST_LINES])
        if names:
            shown.append(self.tr("New: %1").replace("%1", names))
        self.lines.setText("\n".join(shown))
