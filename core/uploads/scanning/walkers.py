"""Walking a tree with several processes: each reads some folders at a time, so that no event loop waits for one."""

from __future__ import annotations

import asyncio
import contextlib
import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import AsyncGenerator, Callable
from concurrent.futures import Future
from pathlib import Path
from typing import Protocol

from core.uploads.scanning.folders import Branch, branch_of
from core.uploads.scanning.sieve import Orders, Sieve, Sifted
from core.uploads.scanning.walking import Broken, say_branch, say_orders, take_answer

_ALONE_SECONDS = 0.1
"""A tree that is read within this time needs no further process."""
_PROCESSES = 3 if (os.cpu_count() or 1) < 4 else 4
"""More than processors where those are few: who waits for a disk or a share leaves its processor to another."""
_AHEAD = 16
"""So many hauls are asked of each process at a time: none waits while the last ones are being recorded."""
_LIVES = 3
"""A process that dies is started anew so many times."""
_LOOK_SECONDS = 1.0
"""How often somebody looks whether a walker waits for something."""
_SILENT_SECONDS = 5.0
"""Some folders are read within moments; who says nothing for so long waits for a drive."""
_END_SECONDS = 1.0
"""A process that waits for a drive cannot be ended before that answers; nobody waits longer for it than this."""
_HOME = Path(__file__).resolve().parents[3]
_PROGRAM = "import sys; sys.path.insert(0, sys.argv[1]); from core.uploads.scanning.walking import serve; serve()"

_Jobs = queue.SimpleQueue[tuple[Branch, Future[Sifted]] | None]
Waiting = Callable[[str, float], None]
"""Is told for which folder, or something below it, a walker waits, and for how many seconds already."""


async def hauls(
    root: str, orders: Orders, processes: int = _PROCESSES, waiting: Waiting | None = None
) -> AsyncGenerator[Sifted, None]:
    """Reads the whole tree at `root`, in no order. Memory does not grow with it. Ending the iteration early ends the
    processes too, at once, even where a drive does not answer."""
    crew = _Crew(orders, processes)
    branches: list[Branch] = [branch_of(root)]
    under_way: set[asyncio.Future[Sifted]] = set()
    began = time.monotonic()
    try:
        while branches or under_way:
            if not crew.grown and len(branches) > 1 and time.monotonic() - began > _ALONE_SECONDS:
                await asyncio.to_thread(crew.grow)
            while branches and len(under_way) < crew.size * _AHEAD:
                # the last found first: a tree is then read in depth, and little of it waits
                under_way.add(asyncio.wrap_future(crew.submit(branches.pop())))
            done, under_way = await asyncio.wait(under_way, timeout=_LOOK_SECONDS, return_when=asyncio.FIRST_COMPLETED)
            if waiting is not None and (stuck := crew.stuck()):
                waiting(*stuck)
            for one in done:
                haul = one.result()
                branches.extend(haul.rest)
                yield haul
    finally:
        for one in under_way:
            one.cancel()
        crew.stop()
        await asyncio.shield(asyncio.to_thread(crew.end))


class _Walker(Protocol):
    def walk(self, branch: Branch) -> Sifted: ...
    def close(self) -> None: ...  # in the thread that walks
    def stop(self) -> None: ...
    def end(self, until: float) -> None: ...


class _Here:
    """Walks in this process."""

    def __init__(self, orders: Orders) -> None:
        self._orders = orders
        self._sieve: Sieve | None = None

    def walk(self, branch: Branch) -> Sifted:
        if self._sieve is None:  # made in the thread that uses it
            self._sieve = Sieve(self._orders)
        return self._sieve.walk(branch)

    def close(self) -> None:
        if self._sieve is not None:
            self._sieve.close()

    def stop(self) -> None:
        pass

    def end(self, until: float) -> None:
        pass


