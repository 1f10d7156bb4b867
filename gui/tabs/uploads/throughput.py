"""How much went up, over time: a chart of folders or bytes with the table that mirrors it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QComboBox

from core.uploads.status.history import Throughput
from core.uploads.status.listing import Listing
from gui import words
from gui.desk import Desk
from gui.table_model import Column
from gui.tabs.uploads.columns import a_second
from gui.tabs.uploads.spans import DAY, HOUR, MONTH, Span, asked, spans_of
from gui.theme import SERIES
from gui.translation import translate
from gui.widgets.chart.export import export_rows
from gui.widgets.chart.panel import ChartPanel
from gui.widgets.chart.shapes import Bar
from gui.widgets.chart.ticks import number_ticks, size_ticks

if TYPE_CHECKING:
    from gui.widgets.chart.bars import StackedBars

FOLDERS, BYTES = "folders", "bytes"
_KEYS: Mapping[str, Callable[[Span], str | float]] = {
    "time": lambda span: span.began.timestamp(),
    "folders": lambda span: span.folders,
    "files": lambda span: span.files,
    "bytes": lambda span: span.size_bytes,
}


class ThroughputPanel(ChartPanel[Span]):
    """Looks into the tracker when it is told to."""

    area = "uploads"
    keys = _KEYS

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, "throughput")
        self._listing: Listing | None = None
        self.chart: StackedBars | None = None
        reaches = ((HOUR, self.tr("Last hour")), (DAY, self.tr("Last 24 hours")), (MONTH, self.tr("Last 30 days")))
        measures = ((FOLDERS, self.tr("Folders")), (BYTES, self.tr("Bytes")))
        self.reach = self._choice(self.tr("Time that is looked back on"), "uploads.reach", reaches)
        self.measure = self._choice(self.tr("What is shown"), "uploads.measure", measures)
        for place, choice in enumerate((self.measure, self.reach), 1):
            self.line.insertWidget(place, choice)
        desk.themes.changed.connect(self._draw)
        self._say_title()

    def charts_are_there(self) -> None:
        """The charts have been imported: draws."""
        if self.chart is None:
            from gui.widgets.chart.bars import StackedBars

            self.chart = StackedBars(self.desk.themes, self.title.text(), self)
            self.chart.hide()
        self._draw()

    def look(self, listing: Listing | None) -> None:
        """Asks the tracker anew."""
        self._listing = listing
        if listing is None:
            self._show(())
            return
        since, every = asked(str(self.reach.currentData()), datetime.now().astimezone())
        self.desk.jobs.ask(listing.throughput(since, every), self._show, newest="uploads.throughput")

    async def export_lines(self) -> None:
        head = ("began", "minutes", "folders", "files", "bytes")
        rows = [(one.began.isoformat(), one.minutes, one.folders, one.files, one.size_bytes) for one in self.lines]
        await export_rows(self.desk, self.file_name, head, rows)

    def _show(self, found: Sequence[Throughput]) -> None:
        self._say_title()
        spans = spans_of(str(self.reach.currentData()), found, datetime.now().astimezone())
        if spans != self.lines:
            self.show_lines("throughput", spans, _columns())
            self._draw()

    def _draw(self) -> None:
        if self.chart is None or not self.lines:
            return
        by_bytes, theme = self.measure.currentData() == BYTES, self.desk.themes.current
        if not any(one.folders or one.size_bytes for one in self.lines):
            nothing = translate("UploadsThroughput", "Nothing was uploaded in this time")
            self.show_nothing(
                "chart-bar", nothing, translate("UploadsThroughput", "Look further back, or upload a folder.")
            )
            return
        heights = [float(one.size_bytes if by_bytes else one.folders) for one in self.lines]
        bars = [Bar(one.name, (height,), "", _told(one)) for one, height in zip(self.lines, heights, strict=True)]
        self.show_chart(self.chart, self.chart.image)
        self.chart.setAccessibleName(self.title.text())
        colour = SERIES[5] if theme.is_dark else SERIES[0]
        self.chart.show_bars(bars, [colour], ticks=size_ticks if by_bytes else number_ticks)

    def _say_title(self) -> None:
        by_bytes = self.measure.currentData() == BYTES
        self.title.setText({
            (HOUR, False): self.tr("Folders uploaded each minute"),
            (DAY, False): self.tr("Folders uploaded each half hour"),
            (MONTH, False): self.tr("Folders uploaded each day"),
            (HOUR, True): self.tr("Uploaded each minute"),
            (DAY, True): self.tr("Uploaded each half hour"),
            (MONTH, True): self.tr("Uploaded each day"),
        }[(str(self.reach.currentData()), by_bytes)])  # fmt: skip

    def _choice(self, name: str, key: str, entries: Sequence[tuple[str, str]]) -> QComboBox:
        made = QComboBox()
        made.setAccessibleName(name)
        for entry, text in entries:
            made.addItem(text, entry)
        made.setCurrentIndex(max(made.findData(self.desk.remembered.get(key).decode(errors="replace")), 0))
        made.currentIndexChanged.connect(lambda _: self.desk.remembered.put(key, str(made.currentData()).encode()))
        made.currentIndexChanged.connect(lambda _: self._on_choice_changed())
        return made

    def _on_choice_changed(self) -> None:
        self.lines = ()
        self.look(self._listing)


def _told(one: Span) -> str:
    """ "14:02: 38 folders, 61 files, 240 MB (4.0 MB/s)"."""
    text = translate("UploadsThroughput", "%1: %2, %3, %4 (%5)").replace("%1", one.title)
    for place, value in (
        ("%2", translate("UploadsThroughput", "%Ln folder(s)", "", one.folders)),
        ("%3", translate("UploadsThroughput", "%Ln file(s)", "", one.files)),
        ("%4", words.size(one.size_bytes)),
        ("%5", a_second(one.size_bytes / (one.minutes * 60))),
    ):
        text = text.replace(place, value)
    return text


def _columns() -> tuple[Column[Span], ...]:
    said = translate
    return (
        Column("time", said("UploadsThroughput", "Time"), lambda one: one.title, lambda one: words.utc(one.began),
               sort="time", sample="14:00–14:30", stretches=True),
        Column("folders", said("UploadsThroughput", "Folders"), lambda one: words.number(one.folders), sort="folders",
               sample="99,999,999", is_number=True),
        Column("files", said("UploadsThroughput", "Files"), lambda one: words.number(one.files), sort="files",
               sample="99,999,999", is_number=True),
        Column("bytes", said("UploadsThroughput", "Size"), lambda one: words.size(one.size_bytes),
               lambda one: words.exact_size(one.size_bytes), None, "bytes", "999.9 MB", is_number=True),
        Column("rate", said("UploadsThroughput", "Rate"), lambda one: a_second(one.size_bytes / one.minutes / 60),
               sample="999.9 MB/s", is_number=True),
    )  # fmt: skip
