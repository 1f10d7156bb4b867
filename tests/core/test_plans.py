"""Only a plan that this desk made, for this project, unchanged, is believed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from core.errors import BadPlan
from core.models import Step, StepKind
from core.plans import read_steps, verify, write_plan
from core.workspace import Workspace


@pytest.fixture
async def workspace(tmp_path: Path) -> AsyncIterator[Workspace]:
    desk = await Workspace.open(tmp_path / "desk", "here")
    yield desk
    await desk.close()


def steps(count: int = 3) -> list[Step]:
    return [
        Step(n, StepKind.DELETE_OBJECT, bucket="b", key=f"{n}", size_bytes=1, version="v") for n in range(1, count + 1)
    ]


async def test_a_plan_of_this_desk_is_believed(workspace: Workspace, tmp_path: Path) -> None:
    head = await write_plan(workspace, tmp_path / "p.jsonl", "here", 4, steps())
    assert await verify(tmp_path / "p.jsonl", workspace, "here") == head
    assert (head.scan_id, head.steps) == (4, 3)


async def test_steps_may_come_from_an_async_source(workspace: Workspace, tmp_path: Path) -> None:
    async def later() -> AsyncIterator[Step]:
        for step in steps(5000):
            yield step

    head = await write_plan(workspace, tmp_path / "p.jsonl", "here", 4, later())
    assert head.steps == 5000
    assert [step.n for step in await read_steps(tmp_path / "p.jsonl", 4990, 20)] == list(range(4991, 5001))


async def test_a_source_that_fails_leaves_no_file(workspace: Workspace, tmp_path: Path) -> None:
    async def broken() -> AsyncIterator[Step]:
        yield steps()[0]
        raise RuntimeError

    folder = tmp_path / "out"
    folder.mkdir()
    with pytest.raises(RuntimeError):
        await write_plan(workspace, folder / "p.jsonl", "here", 4, broken())
    assert list(folder.iterdir()) == []


async def test_a_plan_for_another_project_is_refused(workspace: Workspace, tmp_path: Path) -> None:
    await write_plan(workspace, tmp_path / "p.jsonl", "here", 4, steps())
    with pytest.raises(BadPlan, match="another project"):
        await verify(tmp_path / "p.jsonl", workspace, "there")


async def test_a_plan_of_another_desk_is_refused(workspace: Workspace, tmp_path: Path) -> None:
    other = await Workspace.open(tmp_path / "other", "here")
    await write_plan(other, tmp_path / "p.jsonl", "here", 4, steps())
    await other.close()
    with pytest.raises(BadPlan, match="not made by this desk"):
        await verify(tmp_path / "p.jsonl", workspace, "here")


async def test_a_plan_remade_with_a_fitting_hash_is_refused(workspace: Workspace, tmp_path: Path) -> None:
    head = await write_plan(workspace, tmp_path / "p.jsonl", "here", 4, steps())
    other = await Workspace.open(tmp_path / "other", "here")
    forged = await write_plan(other, tmp_path / "q.jsonl", "here", 4, steps(9))
    await other.close()
    await workspace.journal.write(
        lambda c: c.execute("UPDATE plans SET plan_id = ? WHERE plan_id = ?", (forged.plan_id, head.plan_id))
    )
    with pytest.raises(BadPlan, match="not as this desk made it"):
        await verify(tmp_path / "q.jsonl", workspace, "here")
