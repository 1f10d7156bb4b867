"""The banners of monitoring: the worst alert that nobody has seen, and why the buckets cannot be looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from core.changes import Change
from gui import words
from gui.desk import Desk
from gui.dialogs import finished
from gui.error_dialog import hint, sentence
from gui.jobs import NextStep
from gui.main_window import MainWindow
from gui.monitor.alert_steps import TONES, step_of
from gui.monitor.visible import Visible

if TYPE_CHECKING:
    from core.capacity.models import Alert
    from core.engine import Engine

ALERTS, TROUBLE = "alerts", "monitor"
"""The keys of the two banners."""
_SHORT = 140


class AlertBar(QObject):
    """Follows the rounds and the news of alerts, binds the commands of monitoring, and says how it stands in the status
    line."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._desk: Desk = window.desk
        self.alerts: tuple[Alert, ...] = ()
        self._trouble = ""
        desk = self._desk
        desk.watch.show_as(lambda engine: Visible(desk, engine))
        desk.actions.bind("monitor", lambda: desk.watch.switch(desk.actions["monitor"].isChecked()))
        desk.actions.bind("alerts", self._on_alerts_triggered)
        window.status.monitor.clicked.connect(desk.actions["monitor"].trigger)
        desk.session.changed.connect(self._on_session_changed)
        desk.session.news.connect(self._on_session_news)
        desk.watch.changed.connect(self._say_standing)
        self._say_standing()

    def _on_session_changed(self) -> None:
        self.alerts, self._trouble = (), ""  # the banners of the other project are gone
        self._desk.actions.enable("alerts", self._desk.engine is not None)
        self._ask()
        self._say_standing()

    def _on_session_news(self, change: Change) -> None:
        if change & Change.ALERTS:
            self._ask()

    def _ask(self) -> None:
        engine = self._desk.engine
        if engine is not None:
            self._desk.jobs.ask(engine.alerts(), self._show, newest="alerts")

    def _show(self, alerts: tuple[Alert, ...]) -> None:
        self.alerts = alerts
        fresh = [alert for alert in alerts if not alert.acknowledged]
        if not fresh:
            self._window.banners.take(ALERTS)
            return
        worst = fresh[0]
        text = f"{worst.what} {worst.next_step}" if len(worst.next_step) < _SHORT else worst.what
        steps = [step for step in (step_of(self._desk, worst),) if step is not None]
        more = self.tr("and %Ln more…", "", len(fresh) - 1) if len(fresh) > 1 else self.tr("Show…")
        steps.append(NextStep(more, self._on_alerts_triggered))
        seen = NextStep(self.tr("Acknowledge"), lambda: self._acknowledge(worst.id))
        self._window.banners.put(ALERTS, text, TONES[worst.severity], steps, seen)

    def _acknowledge(self, alert_id: str) -> None:
        engine = self._desk.engine
        if engine is not None:
            self._desk.jobs.ask(engine.acknowledge(alert_id))

    def _on_alerts_triggered(self) -> None:
        engine = self._desk.engine
        if engine is not None:
            self._desk.jobs.ask(self._open(engine))

    async def _open(self, engine: Engine) -> None:
        from gui.monitor.alerts_dialog import AlertsDialog

        await finished(AlertsDialog(self._desk, engine))
        self._ask()  # what was not acknowledged there comes back here

    def _say_standing(self) -> None:
        watch, is_open = self._desk.watch, self._desk.engine is not None
        action = self._desk.actions["monitor"]
        self._desk.actions.enable("monitor", is_open)
        action.setChecked(watch.is_on)
        self._say_trouble()
        last = watch.last
        if not is_open:
            self._window.status.say_monitor("", "eye", "muted", "")
        elif not watch.is_on:
            self._window.status.say_monitor(self.tr("not monitoring"), "eye-slash", "muted", action.toolTip())
        elif last is not None and last.trouble:
            self._window.status.say_monitor(self.tr("cannot monitor"), "warning", "warning", last.trouble)
        else:
            looked = self.tr("monitoring, looked %1").replace("%1", words.clock(last.at)) if last else ""
            self._window.status.say_monitor(looked or self.tr("monitoring"), "eye", "muted", action.toolTip())

    def _say_trouble(self) -> None:
        """Said once: whoever dismissed it is not told the same again."""
        watch, banners = self._desk.watch, self._window.banners
        text, tone, step = "", "warning", NextStep(self.tr("Try now"), watch.look_now)
        if self._desk.engine is not None and watch.fault is not None:
            text = self.tr("Monitoring has stopped. %1").replace("%1", f"{sentence(watch.fault)} {hint(watch.fault)}")
            tone, step = "danger", NextStep(self.tr("Start it again"), watch.start_again)
        elif watch.is_on and watch.last is not None and watch.last.trouble:
            text = self.tr("The buckets cannot be looked at, so nobody is told when one fills up. %1")
            text = text.replace("%1", f"{watch.last.trouble} {watch.last.hint}".strip())
        if text == self._trouble:
            return
        self._trouble = text
        if text:
            banners.put(TROUBLE, text, tone, [step])
        else:
            banners.take(TROUBLE)
