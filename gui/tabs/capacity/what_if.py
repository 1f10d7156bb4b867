"""What if so much more came: which buckets fill when, and how many new ones that takes; nothing is changed."""

from __future__ import annotations

import asyncio

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QGridLayout, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

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
_LINES_PX = 132


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
        column.addWidget(self._scrolled_lines(), 1)
        column.addLayout(foot)
        self._ask()

    def _scrolled_lines(self) -> QScrollArea:
        """However many buckets fill up, the fields keep their places."""
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        area.setProperty("role", "plain")
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFixedHeight(_LINES_PX)
        self.lines.setAlignment(Qt.AlignmentFlag.AlignTop)
        area.setWidget(self.lines)
        return area

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
        further = len(found.filled) - len(shown)
        if further > 0:
            shown.append(self.tr("… and %Ln more", "", further))
        names = [name for made_now in found.new_buckets.values() for name in made_now]
        if names:
            more = "" if made <= _MOST_LINES else " " + self.tr("and %Ln more", "", made - _MOST_LINES)
            shown.append(self.tr("New: %1").replace("%1", ", ".join(names[:_MOST_LINES])) + more)
        self.lines.setText("\n".join(shown))
