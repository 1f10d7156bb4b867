"""The window's tests run their coroutines on Qt's own loop, as the program does."""

from __future__ import annotations

import asyncio
import gc
import importlib
from collections.abc import AsyncIterator, Callable, Iterator, Mapping

import pytest
from PySide6.QtCore import QLocale
from PySide6.QtWidgets import QApplication
from qasync import QEventLoop

from core.practice import reset
from gui.translation import use_language
from tests.gui.reviews import Review, open_practice


def _qt_loop() -> asyncio.AbstractEventLoop:
    application = QApplication.instance() or QApplication([])
    return QEventLoop(application, already_running=False)


def pytest_asyncio_loop_factories(
    config: pytest.Config, item: pytest.Item
) -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    """One loop factory for every coroutine below this folder."""
    return {"qasync": _qt_loop}


@pytest.fixture(autouse=True)
def swept() -> Iterator[None]:
    """Takes away here, in Qt's own thread, what a test leaves behind; else a worker of a later test might find it."""
    gc.freeze()
    yield
    gc.collect()


@pytest.fixture(autouse=True, scope="session")
def british(qapp: QApplication) -> None:
    """One language and one way of writing numbers, whatever the machine is set to."""
    QLocale.setDefault(QLocale(QLocale.Language.English, QLocale.Country.UnitedKingdom))
    use_language(qapp)


@pytest.fixture(autouse=True, scope="module")
def garbage() -> Iterator[None]:
    """Collects what the tests of a module leave behind in this thread, where it was made.

    A loop is a cycle that holds a Qt timer. Collected by a worker thread of some later test, the timer could not be
    stopped any more, and Qt would end the whole run when it fires.
    """
    gc.disable()
    yield
    gc.enable()
    gc.collect()


@pytest.fixture(autouse=True, scope="session")
def charts(qapp: QApplication) -> None:
    """Imported here, because a thread that imports them gets little of the time while a test spins the loop."""
    importlib.import_module("gui.widgets.chart.course")


@pytest.fixture
async def unscanned(qapp: QApplication) -> AsyncIterator[Review]:
    """The window on a small practice project that nobody has scanned yet."""
    await reset(200)
    review = Review(qapp, await open_practice())
    await review.open("practice")
    yield review
    await review.close()


@pytest.fixture
async def review(unscanned: Review) -> Review:
    """The window on a small practice project, scanned."""
    await unscanned.scan()
    return unscanned
