"""Scenario 20, the planner's half: whatever the world, plans end, converge, and lose nothing that is needed."""

from __future__ import annotations

import json
import os
import sqlite3
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from random import Random

import pytest

from core.clients.local_catalog import LocalCatalog
from core.models import Repair, Result, Row, Step, StepKind
from core.profiles import ReferenceColumn, Source
from core.references import Resolver
from core.workspace import Workspace
from tests.core.worlds import World

WORLDS = int(os.environ.get("BUCKETDESK_WORLDS", "60"))
"""How many worlds a run tries; each is made from its number alone."""
REPAIRS: tuple[Repair | None, ...] = (
    None, Repair.DELETE, Repair.CLEAR, Repair.MERGE, Repair.INSERT, Repair.MARK_ERROR, Repair.MARK_PENDING,
)  # fmt: skip
KEYS = ("a", "a-1", "a.bak", "a/b", "Dir/x", "dir/x", "photos/a", "scans/a/b", "ü.png", "x y.png", "100%.png", "q'.jpg")
SCHEMA = """
CREATE TABLE images (id INTEGER PRIMARY KEY, path TEXT, thumb TEXT, status TEXT, size INTEGER, url TEXT,
    parent INTEGER REFERENCES images ON DELETE CASCADE);
CREATE TABLE files (name TEXT PRIMARY KEY NOT NULL, bucket TEXT NOT NULL, place TEXT, image INTEGER REFERENCES images
    ON DELETE SET NULL);
CREATE TABLE sets (id INTEGER PRIMARY KEY, items TEXT, image INTEGER REFERENCES images ON DELETE CASCADE);
CREATE TABLE pages (id INTEGER PRIMARY KEY, body TEXT, image INTEGER REFERENCES images ON DELETE RESTRICT);
CREATE TABLE tags (image INTEGER, word TEXT, set_id INTEGER REFERENCES sets ON DELETE CASCADE,
    PRIMARY KEY (image, word),
    FOREIGN KEY (image) REFERENCES images ON DELETE CASCADE);
"""


def paths(*names: str) -> tuple[ReferenceColumn, ...]:
    return tuple(ReferenceColumn(name, "path") for name in names)


def sources(dice: Random) -> tuple[Source, ...]:
    images = Source(
        "images", "images", ("id",), paths("path", *(["thumb"] if dice.random() < 0.4 else [])), True, "photos",
        status_column="status" if dice.random() < 0.5 else None, size_column="size", url_column="url",
    )  # fmt: skip
    files = Source(
        "files", "files", ("name",), (ReferenceColumn("place", dice.choice(["path", "bucket_path"])),),
        dice.random() < 0.5, None, "bucket",
    )  # fmt: skip
    sets = Source("sets", "sets", ("id",), (ReferenceColumn("items", "array"),), dice.random() < 0.3, "photos")
    pages = Source(
        "pages", "pages", ("id",), (ReferenceColumn("body", dice.choice(["html", "text", "json"])),), False, "photos"
    )
    return tuple(s for s in (images, files, sets, pages) if s is images or dice.random() < 0.7)


def name_of(dice: Random, key: str) -> str | None:
    """Some way to write a key, right or wrong."""
    return dice.choice([
        key, key, key, f"scans/{key}", f"photos/{key}", f"/{key}", f"gone/{key}", key.upper(), key.replace(" ", "%20"),
        f"../{key}", f"https://x.supabase.co/storage/v1/object/public/photos/{key}", "", None,
    ])  # fmt: skip


def rows_of(dice: Random) -> dict[str, list[tuple[object, ...]]]:
    def some(low: int = 0, high: int = 4) -> range:
        return range(dice.randint(low, high))

    def name() -> str | None:
        return name_of(dice, dice.choice(KEYS))

    count = dice.randint(0, 6)
    image = [None, *range(1, count + 1)]
    arrays = [
        json.dumps,
        lambda items: "{" + ",".join(f'"{i}"' for i in items if i) + "}",
        lambda items: items[0] if items else "",
    ]
    return {
        "images": [
            (n, name(), dice.choice([None, name()]), dice.choice(["ready", "error", None]), dice.choice([None, 1, 2]),
             dice.choice([None, "u"]), dice.choice(image) if dice.random() < 0.3 else None)
            for n in range(1, count + 1)
        ],
        "files": [
            (f"f{n}", dice.choice(["photos", "scans", "elsewhere"]),
             dice.choice([name(), f"photos/{name()}"]), dice.choice(image)) for n in some()
        ],
        "sets": [(n, dice.choice(arrays)([name() for _ in some()]), dice.choice(image)) for n in some()],
        "pages": [
            (n, " ".join(f'<img src="{name()}">' for _ in some()), dice.choice(image) if dice.random() < 0.2 else None)
            for n in some()
        ],
        "tags": [(i, "red", None) for i in image[1:] if dice.random() < 0.4],
    }  # fmt: skip


