"""Proves that a folder is as it was: every file's bytes, size, times and place, and what lies there in addition."""

from __future__ import annotations

import hashlib
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class File:
    """What must stay equal of one file. `inode` is the file system's own number."""

    digest: str
    size_bytes: int
    changed_ns: int
    inode: int


def picture_of(folder: Path) -> dict[str, File]:
    """Every file under a folder, by its path inside it."""
    return {p.relative_to(folder).as_posix(): _file(p) for p in sorted(folder.rglob("*")) if p.is_file()}


def differences(before: dict[str, File], after: dict[str, File], *, places: bool = True) -> list[str]:
    """What was added, removed or changed, a line each. Without `places` another inode is no difference."""
    lines = [f"{name} was added" for name in after.keys() - before.keys()]
    lines += [f"{name} is gone" for name in before.keys() - after.keys()]
    for name in before.keys() & after.keys():
        for field in ("digest", "size_bytes", "changed_ns", *(("inode",) if places else ())):
            if getattr(before[name], field) != getattr(after[name], field):
                lines.append(f"{name} has another {field}")
    return sorted(lines)


def rows_of(database: Path) -> dict[str, list[str]]:
    """Every row of every table of a SQLite file, whatever its pages look like. Opens it as any program would."""
    with closing(sqlite3.connect(database)) as connection:
        connection.text_factory = bytes
        tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND rootpage > 0").fetchall()
        return {name.decode(): sorted(_rows(connection, name.decode())) for (name,) in tables}


def _rows(connection: sqlite3.Connection, table: str) -> list[str]:
    quoted = table.replace('"', '""')
    try:
        return [repr(row) for row in connection.execute(f'SELECT * FROM "{quoted}" NOT INDEXED')]
    except sqlite3.OperationalError as problem:  # a key in a collation that only the program itself knows
        return [str(problem)]


def _file(path: Path) -> File:
    state = path.stat()
    return File(hashlib.sha256(path.read_bytes()).hexdigest(), state.st_size, state.st_mtime_ns, state.st_ino)
