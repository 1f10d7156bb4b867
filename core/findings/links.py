"""link_missing, link_expired, link_expiring: the signed URLs that rows keep beside references that resolve."""

from __future__ import annotations

import sqlite3

_TROUBLE = {
    "link_missing": "t.linked = 0",
    "link_expired": "t.linked = 1 AND t.expires <= :now",
    "link_expiring": "t.linked = 1 AND t.expires > :now AND t.expires <= :soon",
}
_OBJECT = "JOIN temp.listed b ON b.bucket = r.bucket CROSS JOIN objects o ON o.listing = b.listing AND o.key = r.key"
_UNDERSTOOD = "r.problem IS NULL AND r.form < 2"


def sql(kind: str) -> str:
    """The findings of one of the three kinds, for source `:name`: one for a row, about the first object it names."""
    return f"""SELECT r.bucket, r.key, s.tbl, s.name, t.key, r.col, r.element, o.size, o.type, t.changed,
            coalesce(t.changed, t.first_seen), t.print, '', '', json_object('expires', t.expires)
        FROM listings s CROSS JOIN rows t ON t.listing = s.id CROSS JOIN refs r ON r.row = t.n {_OBJECT}
        WHERE s.current = 1 AND s.name = :name AND s.what = 'source' AND {_TROUBLE[kind]} AND {_UNDERSTOOD}
        GROUP BY t.n HAVING min(r.n)"""


def count_links(connection: sqlite3.Connection, now: int, soon: int) -> None:
    """Counts the links of every source that has any, for `status`: those of rows that name an object that is there."""
    connection.execute("DELETE FROM links")
    connection.execute(
        f"""INSERT INTO links SELECT s.name, count(*), total({_TROUBLE["link_missing"]}),
            total({_TROUBLE["link_expired"]}), total({_TROUBLE["link_expiring"]})
        FROM listings s CROSS JOIN rows t ON t.listing = s.id
        WHERE s.current = 1 AND s.what = 'source' AND t.linked IS NOT NULL
            AND EXISTS (SELECT 1 FROM refs r {_OBJECT} WHERE r.row = t.n AND {_UNDERSTOOD})
        GROUP BY s.id""",
        {"now": now, "soon": soon},
    )
