"""How the open project can be reached: banners when the sign-in ended, when it is offline, when keys cannot be kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from core.changes import Change
from core.errors import CoreError, NotAllowed, Unavailable
from core.profiles import SUPABASE
from gui.error_dialog import hint, sentence
from gui.jobs import Job, JobState, NextStep
from gui.main_window import MainWindow
from gui.scan import start_scan
from gui.tab import EVERYTHING

if TYPE_CHECKING:
    from core.capabilities import Capabilities
    from core.engine import Engine

_NEEDED = ("List buckets", "List objects", "Describe tables", "Read rows")
"""The capabilities that a scan cannot do without, by their names in the table."""
_SET_UP = "Database set-up"
"""The one that the set-up brings."""


class Standing(QObject):
    """Follows the session and the jobs. Banners go by themselves when what they say is over."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._desk = window.desk
        self._desk.session.changed.connect(self._on_session_changed)
        self._desk.session.news.connect(self._on_session_news)
        self._desk.jobs.ended.connect(self._on_jobs_ended)

    def _on_session_changed(self) -> None:
        engine = self._desk.engine
        if engine is None or engine.profile.kind != SUPABASE:
            return
        self._say_secrets()
        self._say_sign_in(engine)
        # What cannot be asked now is no reason for an error: a scan will say what is the matter.
        self._desk.jobs.ask(
            engine.capabilities(), self._on_capabilities, failed=self._say_trouble, newest="capabilities"
        )

    def _on_session_news(self, change: Change) -> None:
        engine = self._desk.engine
        if engine is not None and change & Change.SIGN_IN:
            self._say_sign_in(engine)

    def _on_capabilities(self, found: Capabilities | None) -> None:
        lines = found.lines() if found is not None else ()
        self._desk.session.refusals = tuple(line for line in lines if line.name in _NEEDED and line.state == "no")
        if self._desk.session.refusals:
            self._window.tabs.spread(EVERYTHING)
        for line in lines:
            if line.name == _SET_UP and line.state == "no":
                step = NextStep(self.tr("Set up the database…"), self._desk.actions["set_up_database"].trigger)
                self._window.banners.put("set-up", line.sentence, "accent", [step])

    def _on_jobs_ended(self, job: Job) -> None:
        engine = self._desk.engine
        if engine is None or engine.profile.kind != SUPABASE:
            return
        if job.state is JobState.DONE:
            self._window.banners.take("offline")
            self._window.banners.take("not-allowed")
        elif isinstance(job.error, CoreError):
            self._say_trouble(job.error)

    def _say_trouble(self, error: Exception) -> None:
        engine = self._desk.engine
        if engine is None:
            return
        if isinstance(error, NotAllowed):
            self._say_sign_in(engine)
            self._say_not_allowed(error)
        if isinstance(error, Unavailable):
            again = NextStep(self.tr("Try again"), lambda: start_scan(self._desk))
            text = self.tr("%1 cannot be reached. %2").replace("%1", engine.profile.name)
            text = text.replace("%2", f"{sentence(error)} {hint(error)}".strip())
            self._window.banners.put("offline", text, "warning", [again])

    def _say_not_allowed(self, error: CoreError) -> None:
        """A right is missing although somebody is signed in: perhaps a key was replaced, or a role taken away."""
        if self._window.banners.get("sign-in") is None:
            again = NextStep(self.tr("Sign in again…"), self._desk.actions["sign_in"].trigger)
            self._window.banners.put("not-allowed", f"{sentence(error)} {hint(error)}".strip(), "warning", [again])

    def _say_sign_in(self, engine: Engine) -> None:
        """Says that nobody is signed in any more, or takes that back."""
        state = engine.sign_in_state()
        if state is None or state.is_signed_in:
            self._window.banners.take("sign-in")
            return
        text = self.tr("Signed out of %1. %2").replace("%1", engine.profile.name).replace("%2", state.sentence)
        again = NextStep(self.tr("Sign in again…"), self._desk.actions["sign_in"].trigger)
        self._window.banners.put("sign-in", text, "danger", [again])

    def _say_secrets(self) -> None:
        from core.secrets import of_this_process

        why = of_this_process().state
        if why:
            self._window.banners.put("secrets", why, "warning")