def objects_of(dice: Random) -> dict[tuple[str, str], str]:
    return {
        (bucket, key): dice.choice(["one", "two", f"{bucket}/{key}", ""])
        for bucket in ("photos", "scans")
        for key in KEYS
        if dice.random() < 0.4
    }


class History:
    """One world, and what must stay true of it whatever is planned and done."""

    def __init__(self, world: World) -> None:
        self.world = world

    def resolving(self) -> Counter[tuple[str, str]]:
        """How often each content is named by mapped references that resolve."""
        resolver = Resolver(self.world.buckets, {})
        found: Counter[tuple[str, str]] = Counter()
        with sqlite3.connect(self.world.folder / "c.db") as connection:
            connection.row_factory = sqlite3.Row
            for source in self.world.sources:
                for values in connection.execute(f"SELECT * FROM {source.table}"):
                    row = Row((), dict(zip(values.keys(), tuple(values), strict=True)))
                    bucket = row.values[source.bucket_column] if source.bucket_column else None
                    for column in source.columns:
                        for r in resolver.read(source, column, row.values[column.name], bucket):  # type: ignore[arg-type]
                            if r.bucket and (r.bucket, r.key) in self.world.objects:
                                found[source.name, self.world.objects[r.bucket, r.key]] += 1
        connection.close()
        return found

    def check_plan(self, steps: Sequence[Step]) -> None:
        """One step a thing, everything it needs before it, whole rows recorded."""
        things = Counter((s.bucket, s.key) if s.bucket else (s.table, s.row_key) for s in steps)
        assert [thing for thing, count in things.items() if count > 1] == []
        assert [step.n for step in steps] == list(range(1, len(steps) + 1))
        for step in steps:
            assert all(n < step.n for n in step.needs)
            assert step.because is None or step.n in steps[step.because - 1].needs
            assert step.finding or step.because
            assert step.kind is StepKind.INSERT_ROW or not step.table or step.before

    def check_content(self, steps: Sequence[Step]) -> None:
        """A copy goes only while its twin stays."""
        going = {(step.bucket, step.key) for step in steps if step.kind is StepKind.DELETE_OBJECT}
        for step in steps:
            if step.same_as:
                assert (step.bucket, step.same_as) not in going
                assert self.world.objects[step.bucket, step.same_as] == self.world.objects[step.bucket, step.key]

    async def go_through(self, repair: Repair | None) -> None:
        await self.world.survey()
        before = self.resolving()
        contents = set(self.world.objects.values())
        _, steps = await self.world.plan(repair)
        self.check_plan(steps)
        self.check_content(steps)
        results = await self.world.carry_out(steps)
        assert set(results) <= {Result.DONE}, [
            (s, r) for s, r in zip(steps, results, strict=True) if r is not Result.DONE
        ]
        assert set(self.world.objects.values()) | set(self.world.moved.values()) >= contents
        lost = before - self.resolving()
        assert not lost, f"{repair} broke references that resolved: {lost}"
        _, again = await self.world.plan(repair)
        assert again == [], f"{repair} is planned again without a scan"
        await self.world.survey()
        _, again = await self.world.plan(repair)
        assert again == [], f"{repair} is planned again after a scan"


@pytest.mark.timeout(600)
@pytest.mark.parametrize("part", range(4))
async def test_plans_end_converge_and_break_no_reference_that_resolved(part: int, tmp_path: Path) -> None:
    workspace = await Workspace.open(tmp_path / "desk", "here")
    for seed in range(part, WORLDS, 4):
        dice = Random(seed)
        await workspace.journal.write(lambda c: (c.execute("DELETE FROM runs"), c.execute("DELETE FROM steps")))
        (tmp_path / "c.db").unlink(missing_ok=True)
        catalog = LocalCatalog(tmp_path / "c.db")
        world = World(tmp_path, workspace, sources(dice), catalog, objects_of(dice))
        world.sql(SCHEMA)
        with sqlite3.connect(tmp_path / "c.db") as connection:
            for table, rows in rows_of(dice).items():
                if rows:
                    marks = ",".join("?" * len(rows[0]))
                    connection.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)
        connection.close()
        try:
            for repair in dice.sample(REPAIRS, 3):
                await History(world).go_through(repair)
        except AssertionError as exc:
            raise AssertionError(f"in world {seed}: {exc}") from exc
        finally:
            await catalog.close()
    await workspace.close()
