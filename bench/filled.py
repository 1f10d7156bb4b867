"""A workspace filled directly, as a scan of a generated world leaves it, for benchmarks that begin where scans end."""

from __future__ import annotations

import sqlite3

from bench.generated import BUCKET, NOW, OLD, TABLE, World, profile
from core.inventory import references
from core.inventory.settle import bucket_mapping
from core.inventory.sources import reach
from core.places import home
from core.workspace import to_micros

SCAN = 1


def fill(connection: sqlite3.Connection, world: World) -> None:
    """Writes the listings, objects, rows and references of a world, in the order in which a scan meets them."""
    now, old = to_micros(NOW), to_micros(OLD)
    mapped = profile(home())
    connection.execute("INSERT INTO scans (id, started, state, service_now) VALUES (?, ?, 'done', ?)", (SCAN, now, now))
    listings = (
        (1, "bucket", BUCKET, "", bucket_mapping(mapped, BUCKET), '[""]', 0),
        (2, "source", TABLE, TABLE, mapped.sources[0].mapping, f'["{reach(mapped.sources[0])[0]}"]', world.count),
    )
    connection.executemany(
        "INSERT INTO listings (id, scan, what, name, tbl, mapping, reach, refs, judged, current, closed, complete,"
        f" items, finished) VALUES (?1, {SCAN}, ?2, ?3, ?4, ?5, ?6, ?7, ?7, 1, 1, 1, {world.count}, {now})",
        listings,
    )
    connection.executemany(
        "INSERT INTO objects (listing, key, size, type, etag, version, changed)"
        f" VALUES (1, ?, ?, 'image/jpeg', ?, ?, {old})",
        ((world.object_key(n), 20_000 + n % 5000, f"{n:032x}", f"{n:012x}") for n in range(world.count)),
    )
    connection.executemany(
        f"INSERT INTO rows (n, listing, key, changed, print) VALUES (?, 2, ?, {old}, 0)",
        ((n + 1, f"[{n}]") for n in range(world.count)),
    )
    references.start_anew(connection)
    connection.executemany(
        f"INSERT INTO refs_next (scan, listing, row, col, bucket, key) VALUES ({SCAN}, 2, ?, 'path', '{BUCKET}', ?)",
        ((n + 1, world.row_path(n)) for n in range(world.count)),
    )
    references.index(connection, SCAN)
    references.put_in_force(connection)
