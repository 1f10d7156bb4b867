"""A process that has imported the command line once and forks a process for each command, which saves half a second.

What it forks is a process as any other, with a home, a folder, an input and outputs of its own and no terminal. It
reads a line of JSON for each and answers with a line: the exit code.
"""

from __future__ import annotations

import functools
import json
import os
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Any

ROOT = Path(__file__).parent.parent.parent
CAN_FORK = hasattr(os, "fork")


@functools.cache
def _warm() -> subprocess.Popen[str]:
    """The process of this test run; it ends when its input does, which is when this process does."""
    command = [sys.executable, "-m", "tests.end2end.warm"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "100"}
    return subprocess.Popen(
        command, cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


def run(words: Sequence[str], folder: Path, environment: Mapping[str, str], text: str) -> tuple[int, str, str]:
    """Runs one command to its end: its exit code, and what it wrote to stdout and stderr."""
    with tempfile.TemporaryDirectory(prefix="bucketdesk-command-") as desk:
        files = [Path(desk, name) for name in ("in", "out", "err")]
        files[0].write_text(text, "utf-8")
        errand = {"words": words, "folder": str(folder), "environment": dict(environment), "files": [*map(str, files)]}
        server = _warm()
        assert server.stdin is not None and server.stdout is not None
        server.stdin.write(json.dumps(errand) + "\n")
        server.stdin.flush()
        code = int(server.stdout.readline())
        return code, files[1].read_text("utf-8"), files[2].read_text("utf-8")


def _be(errand: dict[str, Any]) -> int:
    """What the forked process does: becomes the command."""
    from core.cli.__main__ import main

    os.chdir(errand["folder"])
    os.environ.clear()
    os.environ.update(errand["environment"])
    read, *written = errand["files"]
    _put(0, os.open(read, os.O_RDONLY))
    for number, path in enumerate(written, start=1):
        _put(number, os.open(path, os.O_WRONLY | os.O_CREAT))
    sys.stdin = os.fdopen(0, encoding="utf-8", closefd=False)
    return main(errand["words"])


def _put(number: int, opened: int) -> None:
    os.dup2(opened, number)
    os.close(opened)


def _serve(orders: IO[str], answers: IO[str]) -> None:
    import core.cli.commands
    import core.clients.local_store
    import core.engine
    import core.practice  # noqa: F401 - so that no child has to

    for line in orders:
        child = os.fork()
        if child == 0:
            code = 70
            try:
                code = _be(json.loads(line))
            except SystemExit as end:
                code = end.code if isinstance(end.code, int) else 1
            except BaseException:
                traceback.print_exc()
            finally:
                sys.stdout.flush()
                sys.stderr.flush()
                os._exit(code)
        _, status = os.waitpid(child, 0)
        answers.write(f"{os.waitstatus_to_exitcode(status)}\n")
        answers.flush()


if __name__ == "__main__":
    # The answers go to the output that this process was given; what else is printed here must not get among them.
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as told:
        os.dup2(2, 1)
        _serve(sys.stdin, told)
