"""A readable chart on a plot: what bars and courses have in common."""

from __future__ import annotations

from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QMouseEvent, QPainter
from PySide6.QtWidgets import QVBoxLayout, QWidget

from gui.theme import LIGHT, Theme, Themes
from gui.widgets.chart.plot import Plot
from gui.widgets.chart.reading import Readable


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

    def settle(self) -> None:
        """Gives all parts their places though the chart is not seen, so that it can be painted elsewhere."""
        for widget in (self, self.plot):
            layout = widget.layout()
            if layout is not None:
                layout.setGeometry(widget.contentsRect())

    def image(self) -> QImage:
        """The chart as a picture."""
        return self.plot.image()

    def paint_on(self, painter: QPainter, target: QRectF) -> None:
        """Draws the chart on paper, in the light theme. As a picture: pyqtgraph records its axes for the
        dots of the screen, and on a device with others they would stand elsewhere."""
        self.draw_in(LIGHT)
        painter.drawImage(target, self.plot.image(3.0))
        self.draw()

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
