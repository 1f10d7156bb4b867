"""Counting what buckets hold as it changes: right at every moment, and in nobody's way."""

from __future__ import annotations

import random

import psycopg
import pytest

from tests.core.database.projects import Project, Row
from tests.servers.postgres import postgres

PUT = (
    "insert into storage.objects (bucket_id, name, metadata) values (%s, %s, jsonb_build_object('size', %s::int)) "
    "on conflict (bucket_id, name) do update set metadata = excluded.metadata"
)
TRUTH = """select b.id, count(o.id)::int, coalesce(sum((o.metadata ->> 'size')::int), 0)::int from storage.buckets as b
    left join storage.objects as o on o.bucket_id = b.id group by b.id order by b.id"""


@pytest.fixture
def desk(project: Project) -> Project:
    project.make_bucket("pics", "scans")
    return project


def told(project: Project) -> list[Row]:
    """What the function says now, as name, objects and bytes."""
    answer = project.value("select bucketdesk_usage()")
    assert isinstance(answer, dict)
    return [(name, objects, size) for name, _, objects, size, _, _ in answer["buckets"]]


def is_incremental(project: Project) -> bool:
    answer = project.value("select bucketdesk_usage()")
    assert isinstance(answer, dict)
    return bool(answer["incremental"])


def counted_at(project: Project) -> object:
    return project.value("select counted_at from bucketdesk.use_state")


@pytest.mark.parametrize("seed", range(3))
def test_counts_agree_with_the_table_whatever_transactions_do(desk: Project, seed: int) -> None:
    dice = random.Random(seed)
    assert told(desk) == desk.sql(TRUTH)
    since = counted_at(desk)
    with psycopg.connect(desk.url) as one, psycopg.connect(desk.url) as two:
        for turn in range(120):
            who, other = (one, two)[turn % 2], "ab"[turn % 2]
            what = dice.randrange(7)
            key = f"{other}/{dice.randrange(6)}"
            if what < 3:
                who.execute(PUT, [dice.choice(["pics", "scans"]), key, dice.randrange(1000)])
            elif what == 3:
                who.execute("set local storage.allow_delete_query = 'true'")
                who.execute("delete from storage.objects where name = %s", [key])
            elif what == 4:
                who.rollback()
            elif what == 5:
                who.commit()
            else:
                assert told(desk) == desk.sql(TRUTH)
        one.commit()
        two.rollback()
    assert told(desk) == desk.sql(TRUTH)
    assert counted_at(desk) == since, "all of this without a second full count"


def test_who_only_looks_is_told_the_same_and_leaves_nothing_behind(desk: Project) -> None:
    desk.put("pics", ["a", "b"])
    left = "select (select json_agg(t) from bucketdesk.use_{} as t)::text"
    for never_counted in (True, False):
        if not never_counted:
            told(desk)
            desk.put("scans", ["c"])
        before = [desk.value(left.format(table)) for table in ("state", "counts", "changes", "samples")]
        with psycopg.connect(desk.url) as looking:
            looking.read_only = True
            ((answer,),) = looking.execute("select bucketdesk_usage(note => false)").fetchall()
        assert [(name, objects, size) for name, _, objects, size, _, _ in answer["buckets"]] == desk.sql(TRUTH)
        assert before == [desk.value(left.format(table)) for table in ("state", "counts", "changes", "samples")]


def test_an_upload_under_way_while_all_is_counted_counts_once(desk: Project) -> None:
    desk.put("pics", ["a", "b"])
    with psycopg.connect(desk.url) as uploading:
        uploading.execute(PUT, ["pics", "c", 100])
        desk.sql("update bucketdesk.use_state set counted_at = null")
        assert told(desk) == [("pics", 2, 14), ("scans", 0, 0)]
        uploading.commit()
    assert told(desk) == [("pics", 3, 114), ("scans", 0, 0)]


def test_counting_keeps_no_upload_waiting_and_no_upload_keeps_counting_waiting(desk: Project) -> None:
    told(desk)  # the very first count is waited for
    with psycopg.connect(desk.url) as counting, psycopg.connect(desk.url) as uploading:
        uploading.execute("set lock_timeout = '200ms'")
        counting.execute("set lock_timeout = '200ms'")
        counting.execute("select bucketdesk_usage()")  # its transaction stays open
        uploading.execute(PUT, ["pics", "a", 5])
        counting.execute("select bucketdesk_usage()")
        with psycopg.connect(desk.url) as another:
            another.execute("set lock_timeout = '200ms'")
            another.execute("select bucketdesk_usage()")
            another.execute(PUT, ["pics", "b", 5])
        counting.commit()
        uploading.commit()
    assert told(desk) == [("pics", 2, 10), ("scans", 0, 0)]


