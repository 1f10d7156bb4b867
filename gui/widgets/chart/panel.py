"""A chart with its title, the table that mirrors it, and the ways out: picture, CSV, clipboard."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Generic, TypeVar

from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QHBoxLayout, QMenu, QStackedWidget, QToolButton, QVBoxLayout, QWidget

from gui.desk import Desk
from gui.table import Table
from gui.table_model import Column, TableModel
from gui.theme import GAP_SMALL, GAP_TINY
from gui.widgets.chart.export import export_picture
from gui.widgets.empty_state import EmptyState
from gui.widgets.held_rows import HeldRows
from gui.widgets.text import ShortenedText

T = TypeVar("T")


class ChartPanel(QWidget, Generic[T]):
    """Shows one of its charts, the table in its place when asked to, or why there is nothing to draw. A subclass says
    how its lines sort and how they are written as CSV; `area` is the tab that it belongs to."""

    area = ""
    keys: Mapping[str, Callable[[T], str | float]]

    def __init__(self, desk: Desk, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.desk = desk
        self.lines: Sequence[T] = ()
        self.file_name = name
        self.title = ShortenedText("", "strong")
        self.places = QStackedWidget()
        self.empty = EmptyState(desk.icons, width=320)
        self.places.addWidget(self.empty)
        self._tables: dict[str, Table[T]] = {}
        self._table_of = ""
        self._columns: Sequence[Column[T]] = ()
        self._is_filled = False
        self._chart: QWidget | None = None
        self._picture: Callable[[], QImage] | None = None
        self.table_button = self._tool("table", self.tr("Show as a table"), checkable=True)
        self.table_button.toggled.connect(self._show_place)
        self.out_button = self._tool("download-simple", self.tr("Save this chart"), checkable=False)
        self.out_button.clicked.connect(self._on_out_clicked)
        self.line = QHBoxLayout()
        self.line.setSpacing(GAP_TINY)
        self.line.addWidget(self.title, 1)
        self.line.addWidget(self.table_button)
        self.line.addWidget(self.out_button)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(GAP_SMALL // 2)
        self.column.addLayout(self.line)
        self.column.addWidget(self.places, 1)

    def show_chart(self, chart: QWidget, picture: Callable[[], QImage]) -> None:
        """Shows a chart of this panel, unless the table stands in its place."""
        if self.places.indexOf(chart) < 0:
            self.places.addWidget(chart)
        self._chart, self._picture = chart, picture
        self._show_place()

    def show_nothing(self, icon: str, title: str, text: str) -> None:
        """Says why there is nothing to draw."""
        self._chart, self._picture = None, None
        self.empty.say(icon, title, text)
        self.show_lines("", (), ())
        self._show_place()

    def show_lines(self, kind: str, lines: Sequence[T], columns: Sequence[Column[T]]) -> None:
        """What the table says; each kind of lines has a table of its own, with its own columns, made when somebody
        wants to see it."""
        self.lines, self._table_of, self._columns, self._is_filled = lines, kind, columns, False
        self._show_place()

    @property
    def shown(self) -> QWidget:
        """What is seen: the chart, the table or the words."""
        return self.places.currentWidget() or self.empty

    def _table(self) -> Table[T]:
        """The table of the lines."""
        if self._table_of not in self._tables:
            self._tables[self._table_of] = self._make_table(self._table_of, self._columns)
        return self._tables[self._table_of]

    def _make_table(self, kind: str, columns: Sequence[Column[T]]) -> Table[T]:
        model: TableModel[T] = TableModel(self.desk.jobs, columns, f"{self.area}.{kind}", is_checkable=False)
        table: Table[T] = Table(self.desk.themes, model, self.tr("%1 as a table").replace("%1", self.title.text()))
        table.shown_columns.remember(self.desk.remembered, f"columns.{self.area}.{kind}")
        self.places.addWidget(table)
        return table

    def legend_fits(self, shown: bool) -> None:
        """The chart, and not its table, is seen: what explains its colours is wanted or not."""

    def _show_place(self) -> None:
        is_table = self.table_button.isChecked() and bool(self._table_of) and self._chart is not None
        self.table_button.setEnabled(bool(self.lines))
        self.out_button.setEnabled(self._chart is not None)
        shown: QWidget = self._chart or self.empty
        if is_table:
            shown = self._table()
            if not self._is_filled:
                self._is_filled = True
                self._table().rows.show(HeldRows(self.lines, self.keys))
        self.places.setCurrentWidget(shown)
        self.legend_fits(self._chart is not None and not is_table)

    def _tool(self, icon: str, text: str, *, checkable: bool) -> QToolButton:
        tool = QToolButton()
        tool.setCheckable(checkable)
        tool.setToolTip(text)
        tool.setAccessibleName(text)
        self.desk.icons.put(tool, icon, "muted")
        return tool

    def _on_out_clicked(self) -> None:
        menu = QMenu(self)
        menu.addAction(self.tr("Save as a picture…"), self.save_picture)
        menu.addAction(self.tr("Save as CSV…"), self.save_lines)
        menu.addSeparator()
        menu.addAction(self.tr("Copy the picture"), self._copy_picture)
        menu.addAction(self.tr("Copy the numbers"), self._copy_lines)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self.out_button.mapToGlobal(self.out_button.rect().bottomLeft()))

    def save_picture(self) -> None:
        """Asks for a file and writes the chart as PNG."""
        if self._picture is not None:
            self.desk.jobs.ask(export_picture(self.desk, self._picture(), self.file_name))

    def save_lines(self) -> None:
        """Asks for a file and writes the numbers behind the chart as CSV, sizes in bytes."""
        self.desk.jobs.ask(self.export_lines())

    async def export_lines(self) -> None:
        """Asks for a file and writes the numbers."""
        raise NotImplementedError

    def _copy_picture(self) -> None:
        if self._picture is not None:
            QGuiApplication.clipboard().setImage(self._picture())

    def _copy_lines(self) -> None:
        if self._table_of:
            QGuiApplication.clipboard().setText(self._table().as_text(self.lines))
