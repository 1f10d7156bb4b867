"""The next bucket by itself: once, in time, not against anybody's will, and with the reason when it cannot be made."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.capacity.models import Severity
from core.errors import NotAllowed, Unavailable
from core.monitor.rounds import Round, make_round
from core.profiles import Family
from core.workspace import Workspace
from tests.core.monitor.projects import START, FakeProject, use


@pytest.fixture
def project(workspace: Workspace) -> FakeProject:
    return FakeProject(workspace)


async def go(project: FakeProject, *holds: tuple[str, float], minutes: int = 0) -> Round:
    project.holds = [use(name, share) for name, share in holds]
    return await make_round(project, START + timedelta(minutes=minutes))


@pytest.mark.parametrize(
    ("holds", "asked"),
    [
        ([("f", 0.949)], 0),
        ([("f", 0.95)], 1),
        ([("f", 0.99), ("f-1", 0.2)], 0),
        ([("f", 0.99), ("f-1", 0.97)], 1),
        ([("other", 0.99)], 0),
    ],
)
async def test_a_bucket_is_made_when_none_of_the_family_has_room(
    project: FakeProject, holds: list[tuple[str, float]], asked: int
) -> None:
    project.holds = [use(name, share, "f" if name.startswith("f") else "") for name, share in holds]
    made = await make_round(project, START)
    assert len(project.makes.asked) == len(made.deeds) == asked
    assert all(known == {name for name, _ in holds} for known in project.makes.asked)


async def test_the_new_bucket_is_told_of_for_a_day_and_can_be_taken_back(project: FakeProject) -> None:
    made = await go(project, ("f", 0.96))
    (deed,) = made.deeds
    assert (deed.about, deed.run_id) == ("f-9", "r1")
    assert [(one.id, one.severity) for one in made.told.news][-1] == ("overflow:f:f-9", Severity.INFO)
    later = await go(project, ("f", 0.96), ("f-9", 0.0), minutes=5)
    assert (later.deeds, later.told.news) == ((), ())
    assert "overflow:f:f-9" in [one.id for one in later.alerts]
    over = await go(project, ("f", 0.96), ("f-9", 0.1), minutes=24 * 60 + 1)
    assert [one.id for one in over.told.ended] == ["overflow:f:f-9"]


async def test_a_bucket_that_nobody_is_shown_is_not_announced_again_and_again(project: FakeProject) -> None:
    await go(project, ("f", 0.96))
    project.makes.made = False
    again = await go(project, ("f", 0.96), minutes=5)
    assert (again.deeds, again.told.news) == ((), ())


async def test_who_took_the_bucket_back_is_not_given_another(project: FakeProject) -> None:
    await go(project, ("f", 0.96))
    await project.workspace.journal.write(
        lambda c: (
            c.execute(
                "INSERT INTO runs (run_id, kind, project, started, state) VALUES ('r1', 'buckets', '', 0, 'undone')"
            ).rowcount
        )
    )
    after = await go(project, ("f", 0.96), minutes=5)
    assert len(project.makes.asked) == 1
    assert "was taken back" in next(one.what for one in after.alerts if one.id == "no-overflow:f")
    await go(project, ("f", 0.5), minutes=10)
    await go(project, ("f", 0.96), minutes=15)
    assert len(project.makes.asked) == 2


async def test_a_missing_right_is_an_alert_with_the_sql_and_is_told_once(project: FakeProject) -> None:
    project.makes.error = NotAllowed("The right insert on storage.buckets is missing.", "grant it: create policy …")
    first = await go(project, ("f", 0.96))
    (told,) = [one for one in first.told.news if one.id == "no-overflow:f"]
    assert told.severity is Severity.URGENT
    assert "insert on storage.buckets" in told.what
    assert "create policy" in told.next_step
    assert (await go(project, ("f", 0.97), minutes=5)).told.news == ()
    project.makes.error = None
    healed = await go(project, ("f", 0.97), minutes=10)
    assert [one.id for one in healed.told.ended] == ["no-overflow:f"]
    assert len(healed.deeds) == 1


async def test_a_bucket_whose_rights_do_not_hold_yet_is_told_with_what_to_do(project: FakeProject) -> None:
    project.makes.trouble = "It could not be registered."
    made = await go(project, ("f", 0.96))
    assert "could not be registered" in next(one.what for one in made.alerts if one.id == "no-overflow:f")


async def test_a_network_that_is_lost_meanwhile_is_no_alert(project: FakeProject) -> None:
    project.makes.error = Unavailable("out of reach")
    with pytest.raises(Unavailable):
        await go(project, ("f", 0.96))


async def test_nothing_is_made_where_one_only_looks_or_the_family_does_not_allow_it(workspace: Workspace) -> None:
    for project in (
        FakeProject(workspace, read_only=True),
        FakeProject(workspace, Family("f", automatic=frozenset({"alert"}))),
    ):
        made = await go(project, ("f", 0.99))
        assert (project.makes.asked, made.deeds) == ([], ())
        assert [one.id for one in made.alerts] == ["filling:f"]


async def test_a_family_that_wants_no_alerts_gets_none_and_others_do(workspace: Workspace) -> None:
    project = FakeProject(workspace, Family("f", automatic=frozenset()))
    project.holds = [use("f", 0.9), use("stray", 0.9, "")]
    assert [one.id for one in (await make_round(project, START)).alerts] == ["filling:stray"]
