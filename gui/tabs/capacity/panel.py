"""A chart of the Capacity tab with the table that mirrors it."""

from __future__ import annotations

from gui.tabs.capacity.columns import LINE_KEYS, Line
from gui.tabs.capacity.exports import export_lines
from gui.widgets.chart.panel import ChartPanel


class Panel(ChartPanel[Line]):
    """Its lines are names with how many objects and bytes."""

    area = "capacity"
    keys = LINE_KEYS

    async def export_lines(self) -> None:
        await export_lines(self.desk, self.lines, self.file_name)
