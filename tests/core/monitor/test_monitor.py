"""Round after round with a clock of the test's own: errors, lost networks, sleep, and what each round tells."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from core.capacity.models import Capacity
from core.capacity.outlook import Outlook
from core.changes import Change
from core.errors import NotFound, Unavailable
from core.monitor import Monitor, Round
from core.monitor.looking import Looking
from core.profiles import Profile
from core.workspace import Workspace
from tests.core.monitor.projects import START, FakeProject, TestClock, use

FIVE = timedelta(minutes=5)


@pytest.fixture
def project(workspace: Workspace) -> FakeProject:
    made = FakeProject(workspace)
    made.holds = [use("f", 0.5)]
    return made


async def rounds(
    project: FakeProject, count: int, before_each: Callable[[int], None] = lambda number: None
) -> tuple[list[Round], TestClock]:
    """So many rounds, from the first one on."""
    clock, told = TestClock(), list[Round]()
    monitor = Monitor(project, clock, lambda: 0.5)

    def tell(made: Round) -> None:
        told.append(made)
        if len(told) == count:
            raise asyncio.CancelledError
        before_each(len(told))

    before_each(0)
    with pytest.raises(asyncio.CancelledError):
        await monitor.run(tell)
    return told, clock


async def test_rounds_come_at_the_pace_of_the_profile(project: FakeProject) -> None:
    told, _ = await rounds(project, 4)
    times = [made.at - START for made in told]
    assert [round(time / FIVE, 2) for time in times] == [0, 1, 2, 3]


async def test_errors_slow_it_down_say_why_and_are_over_at_once(
    project: FakeProject, caplog: pytest.LogCaptureFixture
) -> None:
    def weather(number: int) -> None:
        project.error = Unavailable("out of reach", "Look at the network.") if number in (1, 2, 3) else None

    caplog.set_level(logging.INFO)
    told, _ = await rounds(project, 6, weather)
    times = [made.at - START for made in told]
    assert [round(time / FIVE) for time in times] == [0, 1, 3, 7, 15, 16]
    assert [made.trouble for made in told] == ["", *["out of reach"] * 3, "", ""]
    assert told[1].hint == "Look at the network."
    assert len([one for one in caplog.records if "cannot look" in one.message]) == 1


async def test_a_round_that_takes_long_is_followed_by_a_long_rest(project: FakeProject) -> None:
    clock, told, quick = TestClock(), list[Round](), project.look

    async def slow() -> Capacity:
        await clock.sleep(60)
        return await quick()

    def tell(made: Round) -> None:
        told.append(made)
        if len(told) == 2:
            raise asyncio.CancelledError

    project.look = slow  # type: ignore[method-assign]
    with pytest.raises(asyncio.CancelledError):
        await Monitor(project, clock, lambda: 0.5).run(tell)
    assert round((told[1].at - told[0].at) / FIVE, 1) == 4.2  # a minute of work, twenty of rest


async def test_alerts_stand_while_nothing_can_be_seen(project: FakeProject) -> None:
    def weather(number: int) -> None:
        project.error = Unavailable("out of reach") if number == 1 else None

    project.holds = [use("f", 0.9)]
    told, _ = await rounds(project, 3, weather)
    assert [[one.id for one in made.alerts] for made in told] == [["filling:f"]] * 3
    assert [len(made.told.news) for made in told] == [1, 0, 0]


async def test_where_nothing_counts_the_last_scan_is_judged_and_the_reason_is_said(project: FakeProject) -> None:
    project.holds, project.error = [use("f", 0.9)], NotFound("Nothing counts here.", "Set up the database.")
    told, _ = await rounds(project, 2)
    assert [(made.trouble, [one.id for one in made.alerts]) for made in told] == [
        ("Nothing counts here.", ["filling:f"])
    ] * 2
    assert told[1].at - told[0].at >= 2 * FIVE


async def test_after_a_night_asleep_there_is_one_round_and_then_the_usual_pace(project: FakeProject) -> None:
    clock, told = TestClock(), list[Round]()

    def tell(made: Round) -> None:
        told.append(made)
        if len(told) == 1:
            clock.then = asleep
        if len(told) == 3:
            raise asyncio.CancelledError

    def asleep() -> None:
        clock.at += timedelta(hours=8)
        clock.then = lambda: None

    with pytest.raises(asyncio.CancelledError):
        await Monitor(project, clock, lambda: 0.5).run(tell)
    first, second, third = (made.at for made in told)
    assert second - first < timedelta(hours=8, minutes=1)
    assert round((third - second) / FIVE, 2) == 1


async def test_a_bucket_that_vanished_ends_its_alert(project: FakeProject) -> None:
    def weather(number: int) -> None:
        project.holds = [use("f", 0.5), *([use("f-1", 0.97)] if number == 0 else [])]

    told, _ = await rounds(project, 2, weather)
    assert [one.id for one in told[1].told.ended] == ["filling:f-1"]


async def test_who_listens_hears_of_news_and_of_nothing_else(project: FakeProject) -> None:
    heard: list[Change] = []
    project.changes.listen(heard.append)

    def weather(number: int) -> None:
        project.holds = [use("f", 0.9 if number in (1, 2) else 0.5)]

    await rounds(project, 4, weather)
    assert heard == [Change.ALERTS, Change.ALERTS]  # it began, and it is over


async def test_cancelling_ends_a_round_that_hangs(project: FakeProject) -> None:
    began = asyncio.Event()

    async def hang() -> None:
        began.set()
        await asyncio.Event().wait()

    project.look = hang  # type: ignore[method-assign,assignment]
    task = asyncio.ensure_future(Monitor(project, TestClock()).run(lambda _: None))
    await began.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


class Counted:
    """A store that counts the calls; it holds what `samples` says."""

    def __init__(self) -> None:
        from core.capacity.models import Sample
        from core.models import Bucket

        self.calls: list[str] = []
        self.names = ["f"]
        self._sample, self._bucket = Sample, Bucket

    async def usage(self) -> tuple[object, ...]:
        self.calls.append("usage")
        return tuple(self._sample(name, START, 1, 10) for name in self.names)

    async def usage_history(self, since: object) -> tuple[object, ...]:
        self.calls.append("history")
        return ()

    async def buckets(self) -> tuple[object, ...]:
        self.calls.append("buckets")
        return tuple(self._bucket(name) for name in self.names)


async def test_a_round_is_one_call_while_the_buckets_stay_the_same(workspace: Workspace, tmp_path: Path) -> None:
    store = Counted()
    profile = Profile("p", "local", tmp_path, tmp_path / "c.db")
    looking = Looking(workspace, profile, store, Outlook())  # type: ignore[arg-type]
    await looking.look()
    assert store.calls == ["usage", "history", "buckets"]
    store.calls.clear()
    for _ in range(3):
        await looking.look()
        assert not looking.is_news
    assert store.calls == ["usage"] * 3
    store.names.append("f-1")
    assert [use.name for use in (await looking.look()).buckets] == ["f", "f-1"]
    assert looking.is_news
    store.names.remove("f-1")
    assert [use.name for use in (await looking.look()).buckets] == ["f"]
    assert store.calls[3:] == ["usage", "buckets", "usage", "buckets"]
