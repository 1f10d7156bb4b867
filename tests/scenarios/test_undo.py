"""Undo never overwrites, goes on where it stopped, and says what cannot come back."""

from __future__ import annotations

import shutil
from dataclasses import replace

import pytest

from core.errors import NeedsConfirmation, NotFound, Usage
from core.models import Repair, RunState
from tests.scenarios.collection import Collection
from tests.scenarios.killing import Killed, Killer, start_again


async def cleaned(collection: Collection, **options: object) -> str:
    """The run of a clean-up of 5 orphans and 3 rows."""
    collection.fill(named=60, orphans=5, missing=3)
    await collection.scan_later()
    run = await collection.apply(await collection.plan(**options))  # type: ignore[arg-type]
    assert run.failed == run.drifted == 0
    return run.run_id


async def test_where_another_file_stands_now_ours_stays_in_the_quarantine(collection: Collection) -> None:
    run_id = await cleaned(collection)
    newcomer = collection.file("orphan/00001.png", b"a newcomer")
    collection.sql("INSERT INTO photos (id, path) VALUES (61, 'another row')")

    undone = await collection.undo(run_id)

    assert (undone.done, undone.drifted, undone.failed, undone.state) == (6, 2, 0, RunState.PARTLY)
    assert newcomer.read_bytes() == b"a newcomer"
    assert len(collection.waiting()) == 1 and collection.manifests() > 0
    assert collection.sql("SELECT path FROM photos WHERE id = 61") == [("another row",)]

    newcomer.unlink()
    collection.sql("DELETE FROM photos WHERE id = 61")
    again = await collection.undo(run_id)
    assert (again.done, again.drifted, again.state) == (2, 0, RunState.DONE)
    assert again.run_id != undone.run_id
    assert collection.waiting() == [] and collection.manifests() == 0
    assert {run.run_id: run.state for run in await collection.runs()}[run_id] is RunState.UNDONE


async def test_rows_that_were_changed_since_are_left_alone(collection: Collection) -> None:
    collection.sql("ALTER TABLE photos ADD COLUMN status TEXT DEFAULT 'ok'")
    collection.profile = replace(
        collection.profile, sources=(replace(collection.profile.sources[0], status_column="status"),)
    )
    collection.fill(named=60, missing=3)
    before = collection.picture()
    await collection.scan_later()
    run = await collection.apply(await collection.plan())
    assert run.done == 3
    assert len(collection.sql("SELECT 1 FROM photos WHERE status = 'error'")) == 3
    collection.sql("UPDATE photos SET title = 'mine' WHERE path = 'missing/00001.png'")
    undone = await collection.undo(run.run_id)
    assert (undone.done, undone.drifted) == (2, 1)
    assert len(collection.sql("SELECT 1 FROM photos WHERE status = 'error' AND title = 'mine'")) == 1
    collection.sql("UPDATE photos SET title = 'missing/00001.png' WHERE title = 'mine'")
    await collection.undo(run.run_id)
    assert collection.picture() == before


async def test_a_row_that_somebody_put_back_already_is_fine(collection: Collection) -> None:
    run_id = await cleaned(collection)
    collection.sql("INSERT INTO photos VALUES (61, 'missing/00000.png', 'missing/00000.png', 0.1, x'00ff')")
    undone = await collection.undo(run_id)
    assert (undone.done + undone.skipped, undone.drifted, undone.failed) == (8, 0, 0)
    assert {run.run_id: run.state for run in await collection.runs()}[run_id] is RunState.UNDONE


async def test_after_a_purge_the_rest_comes_back_and_the_purged_is_named(collection: Collection) -> None:
    run_id = await cleaned(collection)
    plan, head = await collection.plan_purge(run_id)
    assert head.steps == 5 and head.by_kind == {"purge_object": 5}
    with pytest.raises(NeedsConfirmation):
        await collection.apply(plan)
    with pytest.raises(NeedsConfirmation):
        await collection.apply(plan, confirm="yes")
    assert len(collection.waiting()) == 5

    purge = await collection.apply(plan, confirm="test")

    assert (purge.kind, purge.done, purge.undoable, purge.state) == ("purge", 5, False, RunState.DONE)
    assert collection.waiting() == [] and collection.manifests() == 0
    with pytest.raises(Usage, match="purged"):
        await collection.undo(purge.run_id)
    undone = await collection.undo(run_id)
    assert (undone.done, undone.failed, undone.state) == (3, 5, RunState.PARTLY)
    assert "purged" in (await collection.reasons(undone.run_id))["orphan/00001.png"]
    with pytest.raises(Usage):
        await collection.plan_purge()


