"""The batches that there were: how much went up over time, and each of them below."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from core.uploads.status.listing import BatchRow, Listing
from gui.desk import Desk
from gui.table import Table
from gui.tabs.uploads.throughput import ThroughputPanel
from gui.theme import GAP_SMALL
from gui.widgets.chart.loading import load_charts

_CHART_PX, _TABLE_PX = 240, 260


class BatchHistory(QWidget):
    """The chart over the table; it draws once the charts have been imported."""

    def __init__(self, desk: Desk, table: Table[BatchRow]) -> None:
        super().__init__()
        self._desk, self._is_asked = desk, False
        self.panel = ThroughputPanel(desk)
        parts = QSplitter(Qt.Orientation.Vertical)
        parts.setHandleWidth(GAP_SMALL)
        parts.setChildrenCollapsible(False)
        for part in (self.panel, table):
            parts.addWidget(part)
        parts.setSizes([_CHART_PX, _TABLE_PX])
        self.panel.setMinimumHeight(160)
        table.setMinimumHeight(90)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(parts)

    def look(self, listing: Listing | None) -> None:
        """Shows how much went up by now."""
        if not self._is_asked:
            self._is_asked = True
            self._desk.jobs.ask(load_charts(), lambda _: self.panel.charts_are_there(), newest="uploads.charts")
        self.panel.look(listing)
