"""A profile that is corrected after a scan starts its inventory afresh, and a scan of some buckets says so."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from core.engine import open_engine
from core.models import State
from core.profiles import Profile, ReferenceColumn, Source

SOURCE = Source("t", "t", ("id",), (ReferenceColumn("path", "bucket_path"),), describes=True)


def _project(folder: Path) -> Profile:
    for bucket in ("one", "two"):
        (folder / "storage" / bucket).mkdir(parents=True)
        (folder / "storage" / bucket / "a.jpg").write_bytes(b"a")
        (folder / "storage" / bucket / "b.jpg").write_bytes(b"b")
    with closing(sqlite3.connect(folder / "a.db")) as connection, connection:
        connection.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, path TEXT)")
        connection.executemany("INSERT INTO t (path) VALUES (?)", [("one/a.jpg",), ("two/a.jpg",)])
    return Profile("mine", "local", folder / "storage", folder / "a.db", sources=(SOURCE,))


async def test_a_profile_whose_catalog_was_corrected_scans_again_and_again(tmp_path: Path) -> None:
    profile = _project(tmp_path)
    shutil.copy(tmp_path / "a.db", tmp_path / "b.db")
    for catalog in ("a.db", "b.db", "a.db", "b.db"):
        engine = await open_engine(replace(profile, catalog=tmp_path / catalog))
        reports = [await engine.scan(), await engine.scan()]
        status = await engine.status()
        await engine.close()
        assert [(r.objects, r.rows, r.complete) for r in reports] == [(4, 2, True)] * 2
        assert status.states[State.YOUNG] == 2
        assert any("Wait for 2 findings" in step for step in status.next)


async def test_a_scan_of_some_buckets_does_not_claim_to_be_whole(tmp_path: Path) -> None:
    engine = await open_engine(_project(tmp_path))
    await engine.scan()
    assert (await engine.status()).complete
    await engine.scan(["one"])
    partial = await engine.status()
    await engine.scan()
    whole = await engine.status()
    await engine.close()
    assert not partial.complete and partial.next[0].startswith("Scan everything: the latest scan left out two")
    assert whole.complete
