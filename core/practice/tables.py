"""Writes the practice project's catalog: its tables, and what the store keeps about each object."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from importlib import resources
from pathlib import Path

from core.errors import WorkspaceError
from core.practice import names, registers
from core.practice.mapping import MAPPED
from core.practice.registers import Cells, Moment
from core.practice.website import Website
from core.practice.world import World
from core.profiles.destination import FOLDER_TABLE


def write_catalog(path: Path, world: World, moment: Moment, sizes: Sequence[int]) -> int:
    """Makes the catalog and returns how many rows its mapped tables have. Raises `WorkspaceError`."""
    try:
        with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as connection:
            connection.execute("PRAGMA synchronous=OFF")  # the whole folder is made aside and put in place when done
            for name in ("catalog", "storage_objects"):
                connection.executescript(_script(name))
            connection.execute("BEGIN")
            counts = {table: _fill(connection, table, rows) for table, rows in _tables(world, moment, sizes)}
            connection.execute("COMMIT")
    except sqlite3.Error as exc:
        raise WorkspaceError(f"The practice catalog {path} cannot be written: {exc}.") from exc
    return sum(counts[table] for table in MAPPED)


def _script(name: str) -> str:
    return (resources.files("resources") / "practice" / f"{name}.sql").read_text("utf-8")


def _tables(world: World, moment: Moment, sizes: Sequence[int]) -> Iterator[tuple[str, Iterable[Cells]]]:
    """Every table with its rows, those that others point at first."""
    site = Website(world, moment, sizes)
    yield "storage_objects", _storage_objects(world, moment, sizes)
    yield "parts", registers.parts(world)
    yield "part_images", registers.part_images(world, moment)
    yield "patients", registers.patients(world)
    yield "image_patient_associations", registers.image_patient_associations(world, moment)
    yield "collections", site.collections()
    yield "images", site.images()
    yield "image_tags", site.image_tags()
    yield "media_assets", site.media_assets()
    yield "media_collections", site.media_collections()
    yield "articles", site.articles()
    yield "newsletters", site.newsletters()
    yield FOLDER_TABLE, ()  # uploads fill it


def _fill(connection: sqlite3.Connection, table: str, rows: Iterable[Cells]) -> int:
    width = len(connection.execute(f"PRAGMA table_info({table})").fetchall())
    marks = ", ".join("?" * width)
    return connection.executemany(f"INSERT INTO {table} VALUES ({marks})", rows).rowcount


def _storage_objects(world: World, moment: Moment, sizes: Sequence[int]) -> Iterator[Cells]:
    dice = world.dice("storage_objects")
    for item, size in zip(world.items, sizes, strict=True):
        updated = moment.ago(item.age)
        created = updated if dice.random() < 0.8 else moment.ago(item.age * 1.5)
        metadata = json.dumps({"uploaded-by": dice.choice(("scanner", "web form", "import"))})
        kept = dice.choice(("max-age=3600", "no-cache"))
        kind, when = names.content_type(item.key), moment.file_time_ns(item.age)
        yield item.bucket, item.key, kind, kept, metadata, created, updated, size, when
