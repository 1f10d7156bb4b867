"""Steps that go along with others: rows that depend on rows, rows that name a copy. All of it, or none."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest_asyncio

from core.models import Kind, Repair, RunState, StepKind
from core.plans import read_steps
from tests.scenarios.collection import PHOTOS, Collection
from tests.scenarios.killing import Killer, start_again

FAMILY = """
CREATE TABLE comments (id INTEGER PRIMARY KEY, photo INTEGER REFERENCES photos (id) ON DELETE CASCADE, words TEXT);
CREATE TABLE likes (id INTEGER PRIMARY KEY, comment INTEGER REFERENCES comments (id) ON DELETE CASCADE);
CREATE TABLE albums (id INTEGER PRIMARY KEY, cover INTEGER REFERENCES photos (id) ON DELETE SET NULL, name TEXT);
"""


@pytest_asyncio.fixture
async def family(tmp_path: Path) -> AsyncIterator[Collection]:
    """Photos with comments, likes of these, and albums: the rows of four missing files have some of each."""
    made = Collection(tmp_path / "project")
    made.sql(FAMILY)
    made.fill(named=200, missing=4)
    made.sql("INSERT INTO comments (photo, words) SELECT id, 'nice' FROM photos, (SELECT 1 UNION SELECT 2)")
    made.sql("INSERT INTO likes (comment) SELECT id FROM comments")
    made.sql("INSERT INTO albums (cover, name) SELECT id, title FROM photos")
    yield made
    await made.close()


async def test_rows_that_hang_on_a_row_go_and_come_back_with_it(family: Collection) -> None:
    before = family.picture()
    await family.scan_later()
    plan = await family.plan(repair=Repair.DELETE)
    run = await family.apply(plan)
    assert (run.done, run.drifted, run.failed, run.state) == (4 + 8 + 8 + 4, 0, 0, RunState.DONE)
    assert family.sql("SELECT count(*) FROM comments")[0][0] == 400
    assert family.sql("SELECT count(*) FROM albums WHERE cover IS NULL")[0][0] == 4
    undone = await family.undo(run.run_id)
    assert (undone.done, undone.drifted, undone.failed) == (24, 0, 0)
    assert family.picture() == before


async def test_a_row_that_must_stay_keeps_all_that_hangs_on_it(family: Collection) -> None:
    await family.scan_later()
    plan = await family.plan(repair=Repair.DELETE)
    before = family.picture()
    family.store.limits = replace(family.store.limits, batch_size=3)  # type: ignore[misc]
    family.file("missing/00002.png")
    run = await family.apply(plan)
    assert run.done == 3 * 6
    assert run.done + run.skipped + run.drifted + run.failed == 24
    (number,) = family.sql("SELECT id FROM photos WHERE path = 'missing/00002.png'")[0]
    assert family.sql("SELECT count(*) FROM comments WHERE photo = ?", number) == [(2,)]
    assert family.sql("SELECT count(*) FROM albums WHERE cover = ?", number) == [(1,)]
    assert family.sql("SELECT count(*) FROM likes")[0][0] == 400 + 2
    (family.storage / "photos/missing/00002.png").unlink()
    (family.storage / "photos/missing").rmdir()
    await family.undo(run.run_id)
    assert family.picture() == before


async def test_a_new_dependent_keeps_its_row_and_puts_the_others_back(family: Collection) -> None:
    await family.scan_later()
    plan = await family.plan(repair=Repair.DELETE)
    (number,) = family.sql("SELECT id FROM photos WHERE path = 'missing/00001.png'")[0]
    family.sql("INSERT INTO comments (photo, words) VALUES (?, 'just now')", number)
    before = family.sql("SELECT * FROM comments WHERE photo = ?", number)
    run = await family.apply(plan)
    assert run.done == 3 * 6
    assert family.sql("SELECT * FROM comments WHERE photo = ?", number) == before
    assert run.state is RunState.PARTLY and run.failed == 1


async def test_killed_anywhere_a_row_and_its_dependents_stay_together(family: Collection) -> None:
    await family.scan_later()
    plan = await family.plan(repair=Repair.DELETE)
    before = family.picture()
    (number,) = family.sql("SELECT id FROM photos WHERE path = 'missing/00001.png'")[0]
    family.sql("INSERT INTO comments (id, photo, words) VALUES (9999, ?, 'just now')", number)

    async def work(seam: Killer) -> object:
        family.store.limits = replace(family.store.limits, batch_size=5)  # type: ignore[misc]
        return await family.apply(plan, seam=seam)

    run, processes = await start_again(family, work)  # type: ignore[arg-type]
    assert processes > 3
    assert (run.done, run.failed) == (18, 1)  # type: ignore[attr-defined]
    assert family.sql("SELECT count(*) FROM comments WHERE photo = ?", number) == [(3,)]
    await family.undo(run.run_id)  # type: ignore[attr-defined]
    family.sql("DELETE FROM comments WHERE id = 9999")
    assert family.picture() == before


@pytest_asyncio.fixture
async def copies(tmp_path: Path) -> AsyncIterator[Collection]:
    """Three equal pictures, each named by a row, among others; `first` is the oldest."""
    made = Collection(tmp_path / "project")
    made.fill(named=120)
    for key in ("first.png", "second.png", "third.png"):
        made.file(key, b"the same picture")
        made.sql("INSERT INTO photos (path, title) VALUES (?, ?)", key, key)
    yield made
    await made.close()


async def test_merged_copies_leave_rows_that_name_the_one_kept(copies: Collection) -> None:
    before = copies.picture()
    await copies.scan_later()
    plan = await copies.plan(Kind.DUPLICATE_CONTENT, repair=Repair.MERGE)
    steps = await read_steps(plan)
    assert [s.kind for s in steps].count(StepKind.DELETE_OBJECT) == 2
    run = await copies.apply(plan)
    assert (run.done, run.drifted, run.failed) == (4, 0, 0), await copies.reasons(run.run_id)
    assert (
        len(copies.sql("SELECT DISTINCT path FROM photos WHERE title IN ('first.png', 'second.png', 'third.png')")) == 1
    )
    undone = await copies.undo(run.run_id)
    assert (undone.done, undone.drifted) == (4, 0)
    assert copies.picture() == before


async def test_a_copy_that_differs_by_now_gets_its_row_back(copies: Collection) -> None:
    await copies.scan_later()
    plan = await copies.plan(Kind.DUPLICATE_CONTENT, repair=Repair.MERGE)
    going = [s.key for s in await read_steps(plan) if s.kind is StepKind.DELETE_OBJECT]
    copies.store.limits = replace(copies.store.limits, batch_size=1)  # type: ignore[misc]
    copies.file(going[0], b"another picture!")

    run = await copies.apply(plan)

    assert (run.done, run.drifted, run.skipped, run.failed) == (2, 1, 1, 0)
    assert copies.sql("SELECT path FROM photos WHERE title = ?", going[0]) == [(going[0],)]
    assert (copies.storage / "photos" / going[0]).read_bytes() == b"another picture!"


async def test_a_mere_mention_is_never_deleted(tmp_path: Path) -> None:
    made = Collection(tmp_path, sources=(replace(PHOTOS, describes=False),))
    made.fill(named=100, missing=3)
    await made.scan_later()
    plan = await made.plan(Kind.ROW_WITHOUT_FILE, repair=Repair.DELETE)
    assert await read_steps(plan) == ()
    await made.close()
