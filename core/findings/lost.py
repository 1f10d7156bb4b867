"""References that name nothing: found once, then explained by a wrong prefix, a near spelling, or an absent file."""

from __future__ import annotations

import sqlite3
from urllib.parse import unquote

from core.references import near_folds


def find_lost(connection: sqlite3.Connection, scan: int) -> None:
    """Fills `temp.listed` (bucket, its listing), `temp.lost` (understood references of which no reading names an
    object) and counts in each source's listing how many of its references resolve."""
    for name in ("listed", "absent", "lost"):
        connection.execute(f"DROP TABLE IF EXISTS temp.{name}")
    connection.execute(
        "CREATE TEMP TABLE listed AS SELECT name AS bucket, id AS listing FROM listings"
        " WHERE current = 1 AND what = 'bucket'"
    )
    connection.execute("CREATE TEMP TABLE absent (bucket TEXT, key TEXT)")
    connection.execute("CREATE TEMP TABLE lost (ref INTEGER, listing INTEGER, row INTEGER, bucket TEXT, key TEXT)")
    for bucket, listing in connection.execute("SELECT bucket, listing FROM temp.listed ORDER BY bucket").fetchall():
        connection.execute(f"INSERT INTO temp.absent SELECT ?2, key FROM ({ABSENT})", (scan, bucket, listing))
    connection.execute(
        """INSERT INTO temp.lost SELECT r.n, r.listing, r.row, r.bucket, r.key
        FROM temp.absent a CROSS JOIN refs r ON r.scan = ? AND r.bucket = a.bucket AND r.key = a.key
        WHERE r.form = 0 AND r.problem IS NULL AND NOT EXISTS (SELECT 1 FROM refs s WHERE s.row = r.row
            AND s.col = r.col AND s.element IS r.element AND s.form = 1)""",
        (scan,),
    )
    connection.execute("DROP TABLE temp.absent")


ABSENT = (
    "SELECT key FROM refs WHERE scan = ?1 AND bucket = ?2 EXCEPT SELECT key FROM objects WHERE listing = ?3 ORDER BY 1"
)
"""Keys that are named in a bucket and not there: two index scans, merged."""


def count_resolved(connection: sqlite3.Connection) -> None:
    """Counts, for every source in force, how many of its understood references resolve to objects."""
    connection.execute(
        "UPDATE listings SET resolved = refs - not_understood"
        " - (SELECT count(*) FROM temp.lost l WHERE l.listing = listings.id) WHERE current = 1 AND what = 'source'"
    )


def find_near(connection: sqlite3.Connection) -> None:
    """Fills `temp.near` (reference, bucket, the key it may mean) for references that name nothing, or were not
    understood, and equal an existing key but for its spelling, or name one behind its own bucket's name. Wrong prefixes
    are explained already."""
    for name in ("tries", "near"):
        connection.execute(f"DROP TABLE IF EXISTS temp.{name}")
    connection.execute("CREATE TEMP TABLE tries (ref INTEGER, bucket TEXT, fold TEXT)")
    connection.execute("CREATE TEMP TABLE near (ref INTEGER, bucket TEXT, key TEXT)")
    unexplained = connection.execute(
        """SELECT ref, bucket, key FROM temp.lost WHERE ref NOT IN (SELECT ref FROM temp.wrong)
        UNION ALL SELECT n, bucket, key FROM refs NOT INDEXED
        WHERE form = 0 AND problem IS NOT NULL AND bucket IS NOT NULL AND key <> ''"""
    )
    connection.executemany(
        "INSERT INTO temp.tries VALUES (?, ?, ?)",
        ((ref, bucket, folded) for ref, bucket, key in unexplained for folded in near_folds(bucket, key)),
    )
    connection.execute(
        """INSERT INTO temp.near
        SELECT t.ref, t.bucket, o.key FROM temp.tries t JOIN temp.listed b ON b.bucket = t.bucket
        CROSS JOIN objects o ON o.listing = b.listing AND o.key = t.fold
        UNION ALL SELECT t.ref, t.bucket, o.key FROM temp.tries t JOIN temp.listed b ON b.bucket = t.bucket
        CROSS JOIN folds o ON o.listing = b.listing AND o.fold = t.fold"""
    )
    connection.execute("DROP TABLE temp.tries")
    connection.execute(
        """INSERT INTO temp.near SELECT l.ref, b.bucket, o.key
        FROM temp.lost l JOIN temp.listed b ON b.bucket = substr(l.key, 1, instr(l.key, '/') - 1)
        CROSS JOIN objects o ON o.listing = b.listing AND o.key = substr(l.key, length(b.bucket) + 2)
        WHERE b.bucket <> l.bucket AND l.ref NOT IN (SELECT ref FROM temp.wrong)"""
    )
    connection.execute("CREATE INDEX temp.near_ref ON near (ref)")
    connection.execute("CREATE INDEX temp.near_key ON near (bucket, key)")


MEANT = """coalesce((SELECT 'A row names “' || r.key || '”, which may be this one, written differently.'
        FROM temp.near a JOIN refs r ON r.n = a.ref WHERE a.bucket = :bucket AND a.key = {key} LIMIT 1), '')"""
"""SQL for why an object of `:bucket` is unproven: a reference names it in another spelling. '' when none does."""


def register(connection: sqlite3.Connection) -> None:
    """Makes `decoded` (percent-decoding) callable in SQL on this connection."""
    connection.create_function("decoded", 1, unquote, deterministic=True)
