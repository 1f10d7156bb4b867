"""How the window ends: at once when nothing runs, else after one question; what was paused goes on next time."""

from __future__ import annotations

import asyncio

from PySide6.QtCore import QObject

from gui.desk import Desk
from gui.dialogs import Choice, Question, choose
from gui.main_window import MainWindow
from gui.paused import remember_paused
from gui.tray import Tray


class Closing(QObject):
    """Listens to the window's wish to close; sets `ended` when the program may end."""

    def __init__(self, window: MainWindow, ended: asyncio.Event) -> None:
        super().__init__(window)
        self._window = window
        self._desk: Desk = window.desk
        self._tray = Tray(window)
        self._ended = ended
        self._is_asking = False
        window.close_asked.connect(self._on_window_close_asked)
        window.quit_asked.connect(self._on_quit_asked)
        self._tray.quit_asked.connect(self._on_quit_asked)

    def _on_window_close_asked(self) -> None:
        if self._desk.settings.current.close_to_tray and self._tray.is_available and not self._ended.is_set():
            self._tray.hide_window()
        else:
            self._on_quit_asked()

    def _on_quit_asked(self) -> None:
        if self._ended.is_set() or self._is_asking:
            return
        if not self._desk.jobs.running:
            self._ended.set()
            return
        self._is_asking = True
        self._desk.jobs.ask(self._ask())

    async def _ask(self) -> None:
        if not self._window.isVisible() or self._window.isMinimized():
            self._tray.show_window()
        running = self._desk.jobs.running
        choices = [Choice("pause", self.tr("Pause and quit"))]
        if self._tray.is_available:
            choices.append(Choice("tray", self.tr("Keep running in the tray")))
        question = Question(
            title=self.tr("Pause %Ln activity(s) and quit?", "", len(running)),
            text=self.tr(
                "Under way: %1. What is done stays done and is recorded; the rest goes on at the next start."
            ).replace("%1", ", ".join(job.title for job in running)),
            choices=tuple(choices),
        )
        try:
            answer = await choose(self._window, question)
        finally:
            self._is_asking = False
        if answer is None:
            return
        if answer.id == "tray":
            self._tray.hide_window()
        else:
            self._ended.set()

    async def pause(self, seconds: float) -> None:
        """Stops all work, waits at most `seconds` for it, and remembers what is to go on."""
        self._tray.close()
        running = self._desk.jobs.running
        await self._desk.jobs.stop(seconds)
        if self._desk.engine is not None:
            await remember_paused(self._desk, running)
