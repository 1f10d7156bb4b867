"""The guard in the database: no program wipes a table, however it goes about it, unless it says that it means to."""

from __future__ import annotations

import shutil
import subprocess

import psycopg
import pytest

from tests.core.database.projects import Project, change
from tests.servers.postgres import postgres


@pytest.fixture
def guarded(project: Project) -> Project:
    project.sql("create table images (id int primary key, path text)")
    project.sql("insert into images select i, i || '.jpg' from generate_series(1, 100) as i")
    assert project.value("select bucketdesk_guard_table('images', 0.2)") == {
        "table": "images",
        "guarded": True,
        "share": 0.2,
        "partitions": 0,
    }
    return project


def _count(project: Project, table: str = "images") -> object:
    return project.value(f"select count(*) from {table}")


def _refused(project: Project, *statements: str) -> str:
    with psycopg.connect(project.url) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege) as caught:
        for statement in statements:
            connection.execute(statement.encode())
    assert "bucketdesk.allow_mass_delete" in str(caught.value.diag.message_hint)
    return str(caught.value.diag.message_primary)


def test_deleting_more_than_the_share_is_refused_and_says_how_it_is_allowed(guarded: Project) -> None:
    said = _refused(guarded, "delete from images where id <= 21")
    assert said == "Deleting 21 rows would take more than 20 % of images: the guard on this table refuses it."
    assert _count(guarded) == 100


@pytest.mark.parametrize("statement", ["delete from images", "truncate images", "truncate images cascade"])
def test_wiping_the_table_is_refused(guarded: Project, statement: str) -> None:
    _refused(guarded, statement)
    assert _count(guarded) == 100


def test_deleting_up_to_the_share_passes(guarded: Project) -> None:
    guarded.sql("delete from images where id <= 20")
    guarded.sql("delete from images where false")
    assert _count(guarded) == 80


def test_row_by_row_in_one_transaction_is_no_way_around(guarded: Project) -> None:
    said = _refused(guarded, *(f"delete from images where id = {n}" for n in range(1, 30)))
    assert said.startswith("Deleting 21 rows")
    assert _count(guarded) == 100


def test_what_was_rolled_back_does_not_count(guarded: Project) -> None:
    with psycopg.connect(guarded.url) as connection:
        for _ in range(5):
            connection.execute("savepoint s; delete from images where id <= 15; rollback to s")
        connection.execute("delete from images where id <= 20")
    assert _count(guarded) == 80


@pytest.mark.parametrize("statement", ["delete from images", "truncate images"])
def test_the_setting_in_the_same_transaction_lets_it_pass(guarded: Project, statement: str) -> None:
    with psycopg.connect(guarded.url) as connection:
        connection.execute("set local bucketdesk.allow_mass_delete = 'on'")
        connection.execute(statement.encode())
    assert _count(guarded) == 0
    guarded.sql("insert into images values (1, 'a'), (2, 'b')")
    _refused(guarded, "delete from images")


def test_a_program_that_switches_triggers_off_is_refused_too(guarded: Project) -> None:
    with postgres().connect(guarded.name) as connection:
        connection.execute("set session_replication_role = 'replica'")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("delete from images")


def test_a_cascade_from_another_table_is_refused(guarded: Project) -> None:
    guarded.sql("create table collections (id int primary key); insert into collections values (1), (2)")
    guarded.sql("alter table images add collection int references collections on delete cascade")
    guarded.sql("set bucketdesk.allow_mass_delete = 'off'; update images set collection = 1 + id / 95")
    _refused(guarded, "delete from collections where id = 1")
    guarded.sql("delete from collections where id = 2")
    assert _count(guarded) == 94


def test_somebody_who_sees_few_rows_is_measured_by_all_of_them(guarded: Project) -> None:
    guarded.sql("alter table images enable row level security; grant select, delete on images to authenticated")
    guarded.sql("create policy mine on images to authenticated using (id <= 10)")
    with guarded.acting("authenticated") as somebody:
        somebody.connection.execute("delete from images")
    assert _count(guarded) == 90


def test_partitions_count_as_the_whole_table(project: Project) -> None:
    project.sql("create table logs (at int, word text) partition by range (at)")
    project.sql("create table logs_1 partition of logs for values from (0) to (100) partition by range (at)")
    project.sql("create table logs_1a partition of logs_1 for values from (0) to (50)")
    project.sql("create table logs_2 partition of logs for values from (100) to (1000)")
    project.sql(
        "insert into logs select i, 'x' from generate_series(0, 9) as i union all "
        "select i, 'y' from generate_series(100, 189) as i"
    )
    answer = project.value("select bucketdesk_guard_table('logs', 0.2)")
    assert isinstance(answer, dict)
    assert answer["partitions"] == 3
    _refused(project, "delete from logs where at >= 100")
    _refused(project, "delete from logs_2")
    _refused(project, "truncate logs_2")
    project.sql("delete from logs_1a")
    assert _count(project, "logs") == 90
    project.sql("create table logs_3 partition of logs for values from (1000) to (2000)")
    assert project.value("select bucketdesk_guards() #> '{0,uncovered}'") == ["public.logs_3"]


def test_guarding_again_changes_the_share_and_unguarding_ends_it(guarded: Project) -> None:
    guarded.sql("select bucketdesk_guard_table('images', 0.5)")
    assert guarded.value("select bucketdesk_guards()") == [{"table": "images", "share": 0.5, "uncovered": []}]
    guarded.sql("delete from images where id <= 40")
    guarded.sql("select bucketdesk_unguard_table('images')")
    guarded.sql("delete from images")
    assert guarded.value("select bucketdesk_guards()") == []


@pytest.mark.parametrize(("share", "rows", "allowed"), [("0", 1, False), ("1", 100, True), ("0.01", 1, True)])
def test_the_ends_of_the_scale_hold(guarded: Project, share: str, rows: int, allowed: bool) -> None:
    guarded.sql("select bucketdesk_guard_table('images', %s)", share)
    if allowed:
        guarded.sql("delete from images where id <= %s", rows)
    else:
        _refused(guarded, f"delete from images where id <= {rows}")


@pytest.mark.parametrize("share", ["-0.1", "1.5", None])
def test_a_share_that_is_none_is_refused(guarded: Project, share: str | None) -> None:
    with pytest.raises(psycopg.errors.InvalidParameterValue, match="A share is a number"):
        guarded.sql("select bucketdesk_guard_table('images', %s)", share)


def test_the_guard_is_no_trigger_that_stops_our_own_steps(guarded: Project) -> None:
    changes = [change("delete", "images", {"id": str(n)}, {"path": f"{n}.jpg"}) for n in range(1, 30)]
    results = guarded.results(*changes)
    assert results == ["done"] * 20 + ["failed"] * 9
    tables = guarded.value("select bucketdesk_tables()")
    assert isinstance(tables, list)
    assert {one["name"]: one["delete_trigger"] for one in tables}["images"] is False


def test_a_dump_keeps_the_guard_as_it_is(guarded: Project) -> None:
    arguments = guarded.sql("select pg_get_triggerdef(oid) from pg_trigger where tgname = 'bucketdesk_guard_delete'")
    assert arguments[0][0].endswith("bucketdesk.guard_delete('0.2')")  # type: ignore[union-attr]


@pytest.mark.skipif(shutil.which("psql") is None, reason="psql is not installed")
def test_psql_is_a_program_like_any_other(guarded: Project) -> None:
    command = ["psql", "-X", "-d", guarded.url, "-c", "delete from images"]
    answer = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert answer.returncode == 1
    assert "the guard on this table refuses it" in answer.stderr
    assert _count(guarded) == 100
