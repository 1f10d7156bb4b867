"""duplicate_content: of several objects of a bucket with equal content, all but the oldest."""

from __future__ import annotations

from core.findings.lost import MEANT

SQL = f"""SELECT :bucket, key, '', '', '[]', '', NULL, size, type, changed, aged, version, kept,
        {MEANT.format(key="copy.key")}, json_object('copies', copies)
    FROM (SELECT key, size, type, changed, aged, version,
            row_number() OVER (PARTITION BY size, etag ORDER BY aged, key) AS place,
            first_value(key) OVER (PARTITION BY size, etag ORDER BY aged, key) AS kept,
            count(*) OVER (PARTITION BY size, etag) AS copies
        FROM (SELECT *, coalesce(changed, first_seen) AS aged FROM objects
            WHERE listing = :listing AND size > 0 AND etag IS NOT NULL AND (size, etag) IN (
                SELECT size, etag FROM objects WHERE listing = :listing AND size > 0 AND etag IS NOT NULL
                GROUP BY size, etag HAVING count(*) > 1))) AS copy
    WHERE place > 1"""
