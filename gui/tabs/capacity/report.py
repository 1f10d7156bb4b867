"""The report: one page as PDF with numbers, charts and what to do, as a manager would forward it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QMarginsF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPageSize, QPainter, QPdfWriter

from core.capacity.models import BucketUse, Capacity
from core.errors import WorkspaceError
from gui import words
from gui.tabs.capacity import wording
from gui.tabs.capacity.cards import Card
from gui.theme import LIGHT
from gui.translation import translate
from gui.widgets.chart.ticks import percent

if TYPE_CHECKING:
    from gui.widgets.chart.charted import Charted

_DPI = 144
_MARGIN_MM = 14.0
_MOST_ROWS = 12
_GAP = 24.0
_SWATCH = 12.0
_CARDS = (0.0, 0.18, 0.34, 0.54, 0.8)
"""Where the cards begin: whose words are longest has most room."""
_COLUMNS = (0.0, 0.32, 0.42, 0.54, 0.66, 0.8)


@dataclass(frozen=True, slots=True)
class Drawing:
    """One chart: its title, what its colours mean, and the chart itself, of the size that it is laid out for."""

    title: str
    legend: Sequence[tuple[str, str]]
    chart: Charted


@dataclass(frozen=True, slots=True)
class Page:
    """What stands on the page. `steps`: what to do, the most urgent first."""

    project: str
    title: str
    outlook: Sequence[str]
    capacity: Capacity
    cards: Sequence[Card]
    drawings: Sequence[Drawing]
    steps: Sequence[str] = ()


def write_report(path: Path, page: Page) -> None:
    """Writes the page, whose charts are gone afterwards. Raises `WorkspaceError` where that is not possible."""
    try:
        _write(path, page)
    finally:
        for drawing in page.drawings:
            drawing.chart.hide()
            drawing.chart.deleteLater()


def _write(path: Path, page: Page) -> None:
    writer = QPdfWriter(str(path))
    writer.setResolution(_DPI)
    writer.setPageSize(QPageSize(QPageSize.PageSizeId.A4))
    writer.setPageMargins(QMarginsF(*[_MARGIN_MM] * 4))
    writer.setTitle(f"{page.project}: {page.title}")
    writer.setCreator("Bucketdesk")
    painter = QPainter()
    if not painter.begin(writer):
        raise WorkspaceError(f"{path} cannot be written.", "Choose another place.")
    painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
    _draw(painter, page, float(writer.width()), float(writer.height()))
    if not painter.end():
        raise WorkspaceError(f"{path} cannot be written.", "Choose another place.")


def _draw(painter: QPainter, page: Page, width: float, height: float) -> None:
    y = _line(painter, page.project, 0.0, 0.0, width, 10, LIGHT.muted)
    y = _line(painter, page.title, 0.0, y, width, 20, LIGHT.text, strong=True)
    for sentence in page.outlook:
        y = _line(painter, sentence, 0.0, y, width, 10, LIGHT.text)
    y += _GAP
    last = y
    for card, left, right in zip(page.cards, _CARDS, (*_CARDS[1:], 1.0), strict=False):
        x, room = left * width, (right - left) * width - _GAP / 2
        below = _line(painter, card.name.text(), x, y, room, 8.5, LIGHT.muted)
        below = _line(painter, card.number.text(), x, below, room, 15, LIGHT.text, strong=True)
        last = _line(painter, card.about.text(), x, below, room, 7.5, LIGHT.muted)
    y = _drawings(painter, page.drawings, last + _GAP, width) + _GAP
    if page.steps:
        y = _line(painter, translate("Report", "What to do"), 0.0, y, width, 10, LIGHT.text, strong=True)
        for step in page.steps:
            y = _line(painter, f"•  {step}", 0.0, y, width, 9, LIGHT.text)
        y += _GAP
    _table(painter, page.capacity.buckets, y, width)
    made = translate("Report", "Made by Bucketdesk on %1. Forecasts hold four times in five.")
    _line(painter, made.replace("%1", words.day(datetime.now(UTC))), 0.0, height - 26, width, 8, LIGHT.muted)


def _drawings(painter: QPainter, drawings: Sequence[Drawing], y: float, width: float) -> float:
    """The charts side by side, each with the meaning of its colours below; gives where the next thing begins."""
    half, bottom = (width - _GAP) / 2, y
    for number, drawing in enumerate(drawings):
        x = number * (half + _GAP)
        top = _line(painter, drawing.title, x, y, half, 10, LIGHT.text, strong=True) + _GAP / 4
        size = drawing.chart.size()
        high = half * size.height() / max(1, size.width())
        drawing.chart.paint_on(painter, QRectF(x, top, half, high))
        bottom = max(bottom, _legend(painter, drawing.legend, x, top + high + _GAP / 4))
    return bottom


def _legend(painter: QPainter, entries: Sequence[tuple[str, str]], x: float, y: float) -> float:
    below = y
    for name, colour in entries:
        painter.fillRect(QRectF(x, y + 4, _SWATCH, _SWATCH), QColor(colour))
        below = _line(painter, name, x + _SWATCH + 6, y, 200.0, 8.5, LIGHT.muted)
        x += _SWATCH + 6 + painter.fontMetrics().horizontalAdvance(name) + _GAP
    return below


def _table(painter: QPainter, buckets: Sequence[BucketUse], y: float, width: float) -> None:
    titles = ("Bucket", "Share", "Stored", "Objects", "A day", "Full in")
    y = _cells(painter, [translate("CapacityColumns", title) for title in titles], y, width, LIGHT.muted)
    for use in buckets[:_MOST_ROWS]:
        painter.fillRect(QRectF(0, y - 2, width, 1), QColor(LIGHT.hairline))
        tone = wording.level_of(use)[2]
        cells = (use.name, percent(use.share), words.size(use.bytes), words.number(use.objects), wording.a_day(use),
                 wording.full_in(use.forecast))  # fmt: skip
        y = _cells(painter, cells, y, width, LIGHT.text if tone == "good" else LIGHT.colours()[tone])
    if len(buckets) > _MOST_ROWS:
        more = translate("Report", "and %Ln more bucket(s), less full", "", len(buckets) - _MOST_ROWS)
        _line(painter, more, 0.0, y, width, 8.5, LIGHT.muted)


def _cells(painter: QPainter, cells: Sequence[str], y: float, width: float, colour: str) -> float:
    ends = (*_COLUMNS[1:], 1.0)
    below = y
    for text, start, end in zip(cells, _COLUMNS, ends, strict=True):
        below = _line(painter, text, start * width, y, (end - start) * width - 8, 9, colour)
    return below + 4


def _line(
    painter: QPainter, text: str, x: float, y: float, width: float, points: float, colour: str, *, strong: bool = False
) -> float:
    """Writes one line, cut at its end where the room ends; gives where the next one begins."""
    font = QFont(painter.font())
    font.setPointSizeF(points)
    font.setWeight(QFont.Weight.DemiBold if strong else QFont.Weight.Normal)
    painter.setFont(font)
    painter.setPen(QColor(colour))
    metrics = painter.fontMetrics()
    shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, round(width))
    painter.drawText(QRectF(x, y, width, metrics.height()), shown)
    return y + metrics.height() + 2
