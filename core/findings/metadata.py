"""stale_metadata: a describing row that records another size than its object has."""

from __future__ import annotations

SQL = """SELECT r.bucket, r.key, s.tbl, s.name, t.key, r.col, r.element, o.size, o.type, t.changed,
        coalesce(t.changed, t.first_seen), t.print, '', '', json_object('recorded', t.size)
    FROM listings s CROSS JOIN rows t ON t.listing = s.id CROSS JOIN refs r ON r.row = t.n
    JOIN temp.listed b ON b.bucket = r.bucket CROSS JOIN objects o ON o.listing = b.listing AND o.key = r.key
    WHERE s.current = 1 AND s.name = :name AND s.what = 'source' AND t.size IS NOT NULL
        AND r.problem IS NULL AND r.form < 2
    GROUP BY t.n HAVING max(o.size = t.size) = 0 AND min(r.n)"""
