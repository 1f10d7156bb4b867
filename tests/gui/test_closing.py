"""The end of the window: at once when nothing runs, after one question when something does, and never lost work."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from core.models import RunState
from core.profiles import Profile
from gui.question_dialog import QuestionDialog
from tests.gui.desks import Desktop, FakeEngine, press, run_of, shown, until


def an_engine(folder: Path) -> FakeEngine:
    return FakeEngine(Profile("clinic", "local", folder, folder / "catalog.db"))


async def test_an_idle_window_ends_without_a_question(qapp: QApplication, tmp_path: Path) -> None:
    desk = Desktop(qapp, an_engine(tmp_path))
    await desk.open()
    desk.window.close()
    assert desk.ended.is_set()
    await desk.close()


async def test_closing_while_a_scan_runs_asks_once_and_cancel_keeps_it_running(
    qapp: QApplication, tmp_path: Path
) -> None:
    desk = Desktop(qapp, an_engine(tmp_path))
    await desk.open()
    QTest.keyClick(desk.window, Qt.Key.Key_F5)
    desk.window.close()
    desk.window.close()
    dialog = await shown(desk.window, QuestionDialog)
    assert "Scan" in dialog.question.text
    await press(dialog, "Cancel")
    await desk.settle()
    assert not desk.ended.is_set()
    assert len(desk.desk.jobs.running) == 1
    await desk.close()


async def test_what_was_paused_by_closing_goes_on_when_the_project_is_opened_again(
    qapp: QApplication, tmp_path: Path
) -> None:
    engine = an_engine(tmp_path)
    desk = Desktop(qapp, engine)
    await desk.open()
    QTest.keyClick(desk.window, Qt.Key.Key_F5)
    desk.window.close()
    await press(await shown(desk.window, QuestionDialog), "Pause and quit")
    await asyncio.wait_for(desk.ended.wait(), 5)
    await desk.closing.pause(5)
    desk.desk.remembered.save()
    await desk.close()
    again = Desktop(qapp, engine)
    await again.open()
    assert [job.title for job in again.desk.jobs.running] == ["Scan"]
    engine.may_end.set()
    await until(lambda: not again.desk.jobs.running)
    await again.settle()
    await again.close()


async def test_a_paused_run_goes_on_by_itself_and_is_not_offered_as_well(qapp: QApplication, tmp_path: Path) -> None:
    engine = an_engine(tmp_path)
    (tmp_path / "plans").mkdir()
    (tmp_path / "plans" / "p1.jsonl").touch()
    engine.workspace.folder = tmp_path
    engine.known_runs = [run_of(state=RunState.INTERRUPTED, done=100)]
    desk = Desktop(qapp, engine)
    desk.desk.remembered.put("paused.clinic", b"r1")
    await desk.open()
    await until(lambda: engine.applied)
    assert engine.applied == [tmp_path / "plans" / "p1.jsonl"]
    assert desk.window.banners.get("interrupted-r1") is None
    await desk.close()


async def test_opening_another_project_asks_before_it_pauses_work(qapp: QApplication, tmp_path: Path) -> None:
    desk = Desktop(qapp, an_engine(tmp_path))
    await desk.open()
    QTest.keyClick(desk.window, Qt.Key.Key_F5)
    desk.opening.open("other")
    await press(await shown(desk.window, QuestionDialog), "Pause and open")
    await until(lambda: desk.opened == ["clinic", "other"])
    assert desk.desk.jobs.running == []
    await desk.settle()
    await desk.close()


_INTERRUPTED = """
import os, signal, sys, threading
import gui.app
from gui.__main__ import main

furnish = gui.app.furnish


def furnish_and_be_interrupted(window):
    # From a thread and with nothing else to do, so that only the loop itself can notice the signal.
    threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT)).start()
    return furnish(window)


gui.app.furnish = furnish_and_be_interrupted
sys.exit(main(["--profile", "nobody"]))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there is no such signal on Windows")
def test_ctrl_c_in_the_terminal_ends_the_program_in_order(home: Path) -> None:
    program = subprocess.run(
        [sys.executable, "-X", "faulthandler", "-c", _INTERRUPTED],
        env={**os.environ, "BUCKETDESK_HOME": str(home)},
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert program.returncode == 130, program.stderr
    assert "Traceback" not in program.stderr and "Fatal" not in program.stderr
    assert (home / "window-state.json").exists()


def test_without_a_display_there_is_a_sentence_and_no_window() -> None:
    if sys.platform != "linux":
        pytest.skip("other systems always have a display")
    hidden = {"DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"}
    program = subprocess.run(
        [sys.executable, "-m", "gui"],
        env={name: value for name, value in os.environ.items() if name not in hidden},
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert program.returncode == 1
    assert "needs a graphical desktop" in program.stderr and "bucketdesk-cli" in program.stderr
    assert "Traceback" not in program.stderr
