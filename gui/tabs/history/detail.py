"""What one run did: its numbers, and every step of it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QVBoxLayout, QWidget

from core.models import Run
from gui import runs, words
from gui.desk import Desk
from gui.tabs.history.steps import PAGE, StepsModel
from gui.theme import GAP_SMALL, ROW_HEIGHT
from gui.widgets.text import Text

_STATE_WIDTH, _VERB_WIDTH = 110, 110


class RunDetail(QWidget):
    """The chosen run of the history; empty while none is chosen."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._run: Run | None = None
        self.title = Text(size="strong")
        self.numbers = Text(tone="muted", wraps=True)
        self.model = StepsModel(desk.icons)
        self.model.wanted.connect(self._on_model_wanted)
        self.table = self._table()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP_SMALL)
        column.addWidget(self.title)
        column.addWidget(self.numbers)
        column.addWidget(self.table, 1)
        desk.icons.loaded.connect(self.table.viewport().update)

    def show_run(self, run: Run | None) -> None:
        """Shows another run, or the same one after it changed."""
        if run == self._run:
            return
        self._run = run
        self.title.setText(f"{runs.name_of(run).capitalize()} · {words.clock(run.started)}" if run else "")
        self.numbers.setText(runs.numbers_of(run) if run else "")
        self.model.begin(run.steps if run else 0)
        if run is not None:
            self._on_model_wanted(0)

    def _table(self) -> QTableView:
        table = QTableView()
        table.setModel(self.model)
        table.setAccessibleName(self.tr("Steps of the run"))
        table.setShowGrid(False)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setTabKeyNavigation(False)
        table.setWordWrap(False)
        table.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        table.verticalHeader().hide()
        table.verticalHeader().setDefaultSectionSize(ROW_HEIGHT)
        table.horizontalHeader().setHighlightSections(False)
        table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        table.setColumnWidth(0, _STATE_WIDTH)
        table.setColumnWidth(1, _VERB_WIDTH)
        table.horizontalHeader().setStretchLastSection(True)
        return table

    def _on_model_wanted(self, start: int) -> None:
        engine, run = self._desk.engine, self._run
        if engine is not None and run is not None:
            self._desk.jobs.ask(engine.run_steps(run.run_id, start, PAGE), self.model.add, newest="history.steps")
