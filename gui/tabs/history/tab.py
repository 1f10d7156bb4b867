"""The History tab: every run of this project, newest first, with Undo and Resume."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QSplitter,
    QStackedWidget,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from core.changes import Change
from core.models import Run, RunState
from gui import runs
from gui.purge import ask_and_purge
from gui.tab import Tab
from gui.tabs.history.detail import RunDetail
from gui.tabs.history.model import RunsModel
from gui.theme import GAP, ROW_HEIGHT
from gui.widgets.empty_state import EmptyState
from gui.widgets.heading import Heading

_WHAT = 1


class HistoryTab(Tab):
    """What was changed, when, how it ended, and the way back."""

    def build(self) -> None:
        self.heading = Heading()
        self.heading.add(self.desk.actions.button("purge"))
        self.heading.add(self.desk.actions.button("resume_run"))
        self.heading.add(self.desk.actions.button("undo_run", main=True))
        self.model = RunsModel(self.desk.icons)
        self.table = self._table()
        self.empty = EmptyState(self.desk.icons)
        self._places = QStackedWidget()
        self.detail = RunDetail(self.desk)
        self._sides = QSplitter()
        self._sides.setHandleWidth(GAP)
        self._sides.setChildrenCollapsible(False)
        self._sides.addWidget(self.table)
        self._sides.addWidget(self.detail)
        self._sides.setSizes([620, 620])
        self._places.addWidget(self._sides)
        self._places.addWidget(self.empty)
        column = QVBoxLayout(self)
        column.setContentsMargins(GAP, GAP, GAP, 0)
        column.setSpacing(GAP)
        column.addWidget(self.heading)
        column.addWidget(self._places, 1)
        self.desk.actions.bind("undo_run", self._on_undo_triggered)
        self.desk.actions.bind("resume_run", self._on_resume_triggered)
        self.desk.icons.loaded.connect(self.table.viewport().update)
        self.desk.actions.bind("purge", self._on_purge_triggered)
        self._show(())

    def refresh(self, change: Change) -> None:
        engine = self.desk.engine
        if engine is None:
            self._show(())
        elif change & (Change.RUNS | Change.PROFILES):
            self.desk.jobs.ask(engine.runs(), self._show, newest="history")

    def panes(self) -> Sequence[QWidget]:
        return (self.table, self.detail.table) if self.model.runs else (self.empty,)

    def _table(self) -> QTableView:
        table = QTableView()
        table.setModel(self.model)
        table.setAccessibleName(self.tr("Runs"))
        table.setShowGrid(False)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.setTabKeyNavigation(False)
        table.setWordWrap(False)
        table.verticalHeader().hide()
        table.verticalHeader().setDefaultSectionSize(ROW_HEIGHT)
        table.horizontalHeader().setHighlightSections(False)
        table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        table.horizontalHeader().setSectionResizeMode(_WHAT, QHeaderView.ResizeMode.Stretch)
        table.selectionModel().selectionChanged.connect(self._update_actions)
        return table

    def _show(self, found: Sequence[Run]) -> None:
        chosen = self._chosen()
        self.model.show(found)
        title = self.tr("%Ln run(s)", "", len(found)) if found else self.tr("No changes yet")
        # an undone upload lies in the quarantine too
        self.desk.actions.enable("purge", any(run.undoable or (run.kind == "upload" and run.done) for run in found))
        undoable = sum(run.undoable for run in found)
        back = self.tr("%Ln can be undone", "", undoable) if undoable else self.tr("nothing left to undo")
        self.heading.say(title, back if found else "")
        self.empty.say(
            "clock-counter-clockwise",
            self.tr("Nothing has been changed in this project"),
            self.tr("Every clean-up and repair will stand here, with what it did and the way back."),
        )
        self._places.setCurrentWidget(self._sides if found else self.empty)
        ids = [run.run_id for run in found]
        if found:
            self.table.selectRow(ids.index(chosen.run_id) if chosen and chosen.run_id in ids else 0)
        self._update_actions()

    def _chosen(self) -> Run | None:
        row = self.table.currentIndex().row()
        return self.model.runs[row] if 0 <= row < len(self.model.runs) else None

    def _update_actions(self) -> None:
        run = self._chosen()
        self.detail.show_run(run)
        self.desk.actions.enable("undo_run", run is not None and run.undoable)
        self.desk.actions.enable("resume_run", run is not None and run.state is RunState.INTERRUPTED)

    def _on_undo_triggered(self) -> None:
        run = self._chosen()
        if run is not None:
            self.desk.jobs.ask(runs.ask_and_undo(self.desk, run))

    def _on_purge_triggered(self) -> None:
        self.desk.jobs.ask(ask_and_purge(self.desk))

    def _on_resume_triggered(self) -> None:
        run = self._chosen()
        if run is not None:
            runs.resume_run(self.desk, run)