async def test_a_purge_that_dies_at_every_point_purges_all_and_nothing_else(collection: Collection) -> None:
    run_id = await cleaned(collection)
    stranger = collection.profile.quarantine / "somebody" / "file.png"
    stranger.parent.mkdir(parents=True)
    stranger.write_bytes(b"not ours")
    plan, _ = await collection.plan_purge(run_id)

    async def work(seam: Killer) -> object:
        collection.store.limits = replace(collection.store.limits, batch_size=2)  # type: ignore[misc]
        return await collection.apply(plan, confirm="bucketdesk-quarantine", seam=seam)

    purge, _ = await start_again(collection, work)  # type: ignore[arg-type]
    assert purge.done == 5  # type: ignore[attr-defined]
    assert collection.waiting() == ["somebody/file.png"]


async def test_an_interrupted_run_can_be_undone_and_is_then_over(collection: Collection) -> None:
    collection.fill(named=60, orphans=6)
    collection.store.limits = replace(collection.store.limits, batch_size=2)  # type: ignore[misc]
    before = collection.picture()
    await collection.scan_later()
    plan = await collection.plan()
    seen: list[str] = []

    def seam(point: str) -> None:
        seen.append(point)
        if seen.count("moved") == 2:
            raise Killed

    with pytest.raises(Killed):
        await collection.apply(plan, seam=seam)
    await collection.close()
    (run,) = await collection.runs()
    undone = await collection.undo(run.run_id)
    assert undone.done == 4
    assert collection.picture() == before
    (_, run) = await collection.runs()
    assert (run.state, run.done, run.skipped) == (RunState.UNDONE, 4, 2)


@pytest.mark.parametrize("repair", [None, Repair.ARCHIVE])
async def test_a_desk_without_the_journal_undoes_from_the_manifests(
    collection: Collection, repair: Repair | None
) -> None:
    collection.fill(named=60, orphans=5, missing=0 if repair else 3)
    before = collection.picture()
    await collection.scan_later()
    run = await collection.apply(await collection.plan(repair=repair))
    await collection.close()
    shutil.rmtree(collection.folder / "workspace")

    with pytest.raises(NotFound):
        await collection.undo("20200101-000000-abcdef")
    undone = await collection.undo(run.run_id)

    assert (undone.done, undone.drifted, undone.failed) == (5 if repair else 8, 0, 0)
    assert collection.picture() == before
    assert collection.waiting() == [] and collection.manifests() == 0


async def test_a_desk_without_the_archive_says_what_is_missing_and_undoes_once_it_is_there(
    collection: Collection,
) -> None:
    collection.fill(named=60, orphans=5)
    before = collection.picture()
    await collection.scan_later()
    run = await collection.apply(await collection.plan(repair=Repair.ARCHIVE))
    after = collection.picture()
    await collection.close()
    shutil.rmtree(collection.folder / "workspace")
    archive = collection.profile.archive / run.run_id
    elsewhere = archive.rename(collection.folder / "elsewhere")

    for _ in range(2):
        undone = await collection.undo(run.run_id)
        assert (undone.done, undone.failed) == (0, 5)
        reasons = set((await collection.reasons(undone.run_id)).values())
        assert len(reasons) == 1 and f"to {archive}, and undo again" in reasons.pop()
        assert collection.picture() == after and collection.manifests() > 0

    elsewhere.rename(archive)
    undone = await collection.undo(run.run_id)
    assert (undone.done, undone.drifted, undone.failed) == (5, 0, 0)
    assert collection.picture() == before
    assert collection.waiting() == [] and collection.manifests() == 0
