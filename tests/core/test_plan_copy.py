"""The plan of a run can be written again from the journal, byte for byte."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.errors import NotFound
from core.models import Step, StepKind
from core.plan_copy import plan_file_of
from core.plans import verify, write_plan
from core.workspace import Workspace


async def test_a_plan_whose_file_is_gone_is_written_again_byte_for_byte(tmp_path: Path) -> None:
    desk = await Workspace.open(tmp_path / "desk", "here")
    try:
        steps = [Step(n, StepKind.DELETE_OBJECT, bucket="b", key=f"é{n}", size_bytes=1) for n in range(1, 4500)]
        head = await write_plan(desk, tmp_path / "p.jsonl", "here", 4, steps)
        _, *lines = (tmp_path / "p.jsonl").read_text("utf-8").splitlines()
        rows = [("r1", number, "waiting", "delete_object", line) for number, line in enumerate(lines, 1)]
        await desk.journal.write(
            lambda c: c.executemany("INSERT INTO steps (run_id, n, state, kind, step) VALUES (?, ?, ?, ?, ?)", rows)
        )
        again = await plan_file_of(desk, head.plan_id, "r1")
        assert again.read_bytes() == (tmp_path / "p.jsonl").read_bytes()
        assert await verify(again, desk, "here") == head
        assert await plan_file_of(desk, head.plan_id, "r1") == again
    finally:
        await desk.close()


async def test_a_plan_that_the_journal_does_not_know_is_said_to_be_missing(tmp_path: Path) -> None:
    desk = await Workspace.open(tmp_path / "desk", "here")
    try:
        with pytest.raises(NotFound, match="not in the journal"):
            await plan_file_of(desk, "nothing", "r1")
    finally:
        await desk.close()
