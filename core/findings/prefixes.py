"""wrong_prefix: a reference whose key stands behind a bucket's name that does not belong there."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection

from core.profiles import Profile

SQL = """SELECT w.bucket, r.key, s.tbl, s.name, t.key, r.col, r.element, o.size, o.type, t.changed,
        coalesce(t.changed, t.first_seen), t.print, w.related, w.reason, ''
    FROM temp.wrong w CROSS JOIN refs r ON r.n = w.ref
    JOIN listings s ON s.id = r.listing JOIN rows t ON t.n = r.row
    JOIN temp.listed b ON b.bucket = w.bucket JOIN objects o ON o.listing = b.listing AND o.key = w.related"""
_TWIN = "A bucket “{prefix}” is there and holds such an object too, so either may be meant."
_UNKNOWN = "“{prefix}” is neither a folder here nor the name of a bucket: a wrong prefix, or a folder that is gone."


def find_wrong(connection: sqlite3.Connection, profile: Profile) -> None:
    """Fills `temp.wrong` (reference, bucket, the right key, why it is not certain) from `temp.lost`."""
    for name in ("prefixes", "wrong"):
        connection.execute(f"DROP TABLE IF EXISTS temp.{name}")
    connection.execute(
        "CREATE TEMP TABLE prefixes (bucket TEXT, prefix TEXT, reason TEXT, PRIMARY KEY (bucket, prefix))"
    )
    connection.execute(
        "CREATE TEMP TABLE wrong (ref INTEGER PRIMARY KEY, bucket TEXT, related TEXT, prefix TEXT, reason TEXT)"
    )
    pairs = connection.execute(
        "SELECT DISTINCT bucket, substr(key, 1, instr(key, '/') - 1) FROM temp.lost WHERE instr(key, '/') > 1"
    ).fetchall()
    listed = [row[0] for row in connection.execute("SELECT bucket FROM temp.listed ORDER BY bucket")]
    for bucket, prefix in pairs:
        verdict = judge(bucket, prefix, listed, profile, has_folder=_has_folder(connection, bucket, prefix))
        if verdict is not None:
            connection.execute("INSERT INTO temp.prefixes VALUES (?, ?, ?)", (bucket, prefix, verdict))
    behind = "substr(l.key, length(p.prefix) + 2)"
    for rest, condition in ((behind, ""), (f"decoded({behind})", "AND instr(l.key, '%')")):
        connection.execute(
            f"""INSERT OR IGNORE INTO temp.wrong SELECT l.ref, l.bucket, o.key, p.prefix, p.reason
            FROM temp.lost l JOIN temp.prefixes p ON p.bucket = l.bucket
                AND p.prefix = substr(l.key, 1, instr(l.key, '/') - 1)
            JOIN temp.listed b ON b.bucket = l.bucket
            CROSS JOIN objects o ON o.listing = b.listing AND o.key = {rest}
            WHERE instr(l.key, '/') > 1 {condition}"""
        )
    connection.execute(
        """UPDATE temp.wrong SET reason = replace(?, '{prefix}', prefix) WHERE prefix <> bucket AND EXISTS (
            SELECT 1 FROM temp.listed b CROSS JOIN objects o ON o.listing = b.listing
            WHERE b.bucket = wrong.prefix AND o.key = wrong.related)""",
        (_TWIN,),
    )
    connection.execute("CREATE INDEX temp.wrong_key ON wrong (bucket, related)")
    connection.execute("CREATE INDEX temp.wrong_twin ON wrong (related, prefix)")


def judge(bucket: str, prefix: str, listed: Collection[str], profile: Profile, *, has_folder: bool) -> str | None:
    """Whether `prefix/rest` in `bucket` is `rest` with a wrong prefix: '' when it is, a reason when it may be, None
    when it is a folder like any other."""
    families = {name for f in profile.families for name in (f.name, *f.buckets)}
    named = {*listed, *profile.buckets, *families, *(s.bucket for s in profile.sources if s.bucket)}
    if prefix in named or profile.family_of(prefix) is not None:
        return ""
    if has_folder:
        return None
    ending = _ending(prefix)
    if ending and any(_ending(name) == ending for name in named):
        return ""
    return _UNKNOWN.format(prefix=prefix)


def _ending(name: str) -> str:
    start, dash, word = name.rpartition("-")
    return dash + word if start and word and not word.isdigit() else ""


def _has_folder(connection: sqlite3.Connection, bucket: str, prefix: str) -> bool:
    return (
        connection.execute(
            "SELECT 1 FROM temp.listed b CROSS JOIN objects o ON o.listing = b.listing"
            " WHERE b.bucket = ?1 AND o.key >= ?2 || '/' AND o.key < ?2 || '0' LIMIT 1",
            (bucket, prefix),
        ).fetchone()
        is not None
    )
