"""A readable chart on a plot: what bars and courses have in common."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QMouseEvent, QPainter
from PySide6.QtWidgets import QVBoxLayout, QWidget

from gui.theme import LIGHT, Theme, Themes
from gui.widgets.chart.plot import Plot
from gui.widgets.chart.reading import Readable

_PAPER = replace(LIGHT, background="#ffffff")
_PICTURE_SCALE, _PAPER_SCALE = 2.0, 3.0


class Charted(Readable):
    """Draws on a plot, again when its size or the theme changed."""

    def __init__(self, themes: Themes, name: str, parent: QWidget | None = None) -> None:
        super().__init__(themes, name, parent)
        self.plot = Plot(themes.current)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(2, 2, 2, 2)
        layout.addWidget(self.plot)
        self.plot.pointed.connect(self._on_plot_pointed)
        self.plot.left.connect(lambda: self.go(-1))
        self.plot.pressed.connect(self._on_plot_pressed)
        self.plot.resized.connect(self.draw)

    def nearest(self, x: float, y: float) -> int:
        """The value nearest to a point of the plot; -1 for none."""
        raise NotImplementedError

    def draw_in(self, theme: Theme) -> None:
        """Draws everything anew in a theme, which may be another than the window's: paper is white."""
        raise NotImplementedError

    def draw(self) -> None:
        self.draw_in(self.themes.current)

    def image(self) -> QImage:
        """The chart as a picture."""
        return self._picture(self.themes.current, _PICTURE_SCALE)

    def paint_on(self, painter: QPainter, target: QRectF) -> None:
        """Draws the chart on white paper. As a picture: pyqtgraph records its axes for the dots of the screen, and on a
        device with others they would stand elsewhere."""
        painter.drawImage(target, self._picture(_PAPER, _PAPER_SCALE))

    def _picture(self, theme: Theme, scale: float) -> QImage:
        """Drawn anew, with lines as broad as the scale wants them."""
        self.plot.ink = scale
        self.draw_in(theme)
        drawn = self.plot.image(scale)
        self.plot.ink = 0.0
        self.draw()
        return drawn

    def _on_plot_pointed(self, x: float, y: float) -> None:
        number = self.nearest(x, y)
        if number != self.current:
            self.go(number)

    def _on_plot_pressed(self, x: float, y: float) -> None:
        self.setFocus()
        number = self.nearest(x, y)
        if number >= 0:
            self.chosen.emit(number)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.setFocus()
        super().mousePressEvent(event)
