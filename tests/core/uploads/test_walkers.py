"""Walkers read a whole tree together, whatever becomes of one of them, and nobody waits for one that hangs."""

from __future__ import annotations

import asyncio
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from array import array
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import aclosing
from pathlib import Path

import pytest

from core.uploads.scanning import reach, walkers
from core.uploads.scanning.folders import Branch, Found, ScanRules
from core.uploads.scanning.sieve import Orders, Sifted
from tests.core.uploads.trees import Desk, device

ORDERS = Orders(ScanRules())
needs_signals = pytest.mark.skipif(sys.platform == "win32", reason="needs signals")


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """300 folders that count, in three others: enough for several to share them."""
    root = tmp_path_factory.mktemp("tree")
    for number in range(300):
        device(root, f"{number % 3}/{number}", "a.jpg")
    return root


class Started:
    """Every walking process that was started. `wound` is done to each before it is asked for the first time."""

    def __init__(self) -> None:
        self.processes: list[subprocess.Popen[bytes]] = []
        self.wound: Callable[[subprocess.Popen[bytes]], None] = lambda process: None

    def start(self, walker: walkers._Process) -> subprocess.Popen[bytes]:
        process = _start(walker)
        self.processes.append(process)
        self.wound(process)
        return process


_start = walkers._Process._start


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> Iterator[Started]:
    """Every tree is large enough for processes."""
    monkeypatch.setattr(walkers, "_ALONE_SECONDS", 0)
    made = Started()
    monkeypatch.setattr(walkers._Process, "_start", lambda walker: made.start(walker))
    yield made
    for process in made.processes:
        process.kill()
        walkers._close(process, 5)
        assert process.returncode is not None


async def read(root: Path, orders: Orders = ORDERS, processes: int = 2) -> list[Sifted]:
    return [haul async for haul in walkers.hauls(str(root), orders, processes)]


def found(hauls: list[Sifted]) -> set[Found]:
    assert sum(len(haul.found) for haul in hauls) == len({one.path for haul in hauls for one in haul.found})
    return {one for haul in hauls for one in haul.found}


async def test_several_processes_read_what_one_reads(tree: Path, started: Started) -> None:
    here, there = await read(tree, processes=1), await read(tree)
    assert len(started.processes) == 2
    assert found(here) == found(there) and len(found(there)) == 300
    assert sum(haul.folders for haul in here) == sum(haul.folders for haul in there) == 304


async def test_processes_end_with_a_walk_that_is_broken_off(tree: Path, started: Started) -> None:
    async with aclosing(walkers.hauls(str(tree), ORDERS, processes=2)) as under_way:
        async for _ in under_way:
            if started.processes:
                break
    assert len(started.processes) == 2 and all(one.returncode is not None for one in started.processes)


@pytest.mark.parametrize("times", [1, 2, 1000])
async def test_no_folder_is_lost_with_a_process_that_dies(tree: Path, started: Started, times: int) -> None:
    def kill(process: subprocess.Popen[bytes]) -> None:
        if len(started.processes) <= times:
            process.kill()

    started.wound = kill
    assert len(found(await read(tree))) == 300
    assert 2 < len(started.processes) <= 2 * walkers._LIVES


@pytest.mark.parametrize("trouble", ["a packed program", "no interpreter", "it cannot be started", "it ends at once"])
async def test_where_there_is_no_other_process_this_one_reads_all(
    tree: Path, started: Started, monkeypatch: pytest.MonkeyPatch, trouble: str
) -> None:
    if trouble == "a packed program":
        monkeypatch.setattr(sys, "frozen", True, raising=False)
    elif trouble == "it ends at once":
        monkeypatch.setattr(walkers, "_PROGRAM", "print('something else')")
    else:
        monkeypatch.setattr(sys, "executable", "" if trouble == "no interpreter" else str(tree / "nothing"))
    assert len(found(await read(tree))) == 300
    assert bool(started.processes) == (trouble == "it ends at once")


