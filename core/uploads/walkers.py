"""Walking a tree with several processes: each reads some folders at a time, so that no event loop waits for one."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
import pickle
import queue
import subprocess
import sys
import time
from collections.abc import AsyncGenerator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Protocol

from core.uploads.folders import Branch, Haul, ScanRules, branch_of, walk

_ALONE_SECONDS = 0.4
"""A tree that is read within this time needs no further process."""
_PROCESSES = min(4, os.cpu_count() or 1)
_AHEAD = 16
"""So many hauls are asked of each process at a time: none waits while the last ones are being recorded."""
_HOME = Path(__file__).resolve().parents[2]
_PROGRAM = "import sys; sys.path.insert(0, sys.argv[1]); from core.uploads.walkers import serve; serve()"


async def hauls(root: str, rules: ScanRules, processes: int = _PROCESSES) -> AsyncGenerator[Haul, None]:
    """Reads the whole tree at `root`, in no order. Memory does not grow with it. Ending the iteration early ends the
    processes too."""
    crew = _Crew(rules, processes)
    waiting: list[Branch] = [branch_of(root)]
    under_way: set[asyncio.Future[Haul]] = set()
    began = time.monotonic()
    try:
        while waiting or under_way:
            if not crew.grown and len(waiting) > 1 and time.monotonic() - began > _ALONE_SECONDS:
                await asyncio.to_thread(crew.grow)
            while waiting and len(under_way) < crew.size * _AHEAD:
                # the last found first: a tree is then read in depth, and little of it waits
                under_way.add(asyncio.wrap_future(crew.submit(waiting.pop())))
            done, under_way = await asyncio.wait(under_way, return_when=asyncio.FIRST_COMPLETED)
            for one in done:
                haul = one.result()
                waiting.extend(haul.rest)
                yield haul
    finally:
        await asyncio.shield(asyncio.to_thread(crew.close))


class _Walker(Protocol):
    def walk(self, branch: Branch) -> Haul: ...
    def close(self) -> None: ...


class _Here:
    """Walks in this process."""

    def __init__(self, rules: ScanRules) -> None:
        self._rules = rules

    def walk(self, branch: Branch) -> Haul:
        return walk(branch, self._rules)

    def close(self) -> None:
        pass


class _Process:
    """Walks in a process of its own. One that dies is replaced by this process: no folder is lost with it."""

    def __init__(self, rules: ScanRules) -> None:
        self._rules = rules
        command = [sys.executable, "-I", "-S", "-c", _PROGRAM, str(_HOME)]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def walk(self, branch: Branch) -> Haul:
        into, out = self._process.stdin, self._process.stdout
        assert into is not None and out is not None
        try:
            pickle.dump((branch, self._rules), into)
            into.flush()
            haul: Haul = pickle.load(out)
            return haul
        except (OSError, EOFError, pickle.UnpicklingError, ValueError):
            return walk(branch, self._rules)

    def close(self) -> None:
        self._process.kill()  # it only reads: nothing of it is lost
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()
        self._process.wait()


class _Crew:
    """Whoever walks: this process at first, others once the tree has shown itself to be large."""

    def __init__(self, rules: ScanRules, processes: int) -> None:
        self._rules = rules
        self._processes = processes
        self._all: list[_Walker] = [_Here(rules)]
        self._idle: queue.SimpleQueue[_Walker] = queue.SimpleQueue()
        self._idle.put(self._all[0])
        self._threads = ThreadPoolExecutor(max(1, processes), "walker")
        # a packed program has no interpreter to start
        self.grown = processes < 2 or bool(getattr(sys, "frozen", False)) or not sys.executable

    @property
    def size(self) -> int:
        return len(self._all)

    def grow(self) -> None:
        """Brings the other processes in; where none can be started, this one goes on alone."""
        self.grown = True
        others: list[_Walker] = []
        with contextlib.suppress(OSError):
            for _ in range(self._processes):
                others.append(_Process(self._rules))
        if others:
            self._idle.get()  # this process has what was found to record
            self._all = others
            for walker in others:
                self._idle.put(walker)

    def submit(self, branch: Branch) -> Future[Haul]:
        return self._threads.submit(self._work, branch)

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)
        for walker in self._all:
            walker.close()
        self._threads.shutdown(wait=True)

    def _work(self, branch: Branch) -> Haul:
        walker = self._idle.get()
        try:
            return walker.walk(branch)
        finally:
            self._idle.put(walker)


def serve() -> None:
    """What a walking process does: reads what is asked on standard input, answers on standard output, ends with it."""
    gc.disable()  # it makes no cycles, and would be looked through for them all the time
    asked, answers = sys.stdin.buffer, sys.stdout.buffer
    while True:
        try:
            branch, rules = pickle.load(asked)
        except EOFError:
            return
        pickle.dump(walk(branch, rules), answers, pickle.HIGHEST_PROTOCOL)
        answers.flush()
