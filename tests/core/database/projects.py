"""A project's database as tests handle it: as its owner, and as the API lets people in."""

from __future__ import annotations

import contextlib
import json
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import psycopg

from tests.servers.postgres import postgres
from tests.servers.template import owner_password

Row = tuple[object, ...]
SERVICE = "service_role"


def change(action: str, table: str, key: dict[str, object], before: object = None, after: object = None) -> object:
    """A change as `bucketdesk_apply_batch` takes it."""
    names, values = list(key), list(key.values())
    words = {"action": f"{action}_row", "table": table, "key_columns": names, "key": values}
    return {**words, "before": before, "after": after}


@dataclass(slots=True)
class Somebody:
    """A connection that acts under a role, as PostgREST makes it; what it did is taken back at the end."""

    connection: psycopg.Connection[Row]

    def sql(self, query: str, *args: object) -> list[Row]:
        """The rows of a statement; a refusal leaves the connection usable."""
        with self.connection.transaction(force_rollback=True):
            answer = self.connection.execute(query.encode(), args or None)
            return answer.fetchall() if answer.description else []

    def may(self, query: str, *args: object) -> bool:
        """Whether the statement is allowed, and if it writes, whether it met anything."""
        try:
            with self.connection.transaction(force_rollback=True):
                answer = self.connection.execute(query.encode(), args or None)
                return answer.rowcount > 0
        except psycopg.errors.InsufficientPrivilege:
            return False


@dataclass(slots=True)
class Project:
    """A database and the hands of its owner, who is no superuser."""

    name: str
    url: str
    _connection: psycopg.Connection[Row] | None = field(default=None, repr=False)

    def sql(self, query: str, *args: object) -> list[Row]:
        """The rows of a statement, committed."""
        if self._connection is None:
            self._connection = psycopg.connect(self.url, autocommit=True)
        answer = self._connection.execute(query.encode(), args or None)
        return answer.fetchall() if answer.description else []

    def value(self, query: str, *args: object) -> object:
        """The one value of a statement."""
        ((value,),) = self.sql(query, *args)
        return value

    def batch(self, *changes: object, batch_id: uuid.UUID | None = None) -> list[dict[str, object]]:
        """What `bucketdesk_apply_batch` answers."""
        query = "select public.bucketdesk_apply_batch(%s, %s)"
        answer = self.value(query, batch_id or uuid.uuid4(), json.dumps(changes))
        assert isinstance(answer, list)
        return answer

    def results(self, *changes: object) -> list[object]:
        """How each change of a batch ended."""
        return [one["result"] for one in self.batch(*changes)]

    def make_bucket(self, *names: str) -> None:
        """Buckets, as the Storage API would make them."""
        for name in names:
            self.sql("insert into storage.buckets (id, name) values (%s, %s)", name, name)

    def put(self, bucket: str, names: Sequence[str], days: float = 0) -> None:
        """Rows for objects that were stored so many days ago."""
        self.sql(
            "insert into storage.objects (bucket_id, name, metadata, created_at, updated_at) "
            'select %s, n, \'{"size": 7, "eTag": "\\"abc\\"", "mimetype": "image/png"}\', '
            "now() - make_interval(secs => %s), now() - make_interval(secs => %s) from unnest(%s::text[]) as n",
            *(bucket, days * 86400, days * 86400, list(names)),
        )

    def drop(self, bucket: str, *names: str) -> None:
        """Takes objects away, as the Storage API would."""
        with postgres().connect(self.name) as connection:
            connection.execute("set storage.allow_delete_query = 'true'")
            connection.execute(
                "delete from storage.objects where bucket_id = %s and name = any (%s)", [bucket, list(names)]
            )

    @contextlib.contextmanager
    def acting(self, role: str, app_role: str = "") -> Iterator[Somebody]:
        """Somebody whom the API let in under a database role, with a role of ours in their app_metadata."""
        claims = {"role": role, "sub": str(uuid.uuid4()), "app_metadata": {"role": app_role} if app_role else {}}
        url = postgres().url(self.name, "authenticator", owner_password())
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(f"set role {role}".encode())
            connection.execute("select set_config('request.jwt.claims', %s, false)", [json.dumps(claims)])
            yield Somebody(connection)

    def close(self) -> None:
        """Lets go of the connection."""
        if self._connection is not None:
            self._connection.close()
