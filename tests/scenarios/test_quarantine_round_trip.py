"""Scenario 8: cleaned up, killed again and again, undone, and everything is as it was."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from importlib import resources
from pathlib import Path

import pytest

from core.clients.local_catalog import LocalCatalog
from core.clients.practice_store import PracticeStore
from core.errors import Usage
from core.models import Repair, Run, RunState
from tests.scenarios.collection import Collection, make_old
from tests.scenarios.killing import Killed, Killer, start_again


def small_batches(collection: Collection) -> None:
    """Makes every run of several batches."""
    collection.store.limits = replace(collection.store.limits, batch_size=4)  # type: ignore[misc]


async def planned(folder: Path, repair: Repair | None = None) -> tuple[Collection, Path, dict[str, object]]:
    """A collection with 10 orphans and, unless archived, 6 rows without files; the plan; and what it looked like."""
    collection = Collection(folder)
    collection.fill(named=60, orphans=10, missing=6)
    for path in (collection.storage / "photos" / "orphan").iterdir():
        make_old(path)
    await collection.scan_later()
    return collection, await collection.plan(repair=repair), collection.picture()


@pytest.mark.parametrize("repair", [None, Repair.ARCHIVE])
async def test_killed_at_one_point_after_the_other_it_still_gets_there_and_back(
    tmp_path: Path, repair: Repair | None
) -> None:
    collection, plan, before = await planned(tmp_path, repair)
    steps = 16 if repair is None else 10

    async def applied(seam: Killer) -> object:
        small_batches(collection)
        return await collection.apply(plan, seam=seam)

    run, processes = await start_again(collection, applied)  # type: ignore[arg-type]

    assert processes > 3
    assert (run.done, run.skipped, run.failed, run.drifted, run.state) == (steps, 0, 0, 0, RunState.DONE)  # type: ignore[attr-defined]
    assert len(collection.waiting()) == (10 if repair is None else 0)

    async def undone(seam: Killer) -> object:
        small_batches(collection)
        return await collection.undo(run.run_id, seam=seam)  # type: ignore[attr-defined]

    back, processes = await start_again(collection, undone)  # type: ignore[arg-type]

    assert processes > 3
    assert (back.done, back.failed, back.drifted) == (steps, 0, 0)  # type: ignore[attr-defined]
    assert collection.picture() == before
    assert collection.waiting() == [] and collection.manifests() == 0
    await collection.close()


async def test_whatever_point_it_was_killed_at_one_more_process_finishes_it(tmp_path: Path) -> None:
    collection, plan, _ = await planned(tmp_path / "count")
    small_batches(collection)
    counting = Killer()
    await collection.apply(plan, seam=counting)
    await collection.close()

    for at in range(1, len(counting.points) + 1):
        collection, plan, before = await planned(tmp_path / str(at))
        small_batches(collection)
        with pytest.raises(Killed):
            await collection.apply(plan, seam=Killer(at))
        await collection.close()
        if at % 2:
            run = await collection.apply(plan)
            assert (run.done, run.drifted, run.failed, run.skipped) == (16, 0, 0, 0), counting.points[at - 1]
            assert len(collection.waiting()) == 10
        else:
            (run,) = await collection.runs()
            assert run.state is RunState.INTERRUPTED
        if run.undoable:
            with contextlib.suppress(Usage):  # what was only intended may turn out not to have been done
                await collection.undo(run.run_id)
        assert collection.picture() == before, counting.points[at - 1]
        assert collection.waiting() == []
        await collection.close()


class AgedPracticeStore(PracticeStore):
    """The practice project's store, a month later."""

    async def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(days=30)


async def test_a_thousand_items_with_all_their_attributes_survive_death_at_every_tenth_write(tmp_path: Path) -> None:
    collection = Collection(tmp_path / "project")
    collection.fill(named=1100, orphans=1000)
    records = resources.files("resources") / "practice" / "storage_objects.sql"
    collection.sql(records.read_text("utf-8"))
    sizes = {p.name: p.stat() for p in (collection.storage / "photos" / "orphan").iterdir()}
    with closing(sqlite3.connect(collection.database)) as connection, connection:
        connection.executemany(
            "INSERT INTO storage_objects VALUES ('photos', ?, 'image/x-own', 'max-age=60', '{\"by\":\"Ana\"}', "
            "'2024-01-02T03:04:05+00:00', '2025-01-02T03:04:05+00:00', ?, ?)",
            [(f"orphan/{name}", status.st_size, status.st_mtime_ns) for name, status in sizes.items()],
        )

    def opened() -> None:
        collection.store = AgedPracticeStore(  # type: ignore[assignment]
            collection.storage, collection.profile.quarantine, collection.database
        )
        collection.store.limits = replace(collection.store.limits, batch_size=50)  # type: ignore[misc]
        collection.catalog = LocalCatalog(collection.database, left_out=frozenset({"storage_objects"}))

    opened()
    await collection.scan()
    plan = await collection.plan()
    before = collection.picture()

    async def until_done(work: Callable[[Killer], Awaitable[Run]]) -> Run:
        for _ in range(40):
            opened()
            try:
                return await work(Killer(10))
            except Killed:
                await collection.close()
        raise AssertionError("it never came to an end")

    run = await until_done(lambda seam: collection.apply(plan, allow_share=0.9, seam=seam))
    assert (run.done, run.drifted, run.failed) == (1000, 0, 0)
    undone = await until_done(lambda seam: collection.undo(run.run_id, seam=seam))
    assert (undone.done, undone.drifted, undone.failed) == (1000, 0, 0)
    assert collection.picture() == before
    await collection.close()
