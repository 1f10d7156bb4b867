"""The right chart: one bucket over time, and what it is made of by type, folder and age."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QButtonGroup, QPushButton, QWidget

from core.capacity.models import Breakdown, BucketUse, Sample
from gui.desk import Desk
from gui.tabs.capacity import wording
from gui.tabs.capacity.columns import Line, line_columns
from gui.tabs.capacity.panel import Panel
from gui.tabs.capacity.series import course_of, history_lines, lines_of, part_bars, tiles_of
from gui.theme import SERIES
from gui.widgets.buttons import button
from gui.widgets.chart.ticks import size_ticks
from gui.widgets.chart.treemap import Treemap

if TYPE_CHECKING:
    from gui.widgets.chart.bars import StackedBars
    from gui.widgets.chart.course import CourseChart

TIME, TYPES, FOLDERS, AGES = "time", "types", "folders", "ages"
_MOST_TYPES = 7
_LEAST_AHEAD = 7


class BucketPanel(Panel):
    """`wanted` says that another breakdown is asked for: of which folder. `folder` is the one that is shown."""

    wanted = Signal(str)

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk, "bucket", parent)
        self.view = TIME
        self.folder = ""
        self.use: BucketUse | None = None
        self.samples: Sequence[Sample] = ()
        self.days_ahead = 30
        self.breakdown: Breakdown | None = None
        self.trouble = ""
        self._may_draw = False
        self.course: CourseChart | None = None
        self.bars: StackedBars | None = None
        self.treemap = Treemap(desk.themes, self.tr("Folders by size"), self)
        self.treemap.hide()
        self.treemap.chosen.connect(self._on_treemap_chosen)
        self.up_button = self._tool(
            "arrow-bend-left-up", self.tr("Up to the folder above (Backspace)"), checkable=False
        )
        self.up_button.clicked.connect(self.go_up)
        self.up_button.hide()
        self.line.insertWidget(1, self.up_button)
        self.buttons: dict[str, QPushButton] = {}
        self._group = QButtonGroup(self)
        for place, (view, text) in enumerate(self._views()):
            made = button(text)
            made.setCheckable(True)
            made.setProperty("flat", True)
            made.clicked.connect(lambda _checked=False, view=view: self.show_view(view))
            self._group.addButton(made)
            self.buttons[view] = made
            self.line.insertWidget(2 + place, made)
        self.buttons[TIME].setChecked(True)

    def _views(self) -> Sequence[tuple[str, str]]:
        return (
            (TIME, self.tr("Over time")),
            (TYPES, self.tr("Types")),
            (FOLDERS, self.tr("Folders")),
            (AGES, self.tr("Ages")),
        )

    def charts_are_there(self) -> None:
        """The charts have been imported: draws."""
        from gui.widgets.chart.course import CourseChart

        self._may_draw = True
        if self.course is None:
            self.course = CourseChart(self.desk.themes, self.tr("Use over time"), self)  # while nobody waits for it
            self.course.hide()
        self.show_again()

    def show_bucket(self, use: BucketUse | None) -> None:
        """Shows another bucket, or the same one measured anew; its history and breakdown are on their way, and what is
        seen of the same one stays until they come."""
        is_same = use is not None and self.use is not None and use.name == self.use.name
        self.use = use
        if not is_same:
            self.samples, self.breakdown, self.folder, self.trouble = (), None, "", ""
            self.show_again()

    def show_history(self, samples: Sequence[Sample], days_ahead: int) -> None:
        """What the bucket held over the time that is looked at; drawn ahead at most half as far as it is known back."""
        known = (samples[-1].at - samples[0].at).days if samples else 0
        self.samples, self.days_ahead = samples, max(_LEAST_AHEAD, min(days_ahead, known // 2))
        if self.view == TIME:
            self.show_again()

    def show_breakdown(self, breakdown: Breakdown | None, folder: str, trouble: str = "") -> None:
        """What the bucket, or a folder of it, is made of; without one, `trouble` says why."""
        if (breakdown, folder, trouble) == (self.breakdown, self.folder, self.trouble):
            return
        self.breakdown, self.folder, self.trouble = breakdown, folder, trouble
        if self.view != TIME:
            self.show_again()

    def show_view(self, view: str) -> None:
        """Shows the course, the types, the folders or the ages."""
        self.view = view
        self.buttons[view].setChecked(True)
        self.show_again()

    def go_up(self) -> None:
        """From a folder to the one above."""
        if self.folder:
            self.wanted.emit(self.folder.removesuffix("/").rpartition("/")[0] + "/" if "/" in self.folder[:-1] else "")

    def show_again(self) -> None:
        """Draws what is to be seen now."""
        use = self.use
        if use is None or not self._may_draw:
            return
        self.up_button.setVisible(bool(self.folder) and self.view != TIME)
        self.title.setText(f"{use.name}/{self.folder}" if self.folder and self.view != TIME else use.name)
        self.file_name = f"{use.name}-{self.view}"
        if self.view == TIME:
            self._show_time(use)
        elif self.breakdown is None:
            self.show_nothing("magnifying-glass", self.tr("Not scanned yet"), self.trouble or self.tr("Reading…"))
        elif not sum(part.bytes for part in self.breakdown.types):
            self.show_nothing("tray", self.tr("Nothing in it"), self.tr("The last scan saw no objects here."))
        else:
            {TYPES: self._show_types, FOLDERS: self._show_folders, AGES: self._show_ages}[self.view](self.breakdown)

    def _show_time(self, use: BucketUse) -> None:
        if not self.samples:
            text = self.tr("Each scan and each measuring (F5) adds a point.")
            self.show_nothing("chart-line-up", self.tr("No history yet"), text)
            return
        assert self.course is not None  # made before anything may be drawn
        share = self.tr("Share of capacity")
        self.show_lines(TIME, history_lines(use, self.samples), line_columns(self.tr("When"), share=share))
        self.show_chart(self.course, self.course.image)
        self.course.show_course(course_of(use, self.samples, self.days_ahead))  # now that it has its size

    def _show_types(self, found: Breakdown) -> None:
        lines = lines_of(found.types, [wording.type_name(part.name) for part in found.types])
        self._show_bars(TYPES, self.tr("Type"), lines, lines[:_MOST_TYPES], [line.name for line in lines[:_MOST_TYPES]])

    def _show_ages(self, found: Breakdown) -> None:
        lines = lines_of(found.ages, [wording.age_name(part.name) for part in found.ages], ordered=True)
        self._show_bars(AGES, self.tr("Age"), lines, lines, [wording.short_age(part.name) for part in found.ages])

    def _show_bars(
        self, view: str, title: str, lines: Sequence[Line], drawn: Sequence[Line], names: Sequence[str]
    ) -> None:
        if self.bars is None:
            from gui.widgets.chart.bars import StackedBars

            self.bars = StackedBars(self.desk.themes, self.tr("What it is made of"), self)
        self.show_lines(view, lines, line_columns(title))
        self.show_chart(self.bars, self.bars.image)
        self.bars.show_bars(part_bars(drawn, names), (SERIES[0],), ticks=size_ticks)

    def _show_folders(self, found: Breakdown) -> None:
        lines = lines_of(found.folders, [wording.folder_name(part.name, self.folder) for part in found.folders])
        self.treemap.show_tiles(tiles_of(lines))
        self.show_lines(FOLDERS, lines, line_columns(self.tr("Folder")))
        self.show_chart(self.treemap, self.treemap.image)

    def _on_treemap_chosen(self, number: int) -> None:
        """Goes into a folder; what lies in the shown one itself is none."""
        if self.breakdown is not None:
            name = self.breakdown.folders[number].name
            if name.endswith("/") and name != self.folder:
                self.wanted.emit(name)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Backspace and self.folder:
            self.go_up()
        else:
            super().keyPressEvent(event)
