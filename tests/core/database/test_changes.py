"""Batches of changes: each exactly as recorded, touching one row, and done once however often it is asked for."""

from __future__ import annotations

import json
import threading
import uuid

import psycopg
import pytest

from tests.core.database.projects import Project, change


@pytest.fixture
def shop(project: Project) -> Project:
    project.sql("create table parts (id int primary key, name text not null, price numeric(10, 2), seen timestamptz)")
    project.sql(
        "create table pictures (id bigint generated always as identity primary key, part int, path text unique, "
        "size int, doubled int generated always as (size * 2) stored, "
        "foreign key (part) references parts on delete cascade)"
    )
    project.sql("insert into parts values (1, 'bolt', 1.50, '2026-01-02 03:04:05.678+00'), (2, 'nut', null, null)")
    project.sql("insert into pictures (part, path, size) values (1, 'a.jpg', 4), (null, 'b.jpg', null)")
    return project


def _part(project: Project, number: int) -> object:
    return project.sql("select name, price::text from parts where id = %s", number)


def test_an_update_is_made_as_recorded_and_answers_the_row_as_it_is_now(shop: Project) -> None:
    before = {"id": "1", "name": "bolt", "price": "1.50", "seen": "2026-01-02 03:04:05.678+00"}
    (answer,) = shop.batch(change("update", "parts", {"id": "1"}, before, {"name": "screw"}))
    assert answer == {"result": "done", "reason": "", "row": {**before, "name": "screw"}}


@pytest.mark.parametrize("action", ["update", "delete"])
def test_a_row_that_says_something_else_or_is_gone_has_drifted(shop: Project, action: str) -> None:
    gone, other = shop.batch(
        change(action, "parts", {"id": "9"}, {"name": "x"}, {"name": "y"}),
        change(action, "parts", {"id": "2"}, {"name": "nut", "price": "1.00"}, {"name": "y"}),
    )
    assert (gone["result"], gone["reason"]) == ("drifted", "The row is not in parts any more.")
    assert (other["result"], other["reason"]) == ("drifted", "price of the row in parts is not what it was.")
    assert _part(shop, 2) == [("nut", None)]


def test_null_and_empty_are_not_the_same(shop: Project) -> None:
    assert shop.results(change("update", "pictures", {"id": "2"}, {"size": ""}, {"path": "c"})) == ["drifted"]
    assert shop.results(change("update", "pictures", {"id": "2"}, {"size": None}, {"path": "c"})) == ["done"]


def test_a_delete_that_would_cascade_is_refused(shop: Project) -> None:
    (answer,) = shop.batch(change("delete", "parts", {"id": "1"}, {"name": "bolt"}))
    assert answer["result"] == "failed"
    assert answer["reason"] == "1 rows of pictures still depend on this row of parts."
    assert shop.results(change("delete", "parts", {"id": "2"}, {"name": "nut"})) == ["done"]


def test_a_delete_that_sets_off_a_trigger_or_a_rule_is_refused(shop: Project) -> None:
    shop.sql("create function noted() returns trigger language plpgsql as 'begin return old; end'")
    shop.sql("create trigger t before delete on parts for each row execute function noted()")
    (answer,) = shop.batch(change("delete", "parts", {"id": "2"}, {"name": "nut"}))
    assert (answer["result"], "trigger on parts" in str(answer["reason"])) == ("failed", True)
    shop.sql("drop trigger t on parts; create rule r as on delete to parts do also notify gone")
    assert shop.results(change("delete", "parts", {"id": "2"}, {"name": "nut"})) == ["failed"]


def test_a_row_that_points_at_itself_alone_can_be_deleted(project: Project) -> None:
    project.sql("create table tree (id int primary key, parent int references tree)")
    project.sql("insert into tree values (1, 1), (2, 1)")
    assert project.results(change("delete", "tree", {"id": "1"})) == ["failed"]
    assert project.results(change("delete", "tree", {"id": "2"}), change("delete", "tree", {"id": "1"})) == ["done"] * 2


