"""What a run has settled leaves the list at once, and comes back when the run is undone."""

from __future__ import annotations

import pytest

from core import practice
from core.browse import Browse
from core.engine import Engine, find_profile, open_engine
from core.models import FindingFilter, Kind, Repair, Selection, State
from core.progress import silent

EVERY = FindingFilter(states=tuple(State))


@pytest.fixture
async def engine() -> object:
    await practice.reset(200, 7, silent)
    opened = await open_engine(find_profile("practice"))
    await opened.scan()
    yield opened
    await opened.close()


async def _counts(browse: Browse, kind: Kind) -> tuple[int, int]:
    """As counted, and as listed."""
    wanted = FindingFilter(kinds=(kind,), states=(State.OPEN,))
    return await browse.findings.count(wanted), len(await browse.findings.numbers(wanted))


async def _ids(engine: Engine) -> tuple[str, ...]:
    findings = engine.browse.findings
    return await findings.ids(await findings.numbers(EVERY))


async def _apply(engine: Engine, kind: Kind, repair: Repair | None = None) -> str:
    _, path = await engine.plan_cleanup(Selection(FindingFilter(kinds=(kind,))), repair)
    return (await engine.apply(path)).run_id


@pytest.mark.parametrize("kind", [Kind.FILE_WITHOUT_ROW, Kind.WRONG_PREFIX])
async def test_what_was_cleaned_up_is_gone_until_it_is_undone(engine: Engine, kind: Kind) -> None:
    before = await _counts(engine.browse, kind)
    assert before[0] == before[1] > 0
    run = await _apply(engine, kind)
    assert await _counts(engine.browse, kind) == (0, 0)
    assert (await engine.status()).findings.get(kind, 0) == 0
    await engine.undo(run)
    assert await _counts(engine.browse, kind) == before


async def test_merged_copies_are_gone_and_a_mark_changes_nothing(engine: Engine) -> None:
    await _apply(engine, Kind.DUPLICATE_CONTENT, Repair.MERGE)
    assert await _counts(engine.browse, Kind.DUPLICATE_CONTENT) == (0, 0)
    before = await _counts(engine.browse, Kind.STALE_METADATA)
    await _apply(engine, Kind.STALE_METADATA, Repair.MARK_PENDING)
    assert await _counts(engine.browse, Kind.STALE_METADATA) == before


async def test_a_scan_agrees_with_what_was_settled(engine: Engine) -> None:
    await _apply(engine, Kind.FILE_WITHOUT_ROW)
    everything = await _ids(engine)
    await engine.scan()
    assert sorted(await _ids(engine)) == sorted(everything)


async def test_what_was_settled_by_one_plan_drifts_in_another(engine: Engine) -> None:
    wanted = Selection(FindingFilter(kinds=(Kind.FILE_WITHOUT_ROW,)))
    _, first = await engine.plan_cleanup(wanted)
    head, second = await engine.plan_cleanup(wanted)
    await engine.apply(first)
    run = await engine.apply(second)
    assert (run.done, run.drifted) == (0, head.steps)