@needs_signals
async def test_of_a_walker_that_hangs_it_is_said_where_and_leaving_takes_no_time(
    tree: Path, started: Started, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(walkers, "_LOOK_SECONDS", 0.02)
    monkeypatch.setattr(walkers, "_SILENT_SECONDS", 0.1)
    started.wound = lambda process: os.kill(process.pid, signal.SIGSTOP)
    told: list[tuple[str, float]] = []
    heard = asyncio.Event()

    def waiting(path: str, seconds: float) -> None:
        told.append((path, seconds))
        heard.set()

    async def walk() -> None:
        async for _ in walkers.hauls(str(tree), ORDERS, 2, waiting):
            pass

    task = asyncio.ensure_future(walk())
    await heard.wait()
    began = time.monotonic()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert time.monotonic() - began < 5
    assert told[0][0].startswith(str(tree)) and told[0][1] > 0.1
    assert all(one.returncode is not None for one in started.processes)


async def test_nobody_waits_for_a_walker_that_cannot_even_be_ended(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked, answers = threading.Event(), threading.Event()

    class Hung:
        def __init__(self, orders: Orders) -> None: ...
        def close(self) -> None: ...
        def stop(self) -> None: ...
        def end(self, until: float) -> None: ...
        def walk(self, branch: Branch) -> Sifted:
            asked.set()
            answers.wait()
            return Sifted([], [], [], 0)

    monkeypatch.setattr(walkers, "_Here", Hung)
    monkeypatch.setattr(walkers, "_END_SECONDS", 0.05)
    task = asyncio.ensure_future(read(tree))
    await asyncio.to_thread(asked.wait)
    task.cancel()
    try:
        with pytest.raises(asyncio.CancelledError):
            await asyncio.wait_for(task, 5)
    finally:
        answers.set()


async def test_nobody_waits_for_a_drive_that_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reach, "_LOOK_SECONDS", 0.01)
    monkeypatch.setattr(reach, "_SILENT_SECONDS", 0.02)
    answers, heard = threading.Event(), asyncio.Event()
    asked = asyncio.ensure_future(reach.answered(answers.wait, lambda seconds: heard.set()))
    await asyncio.wait_for(heard.wait(), 5)
    asked.cancel()
    try:
        with pytest.raises(asyncio.CancelledError):
            await asyncio.wait_for(asked, 5)
    finally:
        answers.set()
    assert await reach.answered(lambda: 7, lambda seconds: None) == 7
    with pytest.raises(OSError, match="gone"):
        await reach.answered(lambda: _refuse(OSError("gone")), lambda seconds: None)


@needs_signals
def test_walkers_end_with_a_program_that_was_killed_and_ctrl_c_is_not_for_them() -> None:
    script = (
        "import os, signal, sys; from core.uploads.scanning.folders import ScanRules; "
        "from core.uploads.scanning.sieve import Orders; "
        "from core.uploads.scanning.walkers import _Process; process = _Process(Orders(ScanRules()))._process; "
        "print(os.getpgid(process.pid) == os.getpgid(0), flush=True); os.kill(os.getpid(), signal.SIGKILL)"
    )
    # both hold their end of the pipe of errors: it is at its end when both have ended
    program = [sys.executable, "-c", script]
    ended = subprocess.run(program, cwd=walkers._HOME, capture_output=True, text=True, timeout=60, check=False)
    assert (ended.returncode, ended.stdout, ended.stderr) == (-signal.SIGKILL, "False\n", "")


async def test_of_folders_that_are_as_they_were_walkers_send_no_more_than_numbers(
    tree: Path, tmp_path: Path, started: Started
) -> None:
    desk = Desk(tmp_path)
    first = await desk.scan(tree)
    ((number,),) = desk.sql("SELECT id FROM scanned_roots")
    device(tree, "0/changed-later", "a.jpg")

    hauls = await read(tree, Orders(ScanRules(), desk.path.as_uri(), int(str(number))))

    assert first.new == 300 and {Path(one.path).name for one in found(hauls)} == {"changed-later"}
    numbers = [number for haul in hauls for number in array("q", haul.as_known)]
    assert sorted(numbers) == [row[0] for row in desk.sql("SELECT rowid FROM folder_status ORDER BY 1")]
    assert sum(haul.files for haul in hauls) == 300
    (tree / "0/changed-later/a.jpg").unlink()
    (tree / "0/changed-later").rmdir()


async def test_a_tracker_that_cannot_be_asked_by_walkers_hides_no_folder(tree: Path, started: Started) -> None:
    for tracker in (tree, tree / "nothing.db"):
        assert len(found(await read(tree, Orders(ScanRules(), tracker.as_uri(), 1)))) == 300


def test_what_is_put_back_is_done_by_somebody_else() -> None:
    jobs: walkers._Jobs = queue.SimpleQueue()
    first = walkers._Hand(walkers._Here(ORDERS), jobs)
    first.leave()
    job: Future[Sifted] = Future()
    jobs.put((("/", b"nothing at all"), job))
    first.join(5)
    assert not first.is_alive() and not job.done()
    second = walkers._Hand(walkers._Here(ORDERS), jobs)
    assert job.result(5).found == []
    jobs.put(None)
    second.join(5)
    assert not second.is_alive()


def _refuse(error: Exception) -> None:
    raise error
