"""The stand-in's connections to its project's database: one pool as the Storage API has it, one as PostgREST has it."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Self

from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from tests.servers.supabase.tokens import as_role

Connection = AsyncConnection[tuple[object, ...]]
Pool = AsyncConnectionPool[Connection]
AT_ONCE = 12


@dataclass(slots=True)
class Database:
    """Opened and used in the server's event loop; every connection is in autocommit and speaks UTC."""

    storage_url: str = field(repr=False)  # as supabase_storage_admin, the owner of the storage tables
    rest_url: str = field(repr=False)  # as authenticator, which is nobody until it takes on a role
    auth_url: str = field(repr=False)  # as supabase_auth_admin, the owner of the tables of users
    storage: Pool = field(init=False, repr=False)
    rest: Pool = field(init=False, repr=False)
    auth: Pool = field(init=False, repr=False)

    async def __aenter__(self) -> Self:
        self.storage, self.rest, self.auth = map(_pool, (self.storage_url, self.rest_url, self.auth_url))
        for pool in (self.storage, self.rest, self.auth):
            await pool.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        for pool in (self.storage, self.rest, self.auth):
            await pool.close()

    @contextlib.asynccontextmanager
    async def as_caller(
        self, claims: Mapping[str, object], *, pool: Pool | None = None, timeouts: bool = False
    ) -> AsyncIterator[Connection]:
        """A transaction under somebody's role with RLS on; committed at the end, rolled back by an exception."""
        async with (pool or self.storage).connection() as connection:
            try:
                await as_role(connection, claims, timeouts=timeouts)
                yield connection
            except BaseException:
                await connection.execute("rollback")
                raise
            await connection.execute("commit")

    @contextlib.asynccontextmanager
    async def as_owner(self) -> AsyncIterator[Connection]:
        """A connection as the owner of the storage tables, whom no policy binds; each statement commits by itself."""
        async with self.storage.connection() as connection:
            yield connection


def _pool(url: str) -> Pool:
    options = {"autocommit": True}
    return AsyncConnectionPool(url, kwargs=options, min_size=0, max_size=AT_ONCE, open=False, timeout=30)
