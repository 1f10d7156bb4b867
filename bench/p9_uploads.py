"""P9: how long the window is deaf while 2,000 files go up to the stand-in. Goal: p99 at most 20 ms, longest 60 ms."""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from functools import partial
from pathlib import Path

from bench.p6_uploads import COUNT, LATENCY_SECONDS, SIZE_BYTES, ours
from bench.p9_stalls import Watch
from bench.standin import StandIn, stand_in

AT_ONCE = 8  # what a window can afford: 32 at a time more than double the stalls (facts.md F)
_IDLE_SECONDS = 3.0


def main() -> int:
    """Prints p99 and the longest stall; 1 when a goal is missed."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    with tempfile.TemporaryDirectory(prefix="bucketdesk-bench-") as home, stand_in(0, LATENCY_SECONDS) as at:
        os.environ["BUCKETDESK_HOME"] = home
        os.environ.setdefault("XDG_RUNTIME_DIR", home)
        from gui.app import live

        return live(partial(_work, at=at, folder=Path(home)))


async def _work(window: object, *, at: StandIn, folder: Path) -> int:
    from gui.app import paint
    from gui.main_window import MainWindow

    assert isinstance(window, MainWindow)
    files = [folder / f"{number:04d}.jpg" for number in range(COUNT)]
    for file in files:
        file.write_bytes(os.urandom(SIZE_BYTES))
    await paint(window)
    store = await at.open()
    watch = Watch()
    watch.report("idle", await watch.during(lambda: asyncio.sleep(_IDLE_SECONDS)))
    bad = watch.report("upload", await watch.during(lambda: ours(store, files, "window", AT_ONCE)))
    await store.close()
    return bad


if __name__ == "__main__":
    sys.exit(main())
