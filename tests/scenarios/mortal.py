"""Processes that apply a plan or undo a run at a project and are killed for good (-9) at a write of their own choice.

One process imports everything once and forks the others: each starts in a few milliseconds. It reads a line of JSON for
each and answers with a line: how the child ended.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
import traceback
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

import httpx
import supabase  # noqa: F401 - so that no child has to

from core.models import Attributes
from tests.scenarios.project_desk import ProjectDesk

ROOT = Path(__file__).parent.parent.parent
_READS = ("/object/list", "/object/sign", "/object/info")
_READING_FUNCTION = "/rest/v1/rpc/bucketdesk_"


@dataclass(frozen=True)
class Errand:
    """What a process is sent for. It dies at its `writes`-th write (0: never): when it is about to ask for it, or
    (`after`) once it is answered and nothing knows of it yet."""

    url: str
    key: str
    folder: str
    do: str
    what: str
    writes: int = 0
    after: bool = False


class Mortals:
    """The process that forks the others."""

    def __init__(self, server: subprocess.Popen[str]) -> None:
        self._server = server

    def send(self, errand: Errand) -> bool:
        """Runs one process to its end; whether it came back alive. Raises when it failed in another way."""
        stdin, stdout = self._server.stdin, self._server.stdout
        assert stdin is not None and stdout is not None
        stdin.write(json.dumps(asdict(errand)) + "\n")
        stdin.flush()
        line = stdout.readline().strip()
        if line not in ("0", "-9"):
            raise AssertionError(f"the process ended with {line!r}, not by its death")
        return line == "0"


@contextlib.contextmanager
def mortals() -> Iterator[Mortals]:
    """Ready to send processes."""
    command = [sys.executable, "-m", "tests.scenarios.mortal"]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        yield Mortals(server)
        assert server.stdin is not None
        server.stdin.close()


def is_write(request: httpx.Request) -> bool:
    """Whether a request changes something at the project."""
    path = request.url.path
    if path.startswith(_READING_FUNCTION):
        return path == f"{_READING_FUNCTION}apply_batch"
    return request.method not in ("GET", "HEAD", "OPTIONS") and not any(read in path for read in _READS)


async def run(errand: Errand) -> None:
    """Does what the errand says, in this process."""
    desk = await ProjectDesk.open(errand.url, errand.key, Path(errand.folder))
    if errand.writes:
        _doom(desk.session.http, errand.writes, errand.after)
    if errand.do == "apply":
        await desk.apply(Path(errand.what), allow_share=1.0)
    elif errand.do == "undo":
        await desk.undo(errand.what)
    elif errand.do == "folders":
        await desk.upload_folders(Path(errand.what))
    else:
        path = Path(errand.what)
        await desk.store.upload("photos", path.name, path, Attributes("image/png", "max-age=77", {"by": "Ada"}))
    await desk.close()


def _doom(client: httpx.AsyncClient, writes: int, after: bool) -> None:
    seen = 0

    def count(request: httpx.Request) -> None:
        nonlocal seen
        if is_write(request):
            seen += 1
            if seen >= writes:
                os.kill(os.getpid(), signal.SIGKILL)

    async def asking(request: httpx.Request) -> None:
        count(request)

    async def answered(response: httpx.Response) -> None:
        count(response.request)

    hooks = client.event_hooks
    hooks["response" if after else "request"].append(answered if after else asking)
    client.event_hooks = hooks


def _serve(lines: IO[str]) -> None:
    for line in iter(lines.readline, ""):
        child = os.fork()
        if child == 0:
            code = 1
            try:
                asyncio.run(run(Errand(**json.loads(line))))
                code = 0
            except Exception:
                traceback.print_exc()
            finally:
                os._exit(code)
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


if __name__ == "__main__":
    _serve(sys.stdin)