@pytest.mark.parametrize("damage", ["drop table bucketdesk.use_changes", "lock"])
def test_an_upload_succeeds_though_it_cannot_be_counted(desk: Project, damage: str) -> None:
    with psycopg.connect(desk.url) as other:
        if damage == "lock":
            other.execute("lock table bucketdesk.use_changes in access exclusive mode")
        else:
            desk.sql(damage)
        desk.put("pics", ["a"])
    assert desk.value("select count(*) from storage.objects") == 1


def test_a_day_later_all_is_counted_anew_which_puts_right_what_was_missed(desk: Project) -> None:
    desk.put("pics", ["a"])
    told(desk)
    desk.sql("update bucketdesk.use_counts set objects = 99")
    assert told(desk)[0] == ("pics", 99, 7)
    desk.sql("update bucketdesk.use_state set counted_at = now() - interval '25 hours'")
    assert told(desk)[0] == ("pics", 1, 7)


def test_where_changes_cannot_be_followed_objects_are_counted_one_by_one(desk: Project) -> None:
    assert is_incremental(desk)
    with postgres().connect(desk.name) as connection:
        connection.execute("drop trigger bucketdesk_count_insert on storage.objects")
    desk.put("pics", ["a", "b"])
    assert told(desk) == [("pics", 2, 14), ("scans", 0, 0)]
    assert not is_incremental(desk)
    desk.put("pics", ["c"])
    assert told(desk)[0] == ("pics", 3, 21)


def test_archived_versions_and_delete_markers_are_no_objects(desk: Project) -> None:
    desk.put("pics", ["a", "b", "c"])
    desk.sql("update storage.objects set archived_at = now() where name = 'b'")
    desk.sql("update storage.objects set is_delete_marker = true where name = 'c'")
    for _ in range(2):
        answer = desk.value("select bucketdesk_usage()")
        assert isinstance(answer, dict)
        assert answer["buckets"][0][2:] == [1, 7, 1, 7]
        desk.sql("update bucketdesk.use_state set counted_at = null")


@pytest.mark.parametrize("size", ['"77"', "-5", "null", '"much"', "1e30", "[]"])
def test_sizes_that_are_none_count_as_nothing(desk: Project, size: str) -> None:
    desk.sql(
        "insert into storage.objects (bucket_id, name, metadata) "
        "values ('pics', 'a', jsonb_build_object('size', %s::jsonb))",
        size,
    )
    expected = 77 if size == '"77"' else 0
    for _ in range(2):
        assert told(desk)[0] == ("pics", 1, expected)
        desk.sql("update bucketdesk.use_state set counted_at = null")


def test_a_storage_schema_without_versions_is_counted_too(desk: Project) -> None:
    desk.put("pics", ["a"])
    with postgres().connect(desk.name) as connection:
        connection.execute("alter table storage.objects drop column archived_at, drop column is_delete_marker")
    desk.put("pics", ["b"])
    assert told(desk)[0] == ("pics", 2, 14)
    desk.put("pics", ["c"])
    assert told(desk)[0] == ("pics", 3, 21)
    assert is_incremental(desk)


def test_a_bucket_that_vanished_is_told_of_no_more(desk: Project) -> None:
    desk.put("scans", ["a"])
    told(desk)
    desk.drop("scans", "a")
    with postgres().connect(desk.name) as connection:
        connection.execute("set storage.allow_delete_query = 'true'")
        connection.execute("delete from storage.buckets where id = 'scans'")
    assert told(desk) == [("pics", 0, 0)]


def test_everybody_is_told_of_the_buckets_that_they_may_read(desk: Project) -> None:
    desk.make_bucket("bucketdesk-quarantine")
    desk.sql("select setup_image_bucket_policies('pics')")
    desk.put("bucketdesk-quarantine", ["run/pics/a", "run/scans/b"])
    names = {}
    for role, app_role in (("authenticated", "staff"), ("authenticated", "admin"), ("service_role", "")):
        with desk.acting(role, app_role) as somebody:
            ((answer,),) = somebody.sql("select bucketdesk_usage()")
            assert isinstance(answer, dict)
            names[app_role or role] = [line[0] for line in answer["buckets"]]
    everything = ["bucketdesk-quarantine/pics", "bucketdesk-quarantine/scans", "pics", "scans"]
    assert names == {
        "staff": ["bucketdesk-quarantine/pics", "pics"],
        "admin": everything,
        "service_role": everything,
    }
    for role in ("anon", "authenticated"):
        with desk.acting(role) as somebody:
            assert not somebody.may("select bucketdesk_usage()")
            assert not somebody.may("select bucketdesk_usage_history(now())")
