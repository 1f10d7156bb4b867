"""Retention by itself: planned at the threshold, applied only where its owner saw it and allowed it, and once."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from core import places
from core.engine import Engine, find_profile, open_engine
from core.errors import NotFound, Refused
from core.family_files import save_families
from core.models import Move, Outcome, Run, RunState, StepKind
from core.monitor import Round
from core.monitor.rounds import make_round
from core.practice import practice_profile, reset
from core.profiles import PRACTICE, RetentionRule
from core.retention.queue import Queued
from core.workspace import system_now

NAME = "patient-images"
_KEYS = "SELECT key FROM objects JOIN listings ON id = listing WHERE what = 'bucket' AND name = ? AND current = 1"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A practice project, made once."""
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BUCKETDESK_HOME", str(home))
        asyncio.run(reset(200, seed=3))
    return home


@pytest_asyncio.fixture
async def engine(tmp_path: Path, made: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Engine]:
    """A copy of it, whose patient images plan their retention by themselves and are 88 % full."""
    shutil.copytree(made, tmp_path / "home")
    monkeypatch.setenv("BUCKETDESK_HOME", str(tmp_path / "home"))
    set_family(automatic=frozenset({"alert", "overflow", "plan"}), retention_share=0.9)
    fill(0.88)
    opened = await open_engine(practice_profile())
    yield opened
    await opened.close()


def set_family(**values: object) -> None:
    family = practice_profile().family_of(NAME)
    assert family is not None
    changed = replace(family, **values)  # type: ignore[arg-type]
    save_families(practice_profile(), [changed, *practice_profile().families[1:]])


def fill(share: float) -> None:
    profile = practice_profile()
    family = profile.family_of(NAME)
    assert profile.storage is not None and family is not None
    folder = profile.storage / NAME
    held = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file() and path.name != "filling.png")
    (folder / "filling.png").write_bytes(b"x" * max(0, round(share * family.capacity_bytes) - held))


async def reopened(engine: Engine) -> Engine:
    """The project as its profile is now."""
    engine.profile = find_profile(PRACTICE)
    engine.families = replace(engine.families, profile=engine.profile)
    return engine


async def go(engine: Engine, hours: float = 0) -> Round:
    return await make_round(engine, system_now() + timedelta(hours=hours))


def ids(made: Round) -> list[str]:
    return [alert.id for alert in made.alerts]


async def deletions(engine: Engine) -> list[Run]:
    return [run for run in await engine.runs() if run.kind == "retention"]


async def test_a_plan_is_written_and_announced_once_a_day_and_nothing_is_deleted(engine: Engine) -> None:
    first = await go(engine)
    (deed,) = first.deeds
    assert (deed.kind, deed.steps > 0, Path(deed.file).exists()) == ("plan", True, True)
    assert ids(first) == [f"filling:{NAME}", f"plan:{NAME}"]
    assert "objects" in first.alerts[1].what and "bucketdesk-cli --practice apply" in first.alerts[1].next_step
    assert (await go(engine, 1)).deeds == ()
    next_day = await go(engine, 25)
    assert [one.kind for one in next_day.deeds] == ["plan"]
    assert next_day.told.news == ()
    assert not Path(deed.file).exists()
    fill(0.5)
    over = await go(engine, 26)
    assert (ids(over), len(over.told.ended)) == ([], 2)
    assert await deletions(engine) == []


async def test_what_is_applied_by_hand_needs_no_more_announcing(engine: Engine) -> None:
    (deed,) = (await go(engine)).deeds
    await engine.apply(Path(deed.file))
    fill(0.88)
    assert f"plan:{NAME}" not in ids(await go(engine, 1))


async def test_the_word_in_the_profile_alone_applies_nothing(engine: Engine) -> None:
    set_family(automatic=frozenset({"alert", "plan", "apply"}))
    made = await go(await reopened(engine))
    assert f"not-allowed:{NAME}" in ids(made)
    assert [deed.kind for deed in made.deeds] == ["plan"]
    assert await deletions(engine) == []


async def test_who_saw_it_and_allowed_it_has_it_applied_once(engine: Engine) -> None:
    seen = await engine.monitor.preview(NAME)
    assert sum(one.objects for one in seen.takings) > 0
    assert await deletions(engine) == []
    await engine.monitor.allow(seen)
    assert await deletions(engine) == []
    made = await go(await reopened(engine))
    assert [deed.kind for deed in made.deeds] == ["plan", "apply"]
    (run,) = await deletions(engine)
    assert (run.run_id, run.failed, run.done > 0) == (made.deeds[1].run_id, 0, True)
    assert [one for one in ids(made) if one.startswith("apply:")]
    fill(0.88)
    again = await go(engine, 1)
    assert (again.deeds, len(await deletions(engine))) == ((), 1)


class Everything:
    """A database that asks for everything in the bucket to go."""

    def __init__(self, keys: Sequence[str]) -> None:
        self._keys = keys

    async def removals(self) -> tuple[Queued, ...]:
        return tuple(Queued(n, NAME, key, system_now()) for n, key in enumerate(self._keys))


