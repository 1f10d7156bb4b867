"""Rows that foreign keys lead to go along with a deleted row, or hold it."""

from __future__ import annotations

import re

import pytest

from core.models import Result
from tests.core.worlds import Make, about, photo, source

FAMILY = """
CREATE TABLE images (id INTEGER PRIMARY KEY, path TEXT);
CREATE TABLE tags (id INTEGER PRIMARY KEY, image INTEGER REFERENCES images ON DELETE CASCADE, word TEXT);
CREATE TABLE votes (tag INTEGER REFERENCES tags ON DELETE CASCADE, who TEXT, PRIMARY KEY (tag, who));
CREATE TABLE covers (id INTEGER PRIMARY KEY, image INTEGER REFERENCES images ON DELETE SET NULL);
INSERT INTO images VALUES (1, 'gone'), (2, 'lost');
INSERT INTO tags VALUES (10, 1, 'red'), (11, 1, 'blue'), (12, 2, 'red');
INSERT INTO votes VALUES (10, 'ann');
INSERT INTO covers VALUES (20, 1), (21, NULL);
"""


async def test_rows_that_hang_on_a_deleted_row_are_steps_before_it(make: Make) -> None:
    world = await make(FAMILY, source("images", "path", describes=True))
    _, steps = await world.plan()
    by_row = {(step.table, step.row_key): step for step in steps}
    assert len(by_row) == len(steps) == 7
    parent = by_row["images", (1,)]
    assert sorted(steps[n - 1].table for n in parent.needs) == ["covers", "tags", "tags"]
    assert all(n < step.n for step in steps for n in step.needs)
    tag = by_row["tags", (10,)]
    assert (tag.because, [steps[n - 1].table for n in tag.needs]) == (parent.n, ["votes"])
    assert by_row["covers", (20,)].after == {"image": None}
    assert {step.finding for step in steps if step.because} == {""}
    assert set(await world.carry_out(steps)) == {Result.DONE}
    assert world.ask("SELECT count(*) FROM tags, images") == [(0,)]


async def test_a_row_with_two_parents_is_deleted_once(make: Make) -> None:
    world = await make(
        """CREATE TABLE images (id INTEGER PRIMARY KEY, path TEXT);
        CREATE TABLE pairs (id INTEGER PRIMARY KEY, a INTEGER REFERENCES images ON DELETE SET NULL,
            b INTEGER REFERENCES images ON DELETE CASCADE);
        INSERT INTO images VALUES (1, 'gone'), (2, 'lost'); INSERT INTO pairs VALUES (5, 1, 2), (6, 2, 1), (7, 1, 1)""",
        source("images", "path", describes=True),
    )
    _, steps = await world.plan()
    assert sorted(about(step)[:2] for step in steps) == [("delete_row", "images")] * 2 + [("delete_row", "pairs")] * 3
    assert set(await world.carry_out(steps)) == {Result.DONE}


@pytest.mark.parametrize(
    ("script", "why"),
    [
        (
            "CREATE TABLE t (id INTEGER PRIMARY KEY, i INTEGER REFERENCES images); INSERT INTO t VALUES (1, 1)",
            "would not let it go",
        ),
        (
            "CREATE TABLE t (id INTEGER PRIMARY KEY, i INTEGER REFERENCES images ON DELETE RESTRICT);"
            "INSERT INTO t VALUES (1, 1)",
            r"would not let it go \(restrict\)",
        ),
        (
            "CREATE TABLE t (id INTEGER PRIMARY KEY, i INTEGER NOT NULL REFERENCES images ON DELETE SET NULL);"
            "INSERT INTO t VALUES (1, 1)",
            "by a column that cannot be emptied",
        ),
        (
            "CREATE TABLE t (id INTEGER PRIMARY KEY, i INTEGER DEFAULT 2 REFERENCES images ON DELETE SET DEFAULT);"
            "INSERT INTO t VALUES (1, 1)",
            r"would not let it go \(set default\)",
        ),
        ("CREATE TRIGGER gone AFTER DELETE ON images BEGIN SELECT 1; END", "has a trigger on deletion"),
        (
            "CREATE TABLE t (id INTEGER PRIMARY KEY, i INTEGER REFERENCES images ON DELETE CASCADE);"
            "INSERT INTO t VALUES (1, 1); CREATE TRIGGER gone AFTER DELETE ON t BEGIN SELECT 1; END",
            "table “t” has a trigger on deletion",
        ),
        (
            "CREATE TABLE t (id INTEGER PRIMARY KEY, i INTEGER REFERENCES images ON DELETE CASCADE, "
            "up INTEGER REFERENCES t ON DELETE CASCADE); INSERT INTO t VALUES (1, 1, 2), (2, 1, 1)",
            "in a circle",
        ),
    ],
)
async def test_a_row_that_others_hold_is_refused_with_the_reason(make: Make, script: str, why: str) -> None:
    world = await make(
        f"CREATE TABLE images (id INTEGER PRIMARY KEY, path TEXT); INSERT INTO images VALUES (1, 'gone'); {script}",
        source("images", "path", describes=True),
    )
    head, steps = await world.plan()
    assert steps == []
    (refusal,) = head.refused
    assert (refusal.where, refusal.count) == ("images", 1)
    assert re.search(why, refusal.why)


async def test_a_row_that_points_at_itself_goes_with_itself(make: Make) -> None:
    world = await make(
        "CREATE TABLE images (id INTEGER PRIMARY KEY, path TEXT, twin INTEGER REFERENCES images ON DELETE CASCADE);"
        "INSERT INTO images VALUES (1, 'gone', 1)",
        source("images", "path", describes=True),
    )
    _, steps = await world.plan()
    assert await world.carry_out(steps) == [Result.DONE]


async def test_a_kept_row_or_one_that_names_a_file_does_not_go_along(make: Make) -> None:
    world = await make(
        """CREATE TABLE images (id INTEGER PRIMARY KEY, path TEXT);
        CREATE TABLE uses (id INTEGER PRIMARY KEY, image INTEGER REFERENCES images ON DELETE CASCADE, file TEXT);
        INSERT INTO images VALUES (1, 'gone'), (2, 'lost'), (3, 'off');
        INSERT INTO uses VALUES (1, 1, 'a'), (2, 2, NULL), (3, 3, NULL)""",
        source("images", "path", describes=True),
        source("uses", "file"),
        objects=photo("a"),
    )
    await world.workspace.journal.write(
        lambda c: c.execute("INSERT INTO keeps VALUES ('r:uses:[2]', '', '', 'mine', 0)")
    )
    head, steps = await world.plan()
    assert [about(step) for step in steps] == [("delete_row", "uses", (3,)), ("delete_row", "images", (3,))]
    assert {r.why for r in head.refused} == {
        "a row of “uses” would go along, and what it names is not proven absent",
        "a row that was marked to be kept would go along",
    }
