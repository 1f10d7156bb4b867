"""Projects that are only looked at, and projects in production: the mechanism itself says no."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from core.connection import Connection
from core.engine import connect, open_engine
from core.errors import NeedsConfirmation, Refused
from core.models import FindingFilter, Kind, RunState, Selection
from core.ports import Catalog, ObjectStore
from core.practice import practice_profile, reset
from core.profiles import Profile
from core.read_only import ReadOnlyCatalog, ReadOnlyStore

WRITES = {"move", "remove", "upload", "change"}
ORPHANS = Selection(FindingFilter(kinds=(Kind.FILE_WITHOUT_ROW,)))


def files(profile: Profile) -> set[Path]:
    assert profile.storage is not None
    return {path for path in profile.storage.rglob("*") if path.is_file()}


async def planned(tmp_path: Path) -> tuple[Profile, Path]:
    await reset(60)
    profile = practice_profile()
    engine = await open_engine(profile)
    try:
        await engine.scan()
        _, path = await engine.plan_cleanup(ORPHANS, path=tmp_path / "plan.jsonl")
    finally:
        await engine.close()
    return profile, path


async def test_a_read_only_project_is_scanned_and_planned_but_never_changed(tmp_path: Path) -> None:
    profile, path = await planned(tmp_path)
    before = files(profile)
    engine = await open_engine(replace(profile, read_only=True))
    try:
        await engine.scan()
        with pytest.raises(Refused, match="read-only") as caught:
            await engine.apply(path, allow_share=1)
        assert "profile" in caught.value.hint
        with pytest.raises(Refused, match="read-only"):
            await engine.undo("anything")
        assert await engine.runs() == ()
    finally:
        await engine.close()
    assert files(profile) == before


@pytest.mark.parametrize("port", [ObjectStore, Catalog])
async def test_whatever_a_port_offers_either_looks_or_is_refused(port: type, tmp_path: Path) -> None:
    await reset(60)
    store, catalog = await connect(replace(practice_profile(), read_only=True))
    guarded: object = store if port is ObjectStore else catalog
    assert isinstance(guarded, ReadOnlyStore | ReadOnlyCatalog)
    for name, method in inspect.getmembers(port, inspect.isfunction):
        if name.startswith("_"):
            continue
        assert hasattr(guarded, name), f"{name} is missing"
        if name in WRITES:
            arguments: list[object] = [None] * (len(inspect.signature(method).parameters) - 1)
            ask: Callable[..., object] = getattr(guarded, name)
            with pytest.raises(Refused, match="read-only"):
                await ask(*arguments)  # type: ignore[misc]
    await Connection(store, catalog).close()


async def test_production_wants_its_name_and_nothing_else_will_do(tmp_path: Path) -> None:
    profile, path = await planned(tmp_path)
    before = files(profile)
    engine = await open_engine(replace(profile, production=True))
    try:
        for given in (None, "", "yes", "bucketdesk-quarantine", "Practice"):
            with pytest.raises(NeedsConfirmation, match="in production") as caught:
                await engine.apply(path, confirm=given)
            assert "--confirm practice" in caught.value.hint
        assert files(profile) == before
        assert await engine.runs() == ()
        run = await engine.apply(path, confirm="practice")
        assert (run.state, run.done) == (RunState.DONE, run.steps)
        assert await engine.apply(path) == run, "what was confirmed once is no new decision"
        _, purge = await engine.plan_purge(path=tmp_path / "purge.jsonl")
        with pytest.raises(NeedsConfirmation):
            await engine.apply(purge, confirm="bucketdesk-quarantine")
    finally:
        await engine.close()
