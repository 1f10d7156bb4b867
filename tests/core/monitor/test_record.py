"""Alerts in the journal: kept from program to program, acknowledged, and told once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from core.capacity.alerts import update
from core.capacity.models import BucketUse, Level
from core.errors import NotFound
from core.monitor.record import Told, acknowledge, past_alerts, renew, standing_alerts
from core.workspace import Workspace
from tests.core.monitor.projects import START, use


async def after(workspace: Workspace, *uses: BucketUse, minutes: int = 0, project: str = "p") -> Told:
    now = START + timedelta(minutes=minutes)
    return await renew(workspace, project, lambda before: update(before, uses, now), now)


async def test_what_was_told_is_known_to_the_next_program_and_told_once(workspace: Workspace) -> None:
    first = await after(workspace, use("a", 0.9), use("b", 0.99))
    assert [alert.id for alert in first.news] == ["filling:b", "filling:a"]
    again = await after(workspace, use("a", 0.9), use("b", 0.99), minutes=5)
    assert (again.news, again.ended) == ((), ())
    assert again.standing == first.standing == await standing_alerts(workspace, "p")
    assert await standing_alerts(workspace, "another project") == ()


async def test_an_acknowledged_alert_is_news_again_only_when_it_is_worse(workspace: Workspace) -> None:
    await after(workspace, use("a", 0.9))
    (seen,) = await acknowledge(workspace, "p", ["filling:a"], START)
    assert seen.acknowledged
    same = await after(workspace, use("a", 0.92), minutes=5)
    assert same.news == ()
    assert [(one.acknowledged, "92 %" in one.what) for one in same.standing] == [(True, True)]
    worse = await after(workspace, use("a", 0.96), minutes=10)
    assert [(one.level, one.acknowledged, one.since) for one in worse.news] == [(Level.OVERFLOW, False, START)]
    assert await standing_alerts(workspace, "p") == worse.standing


async def test_an_alert_that_is_over_is_history_and_begins_anew(workspace: Workspace) -> None:
    await after(workspace, use("a", 0.9))
    await acknowledge(workspace, "p", ["filling:a"], START)
    over = await after(workspace, use("a", 0.5), minutes=5)
    assert (over.standing, [one.id for one in over.ended]) == ((), ["filling:a"])
    (past,) = await past_alerts(workspace, "p")
    assert (past.ended, past.acknowledged) == (START + timedelta(minutes=5), True)
    anew = await after(workspace, use("a", 0.9), minutes=10)
    assert [one.acknowledged for one in anew.news] == [False]
    assert len(await past_alerts(workspace, "p")) == 1


async def test_what_does_not_stand_cannot_be_acknowledged_and_nothing_else_is_then(workspace: Workspace) -> None:
    await after(workspace, use("a", 0.9))
    with pytest.raises(NotFound, match="b") as caught:
        await acknowledge(workspace, "p", ["filling:a", "filling:b"], START)
    assert "filling:a" in caught.value.hint
    assert [one.acknowledged for one in await standing_alerts(workspace, "p")] == [False]


async def test_a_clock_set_back_ends_no_alert_before_it_began(workspace: Workspace) -> None:
    await after(workspace, use("a", 0.9))
    await after(workspace, minutes=-600)
    (past,) = await past_alerts(workspace, "p")
    assert past.ended == past.since == START


async def test_ten_thousand_buckets_are_told_of_at_once(workspace: Workspace) -> None:
    uses = [use(f"b-{n}", 0.9) for n in range(10_000)]
    assert len((await after(workspace, *uses)).news) == 10_000
    changed = [replace(uses[0], share=0.97), *uses[1:]]
    told = await after(workspace, *changed, minutes=5)
    assert ([one.id for one in told.news], len(told.standing)) == (["filling:b-0"], 10_000)