async def test_what_the_database_asks_for_is_no_part_of_what_the_owner_allows(engine: Engine) -> None:
    seen = (await engine.monitor.preview(NAME)).head.steps
    by_rules = (await engine.plan_retention([NAME]))[0].steps
    keys = await engine.workspace.inventory.read(lambda c: c.execute(_KEYS, (NAME,)).fetchall())
    engine.project = Everything([key for (key,) in keys])  # type: ignore[assignment]
    assert (await engine.plan_retention([NAME]))[0].steps > by_rules > 0

    (deed,) = (await go(engine)).deeds

    assert (deed.steps, (await engine.monitor.preview(NAME)).head.steps) == (by_rules, seen)


async def test_who_takes_it_back_is_not_overruled_the_next_day(engine: Engine) -> None:
    await engine.monitor.allow(await engine.monitor.preview(NAME))
    made = await go(await reopened(engine))
    await engine.undo(made.deeds[1].run_id)
    next_day = await go(engine, 25)
    assert [deed.kind for deed in next_day.deeds] == ["plan"]
    assert f"not-allowed:{NAME}" in ids(next_day)
    assert "taken back" in next(one.what for one in next_day.alerts if one.id.startswith("not-allowed"))


async def test_who_takes_back_what_still_can_be_is_not_overruled_either(engine: Engine) -> None:
    await engine.monitor.allow(await engine.monitor.preview(NAME))
    made = await go(await reopened(engine))
    run_id = made.deeds[1].run_id
    taken = next(e.step for e in await engine.run_steps(run_id) if e.step.kind is StepKind.DELETE_OBJECT)
    in_its_place = places.practice() / "storage" / NAME / taken.key
    in_its_place.parent.mkdir(parents=True, exist_ok=True)
    in_its_place.write_bytes(b"made anew meanwhile")
    undone = await engine.undo(run_id)
    assert undone.drifted and undone.done
    assert len(await deletions(engine)) == 1
    next_day = await go(engine, 25)
    assert f"not-allowed:{NAME}" in ids(next_day)
    assert len(await deletions(engine)) == 1


async def test_a_run_that_was_interrupted_goes_on_the_next_day_instead_of_a_new_one(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    await engine.monitor.allow(await engine.monitor.preview(NAME))
    await reopened(engine)
    closing = asyncio.create_task(go(engine))
    move = engine.store.move

    async def move_and_close(moves: Sequence[Move]) -> tuple[Outcome, ...]:
        closing.cancel()
        return await move(moves)

    monkeypatch.setattr(engine.store, "move", move_and_close)
    with pytest.raises(asyncio.CancelledError):
        await closing
    monkeypatch.setattr(engine.store, "move", move)
    (begun,) = await deletions(engine)
    assert begun.state is RunState.INTERRUPTED
    made = await go(engine, 25)
    (run,) = await deletions(engine)
    assert (run.run_id, run.state, [deed.kind for deed in made.deeds]) == (begun.run_id, RunState.DONE, ["apply"])


async def test_other_rules_are_to_be_seen_anew_and_forbidding_ends_it(engine: Engine) -> None:
    await engine.monitor.allow(await engine.monitor.preview(NAME))
    set_family(rules=(RetentionRule(1),))
    made = await go(await reopened(engine))
    assert f"not-allowed:{NAME}" in ids(made)
    await engine.monitor.forbid(NAME)
    family = practice_profile().family_of(NAME)
    assert family is not None and family.automatic == {"alert", "overflow", "plan"}
    assert f"not-allowed:{NAME}" not in ids(await go(await reopened(engine), 1))
    assert await deletions(engine) == []


async def test_the_guard_stops_what_takes_too_much_and_says_so(engine: Engine) -> None:
    set_family(retention_share=0.0, rules=(RetentionRule(1),))
    await reopened(engine)
    await engine.monitor.allow(await engine.monitor.preview(NAME))
    made = await go(await reopened(engine))
    assert await deletions(engine) == []
    (told,) = [alert for alert in made.alerts if alert.id.startswith("apply:")]
    assert "not applied by itself" in told.what
    (plan,) = [deed.file for deed in made.deeds if deed.kind == "plan"]
    assert "--allow-share" in told.next_step and f"apply {plan}" in told.next_step  # the file is named nowhere else
    assert (await go(engine, 1)).deeds == ()


async def test_an_incomplete_scan_lets_nothing_be_taken(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    catalog = places.practice() / "catalog.db"
    await engine.monitor.allow(await engine.monitor.preview(NAME))
    catalog.rename(catalog.with_suffix(".away"))
    made = await go(await reopened(engine), 25)  # the last scan is old by then, and the next one sees no rows
    assert await deletions(engine) == []
    assert not [deed for deed in made.deeds if deed.steps]


async def test_a_family_without_rules_of_age_says_so_and_is_not_scanned_for_it_again(engine: Engine) -> None:
    set_family(retention_days=None)
    await reopened(engine)
    (told,) = [alert for alert in (await go(engine)).alerts if alert.id == f"no-plan:{NAME}"]
    assert "over age" in told.what
    scanned = (await engine.status()).scanned_at
    await go(engine, 1)
    assert (await engine.status()).scanned_at == scanned


async def test_a_project_that_is_only_looked_at_allows_nothing(engine: Engine) -> None:
    engine.profile = replace(engine.profile, read_only=True)
    with pytest.raises(Refused):
        await engine.monitor.preview(NAME)
    with pytest.raises(NotFound):
        await engine.monitor.forbid("nothing")
