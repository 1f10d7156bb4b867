"""Qt's calls must leave the reference count of None alone; see requirements/run.txt."""

from __future__ import annotations

import asyncio
import sys

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication, QWidget
from qasync import QEventLoop

CALLS = 2_000


def test_void_calls_take_no_reference_to_none_with_them(qapp: QApplication) -> None:
    thing, widget = QObject(), QWidget()
    before = sys.getrefcount(None)
    for _ in range(CALLS):
        thing.blockSignals(False)
        thing.setObjectName("x")
        widget.update()
    after = sys.getrefcount(None)
    widget.deleteLater()
    assert abs(after - before) < CALLS // 10


async def test_coroutines_below_this_folder_run_on_the_loop_of_qt() -> None:
    assert isinstance(asyncio.get_running_loop(), QEventLoop)
    await asyncio.sleep(0)
