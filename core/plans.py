"""Plans of this desk: made, registered in the journal, and believed only when they are found there."""

from __future__ import annotations

import sqlite3
import uuid
from collections.abc import AsyncIterable, AsyncIterator, Iterable, Iterator
from itertools import islice
from pathlib import Path

from core.errors import BadPlan
from core.models import GuardHit, PlanHead, Refusal, Step
from core.plan_files import FORMAT, PlanFile, check, read_head_text
from core.plan_files import read_steps as steps_of
from core.plan_lines import compact, head_json
from core.threads import in_thread
from core.workspace import Workspace, system_now, to_micros

_BATCH = 2000


async def write_plan(
    workspace: Workspace,
    path: Path,
    project: str,
    scan_id: int,
    steps: Iterable[Step] | AsyncIterable[Step],
    guard: GuardHit | None = None,
    *,
    profile: str = "",
    removal: str = "",
    refused: tuple[Refusal, ...] = (),
    kind: str = "",
) -> PlanHead:
    """Writes a plan file, replacing one that is there, and registers it. Steps count from 1 and stream through: memory
    does not grow with them. Nothing is left behind when anything raises. Raises `WorkspaceError`."""
    head = PlanHead(
        format=FORMAT,
        project=project,
        scan_id=scan_id,
        created=system_now(),
        plan_id=uuid.uuid4().hex[:12],
        sha256="",
        steps=0,
        by_kind={},
        bytes=0,
        guard=guard,
        profile=profile,
        removal=removal,
        refused=refused,
        kind=kind,
    )
    file = PlanFile(path)  # not in a thread: a cancellation could lose it with its temporary file
    try:
        async for batch in _batches(steps):
            await in_thread(file.add, batch)
        head = await in_thread(file.finish, head)
    finally:
        await in_thread(file.abandon)
    await workspace.journal.write(lambda connection: _register(connection, head))
    return head


async def verify(path: Path, workspace: Workspace, project: str) -> PlanHead:
    """The head of a plan that this desk made, for this project, and that nobody changed since. Raises `BadPlan` with
    a sentence that says which of these does not hold."""
    head = await in_thread(check, path)
    line = await in_thread(read_head_text, path)
    await workspace.journal.read(lambda connection: check_known(connection, path, head, line, project))
    return head


def check_known(connection: sqlite3.Connection, path: Path, head: PlanHead, line: str, project: str) -> None:
    """Raises `BadPlan` unless the journal knows this very head, of this project."""
    if head.project != project:
        raise BadPlan(
            f"The plan {path} was made for another project; nothing of it was done.",
            "Open the profile it was made with, or make the plan again here.",
        )
    known = connection.execute("SELECT head, project FROM plans WHERE plan_id = ?", (head.plan_id,)).fetchone()
    if known is None:
        raise BadPlan(
            f"The plan {path} was not made by this desk, so nothing of it was done.",
            "Plans are applied where they were made: make it again here, from a scan of this desk.",
        )
    if known != (line, project):
        raise BadPlan(f"The plan {path} is not as this desk made it; nothing of it was done.", "Make the plan again.")


async def read_steps(path: Path, start: int = 0, limit: int = 200) -> tuple[Step, ...]:
    """A page of a plan's steps, for showing. Raises `BadPlan`."""
    return await in_thread(lambda: tuple(steps_of(path, start, limit)))


def _register(connection: sqlite3.Connection, head: PlanHead) -> None:
    connection.execute(
        "INSERT INTO plans (plan_id, sha256, project, created, head) VALUES (?, ?, ?, ?, ?)",
        (head.plan_id, head.sha256, head.project, to_micros(head.created), compact(head_json(head))),
    )


async def _batches(steps: Iterable[Step] | AsyncIterable[Step]) -> AsyncIterator[list[Step]]:
    if isinstance(steps, AsyncIterable):
        batch: list[Step] = []
        async for step in steps:
            batch.append(step)
            if len(batch) == _BATCH:
                yield batch
                batch = []
        if batch:
            yield batch
        return
    source: Iterator[Step] = iter(steps)
    while taken := await in_thread(lambda: list(islice(source, _BATCH))):
        yield taken
