"""Scenario 6 and the like: what was true when the plan was made is looked at again when it is applied."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from core.errors import BadPlan, Refused, Usage
from core.findings import identify
from core.keeps import keep
from core.models import Kind, Repair, RunState, Selection, Step, StepKind
from tests.scenarios.collection import PHOTOS, POSTS, Collection


def finding(kind: Kind, key: str, bucket: str = "photos") -> str:
    """The id of a finding about an object."""
    return identify(kind, bucket, key, "", "[]", "", None)


async def version(collection: Collection, key: str) -> str:
    """The version of an object as it is now."""
    (found,) = await collection.store.stat("photos", [key])
    assert found is not None
    return found.version


async def test_a_row_that_came_after_the_plan_keeps_its_file(collection: Collection) -> None:
    collection.fill(named=30, orphans=5)
    await collection.scan_later()
    plan = await collection.plan()
    collection.sql("INSERT INTO photos (path) VALUES (?)", "orphan/00002.png")

    run = await collection.apply(plan)

    assert (run.done, run.drifted, run.state) == (4, 1, RunState.DONE)
    assert "names it now" in (await collection.reasons(run.run_id))["orphan/00002.png"]
    assert (collection.storage / "photos/orphan/00002.png").exists()


@pytest.mark.parametrize("spelling", ["/orphan/00001.png", "photos/orphan/00001.png", "orphan%2F00001.png"])
async def test_however_the_new_row_spells_it(collection: Collection, spelling: str) -> None:
    collection.fill(named=30, orphans=3)
    await collection.scan_later()
    plan = await collection.plan()
    collection.sql("INSERT INTO photos (path) VALUES (?)", spelling)
    run = await collection.apply(plan)
    assert (run.done, run.drifted) == (2, 1)
    assert (collection.storage / "photos/orphan/00001.png").exists()


async def test_a_file_without_row_is_young_until_the_grace_period_is_over(collection: Collection) -> None:
    collection.fill(named=30, orphans=3)
    collection.store.ahead = timedelta(minutes=59)
    await collection.scan()
    assert set((await collection.findings(Kind.FILE_WITHOUT_ROW)).values()) == {"young"}
    collection.store.ahead = timedelta(days=30)
    await collection.scan()
    plan = await collection.plan()
    collection.store.ahead = timedelta(minutes=59)  # a clock set back makes everything young again
    run = await collection.apply(plan)
    assert (run.done, run.drifted) == (0, 3)
    assert "too young" in (await collection.reasons(run.run_id))["orphan/00000.png"]


async def test_a_file_that_was_changed_or_kept_meanwhile_stays(collection: Collection) -> None:
    collection.fill(named=30, orphans=4)
    await collection.scan_later()
    plan = await collection.plan()
    collection.file("orphan/00000.png", b"something else")
    kept = frozenset({finding(Kind.FILE_WITHOUT_ROW, "orphan/00001.png")})
    assert await keep(await collection.workspace(), Selection(only=kept), "the logo") == 1
    (collection.storage / "photos/orphan/00002.png").unlink()

    run = await collection.apply(plan)

    assert (run.done, run.drifted) == (1, 3)
    reasons = await collection.reasons(run.run_id)
    assert "changed" in reasons["orphan/00000.png"]
    assert "keep" in reasons["orphan/00001.png"]
    assert "not there" in reasons["orphan/00002.png"]


async def test_a_row_whose_file_came_back_stays(collection: Collection) -> None:
    collection.fill(named=30, missing=3)
    await collection.scan_later()
    plan = await collection.plan()
    collection.file("missing/00001.png")
    collection.sql("UPDATE photos SET title = 'new' WHERE path = ?", "missing/00002.png")
    run = await collection.apply(plan)
    assert (run.done, run.drifted) == (1, 2)
    assert len(collection.sql("SELECT 1 FROM photos WHERE path LIKE 'missing/%'")) == 2


async def test_what_a_row_names_in_the_very_moment_of_the_move_goes_straight_back(collection: Collection) -> None:
    collection.fill(named=30, orphans=5)
    await collection.scan_later()
    plan = await collection.plan()
    before = collection.picture()

    def seam(point: str) -> None:
        if point == "moved":
            collection.sql("INSERT INTO photos (path) VALUES (?)", "orphan/00003.png")

    run = await collection.apply(plan, seam=seam)

    assert (run.done, run.drifted) == (4, 1)
    assert "put back" in (await collection.reasons(run.run_id))["orphan/00003.png"]
    assert collection.picture()["photos/orphan/00003.png"] == before["photos/orphan/00003.png"]


async def test_what_a_text_names_meanwhile_goes_straight_back(blog: Collection) -> None:
    blog.fill(named=30, orphans=5)
    blog.sql("INSERT INTO posts (body) VALUES (?)", '<img src="named/00001.png">')
    await blog.scan_later()
    plan = await blog.plan()

    def seam(point: str) -> None:
        if point == "result":
            blog.sql("INSERT INTO posts (body) VALUES (?)", '<p>New! <img src="orphan/00004.png"></p>')

    run = await blog.apply(plan, seam=seam)

    assert (run.done, run.drifted) == (4, 1)
    assert (blog.storage / "photos/orphan/00004.png").exists()


async def test_a_text_written_before_the_run_protects_too(blog: Collection) -> None:
    blog.fill(named=30, orphans=3)
    blog.sql("INSERT INTO posts (body) VALUES (?)", '<img src="named/00001.png">')
    await blog.scan_later()
    plan = await blog.plan()
    blog.sql("INSERT INTO posts (body) VALUES (?)", '<img src="orphan/00001.png">')
    run = await blog.apply(plan)
    assert (run.done, run.drifted) == (2, 1)


async def test_an_unmapped_table_that_names_a_file_by_now_protects_it(collection: Collection) -> None:
    collection.fill(named=30, orphans=3)
    await collection.scan_later()
    plan = await collection.plan()
    collection.sql("CREATE TABLE notes (id INTEGER PRIMARY KEY, words TEXT)")
    collection.sql("INSERT INTO notes (words) VALUES (?)", "orphan/00001.png")
    run = await collection.apply(plan)
    assert (run.done, run.drifted) == (2, 1)


async def test_a_plan_applied_twice_changes_nothing_the_second_time(collection: Collection) -> None:
    collection.fill(named=30, orphans=3)
    await collection.scan_later()
    plan = await collection.plan()
    first = await collection.apply(plan)
    collection.file("orphan/00000.png", b"a new one of that name")
    after = collection.picture()
    assert await collection.apply(plan) == first
    assert collection.picture() == after


async def test_an_undone_plan_and_an_undone_run_are_refused(collection: Collection) -> None:
    collection.fill(named=30, orphans=3)
    await collection.scan_later()
    plan = await collection.plan()
    run = await collection.apply(plan)
    undone = await collection.undo(run.run_id)
    with pytest.raises(BadPlan, match="undone"):
        await collection.apply(plan)
    with pytest.raises(Usage, match="undone already"):
        await collection.undo(run.run_id)
    with pytest.raises(Usage, match="itself an undo"):
        await collection.undo(undone.run_id)
    assert [r.state for r in await collection.runs()] == [RunState.DONE, RunState.UNDONE]


async def test_steps_made_by_hand_do_only_what_findings_justify(collection: Collection) -> None:
    collection.fill(named=30, orphans=3, missing=2)
    collection.file("young/1.png")
    await collection.scan_later()
    before = collection.picture()
    named, orphan = "named/00001.png", "orphan/00001.png"
    proven = finding(Kind.FILE_WITHOUT_ROW, orphan)

    def removal(n: int, key: str, identity: str, size: int, seen: str) -> Step:
        return Step(
            n, StepKind.DELETE_OBJECT, bucket="photos", key=key, size_bytes=size, version=seen, finding=identity
        )

    row = {"id": 1, "path": named, "title": named, "rating": 0.1, "thumb": b"\x00\xff"}
    keys = {"table": "photos", "key_columns": ("id",), "row_key": (1,)}
    plan = await collection.by_hand(
        removal(1, named, "", 15, await version(collection, named)),
        removal(2, named, proven, 15, await version(collection, named)),
        removal(3, orphan, proven, 15, "another version"),
        Step(4, StepKind.DELETE_ROW, before=row, **keys),  # type: ignore[arg-type]
        Step(5, StepKind.DELETE_ROW, before=row, finding=proven, **keys),  # type: ignore[arg-type]
        Step(6, StepKind.UPDATE_ROW, before=row, after={"path": "gone"}, finding=proven, **keys),  # type: ignore[arg-type]
        Step(7, StepKind.INSERT_ROW, table="photos", key_columns=("id",), after={"path": named}, finding=proven),
    )
    run = await collection.apply(plan, allow_share=1.0)
    assert (run.done, run.drifted) == (0, 7)
    assert collection.picture() == before


async def test_a_plan_may_not_ask_for_what_no_step_may_do(collection: Collection) -> None:
    collection.fill(named=3)
    for number, step in enumerate(
        [
            Step(1, StepKind.RESTORE_OBJECT, bucket="photos", key="a"),
            Step(1, StepKind.DELETE_OBJECT, bucket="photos", key="a"),
            Step(1, StepKind.DELETE_OBJECT, bucket="bucketdesk-quarantine", key="a", version="1"),
            Step(1, StepKind.DELETE_ROW, table="photos", key_columns=("id",), row_key=(1,)),
            Step(
                1,
                StepKind.UPDATE_ROW,
                table="photos",
                key_columns=("id",),
                row_key=(1,),
                before={"id": 1},
                after={"id": 2},
            ),
            Step(1, StepKind.DELETE_OBJECT, bucket="photos", key="a", version="1", needs=(2,)),
        ]
    ):
        with pytest.raises(BadPlan, match="cannot be done"):
            await collection.apply(await collection.by_hand(step, name=str(number)))
    assert await collection.runs() == ()


async def test_without_a_scan_nothing_is_proven(collection: Collection) -> None:
    collection.fill(named=3)
    plan = await collection.by_hand(Step(1, StepKind.DELETE_OBJECT, bucket="photos", key="a", version="1"))
    with pytest.raises(Refused, match="scanned"):
        await collection.apply(plan)
    assert await collection.runs() == ()


async def test_a_source_that_was_mapped_after_the_scan_refuses_the_plan(tmp_path: Path) -> None:
    collection = Collection(tmp_path)
    collection.fill(named=30, orphans=3)
    await collection.scan_later()
    plan = await collection.plan()
    collection.profile = replace(collection.profile, sources=(PHOTOS, POSTS))
    with pytest.raises(Refused, match="posts"):
        await collection.apply(plan)
    assert len(collection.waiting()) == 0
    await collection.close()


async def test_a_cancelled_run_ends_its_batch_and_can_go_on(collection: Collection) -> None:
    collection.store.limits = replace(collection.store.limits, batch_size=2)  # type: ignore[misc]
    collection.fill(named=60, orphans=10)
    await collection.scan_later()
    plan = await collection.plan()
    tasks: list[asyncio.Task[object]] = []

    def seam(point: str) -> None:
        if point == "moved":
            tasks[0].cancel()

    tasks.append(asyncio.ensure_future(collection.apply(plan, seam=seam)))
    with pytest.raises(asyncio.CancelledError):
        await tasks[0]
    (run,) = await collection.runs()
    assert (run.state, run.done) == (RunState.INTERRUPTED, 2)
    assert len(collection.waiting()) == 2

    again = await collection.apply(plan)
    assert (again.run_id, again.done, again.state) == (run.run_id, 10, RunState.DONE)
    assert again.seconds > run.seconds


async def test_a_row_that_came_after_the_plan_gets_no_twin_and_survives_the_undo(collection: Collection) -> None:
    collection.fill(named=30, orphans=3)
    await collection.scan_later()
    plan = await collection.plan(Kind.FILE_WITHOUT_ROW, repair=Repair.INSERT)
    collection.sql("INSERT INTO photos (path, title) VALUES ('orphan/00001.png', 'by hand')")
    before = collection.picture()
    run = await collection.apply(plan)
    assert (run.done, run.drifted) == (2, 1)
    await collection.undo(run.run_id)
    assert collection.picture() == before


async def test_a_row_whose_file_comes_back_while_it_is_deleted_is_put_back(collection: Collection) -> None:
    collection.fill(named=30, missing=3)
    before = collection.sql("SELECT * FROM photos")
    await collection.scan_later()
    plan = await collection.plan()

    def seam(point: str) -> None:
        if point == "changed":
            collection.file("missing/00001.png")

    run = await collection.apply(plan, seam=seam)
    assert (run.done, run.drifted) == (2, 1)
    assert next(row for row in before if row[1] == "missing/00001.png") in collection.sql("SELECT * FROM photos")
