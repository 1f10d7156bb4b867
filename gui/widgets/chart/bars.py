"""Upright bars side by side, each stacked of parts, with thresholds drawn over them."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QWidget

from gui.theme import Theme, Themes, small_font
from gui.widgets.chart.charted import Charted
from gui.widgets.chart.plot import room_above
from gui.widgets.chart.shapes import Bar
from gui.widgets.chart.ticks import Tick, Ticks, share_ticks

_WIDTH = 0.5
_TICK_PX = 44


class StackedBars(Charted):
    """Bars of shares, of sizes, or of numbers."""

    def __init__(self, themes: Themes, name: str, parent: QWidget | None = None) -> None:
        super().__init__(themes, name, parent)
        self._bars: Sequence[Bar] = ()
        self._colours: Sequence[str] = ()
        self._chosen = -1
        self._ticks: Ticks | None = None

    def show_bars(
        self, bars: Sequence[Bar], colours: Sequence[str], *, chosen: int = -1, ticks: Ticks | None = None
    ) -> None:
        """Replaces all bars; `colours` are those of the parts, `chosen` the bar whose name stands out. Without `ticks`
        they are shares of a whole."""
        self._bars, self._colours, self._chosen, self._ticks = bars, colours, chosen, ticks
        self.show_values([bar.told for bar in bars])
        self.draw()

    def nearest(self, x: float, y: float) -> int:
        number = round(x)
        return number if 0 <= number < len(self._bars) and abs(x - number) < 0.5 and y >= 0 else -1

    def place_of_value(self, number: int) -> QPointF:
        return self.plot.place_of(number, self._bars[number].height)

    def draw_in(self, theme: Theme) -> None:
        plot, bars = self.plot, self._bars
        plot.begin(theme)
        if not bars:
            plot.set_ticks("left", ())
            plot.set_ticks("bottom", ())
            return
        highest = max(bar.height for bar in bars)
        top = highest * 1.15 if self._ticks else max(1.0, highest) * 1.08
        levels = [level.at for bar in bars for level in bar.levels]
        top = max(top or 1.0, room_above(max(levels, default=0.0), 0.0, plot.ground.height()))
        plot.set_room((-0.6, len(bars) - 0.4), (0.0, top))
        most = max(2, plot.height() // _TICK_PX)
        plot.set_ticks("left", (self._ticks or share_ticks)(0.0, top, most), lines=True)
        plot.set_ticks("bottom", self._names())
        bottoms = [0.0] * len(bars)
        for number, colour in enumerate(self._colours):
            heights = [bar.parts[number] for bar in bars]
            plot.add_bars(range(len(bars)), bottoms, heights, _WIDTH, colour)
            bottoms = [low + height for low, height in zip(bottoms, heights, strict=True)]
        self._draw_levels(theme)
        for number, bar in enumerate(bars):
            if not bar.height or not bar.label:
                continue  # its note says "0 bytes"; over an axis that would be noise
            plot.add_label(number, bar.height, bar.label, theme.text, (0.5, 1.05), small=len(bars) > 5)

    def _names(self) -> list[Tick]:
        """The names below, cut in the middle where they would run into each other."""
        named = sum(bool(bar.name) for bar in self._bars)  # of sixty, only some have one
        room = max(40, self.plot.ground.width() // max(1, named) - 6)
        metrics = QFontMetrics(small_font(self))
        return [
            (number, metrics.elidedText(bar.name, Qt.TextElideMode.ElideMiddle, room))
            for number, bar in enumerate(self._bars)
            if bar.name
        ]

    def _draw_levels(self, theme: Theme) -> None:
        """One line all the way where all bars have the same thresholds; else one over each bar."""
        colours = theme.colours()
        kinds = {bar.levels for bar in self._bars if bar.levels}
        if len(kinds) == 1:
            named = [(level.at, level.text, colours[level.tone]) for level in next(iter(kinds))]
            self.plot.add_named_levels(named, len(self._bars) - 0.4, 1.0)
            return
        for number, bar in enumerate(self._bars):
            for level in bar.levels:
                self.plot.add_level(level.at, colours[level.tone], (number - 0.36, number + 0.36))

    def mark(self, number: int) -> None:
        self.plot.show_cursor(None if number < 0 else float(number))
