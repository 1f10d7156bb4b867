"""The rounds of monitoring while a project is open in the window."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from gui.jobs import Jobs, Watching
from gui.session import Session
from gui.settings import SettingsFile

if TYPE_CHECKING:
    from core.engine import Engine
    from core.monitor import Round
    from core.monitor.watched import Watched

FIRST_AFTER = timedelta(seconds=15)
"""A project that has just been opened has other things to show first."""


class Watch(QObject):
    """On while a project is open, unless a person switched it off. `changed` says that it went on or off, or that a
    round has ended; `told` gives each round."""

    changed = Signal()
    told = Signal(object)

    def __init__(self, jobs: Jobs, session: Session, settings: SettingsFile, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs, self._session, self._settings = jobs, session, settings
        self._watching: Watching | None = None
        self._ending: list[Watching] = []
        self._engine: Engine | None = None
        self._shown_as: Callable[[Engine], Watched] | None = None
        self.last: Round | None = None
        self.fault: BaseException | None = None
        session.changed.connect(self._on_session_changed)
        session.before_closing(self.stop)
        settings.changed.connect(self._on_settings_changed)

    def show_as(self, visible: Callable[[Engine], Watched]) -> None:
        """Says how a project shows what monitoring does in it by itself."""
        self._shown_as = visible

    @property
    def is_on(self) -> bool:
        """Whether rounds are made, now and then."""
        return self._watching is not None

    def switch(self, on: bool) -> None:
        """Switches it on or off, for this and later starts."""
        self._settings.change(monitor=on)

    def look_now(self) -> None:
        """Makes a round now, and then goes on; nothing where monitoring is off."""
        if self._watching is not None:
            self._cancel()
            self._start(timedelta(0))

    def start_again(self) -> None:
        """Goes on after a fault."""
        if self._watching is None:
            self._start(timedelta(0))
            self.changed.emit()

    async def stop(self) -> None:
        """Ends the rounds of the open project, and waits until they have ended."""
        self._cancel()
        for watching in self._ending:
            await watching.stop()
        self._ending.clear()

    def _on_session_changed(self) -> None:
        if self._session.engine is not self._engine:
            self._engine, self.last, self.fault = self._session.engine, None, None
        self._update()

    def _on_settings_changed(self) -> None:
        if self._settings.current.monitor is not self.is_on:
            self._update()

    def _update(self) -> None:
        wanted = self._engine is not None and self._settings.current.monitor
        if wanted and self._watching is None:
            self._start(FIRST_AFTER)
        elif not wanted:
            self._cancel()
        self.changed.emit()

    def _cancel(self) -> None:
        """A round that is under way puts its affairs in order yet."""
        if self._watching is not None:
            self._watching.cancel()
            self._ending = [one for one in self._ending if not one.task.done()] + [self._watching]
            self._watching = None

    def _start(self, first_after: timedelta) -> None:
        if self._engine is not None:
            self.fault = None
            if self._shown_as is not None:
                self._engine.monitor.act_through(self._shown_as(self._engine))
            work = self._engine.monitor.run(self._on_round, first_after)
            self._watching = self._jobs.watch(work, self._on_failed)

    def _on_round(self, made: Round) -> None:
        self.last = made
        self.told.emit(made)
        self.changed.emit()

    def _on_failed(self, error: BaseException) -> None:
        """A fault of the program: whatever a person can do about is said by the rounds themselves."""
        self._watching, self.fault = None, error
        self.changed.emit()
