"""Asking a drive or a share that may never answer, without being held by it."""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")
_SILENT_SECONDS = 5.0
_LOOK_SECONDS = 1.0


async def answered(work: Callable[[], T], waiting: Callable[[float], None]) -> T:
    """Runs `work` in a thread that ends with the program whatever it waits for; what it raises is raised here. Where it
    takes long, `waiting` is told every second for how many. Cancelled, it ends at once; the thread does when it can."""
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[T] = loop.create_future()

    def settle(result: T | None, error: BaseException | None) -> None:
        if answer.done():
            return
        if error is not None:
            answer.set_exception(error)
        else:
            answer.set_result(result)  # type: ignore[arg-type]

    def run() -> None:
        result: T | None = None
        error: BaseException | None = None
        try:
            result = work()
        except BaseException as exc:
            error = exc
        with contextlib.suppress(RuntimeError):  # nobody is there any more who waits for it
            loop.call_soon_threadsafe(settle, result, error)

    began = time.monotonic()
    threading.Thread(target=run, name="reach", daemon=True).start()
    try:
        while not (await asyncio.wait([answer], timeout=_LOOK_SECONDS))[0]:
            if (seconds := time.monotonic() - began) > _SILENT_SECONDS:
                waiting(seconds)
        return answer.result()
    finally:
        answer.cancel()
