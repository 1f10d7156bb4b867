"""Emptying a bucket takes everything, wants its name, and can be undone."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest
import pytest_asyncio

from core import emptying
from core.engine import Engine, open_engine
from core.errors import NeedsConfirmation, NotFound, Usage
from core.models import FindingFilter, Kind, RunState, Selection
from core.practice import practice_profile, reset


@pytest_asyncio.fixture
async def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Engine]:
    monkeypatch.setenv("BUCKETDESK_HOME", str(tmp_path))
    await reset(objects=200, seed=3)
    opened = await open_engine(practice_profile())
    await opened.scan()
    yield opened
    await opened.close()


def _files(engine: Engine, bucket: str) -> dict[str, bytes]:
    assert engine.profile.storage is not None
    root = engine.profile.storage / bucket
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}


async def test_everything_goes_after_its_name_was_typed_and_all_of_it_comes_back(engine: Engine) -> None:
    before, others = _files(engine, "patient-images"), _files(engine, "sop-images")
    made = await engine.families.plan_empty("patient-images")
    assert (made.bucket, made.head.steps, made.more) == ("patient-images", len(before), False)
    assert made.rows > 0
    for name in (None, "sop-images", "bucketdesk-quarantine"):
        with pytest.raises(NeedsConfirmation, match="patient-images"):
            await engine.apply(made.path, confirm=name)
    assert _files(engine, "patient-images") == before
    run = await engine.apply(made.path, confirm="patient-images")
    assert (run.state, run.done, run.undoable) == (RunState.DONE, len(before), True)
    assert (_files(engine, "patient-images"), _files(engine, "sop-images")) == ({}, others)
    with pytest.raises(Usage, match="empty already"):
        await engine.families.plan_empty("patient-images")
    undone = await engine.undo(run.run_id)
    assert (undone.state, undone.done) == (RunState.DONE, len(before))
    assert _files(engine, "patient-images") == before


async def test_it_is_told_what_tables_mention_that_nobody_mapped_and_where_no_scan_has_looked(engine: Engine) -> None:
    assert engine.profile.storage is not None and engine.profile.catalog is not None
    assert (await engine.families.plan_empty("patient-images")).mentioned == 0
    with closing(sqlite3.connect(engine.profile.catalog)) as catalog, catalog:
        catalog.execute("CREATE TABLE letters (id INTEGER PRIMARY KEY, text TEXT)")
        keys = sorted(_files(engine, "patient-images"))[:2]
        catalog.executemany("INSERT INTO letters (text) VALUES (?)", [(key,) for key in keys])
    await engine.scan()
    made = await engine.families.plan_empty("patient-images")
    assert (made.mentioned, made.scanned) == (2, True)
    (engine.profile.storage / "new-here").mkdir()
    (engine.profile.storage / "new-here" / "a.png").write_bytes(b"a")
    made = await engine.families.plan_empty("new-here")
    assert (made.rows, made.scanned) == (0, False)


async def test_what_is_marked_to_keep_or_came_later_stays(engine: Engine) -> None:
    wanted = Selection(FindingFilter(kinds=(Kind.FILE_WITHOUT_ROW,), buckets=("patient-images",)))
    kept = await engine.keep(wanted, "evidence")
    assert kept
    made = await engine.families.plan_empty("patient-images")
    assert made.kept == kept
    assert engine.profile.storage is not None
    new = engine.profile.storage / "patient-images" / "new.png"
    new.write_bytes(b"came later")
    run = await engine.apply(made.path, confirm="patient-images")
    assert run.drifted == 0
    left = _files(engine, "patient-images")
    assert len(left) == kept + 1
    assert left["new.png"] == b"came later"


async def test_a_large_bucket_is_emptied_in_steps(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(emptying, "AT_ONCE", 10)
    count = len(_files(engine, "patient-images"))
    plans = 0
    while True:
        made = await engine.families.plan_empty("patient-images")
        await engine.apply(made.path, confirm="patient-images")
        plans += 1
        if not made.more:
            break
    assert plans == -(-count // 10)
    assert _files(engine, "patient-images") == {}


async def test_a_bucket_that_vanishes_or_never_was_is_told_of(engine: Engine) -> None:
    with pytest.raises(NotFound, match="nowhere"):
        await engine.families.plan_empty("nowhere")
    with pytest.raises(Usage, match="purge"):
        await engine.families.plan_empty("bucketdesk-quarantine")
    made = await engine.families.plan_empty("patient-images-1")
    assert engine.profile.storage is not None
    (engine.profile.storage / "patient-images-1").rename(engine.profile.storage.parent / "elsewhere")
    run = await engine.apply(made.path, confirm="patient-images-1")
    assert (run.done, run.drifted) == (0, made.head.steps)


async def test_what_was_emptied_can_be_purged_and_then_comes_back_no_more(engine: Engine) -> None:
    made = await engine.families.plan_empty("patient-images-1")
    run = await engine.apply(made.path, confirm="patient-images-1")
    head, path = await engine.plan_purge([run.run_id])
    assert head.steps == run.done
    purged = await engine.apply(path, confirm="bucketdesk-quarantine")
    assert (purged.done, purged.failed) == (run.done, 0)
    assert _files(engine, "patient-images-1") == {}
