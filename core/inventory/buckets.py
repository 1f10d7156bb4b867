"""Lists one bucket into the inventory, page by page, and tells a complete listing from one that only looks so."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from core.errors import NotFound, ServiceError
from core.inventory.hashes import hash_equal_sizes
from core.inventory.session import Session
from core.models import Object, ObjectPage
from core.progress import Progress
from core.references import fold
from core.workspace import to_micros

_EMPTY_PAGES = 1_000
"""So many empty pages in a row, each with a cursor, are a listing that does not end."""


@dataclass(slots=True)
class _Walk:
    """One walk through a bucket. `faults` are sentences about pages that contradict a complete listing."""

    listing: int
    earlier: int
    cursor: str | None
    closed: bool
    last_key: str
    items: int
    hidden: bool = False
    faults: list[str] = field(default_factory=list)
    cursors: set[str] = field(default_factory=set)
    empty: int = 0

    def fault(self, sentence: str) -> None:
        if sentence not in self.faults:
            self.faults.append(sentence)

    def turn(self, page: ObjectPage) -> bool:
        """Whether to ask for a further page; notes what is wrong with this one."""
        if page.hidden:
            self.hidden = True
            self.fault(page.hidden)
        for item in page.items:
            if item.key <= self.last_key and self.last_key:
                self.fault("A page of the listing came twice or out of order.")
            self.last_key = max(self.last_key, item.key)
        self.empty = 0 if page.items else self.empty + 1
        if page.cursor is None:
            self.closed = True
        elif page.cursor in self.cursors:
            self.fault("The listing went round in a circle.")
        elif self.empty > _EMPTY_PAGES:
            self.fault("The listing gave nothing but empty pages and did not end.")
        else:
            self.cursors.add(page.cursor)
            self.cursor = page.cursor
            return True
        return False


async def list_bucket(session: Session, name: str) -> None:
    """Lists one bucket. Whatever the store says or does, the listing is recorded: complete, or with the reason why not.
    Raises only what is no `ServiceError`."""
    walk = await session.write(lambda c: _open(c, session, name))
    if walk.closed:
        return
    try:
        await session.store.bucket(name)
    except NotFound as exc:
        # Closed and not complete: there is nothing to go on with, and references into it are not understood.
        walk.closed = True
        walk.fault(exc.message)
        await session.write(lambda c: _close(c, walk))
        return
    except ServiceError as exc:
        walk.fault(exc.message)
        await session.write(lambda c: _close(c, walk))
        return
    try:
        await _walk(session, name, walk)
        if walk.closed and not session.store.limits.lists_etags:
            await hash_equal_sizes(session, name, walk.listing)
    except ServiceError as exc:
        walk.closed = False
        walk.fault(exc.message)
    await session.write(lambda c: _close(c, walk))


async def _walk(session: Session, name: str, walk: _Walk) -> None:
    resumed = walk.cursor is not None
    while True:
        try:
            page = await session.store.list_objects(name, cursor=walk.cursor)
        except ServiceError:
            if not resumed:
                raise
            # The cursor of an interrupted scan may have expired: once more from the start.
            await session.write(lambda c: _restart(c, walk))
            resumed = False
            continue
        if resumed:
            # The scan may have ended between a last page and the note that it was the last.
            page = replace(page, items=tuple(item for item in page.items if item.key > walk.last_key))
            resumed = False
        more = walk.turn(page)
        await session.write(lambda c, page=page: _write_page(c, session, walk, page))  # type: ignore[misc]
        session.report(Progress(walk.items, None, f"Listing bucket {name}"))
        if not more:
            return


def _open(connection: sqlite3.Connection, session: Session, name: str) -> _Walk:
    earlier = connection.execute(
        "SELECT id FROM listings WHERE what = 'bucket' AND name = ? AND current = 1", (name,)
    ).fetchone()
    before = earlier[0] if earlier else 0
    begun = connection.execute(
        "SELECT id, cursor, closed, items FROM listings WHERE scan = ? AND what = 'bucket' AND name = ?",
        (session.id, name),
    ).fetchone()
    if begun is None:
        added = connection.execute(
            "INSERT INTO listings (scan, what, name) VALUES (?, 'bucket', ?)", (session.id, name)
        )
        return _Walk(int(added.lastrowid or 0), before, None, False, "", 0)
    (last,) = connection.execute("SELECT max(key) FROM objects WHERE listing = ?", (begun[0],)).fetchone()
    walk = _Walk(begun[0], before, json.loads(begun[1] or "null"), bool(begun[2]), last or "", begun[3])
    if walk.cursor is None and not walk.closed:
        _restart(connection, walk)
    return walk


def _restart(connection: sqlite3.Connection, walk: _Walk) -> None:
    for table in ("objects", "folds", "unlisted", "leads"):
        connection.execute(f"DELETE FROM {table} WHERE listing = ?", (walk.listing,))
    connection.execute(
        "UPDATE listings SET cursor = NULL, pages = 0, items = 0, bytes = 0 WHERE id = ?", (walk.listing,)
    )
    walk.cursor, walk.last_key, walk.items = None, "", 0


def _write_page(connection: sqlite3.Connection, session: Session, walk: _Walk, page: ObjectPage) -> None:
    items = [item for item in page.items if _is_text(item.key)]
    added = add_objects(connection, walk.listing, walk.earlier, items, session.now)
    connection.executemany("INSERT INTO unlisted VALUES (?, ?, ?)", _unlisted(walk, page))
    leads = [(walk.listing, item.key, *item.leads_to) for item in items if item.leads_to is not None]
    leads += [(walk.listing, part.prefix, *part.leads_to) for part in page.unlisted if part.leads_to is not None]
    connection.executemany("INSERT INTO leads VALUES (?, ?, ?, ?)", leads)
    walk.items += added
    connection.execute(
        "UPDATE listings SET cursor = ?, pages = pages + 1, items = items + ?, bytes = bytes + ?, why = ? WHERE id = ?",
        (
            json.dumps(walk.cursor),
            added,
            sum(item.size_bytes for item in items),
            " ".join(walk.faults),  # a scan that is killed now does not go on with a listing that is at fault
            walk.listing,
        ),
    )


def add_objects(connection: sqlite3.Connection, listing: int, earlier: int, items: Sequence[Object], now: int) -> int:
    """Adds objects to a listing; how many it did not hold yet. What carries no time of its own keeps the first sight
    that the `earlier` listing has of it, or gets `now`."""
    before = connection.total_changes
    connection.executemany(
        "INSERT OR IGNORE INTO objects (listing, key, size, type, etag, version, changed, first_seen)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, iif(?7 IS NULL,"
        " coalesce((SELECT first_seen FROM objects WHERE listing = ?8 AND key = ?2), ?9), NULL))",
        (_columns(listing, earlier, item, now) for item in items),
    )
    added = connection.total_changes - before
    folds = ((listing, folded, item.key) for item in items if (folded := fold(item.key)) != item.key)
    connection.executemany("INSERT OR IGNORE INTO folds VALUES (?, ?, ?)", folds)
    return added


def _columns(listing: int, earlier: int, item: Object, now: int) -> tuple[object, ...]:
    changed = None if item.changed is None else to_micros(item.changed)
    return (
        listing, item.key, item.size_bytes, item.content_type, item.etag, item.version, changed, earlier, now,
    )  # fmt: skip


def _unlisted(walk: _Walk, page: ObjectPage) -> Iterable[tuple[int, str, str]]:
    for part in page.unlisted:
        if part.blocks:
            walk.fault(f"“{_shown(part.prefix)}” could not be listed: {part.why}")
        yield walk.listing, _shown(part.prefix), part.why
    for item in page.items:
        if not _is_text(item.key):
            yield walk.listing, _shown(item.key), "Its name is not valid text, so no row can name it."


def _close(connection: sqlite3.Connection, walk: _Walk) -> None:
    connection.execute(
        "UPDATE listings SET closed = ?, complete = ?, hidden = ?, why = ?, finished = ? WHERE id = ?",
        (walk.closed, walk.closed and not walk.faults, walk.hidden, " ".join(walk.faults), None, walk.listing),
    )


def _is_text(key: str) -> bool:
    return key.isascii() or not any("\ud800" <= c <= "\udfff" for c in key)


def _shown(key: str) -> str:
    return key.encode(errors="backslashreplace").decode()
