"""What the practice project's store keeps beside its files: the table `storage_objects` of its catalog."""

from __future__ import annotations

import contextlib
import functools
import json
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path

from core.clients.foreign_sqlite import PATIENCE_SECONDS, explain, explain_os
from core.clients.open_files import in_use
from core.models import Attributes

TABLE = "storage_objects"
"""The store's own table; not one of the user's."""
Name = tuple[str, str]
"""Bucket and key."""
_COLUMNS = "content_type, cache_control, user_metadata, created_at, updated_at, size_bytes, mtime_ns"
_SELECT = f"SELECT {_COLUMNS} FROM {TABLE} WHERE bucket_id = ? AND name = ?"
_DELETE = f"DELETE FROM {TABLE} WHERE bucket_id = ? AND name = ?"


@dataclass(frozen=True, slots=True)
class Record:
    """One object's attributes, and the size and time its file had when they were written (None: not known)."""

    attributes: Attributes
    size_bytes: int | None
    mtime_ns: int | None


@dataclass(slots=True)
class _Waiting:
    """A record that a thread wants to have written."""

    cells: tuple[object, ...]
    is_over: bool = False
    error: Exception | None = None


class PracticeRecords:
    """Reads and writes the records, each call with a connection of its own: the catalog is open elsewhere too. Raises
    `ServiceError`."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._guard, self._turn = threading.Lock(), threading.Lock()
        self._waiting: list[_Waiting] = []

    def read(self, names: Sequence[Name]) -> dict[Name, Record]:
        """The records that there are."""
        with self._connected() as connection:
            found: dict[Name, Record] = {}
            if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (TABLE,)).fetchone():
                return found
            connection.execute("BEGIN")
            for name in names:
                cells = connection.execute(_SELECT, name).fetchone()
                if cells is not None:
                    found[name] = _record(cells)
            return found

    def copy(self, pairs: Sequence[tuple[Name, Name]]) -> None:
        """Gives the second name of each pair the record of the first: none, where that has none."""
        sql = (
            f"INSERT INTO {TABLE} (bucket_id, name, {_COLUMNS}) "
            f"SELECT ?, ?, {_COLUMNS} FROM {TABLE} WHERE bucket_id = ? AND name = ?"
        )
        with self._changing() as connection:
            connection.executemany(_DELETE, [new for _, new in pairs])
            connection.executemany(sql, [(*new, *old) for old, new in pairs])

    def write(self, name: Name, attributes: Attributes, size_bytes: int, mtime_ns: int) -> None:
        """Sets one object's record."""
        cells = (
            attributes.content_type,
            attributes.cache_control,
            json.dumps(dict(attributes.metadata), ensure_ascii=False),
            attributes.created and attributes.created.isoformat(),
            attributes.updated and attributes.updated.isoformat(),
            size_bytes,
            mtime_ns,
        )
        ours = _Waiting((*name, *cells))
        with self._guard:
            self._waiting.append(ours)
        with self._turn:  # whoever came while another was writing is written along by the next
            if not ours.is_over:
                self._write_waiting()
        if ours.error is not None:
            raise ours.error

    def forget(self, names: Sequence[Name]) -> None:
        """Removes records."""
        with self._changing() as connection:
            connection.executemany(_DELETE, names)

    def _write_waiting(self) -> None:
        with self._guard:
            taken, self._waiting = self._waiting, []
        sql = f"INSERT OR REPLACE INTO {TABLE} (bucket_id, name, {_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
        error: Exception | None = None
        try:
            with self._changing() as connection:
                connection.executemany(sql, [one.cells for one in taken])
        except Exception as exc:  # each of them is told
            error = exc
        for one in taken:
            one.is_over, one.error = True, error

    def _connected(self) -> contextlib.AbstractContextManager[sqlite3.Connection]:
        return connected(self._path)

    def _changing(self) -> contextlib.AbstractContextManager[sqlite3.Connection]:
        return changing(self._path, TABLE)


@contextlib.contextmanager
def connected(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection of its own to the catalog. Raises `ServiceError`."""
    address = f"{path.absolute().as_uri()}?mode=rw"
    try:
        with in_use(path):
            opened = sqlite3.connect(address, uri=True, timeout=PATIENCE_SECONDS, isolation_level=None)
            with contextlib.closing(opened) as connection:
                yield connection
    except sqlite3.Error as exc:
        raise explain(exc, path) from exc
    except OSError as exc:
        raise explain_os(exc, path) from exc


@contextlib.contextmanager
def changing(path: Path, table: str) -> Iterator[sqlite3.Connection]:
    """The same in a transaction that writes into one of the store's own tables, which is made if need be."""
    with connected(path) as connection:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute(_script(table))
        yield connection
        connection.execute("COMMIT")


@functools.cache
def _script(table: str) -> str:
    return (resources.files("resources") / "practice" / f"{table}.sql").read_text("utf-8")


def _record(cells: Sequence[object]) -> Record:
    content_type, cache_control, metadata, created, updated, size_bytes, mtime_ns = cells
    return Record(
        Attributes(
            content_type=str(content_type or ""),
            cache_control=None if cache_control is None else str(cache_control),
            metadata=_texts(metadata),
            created=_time(created),
            updated=_time(updated),
        ),
        size_bytes if isinstance(size_bytes, int) else None,
        mtime_ns if isinstance(mtime_ns, int) else None,
    )


def _texts(cell: object) -> dict[str, str]:
    try:
        found = json.loads(str(cell)) if cell else {}
    except ValueError:
        return {}  # somebody edited it by hand
    return (
        {str(k): v if isinstance(v, str) else json.dumps(v) for k, v in found.items()}
        if isinstance(found, dict)
        else {}
    )


def _time(cell: object) -> datetime | None:
    try:
        found = datetime.fromisoformat(str(cell)) if cell else None
    except ValueError:
        return None
    return found.replace(tzinfo=UTC) if found is not None and found.tzinfo is None else found
