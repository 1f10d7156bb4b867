"""The Supabase stand-in in a process of its own, so that a benchmark measures its client and not the server."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from core.capabilities import Capabilities
from core.clients.supabase.probe import about
from core.clients.supabase.session import Session
from core.clients.supabase.store import SupabaseStore

BUCKET = "photos"
_IN_FOLDER = 100


@dataclass(frozen=True, slots=True)
class Key:
    """A key that needs no renewing."""

    key: str

    async def bearer(self) -> str:
        """The key itself."""
        return self.key

    async def refused(self, token: str) -> bool:
        """There is no other."""
        return False


@dataclass(frozen=True, slots=True)
class StandIn:
    """Where it answers, and the key that may do everything."""

    url: str
    key: str

    async def open(self, *, functions: bool = True) -> SupabaseStore:
        """Our store on it, by the project's functions or without them."""
        session = await Session.open(self.url, Key(self.key), folder=Path(tempfile.gettempdir()))
        found = await about(session)
        plain = Capabilities(user_role=found.user_role, sees_all_objects=found.sees_all_objects)
        return SupabaseStore(session, found if functions else plain)


@contextlib.contextmanager
def stand_in(objects: int = 0, latency_seconds: float = 0.0) -> Iterator[StandIn]:
    """Runs while the block does, with so many objects in the bucket `photos`. BENCH_URL and BENCH_KEY name a project
    to use instead that has them already, with a Storage server of its own."""
    if url := os.environ.get("BENCH_URL"):
        yield StandIn(url, os.environ["BENCH_KEY"])
        return
    command = [sys.executable, "-m", "bench.standin", str(objects), str(latency_seconds)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None and process.stdout is not None
        try:
            told = json.loads(process.stdout.readline())
            yield StandIn(told["url"], told["key"])
        finally:
            process.stdin.close()
            process.wait(60)


def _serve(objects: int, latency_seconds: float) -> None:
    from tests.servers.project import supabase_project

    with supabase_project() as project:
        project.make_bucket(BUCKET)
        keys = (f"folder-{n // _IN_FOLDER:04d}/img-{n % _IN_FOLDER:03d}.jpg" for n in range(objects))
        if objects:
            project.seed(BUCKET, ((key, 20_000) for key in keys))
        if latency_seconds:
            project.faults.add("* /", "latency", seconds=latency_seconds)
        print(json.dumps({"url": project.url, "key": project.service_key}), flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    _serve(int(sys.argv[1]), float(sys.argv[2]))
