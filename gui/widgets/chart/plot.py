"""The one module over pyqtgraph: a calm plot that is told what to draw. Importing it takes a second: do it late."""

from __future__ import annotations

import html
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QImage, QMouseEvent, QPainter
from PySide6.QtWidgets import QVBoxLayout, QWidget

from gui.theme import Theme, small_font

if TYPE_CHECKING:
    from gui.widgets.chart.ticks import Tick

# Qt ends by itself; pyqtgraph's own clean-up walks through every object there is.
pg.setConfigOptions(antialias=True, exitCleanup=False)
Numbers = npt.NDArray[np.float64]
_LINE_PX = 2
_BAND_ALPHA = 0.22
_AXIS_GAP = 6
_LABEL_PX = 20
_ON, _UNDER = 1.1, -0.1
"""Where a label is anchored, in parts of its height: on its line with the line in sight, or below it."""


class Plot(QWidget):
    """A ground with two axes. `pointed` tells where the pointer is, in the axes' own numbers, `left` that it went,
    `pressed` where it was pressed."""

    pointed = Signal(float, float)
    left = Signal()
    pressed = Signal(float, float)
    resized = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
        self.ink = 0.0
        self._view = pg.PlotWidget(self)
        self._view.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._view.setFrameShape(self._view.Shape.NoFrame)
        self._view.viewport().installEventFilter(self)
        self._view.viewport().setMouseTracking(True)
        self._plot = self._view.getPlotItem()
        self._plot.setMenuEnabled(False)
        # pyqtgraph's menu is nobody's child and would outlive the plot, styled anew with each change of theme.
        self._plot.ctrlMenu.setParent(self, Qt.WindowType.Popup)
        self._plot.hideButtons()
        self._plot.setMouseEnabled(False, False)
        self._plot.layout.setContentsMargins(0, 4, 2, 0)
        self._box = self._plot.getViewBox()
        self._box.setDefaultPadding(0)
        self._cursor = pg.InfiniteLine(angle=90)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._view)
        self.begin(theme)

    def begin(self, theme: Theme) -> None:
        """Takes everything away, and draws in this theme from now on."""
        self.theme = theme
        self._plot.clear()
        self._view.setBackground(theme.background)
        for side in ("left", "bottom"):
            axis = self._plot.getAxis(side)
            axis.setPen(pg.mkPen(theme.hairline))
            axis.setTextPen(pg.mkPen(theme.muted))
            axis.setTickFont(small_font(self))
            axis.setStyle(tickLength=0, tickTextOffset=_AXIS_GAP, autoExpandTextSpace=True, hideOverlappingLabels=False)
        self._cursor = pg.InfiniteLine(angle=90, pen=pg.mkPen(theme.outline))
        self._cursor.setZValue(20)
        self._cursor.hide()
        self._plot.addItem(self._cursor, ignoreBounds=True)

    def set_room(self, x: tuple[float, float], y: tuple[float, float]) -> None:
        """From where to where the axes go."""
        self._box.setRange(xRange=x, yRange=y, padding=0, update=True)

    def set_ticks(self, side: str, ticks: Sequence[Tick], *, lines: bool = False) -> None:
        """What stands at the `left` or the `bottom` axis; `lines` draws a hairline through the plot at each."""
        axis = self._plot.getAxis(side)
        axis.setTicks([list(ticks)])
        if side == "left":
            # Left alone, the axis finds out while it is painted, and what did not fit is missing until the next time.
            metrics = QFontMetrics(small_font(self))
            axis.setWidth(max((metrics.horizontalAdvance(text) for _, text in ticks), default=0) + 2 * _AXIS_GAP)
            self._plot.layout.activate()
        for value, _ in ticks if lines else ():
            line = pg.InfiniteLine(value, angle=0 if side == "left" else 90, pen=pg.mkPen(self.theme.hairline))
            line.setZValue(-10)
            self._plot.addItem(line, ignoreBounds=True)

    def _broad(self, width: float) -> float:
        """A breadth of lines in dots: pens that keep theirs at every zoom count dots, of which a sharp screen, or a
        picture (`ink` of them to a pixel), has more to a pixel."""
        return width * (self.ink or self.devicePixelRatioF())

    def add_line(self, x: Sequence[float], y: Sequence[float], colour: str, *, dashed: bool = False) -> None:
        """A line through points; of many points in one column as wide as the line, the highest and lowest are kept."""
        style = Qt.PenStyle.DashLine if dashed else Qt.PenStyle.SolidLine
        pen = pg.mkPen(colour, width=self._broad(_LINE_PX), style=style, cosmetic=True)
        columns = max(1, self.width() // _LINE_PX)
        kept_x, kept_y = thinned(np.asarray(x), np.asarray(y), columns)
        # So many points are upright strokes side by side: smoothing their edges takes most of the time, for nothing.
        item = pg.PlotCurveItem(kept_x, kept_y, pen=pen, antialias=len(kept_x) <= 2 * columns)
        # One by one a thousand short lines are drawn several times as fast as their path, whose crossings Qt works out.
        item.setSegmentedLineMode("off" if dashed else "on")
        self._plot.addItem(item)

    def add_point(self, x: float, y: float, colour: str) -> None:
        """A dot, where there is only one value or where a line ends."""
        item = pg.ScatterPlotItem([x], [y], size=8, pen=pg.mkPen(None), brush=pg.mkBrush(colour))
        item.setZValue(10)
        self._plot.addItem(item)

    def add_band(self, x: Sequence[float], low: Sequence[float], high: Sequence[float], colour: str) -> None:
        """The space between two lines, tinted."""
        tint = QColor(colour)
        tint.setAlphaF(_BAND_ALPHA)
        edges = [pg.PlotCurveItem(np.asarray(x), np.asarray(y), pen=pg.mkPen(None)) for y in (low, high)]
        for edge in edges:
            self._plot.addItem(edge)
        self._plot.addItem(pg.FillBetweenItem(*edges, brush=pg.mkBrush(tint)))

    def add_bars(
        self, x: Sequence[float], bottom: Sequence[float], height: Sequence[float], width: float, colour: str
    ) -> None:
        """Upright bars of one colour, beginning at `bottom`."""
        item = pg.BarGraphItem(
            x=np.asarray(x),
            y0=np.asarray(bottom),
            height=np.asarray(height),
            width=width,
            brush=pg.mkBrush(colour),
            pen=pg.mkPen(None),
        )
        self._plot.addItem(item)

    def add_level(self, y: float, colour: str, span: tuple[float, float] | None = None) -> None:
        """A dashed level, all the way or from one place to another."""
        pen = pg.mkPen(colour, width=self._broad(1), style=Qt.PenStyle.DashLine, cosmetic=True)
        y = self._on_pixel(y)
        ends = span or tuple(self._box.viewRange()[0])
        item = pg.PlotCurveItem(np.asarray(ends), np.asarray([y, y]), pen=pen)
        item.setSegmentedLineMode("off")
        item.setZValue(5)
        self._plot.addItem(item, ignoreBounds=True)

    def add_named_levels(self, levels: Sequence[tuple[float, str, str]], x: float, side: float) -> None:
        """Levels all the way, each with its words and colour; `side` is the part of the words that stands at `x`. Words
        stand on their line, or under it where those of the level above are in their way."""
        above = -math.inf
        for at, text, colour in sorted(levels, reverse=True):
            self.add_level(at, colour)
            place = self.place_of(x, at).y()
            self.add_label(x, at, text, colour, (side, _UNDER if place - above < _LABEL_PX - 4 else _ON))
            above = place

    def add_moment(self, x: float) -> None:
        """An upright hairline."""
        line = pg.InfiniteLine(x, angle=90, pen=pg.mkPen(self.theme.hairline, width=1))
        self._plot.addItem(line, ignoreBounds=True)

    def add_label(
        self, x: float, y: float, text: str, colour: str, anchor: tuple[float, float], *, small: bool = True
    ) -> None:
        """A few words at a place; `anchor` is the part of them that stands there, (0, 0) the upper left corner."""
        # The ground keeps lines of the grid out of the words. pyqtgraph's own fill is put elsewhere in a first picture.
        ground = f"color: {colour}; background-color: {self.theme.background}"
        item = pg.TextItem(html=f'<span style="{ground}">{html.escape(text)}</span>', anchor=anchor)
        item.textItem.document().setDocumentMargin(1)
        item.setFont(small_font(self) if small else self.font())
        item.setZValue(15)
        item.setPos(x, y)
        self._plot.addItem(item, ignoreBounds=True)

    def show_cursor(self, x: float | None) -> None:
        """Puts the upright line of the reading somewhere, or takes it away."""
        self._cursor.setVisible(x is not None)
        if x is not None:
            self._cursor.setValue(x)

    def place_of(self, x: float, y: float) -> QPointF:
        """Where a point is in this widget."""
        at = self._box.mapViewToScene(QPointF(x, y))
        return QPointF(self._view.viewport().mapTo(self, self._view.mapFromScene(at)))

    @property
    def ground(self) -> QSize:
        """How many pixels there are between the axes."""
        return QSize(round(self._box.width()), round(self._box.height()))

    def image(self, scale: float = 2.0) -> QImage:
        """The plot as a picture, `scale` times as sharp as on the screen."""
        size = self.size() * scale
        image = QImage(size, QImage.Format.Format_ARGB32_Premultiplied)
        image.fill(QColor(self.theme.background))
        painter = QPainter(image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.paint_on(painter, QRectF(0, 0, size.width(), size.height()))
        painter.end()
        return image

    def paint_on(self, painter: QPainter, target: QRectF) -> None:
        """Draws the plot with lines and letters, as sharp as what it is drawn on."""
        self._view.render(painter, target, self._view.viewport().rect(), Qt.AspectRatioMode.IgnoreAspectRatio)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if kind == QEvent.Type.MouseMove and isinstance(event, QMouseEvent):
            self.pointed.emit(*self._numbers_at(event.position()))
        elif kind == QEvent.Type.MouseButtonPress and isinstance(event, QMouseEvent):
            self.pressed.emit(*self._numbers_at(event.position()))
        elif kind == QEvent.Type.Leave:
            self.left.emit()
        elif kind == QEvent.Type.Resize:
            self.resized.emit()
        return super().eventFilter(watched, event)

    def _on_pixel(self, y: float) -> float:
        """The nearest value in the middle of a row of pixels: between two rows a thin line is a broad grey one."""
        at = self._box.mapViewToScene(QPointF(0.0, y))
        return float(self._box.mapSceneToView(QPointF(at.x(), math.floor(at.y()) + 0.5)).y())

    def _numbers_at(self, place: QPointF) -> tuple[float, float]:
        at = self._box.mapSceneToView(self._view.mapToScene(place.toPoint()))
        return float(at.x()), float(at.y())


def room_above(level: float, low: float, height_px: int) -> float:
    """Up to where an axis that begins at `low` has to go, so that what is written on a level is seen whole."""
    return low + (level - low) / (1.0 - min(0.5, _LABEL_PX / max(1, height_px)))


def thinned(x: Numbers, y: Numbers, columns: int) -> tuple[Numbers, Numbers]:
    """The same line with at most four points in each of so many columns of pixels: the first, lowest, highest and last
    there, so that it looks as before. `x` rises."""
    if len(x) <= 4 * columns or columns < 1 or x[-1] <= x[0]:
        return x, y
    places = np.minimum(((x - x[0]) * (columns / (x[-1] - x[0]))).astype(np.int64), columns - 1)
    starts = np.flatnonzero(np.diff(places, prepend=-1))
    ends = np.append(starts[1:], len(x))
    by_height = np.lexsort((y, places))  # within each column from the lowest to the highest
    kept = np.unique(np.concatenate([starts, ends - 1, by_height[starts], by_height[ends - 1]]))
    return x[kept], y[kept]
