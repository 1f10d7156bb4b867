"""Runs `bucketdesk-cli` as a script would: another process, no terminal, answers taken from stdout."""

from __future__ import annotations

import asyncio
import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from core.engine import open_engine
from core.practice import practice_profile, reset
from tests.end2end import warm

ROOT = Path(__file__).parent.parent.parent
COMMAND = [sys.executable, "-m", "core.cli"]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """The one JSON document on stdout."""
        return json.loads(self.out)

    @property
    def error(self) -> Any:
        """The error it says, which must be all it says."""
        document = self.document
        assert list(document) == ["error"], document
        assert document["error"].keys() >= {"kind", "message", "hint"}
        assert "Traceback" not in self.err
        return document["error"]


class Desk:
    """Somebody's command line, with a home of its own."""

    def __init__(self, home: Path) -> None:
        self.home = home

    @property
    def environment(self) -> dict[str, str]:
        return {**os.environ, "BUCKETDESK_HOME": str(self.home), "PYTHONPATH": str(ROOT), "COLUMNS": "100"}

    def __call__(self, *words: str | Path, text: str = "") -> Answer:
        """Runs a command; `text` is on its standard input."""
        if warm.CAN_FORK:
            return Answer(*warm.run([*map(str, words)], self.home, self.environment, text))
        command = [*COMMAND, *map(str, words)]
        done = subprocess.run(
            command,
            cwd=self.home,
            env=self.environment,
            input=text,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        return Answer(done.returncode, done.stdout, done.stderr)

    def json(self, *words: str | Path, code: int = 0) -> Any:
        """The document of a command with `--json` that ends with this code."""
        answer = self(*words, "--json")
        assert answer.code == code, (answer.out, answer.err)
        return answer.document

    def fail(self, *words: str | Path, code: int) -> Any:
        """The error of a command with `--json` that ends with this code."""
        answer = self(*words, "--json")
        assert answer.code == code, (answer.out, answer.err)
        return answer.error

    def start(self, *words: str | Path) -> subprocess.Popen[str]:
        """Starts a command and does not wait for it."""
        command = [*COMMAND, *map(str, words)]
        return subprocess.Popen(
            command, cwd=self.home, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    def practice(self, objects: int = 200, *, scan: bool = True) -> dict[str, int]:
        """A practice project, scanned; what was planted in it. Made in this process, which is quicker."""
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("BUCKETDESK_HOME", str(self.home))
            return asyncio.run(_practice(objects, scan))

    def sql(self, statement: str, catalog: Path | None = None) -> list[Any]:
        """Runs a statement on the practice catalog, as another program would."""
        with closing(sqlite3.connect(catalog or self.home / "practice" / "catalog.db")) as connection, connection:
            return connection.execute(statement).fetchall()


async def _practice(objects: int, scan: bool) -> dict[str, int]:
    made = await reset(objects)
    if scan:
        engine = await open_engine(practice_profile())
        try:
            assert (await engine.scan()).complete
        finally:
            await engine.close()
    return {str(kind): amount for kind, amount in made.planted.items()}
