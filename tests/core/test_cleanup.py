"""What a clean-up plans for each kind of finding, and what it leaves alone."""

from __future__ import annotations

from pathlib import Path

from core.models import Refusal, Repair, Result, StepKind
from core.plans import verify
from core.profiles import Safety, Source
from tests.core.worlds import IMAGES, Make, about, files_of, photo, source


async def test_a_preview_writes_nothing_but_the_plan_and_its_entry(make: Make, tmp_path: Path) -> None:
    world = await make(
        IMAGES + "INSERT INTO images (path) VALUES ('gone.jpg')",
        source("images", "path", describes=True),
        objects=photo("a"),
    )
    before = files_of(tmp_path)
    inventory = await world.workspace.inventory.read(lambda c: "".join(c.iterdump()))
    head, _ = await world.plan()
    assert {name: one for name, one in files_of(tmp_path).items() if name != "plan.jsonl"} == before
    assert await world.workspace.inventory.read(lambda c: "".join(c.iterdump())) == inventory
    assert await verify(tmp_path / "plan.jsonl", world.workspace, world.profile.project) == head
    assert world.objects == photo("a")


async def test_applying_a_plan_does_exactly_its_steps(make: Make) -> None:
    world = await make(
        IMAGES + "INSERT INTO images (path) VALUES ('gone.jpg'), ('a'), ('photos/b')",
        source("images", "path", describes=True),
        objects=photo("a") | photo("b") | photo("orphan"),
    )
    head, steps = await world.plan()
    assert [about(step) for step in steps] == [
        ("delete_object", "photos", "orphan"),
        ("delete_row", "images", (1,)),
        ("update_row", "images", (3,)),
    ]
    assert dict(head.by_kind) == {"delete_object": 1, "delete_row": 1, "update_row": 1}
    assert set(await world.carry_out(steps)) == {Result.DONE}
    assert world.ask("SELECT id, path FROM images") == [(2, "a"), (3, "b")]
    await world.survey()
    assert (await world.plan())[0].steps == 0


async def test_a_file_without_row_goes_to_the_quarantine_or_the_archive(make: Make) -> None:
    world = await make(IMAGES, source("images", "path"), objects=photo("a", "abc"))
    head, (step,) = await world.plan()
    assert (step.removal, step.version, step.size_bytes) == (
        "quarantine",
        world.store.objects["photos"]["a"].version,
        3,
    )
    assert (head.removal, head.bytes) == ("quarantine", 3)
    _, (step,) = await world.plan(Repair.ARCHIVE)
    assert step.removal == "archive"
    world.safety = Safety(removal="archive", guard_share=1.0)
    _, (step,) = await world.plan()
    assert step.removal == "archive"


async def test_a_row_is_inserted_from_what_is_known(make: Make) -> None:
    world = await make(
        "CREATE TABLE images (id TEXT PRIMARY KEY NOT NULL, path TEXT, bucket TEXT, size INTEGER, status TEXT,"
        " at TEXT);"
        "INSERT INTO images VALUES ('1', 'old', 'photos', 1, 'ready', '2026-01-01 10:00:00')",
        source("images", "path", describes=True, bucket=None, bucket_column="bucket", size_column="size",
               status_column="status", time_column="at"),
        objects=photo("old") | photo("new", "four"),
    )  # fmt: skip
    _, (step,) = await world.plan(Repair.INSERT)
    assert step.kind is StepKind.INSERT_ROW
    assert step.after == {
        "id": step.row_key[0], "path": "new", "bucket": "photos", "size": 4, "status": "pending",
        "at": "2026-03-10 14:03:00",
    }  # fmt: skip
    assert await world.carry_out([step]) == [Result.DONE]
    assert (await world.plan(Repair.INSERT))[0].refused == (
        Refusal("images", "a row that names the file has appeared since the scan", 1),
    )


async def test_a_row_that_lacks_what_nobody_knows_is_not_inserted(make: Make) -> None:
    world = await make(
        "CREATE TABLE images (id INTEGER PRIMARY KEY, path TEXT, owner TEXT NOT NULL)",
        source("images", "path", describes=True),
        objects=photo("a") | {("scans", "b"): "x"},
    )
    head, steps = await world.plan(Repair.INSERT)
    assert steps == []
    assert {(r.where, r.why) for r in head.refused} == {
        ("images", "column “owner” may not be empty, and what belongs there is not known"),
        ("scans", "no mapped source describes objects of this bucket"),
    }


async def test_a_row_without_file_is_marked_where_there_is_a_status_and_stays_so(make: Make) -> None:
    world = await make(
        IMAGES + "INSERT INTO images (path, status) VALUES ('gone', 'ready'), ('lost', 'error')",
        source("images", "path", describes=True, status_column="status"),
    )
    _, (step,) = await world.plan()
    assert (step.row_key, step.after) == ((1,), {"status": "error"})
    assert step.before == {"id": 1, "path": "gone", "status": "ready", "size": None, "url": None, "note": None}
    await world.carry_out([step])
    await world.survey()
    assert (await world.plan())[0].steps == 0


