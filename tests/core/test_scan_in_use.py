"""A database that another program holds makes a scan incomplete, and says so."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from core.clients import foreign_sqlite, open_local
from core.inventory import scan
from core.models import State
from core.profiles import Profile, ReferenceColumn, Source
from core.status import read_status
from core.workspace import Workspace


async def test_a_catalog_in_use_makes_a_scan_incomplete_and_everything_unproven(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(foreign_sqlite, "PATIENCE_SECONDS", 0.2)
    (tmp_path / "storage" / "b").mkdir(parents=True)
    (tmp_path / "storage" / "b" / "a.jpg").write_bytes(b"a")
    holder = sqlite3.connect(tmp_path / "held.db")
    holder.executescript("CREATE TABLE t (id INTEGER PRIMARY KEY, path TEXT);")
    holder.execute("BEGIN EXCLUSIVE")
    source = Source("t", "t", ("id",), (ReferenceColumn("path", "path"),), describes=True, bucket="b")
    profile = Profile("p", "local", tmp_path / "storage", tmp_path / "held.db", sources=(source,))
    store, catalog = open_local(profile)
    workspace = await Workspace.open(tmp_path / "workspace", "p")
    try:
        report = await scan(store, catalog, workspace, profile)
        status = await read_status(workspace, profile)
    finally:
        holder.close()
        await catalog.close()
        await store.close()
        await workspace.close()
    assert not report.complete
    (told,) = (s for s in report.sources if s.name == "t")
    assert "in use by another program" in told.why
    assert status.states[State.UNPROVEN] == 1 and status.states[State.OPEN] == 0
    assert any("Close what holds the catalog" in step for step in status.next)
