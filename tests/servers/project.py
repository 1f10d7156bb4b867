"""A Supabase project of a test's own: a database from a template, a server before it, and hands behind its back."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import psycopg

from tests.servers.objects import Objects
from tests.servers.postgres import postgres
from tests.servers.serving import served
from tests.servers.supabase.app import make_app
from tests.servers.supabase.database import Database
from tests.servers.supabase.faults import Faults
from tests.servers.supabase.gateway import Request
from tests.servers.supabase.passwords import kept
from tests.servers.supabase.settings import Settings
from tests.servers.supabase.world import World
from tests.servers.template import make_database, owner_password, owner_url

Row = tuple[object, ...]
SOON = timedelta(0)


@dataclass(slots=True)
class SupabaseProject:
    """What a test knows of its project, and what it may do there that no API does."""

    url: str
    database_url: str = field(repr=False)  # for the project's owner, who is no superuser
    settings: Settings = field(repr=False)
    faults: Faults = field(repr=False)
    requests: list[Request] = field(repr=False)
    objects: Objects = field(repr=False)
    _serve: Callable[[], AbstractContextManager[str]] = field(repr=False)
    _running: contextlib.ExitStack = field(repr=False)
    _connection: psycopg.Connection[Row] | None = field(default=None, repr=False)

    def restart(self) -> None:
        """End the server, whatever it is at, and start it again at the same address over the same database."""
        self._running.close()
        self._running.enter_context(self._serve())

    @property
    def service_key(self) -> str:
        """The legacy JWT key that may do everything."""
        return self.settings.service_key

    @property
    def anon_key(self) -> str:
        """The legacy JWT key of everybody."""
        return self.settings.anon_key

    @property
    def secret_key(self) -> str:
        """The new key that may do everything, sb_secret_…; no JWT."""
        return self.settings.secret_key

    @property
    def publishable_key(self) -> str:
        """The new key of everybody, sb_publishable_…; no JWT."""
        return self.settings.publishable_key

    @property
    def jwt_secret(self) -> str:
        """What this project's tokens are signed with."""
        return self.settings.jwt_secret

    def sql(self, query: str, *args: object) -> list[Row]:
        """Run a statement as the project's owner (as in the SQL editor); the rows it answers, [] if it answers none."""
        if self._connection is None:
            self._connection = psycopg.connect(self.database_url, autocommit=True)
        answer = self._connection.execute(query.encode(), args or None)
        return [] if answer.description is None else answer.fetchall()

    def make_bucket(
        self,
        name: str,
        *,
        public: bool = False,
        size_limit: int | None = None,
        mime_types: Sequence[str] | None = None,
    ) -> None:
        """A bucket, unless there is one of this name."""
        self.objects.make_bucket(name, public=public, size_limit=size_limit, mime_types=mime_types)

    def put(
        self,
        bucket: str,
        key: str,
        data: bytes = b"x",
        content_type: str = "text/plain",
        *,
        age: timedelta = SOON,
        cache_control: str = "max-age=3600",
        user_metadata: dict[str, object] | None = None,
    ) -> str:
        """Store an object, as it would have been stored `age` ago; makes a missing bucket; returns the object's id."""
        return self.objects.put(bucket, key, data, content_type, age, cache_control, user_metadata)

    def seed(self, bucket: str, objects: Iterable[tuple[str, int]], *, age: timedelta = timedelta(days=2)) -> int:
        """Rows for many objects, each (key, size in bytes), without their bytes; returns how many."""
        return self.objects.seed(bucket, objects, age)

    def content(self, bucket: str, key: str) -> bytes | None:
        """An object's bytes; None if there is no such object."""
        return self.objects.content(bucket, key)

    def keys(self, bucket: str) -> list[str]:
        """The keys of a bucket, in bytewise order."""
        return self.objects.keys(bucket)

    def drop(self, bucket: str, key: str) -> None:
        """Take an object away, as if somebody had removed it through the API."""
        self.objects.drop(bucket, key)

    def make_user(self, email: str, password: str, role: str | None = None) -> str:
        """Somebody who can sign in, by id; `role` stands in their app_metadata, where our rights are read."""
        rights = {"provider": "email", "providers": ["email"]} | ({"role": role} if role else {})
        query = """insert into auth.users (email, encrypted_password, raw_app_meta_data)
                   values (%s, %s, %s) returning id"""
        (row,) = self.sql(query, email, kept(password), psycopg.types.json.Jsonb(rights))
        return str(row[0])

    def token(self, user: str | UUID, role: str | None = None, **claims: object) -> str:
        """An access token of a user, as signing in would give it; `claims` are added, or replace what is there."""
        rights: dict[str, object] = {"provider": "email"} | ({"role": role} if role else {})
        return self.settings.sign(
            {"role": "authenticated", "aud": "authenticated", "sub": str(user), "app_metadata": rights, **claims}
        )

    def close(self) -> None:
        """Let go of the database."""
        self.objects.close()
        if self._connection is not None:
            self._connection.close()


@contextlib.contextmanager
def supabase_project(*, migrated: bool = True, port: int = 0, **options: object) -> Iterator[SupabaseProject]:
    """A running project, empty but for our migrations (`migrated`); `options` are fields of Settings."""
    settings = Settings(**options)  # type: ignore[arg-type]
    server = postgres()
    name = make_database("project", migrated=migrated)
    password = owner_password()
    services = ("supabase_storage_admin", "authenticator", "supabase_auth_admin")
    database = Database(*(server.url(name, service, password) for service in services))
    with contextlib.ExitStack() as stack:
        stack.callback(server.drop_database, name)
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bucketdesk-objects-")))
        world, faults = World(settings, database, folder), Faults()
        running = stack.enter_context(contextlib.ExitStack())
        url = running.enter_context(served(make_app(world, faults), port=port))

        def serve() -> AbstractContextManager[str]:
            return served(make_app(world, faults), port=int(url.rpartition(":")[2]))

        objects = Objects(server.url(name), folder)
        project = SupabaseProject(
            url, owner_url(name), settings, faults, world.requests, objects, _serve=serve, _running=running
        )
        stack.callback(project.close)
        yield project
