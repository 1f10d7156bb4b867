"""Reads one source into the inventory: rows, what they name, and whether that was all of it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from core.errors import ServiceError
from core.inventory import cells
from core.inventory.session import Session
from core.models import Row, RowKey, RowPage, Value
from core.profiles import Source
from core.progress import Progress
from core.references import Reference, Resolver
from core.references.resolver import PRIMARY
from core.values import encode_key

_READINGS = 3
_MOVED = "Another program kept changing the database while “{table}” was read."


@dataclass(slots=True)
class _Reading:
    """One source being read: its listing, the earlier one in force, and the next free row number."""

    source: Source
    listing: int
    earlier: int
    next_row: int
    items: int = 0
    fault: str = ""


async def read_source(session: Session, source: Source, resolver: Resolver, listings: Mapping[str, int]) -> None:
    """Reads a source to its end, at most thrice while others change it; records why when it stays incomplete.
    `listings` are the bucket listings that will be in force. Raises only what is no `ServiceError`."""
    reading = await session.write(lambda c: _open(c, session, source))
    closed = False
    try:
        for _ in range(_READINGS):
            await session.write(lambda c: _restart(c, reading))
            if closed := await _read_once(session, reading, resolver, listings):
                break
        else:
            reading.fault = _MOVED.format(table=source.table)
    except ServiceError as exc:
        closed, reading.fault = False, exc.message
    await session.write(
        lambda c: (
            c.execute(
                "UPDATE listings SET closed = ?, complete = ?, why = ? WHERE id = ?",
                (closed, closed and not reading.fault, reading.fault, reading.listing),
            ).rowcount
        )
    )


async def _read_once(session: Session, reading: _Reading, resolver: Resolver, listings: Mapping[str, int]) -> bool:
    source, catalog = reading.source, session.catalog
    token = await catalog.change_token()
    await catalog.check_key(source.table, source.key)
    before = await catalog.count(source.table) if token is None else None
    cursor: RowKey | None = None
    while True:
        page = await catalog.read(source.table, source.key, source.read_columns, cursor)
        await session.write(lambda c, page=page: _write_page(c, session, reading, resolver, listings, page))  # type: ignore[misc]
        reading.fault = reading.fault or page.hidden
        session.report(Progress(reading.items, None, f"Reading table {source.table}"))
        if page.cursor is None or page.cursor == cursor:
            break
        cursor = page.cursor
    if page.cursor is not None:
        reading.fault = f"Reading “{source.table}” went round in a circle."
        return True
    count = await catalog.count(source.table)
    if before is not None:
        # Nothing tells whether others wrote meanwhile: rows that came or went explain a difference, and no more.
        return min(before, count) <= reading.items <= max(before, count)
    return count == reading.items and await catalog.change_token() == token


def reach(source: Source) -> list[str]:
    """The buckets that a source can name by its mapping; `["*"]` when it can be any."""
    fixed = source.bucket is not None and source.bucket_column is None
    return [source.bucket or ""] if fixed and all(c.holds == "path" for c in source.columns) else ["*"]


def _open(connection: sqlite3.Connection, session: Session, source: Source) -> _Reading:
    earlier = connection.execute(
        "SELECT id FROM listings WHERE what = 'source' AND name = ? AND current = 1", (source.name,)
    ).fetchone()
    added = connection.execute(
        "INSERT INTO listings (scan, what, name, tbl, mapping, reach) VALUES (?, 'source', ?, ?, ?, ?)",
        (session.id, source.name, source.table, source.mapping, json.dumps(reach(source))),
    )
    (top,) = connection.execute("SELECT coalesce(max(n), 0) FROM rows").fetchone()
    return _Reading(source, int(added.lastrowid or 0), earlier[0] if earlier else 0, top + 1)


def _restart(connection: sqlite3.Connection, reading: _Reading) -> None:
    if reading.items:
        connection.execute("DELETE FROM refs_next WHERE listing = ?", (reading.listing,))
        connection.execute("DELETE FROM rows WHERE listing = ?", (reading.listing,))
    connection.execute(
        "UPDATE listings SET pages = 0, items = 0, refs = 0, not_understood = 0, judged = 0, unlisted = 0 WHERE id = ?",
        (reading.listing,),
    )
    reading.items = 0


def _write_page(
    connection: sqlite3.Connection,
    session: Session,
    reading: _Reading,
    resolver: Resolver,
    listings: Mapping[str, int],
    page: RowPage,
) -> None:
    first = reading.next_row
    read = [(number, row, _references(reading.source, row, resolver)) for number, row in enumerate(page.rows, first)]
    reading.next_row += len(read)
    before = connection.total_changes
    connection.executemany(
        "INSERT OR IGNORE INTO rows (n, listing, key, size, status, changed, linked, expires, print, first_seen)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, iif(?6 IS NULL,"
        " coalesce((SELECT first_seen FROM rows WHERE listing = ?10 AND key = ?3), ?11), NULL))",
        (_row_columns(reading, number, row, session.now) for number, row, _ in read),
    )
    added = connection.total_changes - before
    if added < len(read):
        reading.fault = f"The key of “{reading.source.table}” is not unique."
    primary = [(number, c, r) for number, _, refs in read for c, r in refs if r.form == PRIMARY]
    connection.executemany(_INSERT, (_ref_columns(session, reading, *item) for item in primary))
    connection.executemany(
        f"{_INSERT_FOUND} WHERE EXISTS (SELECT 1 FROM objects WHERE listing = ?10 AND key = ?8)",
        (
            (*_ref_columns(session, reading, number, c, r), listings.get(r.bucket or ""))
            for number, _, refs in read
            for c, r in refs
            if r.form != PRIMARY
        ),
    )
    reading.items += added
    connection.execute(
        "UPDATE listings SET pages = pages + 1, items = items + ?, refs = refs + ?,"
        " not_understood = not_understood + ?, judged = judged + ?, unlisted = unlisted + ? WHERE id = ?",
        (
            added,
            len(primary),
            sum(1 for _, _, r in primary if r.problem),
            sum(1 for _, _, r in primary if r.judged),
            sum(1 for _, _, r in primary if r.unlisted),
            reading.listing,
        ),
    )


_INTO = "INSERT INTO refs_next (scan, listing, row, col, element, form, bucket, key, problem)"
_INSERT = f"{_INTO} VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
_INSERT_FOUND = f"{_INTO} SELECT ?, ?, ?, ?, ?, ?, ?, ?, ?"


def _references(source: Source, row: Row, resolver: Resolver) -> Sequence[tuple[str, Reference]]:
    bucket = row.values[source.bucket_column] if source.bucket_column else None
    home = bucket if isinstance(bucket, str) else None
    return [(c.name, r) for c in source.columns for r in resolver.read(source, c, row.values[c.name], home)]


def _row_columns(reading: _Reading, number: int, row: Row, now: int) -> tuple[object, ...]:
    source, values = reading.source, row.values

    def cell(column: str | None) -> Value:
        return values[column] if column else None

    status = cell(source.status_column)
    url = cell(source.url_column)
    expires = cells.moment(cell(source.expires_column)) or cells.token_expiry(url)
    return (
        number,
        reading.listing,
        encode_key(row.key),
        cells.size(cell(source.size_column)),
        None if status is None else _text(str(status)),
        cells.moment(cell(source.time_column)),
        None if source.url_column is None else not cells.is_empty(url),
        expires,
        cells.fingerprint(_naming(source, values)),
        reading.earlier,
        now,
    )


def _naming(source: Source, values: Mapping[str, Value]) -> Iterable[Value]:
    if source.bucket_column:
        yield values[source.bucket_column]
    for column in source.columns:
        yield values[column.name]


def _ref_columns(
    session: Session, reading: _Reading, number: int, column: str, reference: Reference
) -> tuple[object, ...]:
    return (
        session.id,
        reading.listing,
        number,
        column,
        reference.element,
        reference.form,
        None if reference.bucket is None else _text(reference.bucket),
        _text(reference.key),
        reference.problem or None,
    )


def _text(text: str) -> str:
    return text if text.isascii() else text.encode(errors="backslashreplace").decode()
