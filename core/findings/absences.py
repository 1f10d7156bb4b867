"""row_without_file: a reference that was understood, whose object is not there."""

from __future__ import annotations

SQL = """SELECT l.bucket, l.key, s.tbl, s.name, t.key, r.col, r.element, t.size, '', t.changed,
        coalesce(t.changed, t.first_seen), t.print, coalesce(n.key, ''),
        CASE WHEN n.key IS NULL THEN ''
            WHEN n.bucket = l.bucket THEN 'It differs only in spelling from “' || n.key || '”, which is there.'
            ELSE 'It may mean “' || n.key || '” in bucket ' || n.bucket || '.' END, ''
    FROM temp.lost l CROSS JOIN refs r ON r.n = l.ref
    CROSS JOIN listings s ON s.id = l.listing CROSS JOIN rows t ON t.n = l.row
    LEFT JOIN (SELECT ref, bucket, min(key) AS key FROM temp.near GROUP BY ref) n ON n.ref = l.ref
    WHERE l.ref NOT IN (SELECT ref FROM temp.wrong)"""