def test_changing_what_others_point_at_is_refused(shop: Project) -> None:
    (answer,) = shop.batch(change("update", "parts", {"id": "2"}, {"name": "nut"}, {"id": "7"}))
    assert (answer["result"], answer["reason"]) == ("failed", "pictures points at id of parts.")


def test_triggers_of_the_table_may_change_other_columns_but_not_what_was_asked(shop: Project) -> None:
    shop.sql("create table audit (what text)")
    shop.sql(  # unqualified names, as triggers have them
        "create function touched() returns trigger language plpgsql as "
        "'begin insert into audit values (new.name); new.seen = ''2030-01-01''; "
        "if new.name = ''bad'' then new.name = ''good''; end if; return new; end'"
    )
    shop.sql("create trigger t before update on parts for each row execute function touched()")
    done, failed = shop.batch(
        change("update", "parts", {"id": "1"}, None, {"name": "fine"}),
        change("update", "parts", {"id": "2"}, None, {"name": "bad"}),
    )
    assert done["result"] == "done"
    assert isinstance(done["row"], dict)
    assert done["row"]["seen"] == "2030-01-01 00:00:00+00"
    assert (failed["result"], failed["reason"]) == (
        "failed",
        "A rule of parts made something else of name: taken back.",
    )
    assert shop.sql("select what from audit") == [("fine",)]


def test_a_value_that_is_only_printed_otherwise_counts_as_held(shop: Project) -> None:
    after = {"price": "2.5", "seen": "2026-05-06T07:08:09+02:00"}
    (answer,) = shop.batch(change("update", "parts", {"id": "1"}, None, after))
    assert isinstance(answer["row"], dict)
    assert (answer["row"]["price"], answer["row"]["seen"]) == ("2.50", "2026-05-06 05:08:09+00")


@pytest.mark.parametrize(
    ("table", "after", "why"),
    [
        ("parts", {"price": "1.999"}, "made something else of price"),
        ("parts", {"price": "1e20"}, "parts does not allow it: numeric field overflow."),
        ("parts", {"name": None}, "null value in column"),
        ("parts", {"nosuch": "1"}, "parts has no column “nosuch” that could be written."),
        ("pictures", {"doubled": "1"}, "pictures has no column “doubled” that could be written."),
        ("pictures", {"part": "99"}, "violates foreign key constraint"),
        ("pictures", {"path": "b.jpg"}, "duplicate key value"),
    ],
)
def test_what_the_table_does_not_take_fails_alone_with_a_sentence(
    shop: Project, table: str, after: dict[str, object], why: str
) -> None:
    failed, done = shop.batch(
        change("update", table, {"id": "1"}, None, after), change("update", "parts", {"id": "2"}, None, {"name": "ok"})
    )
    assert failed["result"] == "failed"
    assert why in str(failed["reason"])
    assert done["result"] == "done"


def test_an_insert_keeps_its_identity_and_leaves_out_what_is_generated(shop: Project) -> None:
    wanted = {"id": "77", "part": "2", "path": "c.jpg", "size": "3"}
    (answer,) = shop.batch(change("insert", "pictures", {"id": "77"}, None, wanted))
    assert answer == {"result": "done", "reason": "", "row": wanted}
    assert shop.sql("select doubled from pictures where id = 77") == [(6,)]


def test_an_insert_of_a_row_that_stands_is_done_and_over_another_row_has_drifted(shop: Project) -> None:
    same, other = shop.batch(
        change("insert", "parts", {"id": "1"}, None, {"id": "1", "name": "bolt", "price": "1.5"}),
        change("insert", "parts", {"id": "2"}, None, {"id": "2", "name": "other"}),
    )
    assert (same["result"], other["result"]) == ("done", "drifted")
    assert other["reason"] == "Another row with this key stands in parts already."


