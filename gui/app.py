"""Starts and ends the program: one Qt loop that runs every coroutine, a window, and an orderly way out."""

from __future__ import annotations

import asyncio
import gc
import logging
import sys
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from importlib.resources import files
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication
from qasync import QEventLoop
from shiboken6 import delete

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


def run(profile: str) -> int:
    """Opens the window on a profile ("" for the last one) and stays until it is closed. Gives the exit code."""
    return live(lambda window: main(window, profile))


def live(life: Callable[[MainWindow], Coroutine[object, object, int]]) -> int:
    """Runs one coroutine with a shown and painted window, and takes everything away in order."""
    app = make_application()
    try:
        with asyncio.Runner(loop_factory=lambda: make_loop(app)) as runner:
            return runner.run(_with_window(app, life))
    finally:
        # What is left in reference cycles must go while its application lives; later the order is chance, and crashes.
        gc.collect()


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


async def _with_window(app: QApplication, life: Callable[[MainWindow], Coroutine[object, object, int]]) -> int:
    settings = SettingsFile()
    themes = Themes(app)
    themes.choose(settings.current.theme)
    session = Session()
    window = MainWindow(themes, settings, session)
    heartbeat = QTimer(window, interval=_HEARTBEAT_MS)
    heartbeat.timeout.connect(_let_python_look_at_signals)
    heartbeat.start()
    _show_faults(window)
    try:
        return await life(window)
    finally:
        sys.excepthook = sys.__excepthook__
        window.hide()
        await window.desk.jobs.stop(_PATIENCE_SECONDS)
        await session.close()
        delete(window)  # now, and not by the chance of a garbage collection after the application is gone


async def main(window: MainWindow, profile: str) -> int:
    """The window's whole life: paint, open the project, wait for the end, pause what runs."""
    ended = asyncio.Event()
    for asked in (window.close_asked, window.quit_asked):
        asked.connect(ended.set)  # until there is something that could be running
    closing: Closing | None = None
    try:
        await paint(window)
        for asked in (window.close_asked, window.quit_asked):
            asked.disconnect(ended.set)
        closing = make_closing(window, ended)
        furnish(window).open(first_profile(profile, window.desk.settings))
        await ended.wait()
    finally:
        window.remember_place()
        if closing is not None:
            window.hide()
            await closing.pause(_PATIENCE_SECONDS)
        window.desk.remembered.save()
    return 0


def first_profile(asked: str, settings: SettingsFile) -> str:
    """The profile to open: the one asked for, else the last one if it still exists, else practice."""
    from core import profiles

    if asked:
        return asked
    last = settings.current.last_profile if settings.current.reopen_last else ""
    return last if last in profiles.names() else profiles.PRACTICE


async def paint(window: MainWindow) -> None:
    """Shows the window and waits until it has been drawn for the first time."""
    seen = asyncio.Event()
    window.painted.connect(seen.set)
    window.show()
    await seen.wait()


def make_closing(window: MainWindow, ended: asyncio.Event) -> Closing:
    """What decides, from now on, whether a window that is closed may end the program."""
    from gui.closing import Closing

    return Closing(window, ended)


def furnish(window: MainWindow) -> Opening:
    """Everything that may come after the first picture, its imports too: what the commands do, icons, the tabs."""
    from core.log import start_log
    from gui.monitor.alert_bar import AlertBar
    from gui.opening import Opening
    from gui.project_actions import ProjectActions
    from gui.standing import Standing
    from gui.window_actions import WindowActions

    start_log()
    window.setWindowIcon(QIcon(str(files("resources") / "icons" / "bucketdesk.svg")))
    opening = Opening(window)
    WindowActions(window, opening)
    ProjectActions(window, opening)
    Standing(window)
    AlertBar(window)
    window.desk.icons.load()
    window.tabs.fill(window.desk)
    return opening


def _show_faults(window: MainWindow) -> None:
    """A fault in a slot or a callback is shown and logged, as one in a job is, instead of being printed and lost."""

    def show(error: BaseException) -> None:
        logging.getLogger(__name__).error("A fault outside of any job", exc_info=error)
        window.desk.jobs.went_wrong.emit(error)

    def on_loop(loop: asyncio.AbstractEventLoop, context: dict[str, object]) -> None:
        error = context.get("exception")
        if isinstance(error, BaseException):
            show(error)
        else:
            loop.default_exception_handler(context)

    sys.excepthook = lambda kind, error, trace: show(error)
    asyncio.get_running_loop().set_exception_handler(on_loop)


def _let_python_look_at_signals() -> None:
    """Ctrl-C is seen when Python code runs, and in an idle Qt loop none would."""
