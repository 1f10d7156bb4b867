"""The left chart: every bucket as a bar of types against its capacity."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from core.capacity.models import Breakdown, BucketUse
from gui.desk import Desk
from gui.tabs.capacity.columns import line_columns
from gui.tabs.capacity.panel import Panel
from gui.tabs.capacity.series import Bars, bars_of
from gui.theme import GAP, GAP_SMALL
from gui.widgets.text import Text

if TYPE_CHECKING:
    from gui.widgets.chart.bars import StackedBars

_SWATCH = 10


class Swatch(QWidget):
    """A small square of a colour."""

    def __init__(self, colour: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._colour = colour
        self.setFixedSize(_SWATCH, _SWATCH)

    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self).fillRect(self.rect(), QColor(self._colour))


class BarsPanel(Panel):
    """`bucket_chosen` comes with the name of the bucket whose bar was clicked."""

    bucket_chosen = Signal(str)

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk, "buckets-by-type", parent)
        self.title.setText(self.tr("Buckets by type, share of capacity"))
        self._legend_line = QWidget()
        self._legend = QHBoxLayout(self._legend_line)
        self._legend.setContentsMargins(0, 0, 0, 0)
        self._legend.setSpacing(GAP_SMALL)
        self.column.addWidget(self._legend_line)
        self._may_draw = False
        self.chart: StackedBars | None = None
        self.bars: Bars | None = None
        self._shown: tuple[Sequence[BucketUse], Mapping[str, Breakdown]] = ((), {})
        desk.themes.changed.connect(self._show_again)

    def charts_are_there(self) -> None:
        """The charts have been imported: draws."""
        self._may_draw = True
        if self.chart is None:
            self.chart = self._make_chart()  # while nobody waits for it
        self._show_again()

    def show_buckets(self, buckets: Sequence[BucketUse], known: Mapping[str, Breakdown]) -> None:
        """Draws the fullest buckets; `known` are the breakdowns that have been read so far."""
        self._shown = (buckets, known)
        self._show_again()

    def legend_fits(self, shown: bool) -> None:
        self._legend_line.setVisible(shown)

    def _show_again(self) -> None:
        buckets, known = self._shown
        if not self._may_draw or not buckets:
            return
        if self.chart is None:
            self.chart = self._make_chart()
        bars = bars_of(buckets, known, self.desk.themes.current.outline)
        if bars == self.bars:
            return  # a round of monitoring in which nothing moved
        self.bars = bars
        self.show_lines("types", self.bars.lines, line_columns(self.tr("Bucket and type"), with_objects=False,
                                                               share=self.tr("Share of capacity")))  # fmt: skip
        self._say_legend([(name, colour) for name, colour in self.bars.legend if name])
        self.show_chart(self.chart, self.chart.image)
        self.chart.show_bars(self.bars.bars, [colour for _, colour in self.bars.legend])  # now that it has its size

    def _make_chart(self) -> StackedBars:
        from gui.widgets.chart.bars import StackedBars

        chart = StackedBars(self.desk.themes, self.title.text(), self)
        chart.hide()  # until there is something in it
        chart.chosen.connect(self._on_chart_chosen)
        return chart

    def _say_legend(self, entries: Sequence[tuple[str, str]]) -> None:
        while (item := self._legend.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        for name, colour in entries:
            self._legend.addWidget(Swatch(colour), 0, Qt.AlignmentFlag.AlignVCenter)
            self._legend.addWidget(Text(name, "small", "muted"))
            self._legend.addSpacing(GAP - GAP_SMALL)
        self._legend.addStretch(1)

    def _on_chart_chosen(self, number: int) -> None:
        if self.bars is not None and self.bars.buckets[number]:
            self.bucket_chosen.emit(self.bars.buckets[number])