def test_an_insert_whose_key_the_table_chooses_is_made_once(shop: Project) -> None:
    wanted = change(
        "insert", "pictures", {"id": None}, None, {"id": None, "part": None, "path": "new.jpg", "size": "1"}
    )
    first, second = shop.batch(wanted, wanted)
    assert first["result"] == second["result"] == "done"
    assert first["row"] == second["row"]
    assert shop.value("select count(*) from pictures where path = 'new.jpg'") == 1


def test_an_insert_of_nothing_but_defaults_is_possible(project: Project) -> None:
    project.sql("create table t (id int generated by default as identity primary key, at date default '2026-01-01')")
    (answer,) = project.batch({**change("insert", "t", {}, None, {}), "key": []})  # type: ignore[dict-item]
    assert answer["row"] == {"id": "1", "at": "2026-01-01"}


def test_a_batch_that_is_asked_twice_is_done_once(shop: Project) -> None:
    batch_id = uuid.uuid4()
    wanted = change("insert", "pictures", {"id": None}, None, {"part": "2"})
    first = shop.batch(wanted, batch_id=batch_id)
    shop.sql("update parts set name = 'changed since' where id = 2")
    assert shop.batch(wanted, batch_id=batch_id) == first
    assert shop.value("select count(*) from pictures where part = 2") == 1
    with pytest.raises(psycopg.errors.InvalidParameterValue, match="with other changes"):
        shop.batch(change("delete", "parts", {"id": "2"}), batch_id=batch_id)


def test_answers_are_kept_for_a_week(shop: Project) -> None:
    old = uuid.uuid4()
    shop.batch(batch_id=old)
    shop.sql("update bucketdesk.batches set at = now() - interval '8 days'")
    shop.batch()
    assert shop.sql("select count(*) from bucketdesk.batches where batch_id = %s", old) == [(0,)]


def test_the_same_batch_from_two_desks_at_once_is_done_once(shop: Project) -> None:
    batch_id = uuid.uuid4()
    changes = json.dumps([change("insert", "pictures", {"id": None}, None, {"part": "2"})] * 1)
    answers: list[object] = []

    def ask() -> None:
        with psycopg.connect(shop.url) as connection:
            answers.append(
                connection.execute("select public.bucketdesk_apply_batch(%s, %s)", [batch_id, changes]).fetchone()
            )

    desks = [threading.Thread(target=ask) for _ in range(4)]
    for desk in desks:
        desk.start()
    for desk in desks:
        desk.join(30)
    assert len(answers) == 4
    assert all(answer == answers[0] for answer in answers)
    assert shop.value("select count(*) from pictures where part = 2") == 1


def test_a_constraint_that_waits_fails_only_the_change_that_breaks_it(project: Project) -> None:
    project.sql("create table p (id int primary key)")
    project.sql("create table c (id int primary key, p int references p deferrable initially deferred)")
    child = change("insert", "c", {"id": "1"}, None, {"id": "1", "p": "5"})
    parent = change("insert", "p", {"id": "5"}, None, {"id": "5"})
    assert project.results(child, parent) == ["done", "done"]
    orphan = change("insert", "c", {"id": "2"}, None, {"id": "2", "p": "6"})
    fine = change("insert", "p", {"id": "7"}, None, {"id": "7"})
    assert project.results(orphan, fine) == ["failed", "done"]


def test_a_row_that_somebody_holds_ends_the_batch_so_that_it_can_be_tried_again(shop: Project) -> None:
    shop.sql("alter function bucketdesk_apply_batch set lock_timeout = '50ms'")
    batch_id = uuid.uuid4()
    changes = [change("update", "parts", {"id": n}, None, {"name": "x"}) for n in ("2", "1")]
    with psycopg.connect(shop.url) as other:
        other.execute("select from parts where id = 1 for update")
        with pytest.raises(psycopg.errors.LockNotAvailable):
            shop.batch(*changes, batch_id=batch_id)
        assert _part(shop, 2) == [("nut", None)]
    assert [one["result"] for one in shop.batch(*changes, batch_id=batch_id)] == ["done", "done"]


