"""file_without_row: an object that no reference names, in whatever form, nor means behind a wrong prefix."""

from __future__ import annotations

UNNAMED = (
    "SELECT key FROM objects WHERE listing = :listing"
    " EXCEPT SELECT key FROM refs WHERE scan = :scan AND bucket = :bucket ORDER BY 1"
)
"""Keys that are there and not named: two index scans, merged."""
SQL = f"""SELECT :bucket, o.key, '', '', '[]', '', NULL, o.size, o.type, o.changed,
        coalesce(o.changed, o.first_seen), o.version, coalesce(n.key, ''),
        CASE WHEN n.key IS NOT NULL THEN 'A row names “' || n.key || '”, which may be this one, written differently.'
            WHEN EXISTS (SELECT 1 FROM temp.wrong w
                WHERE w.related = o.key AND w.prefix = :bucket AND w.bucket <> w.prefix)
            THEN 'A row names it behind the name of this bucket, as if it were in another, so it may be meant.'
            ELSE '' END, ''
    FROM ({UNNAMED}) u CROSS JOIN objects o ON o.listing = :listing AND o.key = u.key
    LEFT JOIN (SELECT a.key AS meant, min(r.key) AS key FROM temp.near a JOIN refs r ON r.n = a.ref
        WHERE a.bucket = :bucket GROUP BY a.key) n ON n.meant = o.key
    WHERE NOT EXISTS (SELECT 1 FROM temp.wrong w WHERE w.bucket = :bucket AND w.related = o.key)"""
