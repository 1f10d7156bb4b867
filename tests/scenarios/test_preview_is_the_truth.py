"""Scenario 2: a plan writes nothing, and applying it does exactly its steps."""

from __future__ import annotations

from core.models import Kind, RunState
from core.plan_files import read_head
from tests.scenarios.collection import Collection


async def test_a_clean_up_does_exactly_the_previewed_steps_and_its_undo_leaves_no_trace(collection: Collection) -> None:
    collection.fill(named=100, orphans=10, missing=7)
    before = collection.picture()
    await collection.scan_later()
    plan = await collection.plan()
    assert collection.picture() == before
    head = read_head(plan)
    assert dict(head.by_kind) == {"delete_object": 10, "delete_row": 7}

    run = await collection.apply(plan)

    assert (run.done, run.skipped, run.failed, run.drifted) == (17, 0, 0, 0)
    assert (run.state, run.steps, run.bytes) == (RunState.DONE, 17, head.bytes)
    after = collection.picture()
    assert {key for key in before if key not in after} == {f"photos/orphan/{n:05d}.png" for n in range(10)}
    assert len(collection.sql("SELECT id FROM photos")) == 100
    assert len(collection.waiting()) == 10

    undone = await collection.undo(run.run_id)

    assert (undone.kind, undone.state, undone.done, undone.undoable) == ("undo", RunState.DONE, 17, False)
    assert collection.picture() == before
    assert collection.waiting() == [] and collection.manifests() == 0
    await collection.scan()
    assert len(await collection.findings(Kind.FILE_WITHOUT_ROW)) == 10