def test_a_dependent_that_comes_in_between_is_not_taken_along(shop: Project) -> None:
    with psycopg.connect(shop.url) as other:
        other.execute("insert into pictures (part, path) values (2, 'late.jpg')")
        found: list[list[object]] = []
        desk = threading.Thread(target=lambda: found.append(shop.results(change("delete", "parts", {"id": "2"}))))
        desk.start()
        while not other.execute("select 1 from pg_locks where not granted").fetchone():
            pass
        other.commit()
        desk.join(30)
    assert found == [["failed"]]


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        (change("update", "parts", {"name": "x"}, None, {"price": "1"}), "Several rows of parts have this key."),
        (change("update", "nowhere", {"id": "1"}), "There is no table “nowhere”."),
        (change("update", "parts", {"nosuch": "1"}), "The table parts has no column “nosuch”."),
        (change("delete", "parts", {}), "Without a key, no row can be meant."),
        ({**change("delete", "parts", {"id": "1"}), "key": []}, "A key needs one value"),  # type: ignore[dict-item]
        (change("wipe", "parts", {"id": "1"}), "parts does not allow it: case not found."),
    ],
)
def test_what_makes_no_sense_fails_and_changes_nothing(shop: Project, bad: object, why: str) -> None:
    shop.sql("alter table parts drop constraint parts_pkey cascade; insert into parts values (3, 'x'), (4, 'x')")
    (answer,) = shop.batch(bad)
    assert answer["result"] == "failed"
    assert why in str(answer["reason"])


def test_what_points_at_one_partition_alone_depends_on_the_whole_table(project: Project) -> None:
    project.sql("create table years (y int primary key) partition by range (y)")
    project.sql("create table decade partition of years for values from (0) to (10) partition by range (y)")
    project.sql("create table half partition of decade for values from (0) to (5)")
    project.sql("create table notes (id int primary key, y int references half on delete cascade)")
    project.sql("insert into years values (1), (2); insert into notes values (7, 1)")
    first, second = project.batch(change("delete", "years", {"y": "1"}), change("delete", "years", {"y": "2"}))
    assert (first["result"], first["reason"]) == ("failed", "1 rows of notes still depend on this row of years.")
    assert second["result"] == "done"
    project.sql("create function noted() returns trigger language plpgsql as 'begin return old; end'")
    project.sql("create trigger t before delete on half for each row execute function noted()")
    project.sql("delete from notes")
    assert project.results(change("delete", "years", {"y": "1"})) == ["failed"]


def test_a_rule_that_waits_for_the_end_fails_only_the_change_that_breaks_it(project: Project) -> None:
    project.sql("create table t (id int primary key)")
    project.sql(
        "create function refuse() returns trigger language plpgsql as "
        "'begin if new.id > 5 then raise exception ''too many''; end if; return null; end'"
    )
    project.sql(
        "create constraint trigger late after insert on t deferrable initially deferred "
        "for each row execute function refuse()"
    )
    changes = [change("insert", "t", {"id": n}, None, {"id": n}) for n in ("1", "9", "2")]
    assert [one["result"] for one in project.batch(*changes)] == ["done", "failed", "done"]


def test_dependents_are_told_one_level_deep_with_their_key(shop: Project) -> None:
    row = json.dumps({"id": "1", "name": "bolt"})
    (found,) = shop.value("select bucketdesk_dependents('parts', %s)", row)  # type: ignore[misc]
    expected = {"id": "1", "part": "1", "path": "a.jpg", "size": "4"}
    assert (found["table"], found["key"], found["row"], found["on_delete"]) == ("pictures", ["id"], expected, "cascade")
