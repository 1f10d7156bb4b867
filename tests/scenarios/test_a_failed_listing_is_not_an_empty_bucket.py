"""Scenario 3: what could not be read proves nothing, and too much at once is asked about first."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from core.apply import apply
from core.clients.local_catalog import LocalCatalog
from core.errors import Refused, Unavailable
from core.models import Kind, ObjectPage, Outcome, RunState
from core.ports import ObjectStore
from tests.scenarios.collection import PHOTOS, Collection


async def test_a_bucket_that_is_gone_by_now_takes_no_rows_with_it(collection: Collection) -> None:
    collection.fill(named=60, missing=5)
    await collection.scan_later()
    plan = await collection.plan()
    shutil.move(collection.storage / "photos", collection.folder / "elsewhere")

    run = await collection.apply(plan)

    assert (run.done, run.drifted) == (0, 5)
    assert len(collection.sql("SELECT 1 FROM photos")) == 65


async def test_a_scan_that_broke_off_since_refuses_an_older_plan(collection: Collection) -> None:
    collection.fill(named=60, orphans=5)
    await collection.scan_later()
    plan = await collection.plan()

    async def broken(bucket: str, **options: object) -> ObjectPage:
        raise Unavailable("The storage does not answer.")

    collection.store.list_objects = broken  # type: ignore[method-assign, assignment]
    report = await collection.scan()
    assert not report.complete
    with pytest.raises(Refused, match="not complete"):
        await collection.apply(plan)
    assert collection.waiting() == [] and await collection.runs() == ()
    del collection.store.list_objects  # type: ignore[attr-defined]


async def test_a_wiped_table_refuses_an_older_plan_until_it_is_accepted(tmp_path: Path) -> None:
    extra = replace(PHOTOS, name="extras", table="extras")
    collection = Collection(tmp_path, sources=(PHOTOS, extra))
    collection.sql("CREATE TABLE extras (id INTEGER PRIMARY KEY, path TEXT)")
    collection.fill(named=100, orphans=4)
    for number in range(40):
        collection.file(f"extra/{number}.png")
        collection.sql("INSERT INTO extras (path) VALUES (?)", f"extra/{number}.png")
    await collection.scan_later()
    plan = await collection.plan()
    collection.sql("DELETE FROM extras WHERE id > 10")
    await collection.scan()
    assert set((await collection.findings(Kind.FILE_WITHOUT_ROW)).values()) == {"unproven"}

    with pytest.raises(Refused, match="“extras” is doubted") as refused:
        await collection.apply(plan)
    assert "--accept-source extras" in refused.value.hint
    assert await collection.runs() == ()

    run = await collection.apply(plan, accept_sources=("extras",))
    assert (run.done, run.drifted) == (4, 0)
    await collection.close()


async def test_too_much_of_a_bucket_is_refused_until_the_share_is_allowed(collection: Collection) -> None:
    collection.fill(named=60, orphans=40)
    await collection.scan_later()
    plan = await collection.plan()

    with pytest.raises(Refused) as refused:
        await collection.apply(plan)
    assert refused.value.message == (
        "Refused: this would take 40 % of bucket photos (40 of 100 objects); the limit is 20 %."
    )
    assert "--allow-share 0.4 " in refused.value.hint
    with pytest.raises(Refused, match="the limit is 35 %"):
        await collection.apply(plan, allow_share=0.35)
    assert await collection.runs() == () and collection.waiting() == []

    run = await collection.apply(plan, allow_share=0.4)
    assert run.done == 40


async def test_slices_of_a_day_add_up_and_all_of_it_is_always_asked_about(collection: Collection) -> None:
    collection.fill(named=79, orphans=21)
    await collection.scan_later()
    ids = sorted(await collection.findings(Kind.FILE_WITHOUT_ROW))
    workspace = await collection.workspace()
    known = await workspace.inventory.read(
        lambda c: [r[0] for r in c.execute("SELECT id FROM findings WHERE kind = 'file_without_row' ORDER BY key")]
    )
    assert len(ids) == len(known) == 21
    first = await collection.apply(await collection.plan(only=known[:12], name="one"))
    assert first.done == 12
    second = await collection.plan(only=known[12:], name="two")
    with pytest.raises(Refused, match="12 of them in other runs"):
        await collection.apply(second)
    await collection.undo(first.run_id)
    assert (await collection.apply(second)).done == 9


async def test_a_share_that_was_allowed_holds_when_the_run_goes_on(collection: Collection) -> None:
    collection.store.limits = replace(collection.store.limits, batch_size=5)  # type: ignore[misc]
    collection.fill(named=60, orphans=40)
    await collection.scan_later()
    plan = await collection.plan()
    moves = collection.store.move
    calls: list[int] = []

    async def flaky(batch: object) -> tuple[Outcome, ...]:
        calls.append(1)
        if len(calls) == 3:
            raise Unavailable("The storage does not answer.")
        return await moves(batch)  # type: ignore[arg-type]

    collection.store.move = flaky  # type: ignore[method-assign, assignment]
    with pytest.raises(Unavailable):
        await collection.apply(plan, allow_share=0.5)
    (run,) = await collection.runs()
    assert (run.state, run.done) == (RunState.INTERRUPTED, 10)
    again = await collection.apply(plan)
    assert (again.run_id, again.done, again.failed, again.state) == (run.run_id, 40, 0, RunState.DONE)


async def test_the_mechanism_refuses_by_itself(collection: Collection) -> None:
    collection.fill(named=1, orphans=40)
    await collection.scan_later()
    plan = await collection.plan()
    store: ObjectStore = collection.store
    catalog = LocalCatalog(collection.database)
    with pytest.raises(Refused):
        await apply(await collection.workspace(), store, catalog, collection.profile, plan)
    await catalog.close()
