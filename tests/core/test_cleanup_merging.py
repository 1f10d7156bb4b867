"""Copies are removed only after every row that names them names the one kept."""

from __future__ import annotations

from core.models import Refusal, Repair, Result
from tests.core.worlds import IMAGES, Make, photo, source


async def test_rows_that_name_a_copy_are_pointed_at_the_one_kept_first(make: Make) -> None:
    world = await make(
        """CREATE TABLE images (id INTEGER PRIMARY KEY, path TEXT, url TEXT);
        CREATE TABLE sets (id INTEGER PRIMARY KEY, items TEXT);
        INSERT INTO images VALUES (1, 'a', 'u'), (2, 'b', 'v'), (3, 'c', NULL);
        INSERT INTO sets VALUES (1, '["b", "c", "z"]')""",
        source("images", "path", describes=True, url_column="url"),
        source("sets", "items", "array"),
        objects=photo("a", "same") | photo("b", "same") | photo("c", "same") | photo("z"),
    )
    assert (await world.plan())[0].steps == 0
    _, steps = await world.plan(Repair.MERGE)
    by_thing = {(step.table, step.key or step.row_key): step for step in steps}
    assert by_thing["images", (2,)].after == {"path": "a", "url": None}
    assert by_thing["sets", (1,)].after == {"items": '["a", "a", "z"]'}
    copy = by_thing["", "b"]
    assert (copy.same_as, sorted(steps[n - 1].table for n in copy.needs)) == ("a", ["images", "sets"])
    assert set(await world.carry_out(steps)) == {Result.DONE}
    await world.survey()
    assert (await world.plan(Repair.MERGE))[0].steps == 0
    assert world.ask("SELECT DISTINCT path FROM images") == [("a",)]


async def test_a_copy_that_is_named_inside_text_stays_with_its_rows(make: Make) -> None:
    world = await make(
        """CREATE TABLE images (id INTEGER PRIMARY KEY, path TEXT);
        CREATE TABLE pages (id INTEGER PRIMARY KEY, body TEXT);
        INSERT INTO images VALUES (1, 'b'); INSERT INTO pages VALUES (1, '<img src="b">')""",
        source("images", "path"),
        source("pages", "body", "html"),
        objects=photo("a", "same") | photo("b", "same"),
    )
    head, steps = await world.plan(Repair.MERGE)
    assert steps == []
    assert head.refused == (Refusal("photos", "column “body” holds HTML, which is not rewritten", 1),)


async def test_a_copy_that_a_row_means_by_a_wrong_prefix_stays(make: Make) -> None:
    world = await make(
        IMAGES + "INSERT INTO images (path) VALUES ('scans/b'), ('x%20y')",
        source("images", "path"),
        objects=photo("a", "same") | photo("b", "same") | photo("x y", "same"),
    )
    head, steps = await world.plan(Repair.MERGE)
    assert head.refused == (
        Refusal("photos", "a row may mean it by a wrong prefix or another spelling; repair that first", 1),
    )
    assert [(step.key, step.after) for step in steps] == [("", {"path": "a"}), ("x y", None)]
