"""How the buckets of the practice project are set: the table `storage_buckets` of its catalog, and what it means."""

from __future__ import annotations

import json
from pathlib import Path

from core.clients.practice_records import changing, connected
from core.errors import TooLarge, WrongType
from core.models import Bucket
from core.routing import takes

BUCKETS = "storage_buckets"
"""The store's own table; not one of the user's."""


class PracticeBuckets:
    """Reads and writes the settings, each call with a connection of its own. Raises `ServiceError`."""

    def __init__(self, catalog: Path) -> None:
        self._path = catalog

    def settings(self) -> dict[str, Bucket]:
        """The buckets that are set in any way."""
        if not self._path.is_file():
            return {}
        with connected(self._path) as connection:
            if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (BUCKETS,)).fetchone():
                return {}
            rows = connection.execute(f"SELECT name, public, size_limit_bytes, mime_types FROM {BUCKETS}")
            return {name: Bucket(name, bool(public), size, _types(kinds)) for name, public, size, kinds in rows}

    def one(self, name: str) -> Bucket:
        """A bucket as it is set."""
        return self.settings().get(name, Bucket(name))

    def write(self, bucket: Bucket) -> None:
        """Sets a bucket."""
        cells = (bucket.name, bucket.public, bucket.size_limit_bytes, json.dumps(bucket.mime_types))
        with changing(self._path, BUCKETS) as connection:
            connection.execute(f"INSERT OR REPLACE INTO {BUCKETS} VALUES (?, ?, ?, ?)", cells)

    def forget(self, name: str) -> None:
        """The bucket is gone."""
        with changing(self._path, BUCKETS) as connection:
            connection.execute(f"DELETE FROM {BUCKETS} WHERE name = ?", (name,))

    def check(self, name: str, key: str, size_bytes: int, content_type: str) -> None:
        """Raises `TooLarge` or `WrongType` for a file that its bucket does not take."""
        bucket = self.one(name)
        if bucket.size_limit_bytes is not None and size_bytes > bucket.size_limit_bytes:
            raise TooLarge(
                f"{name}/{key} is too large: the bucket takes files of at most {bucket.size_limit_bytes:,} bytes.",
                "Raise the bucket's limit, or choose another bucket.",
            )
        if bucket.mime_types and not takes(bucket.mime_types, content_type):
            raise WrongType(
                f"{name}/{key} has the type {content_type}, which its bucket does not take.",
                f"It takes {', '.join(bucket.mime_types)}.",
            )


def _types(cell: object) -> tuple[str, ...]:
    try:
        found = json.loads(str(cell)) if cell else []
    except ValueError:
        return ()  # somebody edited it by hand
    return tuple(str(one) for one in found) if isinstance(found, list) else ()
