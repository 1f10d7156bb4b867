"""P7: how long the window takes to its first picture, beside Picard on the same display. Goal: at most 0.55 times."""

from __future__ import annotations

import mmap
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

RUNS = 5
GOAL = 0.55
REFERENCE_SECONDS = 0.74  # performance.md, for machines without Picard
_HEADER_BYTES = 8192
_SAMPLE_STEP = 509  # a prime, so that the sample is no column of the picture
_ENOUGH = 0.02
_PATIENCE_SECONDS = 60.0
HERE = Path(__file__).parents[1]


@contextmanager
def screen() -> Iterator[tuple[str, Path]]:
    """A display without a screen, whose picture lies in a file."""
    with tempfile.TemporaryDirectory(prefix="bucketdesk-bench-") as folder:
        read_end, write_end = os.pipe()
        server = subprocess.Popen(
            ["Xvfb", "-displayfd", str(write_end), "-screen", "0", "1600x1000x24", "-fbdir", folder],
            pass_fds=(write_end,),
            stderr=subprocess.DEVNULL,
        )
        os.close(write_end)
        try:
            with os.fdopen(read_end) as pipe:
                number = pipe.readline().strip()
            yield f":{number}", Path(folder) / "Xvfb_screen0"
        finally:
            server.terminate()
            server.wait()


def first_paint(command: Sequence[str], display: str, picture: Path, home: Path) -> float:
    """Seconds from starting the program until it has drawn something on the empty screen."""
    environment = {
        **os.environ,
        "DISPLAY": display,
        "HOME": str(home),
        "BUCKETDESK_HOME": str(home / "bucketdesk"),
        "XDG_RUNTIME_DIR": str(home),
        "QT_QPA_PLATFORM": "xcb",
    }
    environment.pop("WAYLAND_DISPLAY", None)
    with picture.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as pixels:
        before = pixels[_HEADER_BYTES::_SAMPLE_STEP]
        started = time.perf_counter()
        program = subprocess.Popen(
            command, env=environment, cwd=HERE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            while time.perf_counter() - started < _PATIENCE_SECONDS:
                now = pixels[_HEADER_BYTES::_SAMPLE_STEP]
                if now != before and sum(map(int.__ne__, before, now)) > _ENOUGH * len(before):
                    return time.perf_counter() - started
                time.sleep(0.004)
        finally:
            program.kill()
            program.wait()
            _until_empty(pixels, before)
    raise SystemExit(f"{command[0]} drew nothing in {_PATIENCE_SECONDS:.0f} s")


def _version(program: str) -> str:
    told = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
    return told.stdout.strip() or program


def _until_empty(pixels: mmap.mmap, before: bytes) -> None:
    for _ in range(500):
        if pixels[_HEADER_BYTES::_SAMPLE_STEP] == before:
            return
        time.sleep(0.01)


def main() -> int:
    """Prints both medians and the ratio; 1 when the goal is missed."""
    if shutil.which("Xvfb") is None:
        print("Xvfb is not installed, so there is no display to measure on.")
        return 0
    ours, theirs = [], []
    reference = shutil.which("picard")
    with screen() as (display, picture), tempfile.TemporaryDirectory() as home:
        for number in range(RUNS + 1):  # the first run of each warms the disk and is not counted
            ours.append(first_paint([sys.executable, "-m", "gui", "--practice"], display, picture, Path(home)))
            if reference:
                theirs.append(first_paint([reference], display, picture, Path(home)))
            if number == 0:
                ours.clear(), theirs.clear()
    median = statistics.median(ours)
    measured = statistics.median(theirs) if theirs else REFERENCE_SECONDS
    name = _version(reference) if reference else "Picard (not installed; as measured elsewhere)"
    print(f"Bucketdesk {median:.3f} s, {name} {measured:.3f} s, ratio {median / measured:.2f} (goal {GOAL})")
    return median / measured > GOAL


if __name__ == "__main__":
    sys.exit(main())
