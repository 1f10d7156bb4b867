"""Scenario 16: one side jumps back to an older backup. Both are kept, nothing is deleted."""

from __future__ import annotations

import shutil

from core.models import Kind
from core.plans import read_steps
from tests.scenarios.collection import Collection


async def test_a_catalog_restored_from_a_backup_orphans_nothing(collection: Collection) -> None:
    collection.fill(named=60)
    shutil.copy(collection.database, collection.folder / "backup.db")
    for number in range(40):
        collection.file(f"later/{number}.png")
        collection.sql("INSERT INTO photos (path) VALUES (?)", f"later/{number}.png")
    await collection.scan_later()
    await collection.catalog.close()
    shutil.copy(collection.folder / "backup.db", collection.database)
    before = collection.picture()
    await collection.close()

    await collection.scan_later()

    states = await collection.findings(Kind.FILE_WITHOUT_ROW)
    assert len(states) == 40 and set(states.values()) == {"unproven"}
    assert await read_steps(await collection.plan()) == ()
    assert collection.picture() == before


async def test_a_catalog_restored_after_the_plan_keeps_the_files_it_names(collection: Collection) -> None:
    collection.fill(named=60, orphans=5)
    collection.sql("INSERT INTO photos (path) SELECT 'orphan/0000' || value || '.png' FROM json_each('[0,1,2]')")
    shutil.copy(collection.database, collection.folder / "backup.db")
    collection.sql("DELETE FROM photos WHERE path LIKE 'orphan/%'")
    await collection.scan_later()
    plan = await collection.plan()
    await collection.close()
    shutil.copy(collection.folder / "backup.db", collection.database)

    run = await collection.apply(plan)

    assert (run.done, run.drifted) == (2, 3)
    assert len(collection.waiting()) == 2


async def test_a_storage_restored_after_the_plan_keeps_the_rows_of_its_files(collection: Collection) -> None:
    collection.fill(named=60, missing=5)
    await collection.scan_later()
    plan = await collection.plan()
    for number in range(5):
        collection.file(f"missing/{number:05d}.png")
    run = await collection.apply(plan)
    assert (run.done, run.drifted) == (0, 5)
    assert len(collection.sql("SELECT 1 FROM photos")) == 65