async def test_a_row_is_deleted_only_when_all_it_names_is_absent(make: Make) -> None:
    images = Source(
        "images", "images", ("id",), (*source("images", "path").columns, *source("x", "note").columns), True, "photos"
    )
    world = await make(
        IMAGES
        + "INSERT INTO images (path, note) VALUES ('gone', 'a'), ('gone', 'lost'), ('gone', NULL), ('gone', '../x')",
        images,
        objects=photo("a"),
    )
    head, (step,) = await world.plan()
    assert about(step) == ("delete_row", "images", (2,))
    assert {(r.why, r.count) for r in head.refused} == {
        ("column “note” names an object that is there", 1),
        ("what column “note” names is not understood (it is NULL)", 1),
        ("what column “note” names is not understood (it has “..” in it)", 1),
    }


async def test_a_row_named_by_several_findings_gets_one_step(make: Make) -> None:
    images = Source(
        "images", "images", ("id",), (*source("images", "path").columns, *source("x", "note").columns), True, "photos"
    )
    world = await make(
        IMAGES + "INSERT INTO images (path, note) VALUES ('gone', 'lost'), ('photos/a', 'photos/b')",
        images,
        objects=photo("a") | photo("b"),
    )
    _, steps = await world.plan()
    assert [(about(step), step.after) for step in steps] == [
        (("delete_row", "images", (1,)), None),
        (("update_row", "images", (2,)), {"path": "a", "note": "b"}),
    ]


async def test_mentions_are_left_alone_unless_asked_for_and_never_deleted(make: Make) -> None:
    world = await make(IMAGES + "INSERT INTO images (path) VALUES ('gone')", source("images", "path"))
    assert (await world.plan())[0].steps == 0
    head, steps = await world.plan(Repair.DELETE)
    assert steps == []
    assert head.refused[0].why == "its rows only mention objects, and only rows that describe one are deleted"
    _, (step,) = await world.plan(Repair.CLEAR)
    assert step.after == {"path": None}


async def test_a_missing_element_is_taken_out_of_its_array(make: Make) -> None:
    world = await make(
        """CREATE TABLE sets (id INTEGER PRIMARY KEY, items TEXT NOT NULL);
        INSERT INTO sets (items) VALUES ('[ "a",  "gone", 7, "lost" ]'), ('{a,gone}'), ('gone')""",
        source("sets", "items", "array"),
        objects=photo("a"),
    )
    head, steps = await world.plan()
    assert [step.after for step in steps] == [{"items": '[ "a",  7 ]'}, {"items": "{a}"}]
    assert [r.why for r in head.refused] == ["column “items” holds a single name, not an array"]


async def test_a_reference_that_may_not_be_empty_or_stands_in_text_is_not_cleared(make: Make) -> None:
    world = await make(
        """CREATE TABLE pages (id INTEGER PRIMARY KEY, cover TEXT NOT NULL, body TEXT);
        INSERT INTO pages (cover, body) VALUES ('gone', '<img src="lost.png">')""",
        source("pages", "cover"),
        source("pages", "body", "html", name="bodies"),
    )
    head, steps = await world.plan(Repair.CLEAR)
    assert steps == []
    assert {r.why for r in head.refused} == {
        "column “cover” may not be empty",
        "column “body” holds HTML, which is not rewritten",
    }


async def test_rows_that_are_gone_or_changed_since_the_scan_get_no_step(make: Make) -> None:
    world = await make(
        IMAGES + "INSERT INTO images (path) VALUES ('gone'), ('lost'), ('off')",
        source("images", "path", describes=True),
    )
    world.sql("DELETE FROM images WHERE id = 1; UPDATE images SET path = 'else' WHERE id = 2")
    head, (step,) = await world.plan()
    assert step.row_key == (3,)
    assert head.refused == (Refusal("images", "the row is gone or was changed since the scan", 2),)


async def test_a_wrong_prefix_is_rewritten_where_a_path_is_kept_and_nowhere_else(make: Make) -> None:
    world = await make(
        """CREATE TABLE t (id INTEGER PRIMARY KEY, path TEXT, place TEXT, items TEXT, body TEXT);
        INSERT INTO t (path, place, items, body)
        VALUES ('scans/a b', 'photos/scans/a b', '["x", "scans/a b"]', '<img src="scans/a b">')""",
        source("t", "path", name="one"),
        source("t", "place", "bucket_path", name="two"),
        source("t", "items", "array", name="three"),
        source("t", "body", "html", name="four"),
        objects=photo("a b") | photo("x"),
    )
    head, (step,) = await world.plan()
    assert step.after == {"path": "a b", "place": "photos/a b", "items": '["x", "a b"]'}
    assert [(r.why, r.count) for r in head.refused] == [("column “body” holds HTML, which is not rewritten", 1)]


async def test_stale_metadata_is_marked_pending_on_request_only(make: Make) -> None:
    world = await make(
        IMAGES + "INSERT INTO images (path, status, size) VALUES ('a', 'ready', 9), ('b', 'ready', 1)",
        source("images", "path", describes=True, status_column="status", size_column="size"),
        objects=photo("a") | photo("b"),
    )
    assert (await world.plan())[0].steps == 0
    _, (step,) = await world.plan(Repair.MARK_PENDING)
    assert (step.row_key, step.after) == ((1,), {"status": "pending"})
