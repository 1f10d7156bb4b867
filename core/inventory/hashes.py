"""Content hashes for stores whose listings carry none: only among equal sizes, and once for each version."""

from __future__ import annotations

import sqlite3

from core.inventory.session import Session
from core.progress import Progress

_ASKED = 200
"""Files of one call, so that progress moves and a cancellation need not wait for a thousand large ones."""


async def hash_equal_sizes(session: Session, bucket: str, listing: int) -> None:
    """Fills in the etag of every object that shares its size with another of its bucket. What cannot be read has none,
    and is nobody's duplicate. Raises `ServiceError`."""
    total = await session.write(lambda c: _find_equal_sizes(c, bucket, listing))
    limit = min(_ASKED, session.store.limits.batch_size)
    after, done = "", 0
    while found := await session.write(lambda c, after=after: _unhashed(c, bucket, listing, after, limit)):  # type: ignore[misc]
        hashes = await session.store.content_hashes(bucket, [key for key, _ in found])
        known = [(bucket, k, version, h) for (k, version), h in zip(found, hashes, strict=True) if h is not None]
        await session.write(
            lambda c, known=known: c.executemany("INSERT OR REPLACE INTO hashes VALUES (?, ?, ?, ?)", known).rowcount  # type: ignore[misc]
        )
        after, done = found[-1][0], done + len(found)
        session.report(Progress(done, total, f"Comparing files of equal size in {bucket}"))
    await session.write(lambda c: _fill_in(c, bucket, listing))


def _find_equal_sizes(connection: sqlite3.Connection, bucket: str, listing: int) -> int:
    connection.execute("CREATE TEMP TABLE IF NOT EXISTS equal_sizes (size INTEGER PRIMARY KEY)")
    connection.execute("DELETE FROM equal_sizes")
    connection.execute(
        "INSERT INTO equal_sizes SELECT size FROM objects WHERE listing = ? AND size > 0"
        " GROUP BY size HAVING count(*) > 1",
        (listing,),
    )
    (total,) = connection.execute(f"SELECT count(*) FROM objects o {_UNKNOWN}", (bucket, listing, "")).fetchone()
    return int(total)


_UNKNOWN = (
    "LEFT JOIN hashes h ON h.bucket = ? AND h.key = o.key AND h.version = o.version WHERE o.listing = ? AND o.key > ?"
    " AND o.size IN (SELECT size FROM equal_sizes) AND h.etag IS NULL"
)


def _unhashed(
    connection: sqlite3.Connection, bucket: str, listing: int, after: str, limit: int
) -> list[tuple[str, str]]:
    return connection.execute(
        f"SELECT o.key, o.version FROM objects o {_UNKNOWN} ORDER BY o.key LIMIT ?", (bucket, listing, after, limit)
    ).fetchall()


def _fill_in(connection: sqlite3.Connection, bucket: str, listing: int) -> None:
    connection.execute(
        "UPDATE objects SET etag = (SELECT etag FROM hashes h WHERE h.bucket = ?1 AND h.key = objects.key"
        " AND h.version = objects.version) WHERE listing = ?2 AND size IN (SELECT size FROM equal_sizes)",
        (bucket, listing),
    )
    connection.execute(
        "DELETE FROM hashes WHERE bucket = ?1"
        " AND NOT EXISTS (SELECT 1 FROM objects o WHERE o.listing = ?2 AND o.key = hashes.key)",
        (bucket, listing),
    )