class _Process:
    """Walks in a process of its own. One that dies is started anew, and after that replaced by this process: no folder
    is lost with it."""

    def __init__(self, orders: Orders) -> None:
        self._orders = orders
        self._lives = _LIVES
        self._stopped = False
        self._instead = _Here(orders)
        self._process = self._start()

    def walk(self, branch: Branch) -> Sifted:
        while self._lives and not self._stopped:
            into, out = self._process.stdin, self._process.stdout
            assert into is not None and out is not None
            try:
                say_branch(into, branch)
                return take_answer(out)
            except (OSError, Broken):
                self._revive()
        if self._stopped:
            raise Broken
        return self._instead.walk(branch)

    def close(self) -> None:
        self._instead.close()

    def stop(self) -> None:
        """Ends the process: it only reads, and nothing of it is lost."""
        self._stopped = True
        self._process.kill()

    def end(self, until: float) -> None:
        _close(self._process, max(0.0, until - time.monotonic()))

    def _revive(self) -> None:
        self._lives -= 1
        self._process.kill()
        _close(self._process, _END_SECONDS)
        if self._lives and not self._stopped:
            try:
                self._process = self._start()
            except OSError:
                self._lives = 0
            if self._stopped:  # meanwhile
                self._process.kill()

    def _start(self) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", _PROGRAM, str(_HOME)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,  # Ctrl-C is for whoever asks
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
        assert process.stdin is not None
        with contextlib.suppress(OSError):  # whoever asks it finds out that it is gone
            say_orders(process.stdin, self._orders)
        return process


class _Crew:
    """Whoever walks: this process at first, others once the tree has shown itself to be large."""

    def __init__(self, orders: Orders, processes: int) -> None:
        self._orders = orders
        self._processes = processes
        self._jobs: _Jobs = queue.SimpleQueue()
        self._all = [_Hand(_Here(orders), self._jobs)]
        self.size = 1
        # a packed program has no interpreter to start
        self.grown = processes < 2 or bool(getattr(sys, "frozen", False)) or not sys.executable

    def grow(self) -> None:
        """Brings the other processes in; where none can be started, this one goes on alone."""
        self.grown = True
        others: list[_Walker] = []
        with contextlib.suppress(OSError):
            for _ in range(self._processes):
                others.append(_Process(self._orders))
        if others:
            self._all[0].leave()  # this process has what was found to record
            self._all += [_Hand(one, self._jobs) for one in others]
            self.size = len(others)

    def submit(self, branch: Branch) -> Future[Sifted]:
        job: Future[Sifted] = Future()
        self._jobs.put((branch, job))
        return job

    def stuck(self) -> tuple[str, float] | None:
        """For what somebody waits for long, and since when, in seconds; the one who waits longest."""
        longest = max((one.waits for one in self._all), key=lambda one: one[1])
        return longest if longest[1] > _SILENT_SECONDS else None

    def stop(self) -> None:
        """Ends all of them, and waits for none."""
        for one in self._all:
            one.leave()
            one.walker.stop()
            self._jobs.put(None)  # whoever waits for something to do wakes up

    def end(self) -> None:
        """Waits until they have ended, as far as they can. Blocks, for a second at most."""
        until = time.monotonic() + _END_SECONDS
        for one in self._all:
            one.walker.end(until)
            one.join(max(0.0, until - time.monotonic()))


class _Hand(threading.Thread):
    """Asks one walker after another branch, in a thread that ends with the program whatever it waits for."""

    def __init__(self, walker: _Walker, jobs: _Jobs) -> None:
        super().__init__(name="walker", daemon=True)
        self.walker = walker
        self._jobs = jobs
        self._left = False
        self._busy: tuple[str, float] | None = None
        self.start()

    @property
    def waits(self) -> tuple[str, float]:
        """What it is reading, and for how long already; 0 when it reads nothing."""
        busy = self._busy
        return ("", 0.0) if busy is None else (busy[0], time.monotonic() - busy[1])

    def leave(self) -> None:
        """It does nothing more after what it is doing."""
        self._left = True

    def run(self) -> None:
        """Works until it is to leave."""
        while job := self._jobs.get():
            if self._left:
                self._jobs.put(job)  # somebody else's
                break
            branch, future = job
            if not future.set_running_or_notify_cancel():
                continue
            self._busy = (_named(branch), time.monotonic())
            try:
                future.set_result(self.walker.walk(branch))
            except BaseException as exc:
                future.set_exception(exc)
            self._busy = None
        self.walker.close()


def _named(branch: Branch) -> str:
    """What a branch is called: its folder, or the one that all of its folders are in."""
    parent, names = branch
    return parent if b"\0" in names else os.path.join(parent, os.fsdecode(names))  # noqa: PTH118


def _close(process: subprocess.Popen[bytes], seconds: float) -> None:
    """Takes leave of a process that was ended; of one that waits for a drive, when that answers."""
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        return  # its pipes cannot be closed while somebody reads them
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            with contextlib.suppress(OSError):
                stream.close()
