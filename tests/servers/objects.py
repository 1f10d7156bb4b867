"""What a test does with a project's objects behind the service's back: the rows by SQL, the bytes in its folder."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
from psycopg.types.json import Jsonb

Row = tuple[object, ...]
SEEDED = "seeded"  # how the version of an object begins that has a row and no bytes


@dataclass(slots=True)
class Objects:
    """Works as superuser, whom neither policies nor the guard of the tables bind."""

    url: str = field(repr=False)
    folder: Path
    _connection: psycopg.Connection[Row] | None = field(default=None, repr=False)

    @property
    def connection(self) -> psycopg.Connection[Row]:
        """Opened when first needed; in autocommit."""
        if self._connection is None:
            self._connection = psycopg.connect(self.url, autocommit=True)
            self._connection.execute("set storage.allow_delete_query = 'true'")
        return self._connection

    def make_bucket(self, name: str, *, public: bool, size_limit: int | None, mime_types: Sequence[str] | None) -> None:
        """A bucket, unless there is one of this name."""
        query = """insert into storage.buckets (id, name, public, file_size_limit, allowed_mime_types)
                   values (%s, %s, %s, %s, %s) on conflict do nothing"""
        allowed = None if mime_types is None else list(mime_types)
        self.connection.execute(query, [name, name, public, size_limit, allowed])

    def put(
        self,
        bucket: str,
        key: str,
        data: bytes,
        content_type: str,
        age: timedelta,
        cache_control: str,
        user_metadata: dict[str, object] | None,
    ) -> str:
        """Store an object as it would have been `age` ago; returns its id."""
        self.make_bucket(bucket, public=False, size_limit=None, mime_types=None)
        version, then = str(uuid.uuid4()), datetime.now(UTC) - age
        (self.folder / version).write_bytes(data)
        told = metadata(hashlib.md5(data).hexdigest(), len(data), content_type, cache_control, then)
        with self.connection.transaction():
            old = self.connection.execute(
                "select version from storage.objects where bucket_id = %s and name = %s for update", [bucket, key]
            ).fetchone()
            query = """insert into storage.objects (bucket_id, name, metadata, user_metadata, version)
                       values (%s, %s, %s, %s, %s)
                       on conflict (bucket_id, name) do update set metadata = excluded.metadata,
                           user_metadata = excluded.user_metadata, version = excluded.version
                       returning id"""
            given = [bucket, key, Jsonb(told), Jsonb(user_metadata), version]
            row = self.connection.execute(query, given).fetchone()
            assert row is not None
            if age:
                self._backdate(row[0], then)
        if old is not None:
            (self.folder / str(old[0])).unlink(missing_ok=True)
        return str(row[0])

    def _backdate(self, identity: object, then: datetime) -> None:
        """Past the trigger that would put now in the place of `then`."""
        self.connection.execute("set local session_replication_role = replica")
        query = "update storage.objects set created_at = %s, updated_at = %s, last_accessed_at = %s where id = %s"
        self.connection.execute(query, [then, then, then, identity])

    def seed(self, bucket: str, objects: Iterable[tuple[str, int]], age: timedelta) -> int:
        """Rows for many objects, each (key, size in bytes), without their bytes; returns how many."""
        self.make_bucket(bucket, public=False, size_limit=None, mime_types=None)
        connection = self.connection
        with connection.transaction():
            connection.execute("create temporary table seeds (name text, size bigint) on commit drop")
            with connection.cursor().copy("copy seeds (name, size) from stdin") as copy:
                for one in objects:
                    copy.write_row(one)
            query = """
                insert into storage.objects
                    (bucket_id, name, metadata, version, created_at, updated_at, last_accessed_at)
                select %s, name, jsonb_build_object(
                        'eTag', '"' || md5(name) || '"', 'size', size, 'mimetype', 'image/jpeg',
                        'cacheControl', 'max-age=3600', 'lastModified', now() - %s,
                        'contentLength', size, 'httpStatusCode', 200),
                    %s || '-' || md5(name), now() - %s, now() - %s, now() - %s
                from seeds"""
            count = connection.execute(query, [bucket, age, SEEDED, age, age, age]).rowcount
        connection.execute("analyze storage.objects")
        return count

    def content(self, bucket: str, key: str) -> bytes | None:
        """An object's bytes; None if there is no such object."""
        query = "select version from storage.objects where bucket_id = %s and name = %s"
        row = self.connection.execute(query, [bucket, key]).fetchone()
        return None if row is None else (self.folder / str(row[0])).read_bytes()

    def keys(self, bucket: str) -> list[str]:
        """The keys of a bucket, in bytewise order."""
        query = 'select name from storage.objects where bucket_id = %s order by name collate "C"'
        return [str(row[0]) for row in self.connection.execute(query, [bucket])]

    def drop(self, bucket: str, key: str) -> None:
        """Take an object away."""
        query = "delete from storage.objects where bucket_id = %s and name = %s returning version"
        row = self.connection.execute(query, [bucket, key]).fetchone()
        if row is not None:
            (self.folder / str(row[0])).unlink(missing_ok=True)

    def close(self) -> None:
        """Let go of the database."""
        if self._connection is not None:
            self._connection.close()


def metadata(etag: str, size: int, content_type: str, cache_control: str, changed: datetime) -> dict[str, object]:
    """What the column metadata holds (facts.md E2)."""
    moment = changed.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return {
        "eTag": f'"{etag}"',
        "size": size,
        "mimetype": content_type,
        "cacheControl": cache_control,
        "lastModified": moment,
        "contentLength": size,
        "httpStatusCode": 200,
    }
