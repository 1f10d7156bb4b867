"""What buckets held over time, kept by the database: one history for all desks."""

from __future__ import annotations

import itertools
from datetime import datetime, timedelta

import pytest

from tests.core.database.projects import Project


@pytest.fixture
def desk(project: Project) -> Project:
    project.make_bucket("patient-images")
    return project


def held(project: Project) -> list[int]:
    """The numbers of objects of the history, oldest first."""
    answer = project.value("select bucketdesk_usage_history('2000-01-01')")
    assert isinstance(answer, dict)
    return [line[2] for line in answer["samples"]]


def measure(project: Project) -> None:
    project.sql("select bucketdesk_usage()")


def pass_by(project: Project, time: str) -> None:
    """So much time passes: what was noted is so much older."""
    project.sql("update bucketdesk.use_samples set at = at - %s::interval", time)
    project.sql("update bucketdesk.use_state set thinned_at = thinned_at - %s::interval", time)


def test_a_round_is_noted_when_something_changed_and_no_oftener_than_every_four_minutes(desk: Project) -> None:
    measure(desk)
    desk.put("patient-images", ["a"])
    measure(desk)
    assert held(desk) == [0]
    pass_by(desk, "5 minutes")
    measure(desk)
    assert held(desk) == [0, 1]


def test_a_day_without_a_change_is_noted_once(desk: Project) -> None:
    for _ in range(3):
        measure(desk)
        pass_by(desk, "1 day")
        measure(desk)
        measure(desk)
    assert held(desk) == [0, 0, 0, 0]


def test_what_grows_old_is_thinned_to_the_last_of_each_hour_day_and_week(desk: Project) -> None:
    desk.sql(
        "insert into bucketdesk.use_samples select 'patient-images', at, "
        "extract(epoch from at)::bigint / 1800, 0, 0, 0 from generate_series("
        "now() - interval '800 days', now() - interval '1 hour', interval '30 minutes') as at"
    )
    measure(desk)
    rows = desk.sql("select at from bucketdesk.use_samples order by at")
    times = [at for (at,) in rows if isinstance(at, datetime)]
    now = times[-1]
    recent = [at for at in times if now - at < timedelta(days=2)]
    hours = [at for at in times if timedelta(days=2, hours=1) < now - at < timedelta(days=15)]
    days = [at for at in times if timedelta(days=17) < now - at < timedelta(days=740)]
    weeks = [at for at in times if now - at > timedelta(days=754)]
    assert len(recent) in (94, 95, 96)
    assert len({at.replace(minute=0, second=0, microsecond=0) for at in hours}) == len(hours) >= 300
    assert len({at.astimezone().date() for at in days}) >= len(days) - 1 >= 720
    assert 5 <= len(weeks) <= 8
    assert all(b - a >= timedelta(days=6) for a, b in itertools.pairwise(weeks))


def test_thinning_goes_on_where_it_stopped(desk: Project) -> None:
    for n in range(8):
        desk.put("patient-images", [f"{n}"])
        measure(desk)
        pass_by(desk, "10 minutes")
    pass_by(desk, "2 days")
    measure(desk)
    assert 2 <= len(held(desk)) <= 4


def test_history_comes_in_pages(desk: Project) -> None:
    desk.sql(
        "insert into bucketdesk.use_samples select 'patient-images', now() - make_interval(mins => n), n, 0, 0, 0 "
        "from generate_series(1, 9) as n"
    )
    page = desk.value("select bucketdesk_usage_history('2000-01-01', 4)")
    assert isinstance(page, dict)
    assert [line[2] for line in page["samples"]] == [9, 8, 7, 6]
    following = desk.value("select bucketdesk_usage_history(%s, 100)", page["next"])
    assert isinstance(following, dict)
    assert [line[2] for line in following["samples"]] == [6, 5, 4, 3, 2, 1]
    assert following["next"] is None


def test_the_table_of_statistics_is_fed(desk: Project) -> None:
    desk.put("patient-images", ["a", "b"])
    measure(desk)
    query = "select bucket_name, total_files, total_size_bytes, last_updated_at is not null from image_bucket_stats"
    assert desk.sql(query) == [("patient-images", 2, 14, True)]


def test_a_table_of_statistics_of_another_shape_keeps_nobody_from_counting(desk: Project) -> None:
    desk.sql("drop table image_bucket_stats; create table image_bucket_stats (bucket_name int)")
    desk.put("patient-images", ["a"])
    answer = desk.value("select bucketdesk_usage()")
    assert isinstance(answer, dict)
    assert answer["buckets"][0][2] == 1
