"""Starts and ends the program: one Qt loop that runs every coroutine, a window, and an orderly way out."""

from __future__ import annotations

import asyncio
import gc
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from qasync import QEventLoop

from gui.main_window import MainWindow
from gui.session import Session
from gui.settings import SettingsFile
from gui.theme import Themes
from gui.translation import use_language
from gui.words import use_readable_locale

if TYPE_CHECKING:
    from gui.closing import Closing
    from gui.opening import Opening

_PATIENCE_SECONDS = 15.0
_HEARTBEAT_MS = 200
_THREADS = 8


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line asked for; `tour` renders every tab into a folder instead of opening a window."""

    profile: str = ""
    practice: bool = False
    tour: Path | None = None


def run(options: Options) -> int:
    """Runs the program to its end and gives its exit code."""
    app = make_application()
    with asyncio.Runner(loop_factory=lambda: make_loop(app)) as runner:
        if options.tour is not None:
            from gui.tour import tour

            code = runner.run(tour(app, options.tour))
        else:
            code = runner.run(main(app, options))
    # Widgets in reference cycles must go while their application lives; later the order is left to chance, and crashes.
    gc.collect()
    return code


def make_application() -> QApplication:
    """The application object, with its names and language settings."""
    app = QApplication(sys.argv[:1])
    app.setApplicationName("bucketdesk")
    app.setApplicationDisplayName("Bucketdesk")
    app.setDesktopFileName("bucketdesk")
    app.setQuitOnLastWindowClosed(False)
    use_readable_locale()
    use_language(app)
    return app


def make_loop(app: QApplication) -> asyncio.AbstractEventLoop:
    """Qt's loop with plain threads for what blocks."""
    loop: asyncio.AbstractEventLoop = QEventLoop(app)
    loop.set_default_executor(ThreadPoolExecutor(_THREADS, "bucketdesk"))
    return loop


async def main(app: QApplication, options: Options) -> int:
    """The window's whole life: paint, open the project, wait for the end, pause what runs, close."""
    ended = asyncio.Event()
    settings = SettingsFile()
    themes = Themes(app)
    themes.choose(settings.current.theme)
    session = Session()
    window = MainWindow(themes, settings, session)
    window.close_asked.connect(ended.set)  # until there is something that could be running
    heartbeat = QTimer(window, interval=_HEARTBEAT_MS)
    heartbeat.timeout.connect(_let_python_look_at_signals)
    heartbeat.start()
    window.show()
    closing: Closing | None = None
    try:
        await painted(window)
        window.close_asked.disconnect(ended.set)
        closing = make_closing(window, ended)
        furnish(window).open(first_profile(options, settings))
        await ended.wait()
    finally:
        window.remember_place()
        window.hide()
        if closing is not None:
            await closing.pause(_PATIENCE_SECONDS)
        await session.close()
        window.desk.remembered.save()
        window.deleteLater()
    return 0


def first_profile(options: Options, settings: SettingsFile) -> str:
    """The profile to open: the one asked for, else the last one if it still exists, else practice."""
    from core import profiles

    if options.practice:
        return profiles.PRACTICE
    if options.profile:
        return options.profile
    last = settings.current.last_profile if settings.current.reopen_last else ""
    return last if last in profiles.names() else profiles.PRACTICE


async def painted(window: MainWindow) -> None:
    """Waits until the window has been drawn for the first time."""
    seen = asyncio.Event()
    window.painted.connect(seen.set)
    await seen.wait()


def make_closing(window: MainWindow, ended: asyncio.Event) -> Closing:
    """What decides, from now on, whether a window that is closed may end the program."""
    from gui.closing import Closing

    return Closing(window, ended)


def furnish(window: MainWindow) -> Opening:
    """Everything that may come after the first picture, its imports too: what the commands do, icons, the tabs."""
    from core.log import start_log
    from gui.opening import Opening
    from gui.window_actions import WindowActions

    start_log()
    opening = Opening(window)
    WindowActions(window, opening)
    window.desk.icons.load()
    window.tabs.fill(window.desk)
    return opening


def _let_python_look_at_signals() -> None:
    """Ctrl-C is seen when Python code runs, and in an idle Qt loop none would."""
