"""All alerts: those that stand, each with what to do, and those that are over."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from core.capacity.models import Alert, Severity
from core.changes import Change
from gui import words
from gui.desk import Desk
from gui.jobs import NextStep
from gui.monitor.alert_steps import ICONS, TONES, step_of
from gui.theme import GAP, GAP_LARGE, GAP_SMALL
from gui.translation import translate
from gui.widgets.buttons import button, quiet_button
from gui.widgets.empty_state import EmptyState
from gui.widgets.side import fit_screen
from gui.widgets.text import Text, hairline

if TYPE_CHECKING:
    from core.engine import Engine

_SIZE = (760, 560)
_SHOWN = 100


class AlertsDialog(QDialog):
    """Two lists; *Acknowledge* keeps an alert quiet until it ends or gets worse."""

    def __init__(self, desk: Desk, engine: Engine) -> None:
        super().__init__(desk.window)
        self._desk, self._engine = desk, engine
        self.setWindowTitle(self.tr("Alerts"))
        self.standing: tuple[Alert, ...] = ()
        self.lists = QTabWidget()
        self.lists.setDocumentMode(True)
        self.all_button = button(self.tr("Acknowledge all"), self._on_all_button_clicked)
        self.close_button = button(self.tr("Close"), self.accept)
        self.close_button.setDefault(True)
        foot = QHBoxLayout()
        foot.setSpacing(GAP_SMALL)
        foot.addWidget(self.all_button)
        foot.addStretch(1)
        foot.addWidget(self.close_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(GAP_LARGE, GAP_LARGE, GAP_LARGE, GAP)
        column.setSpacing(GAP)
        column.addWidget(Text(self.tr("Alerts"), "heading"))
        column.addWidget(self.lists, 1)
        column.addLayout(foot)
        fit_screen(self, *_SIZE)
        desk.session.news.connect(self._on_session_news)
        self._look()

    def _on_session_news(self, change: Change) -> None:
        if change & Change.ALERTS:
            self._look()

    def _look(self) -> None:
        self._desk.jobs.ask(self._read(), self._show, failed=self._on_failed, newest=self)

    async def _read(self) -> tuple[tuple[Alert, ...], tuple[Alert, ...]]:
        return await self._engine.alerts(), await self._engine.past_alerts(_SHOWN)

    def _on_failed(self, error: Exception) -> None:
        self._show(((), ()))
        self._desk.jobs.went_wrong.emit(error)

    def _show(self, found: tuple[tuple[Alert, ...], tuple[Alert, ...]]) -> None:
        shown = max(0, self.lists.currentIndex())
        self.standing, past = found
        while self.lists.count():
            page = self.lists.widget(0)
            self.lists.removeTab(0)
            if page is not None:
                page.deleteLater()
        well = self.tr("No bucket comes near its capacity, and nothing waits for a decision.")
        now = self._page(self.standing, "check-circle", self.tr("Nothing needs attention"), well)
        count = words.number(len(self.standing))
        self.lists.addTab(now, self.tr("Now (%1)").replace("%1", count))
        none = self.tr("What is over is remembered here for two years.")
        self.lists.addTab(self._page(past, "clock", self.tr("Nothing is over yet"), none), self.tr("Over"))
        self.lists.setCurrentIndex(shown)
        self.all_button.setEnabled(any(not alert.acknowledged for alert in self.standing))

    def _page(self, alerts: Sequence[Alert], icon: str, title: str, text: str) -> QWidget:
        if not alerts:
            empty = EmptyState(self._desk.icons, width=420)
            empty.say(icon, title, text)
            return empty
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, GAP, GAP_SMALL, GAP)
        column.setSpacing(GAP)
        for number, alert in enumerate(alerts[:_SHOWN]):
            if number:
                column.addWidget(hairline())
            column.addLayout(self._line(alert))
        if len(alerts) > _SHOWN:
            more = self.tr("… and %Ln more: “bucketdesk-cli alerts” lists all.", "", len(alerts) - _SHOWN)
            column.addWidget(Text(more, tone="muted"))
        column.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setProperty("role", "plain")
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(inside)
        return area

    def _line(self, alert: Alert) -> QGridLayout:
        icon = QLabel()
        icon.setPixmap(self._desk.icons.pixmap(ICONS[alert.severity], TONES[alert.severity], 18))
        icon.setAccessibleName(_severities()[alert.severity])
        line = QGridLayout()
        line.setHorizontalSpacing(GAP_SMALL)
        line.setVerticalSpacing(2)
        line.setColumnStretch(1, 1)
        line.addWidget(icon, 0, 0, Qt.AlignmentFlag.AlignTop)
        line.addWidget(Text(alert.what, "strong", wraps=True), 0, 1)
        if alert.next_step and alert.ended is None:
            step = Text(alert.next_step, wraps=True)
            step.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            line.addWidget(step, 1, 1)
        line.addWidget(Text(self._when(alert), "small", "muted"), 2, 1)
        buttons = QVBoxLayout()
        buttons.setSpacing(GAP_SMALL)
        for made in self._buttons(alert):
            buttons.addWidget(made)
        buttons.addStretch(1)
        line.addLayout(buttons, 0, 2, 3, 1)
        return line

    def _buttons(self, alert: Alert) -> list[QWidget]:
        if alert.ended is not None:
            return []
        made: list[QWidget] = []
        step = step_of(self._desk, alert)
        if step is not None:
            made.append(button(step.text, partial(self._do, step)))
        if not alert.acknowledged:
            made.append(quiet_button(self.tr("Acknowledge"), partial(self._acknowledge, alert.id)))
        return made

    def _when(self, alert: Alert) -> str:
        said = self.tr("%1, since %2").replace("%1", _severities()[alert.severity])
        said = said.replace("%2", words.clock(alert.since))
        if alert.ended is not None:
            return f"{said} · {self.tr('over since %1').replace('%1', words.clock(alert.ended))}"
        return f"{said} · {self.tr('acknowledged')}" if alert.acknowledged else said

    def _do(self, step: NextStep) -> None:
        self.accept()
        step.act()

    def _on_all_button_clicked(self) -> None:
        self._acknowledge(*(alert.id for alert in self.standing if not alert.acknowledged))

    def _acknowledge(self, *ids: str) -> None:
        self._desk.jobs.ask(self._engine.acknowledge(*ids), lambda _: self._look(), failed=self._on_gone)

    def _on_gone(self, error: Exception) -> None:
        del error  # it ended while it was read here; what stands now says so
        self._look()


def _severities() -> dict[Severity, str]:
    return {
        Severity.INFO: translate("AlertsDialog", "for your information"),
        Severity.WARNING: translate("AlertsDialog", "warning"),
        Severity.URGENT: translate("AlertsDialog", "urgent"),
    }
