"""Plans to purge the quarantine: what runs left there and nobody undid, to be removed for good."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

from core.apply.purging import LEFT
from core.errors import Usage
from core.models import QUARANTINE, Object, PlanHead, Step, StepKind
from core.plans import write_plan
from core.ports import ObjectStore
from core.profiles import Profile
from core.progress import Progress, Report, silent
from core.workspace import Workspace

_BATCH = 500


async def plan_purge(
    workspace: Workspace,
    store: ObjectStore,
    profile: Profile,
    run_ids: Sequence[str],
    path: Path,
    report: Report = silent,
) -> PlanHead:
    """Writes a plan that removes for good what these runs (all of them when empty) left in the quarantine. Nothing is
    changed by it. Raises `Usage` when there is nothing to purge, `ServiceError`, `WorkspaceError`."""
    known = await workspace.journal.read(_runs)
    unknown = [run_id for run_id in run_ids if run_id not in known]
    if unknown or not known:
        which = f"Run {unknown[0]} left nothing" if unknown else "No run left anything"
        raise Usage(f"{which} in the quarantine that could be purged.", "“runs” lists the runs there are.")
    steps = _steps(workspace, store, run_ids or known, report)
    return await write_plan(workspace, path, profile.project, 0, steps, profile=profile.name)


async def _steps(
    workspace: Workspace, store: ObjectStore, run_ids: Sequence[str], report: Report
) -> AsyncIterator[Step]:
    number = 0
    for run_id in dict.fromkeys(run_ids):
        after = 0
        while page := await workspace.journal.read(lambda c, r=run_id, a=after: _page(c, r, a)):  # type: ignore[misc]
            after = page[-1][0]
            places = [place for _, _, _, place in page]
            found: list[Object | None] = []
            size = store.limits.batch_size
            for start in range(0, len(places), size):
                found += await store.stat(QUARANTINE, places[start : start + size])
            for (_, bucket, key, place), item in zip(page, found, strict=True):
                if item is not None:
                    number += 1
                    yield Step(
                        number,
                        StepKind.PURGE_OBJECT,
                        bucket=bucket,
                        key=key,
                        size_bytes=item.size_bytes,
                        version=item.version,
                        place=place,
                    )
            report(Progress(number, None, "Looking into the quarantine"))


def _runs(c: sqlite3.Connection) -> list[str]:
    return [run_id for (run_id,) in c.execute(f"SELECT DISTINCT run_id FROM ({LEFT}) ORDER BY run_id")]


def _page(c: sqlite3.Connection, run_id: str, after: int) -> list[tuple[int, str, str, str]]:
    return c.execute(
        "SELECT n, bucket, key, json_extract(trace, '$.place') FROM steps WHERE run_id = ? AND n > ? "
        "AND state = 'done' AND kind = 'delete_object' AND json_extract(trace, '$.archived') IS NULL "
        "ORDER BY n LIMIT ?",
        (run_id, after, _BATCH),
    ).fetchall()
