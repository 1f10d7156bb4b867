"""A database that is there already, lent to the stand-in: only what it lacks is made in it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import psycopg
from psycopg import sql
from psycopg_pool import AsyncConnectionPool

from tests.servers.supabase.database import AT_ONCE, Database

SCHEMA = Path(__file__).parents[1] / "schema"
_STORAGE_OWNER = "supabase_storage_admin"


@dataclass(slots=True)
class BorrowedDatabase(Database):
    """Opened with one person's address: as a superuser it becomes whom each service would sign in as."""

    become: tuple[str, str, str] = ("", "", "")  # for storage, REST and Auth; "" for whoever the address names

    async def __aenter__(self) -> Self:
        urls = (self.storage_url, self.rest_url, self.auth_url)
        self.storage, self.rest, self.auth = (_pool(*pair) for pair in zip(urls, self.become, strict=True))
        for pool in (self.storage, self.rest, self.auth):
            await pool.open()
        return self


def _pool(url: str, role: str) -> AsyncConnectionPool[Any]:
    async def configure(connection: psycopg.AsyncConnection[Any]) -> None:
        if role:
            await connection.execute(sql.SQL("set session authorization {}").format(sql.Identifier(role)))

    options = {"autocommit": True}
    return AsyncConnectionPool(
        url, kwargs=options, configure=configure, min_size=0, max_size=AT_ONCE, open=False, timeout=30
    )


def borrow(url: str, *, with_storage: bool) -> BorrowedDatabase:
    """Make what is missing in the database of this address, and take it.

    Args:
        url: of a superuser at best; else whoever it names must be able to take on the roles.
        with_storage: our own Storage serves from it, so that a storage schema that is missing altogether is made.
    """
    with psycopg.connect(url, autocommit=True) as connection:
        row = connection.execute("select rolsuper, current_user from pg_roles where rolname = current_user").fetchone()
        assert row is not None
        superuser, me = bool(row[0]), str(row[1])
        if me != "authenticator":
            connection.execute((SCHEMA / "missing.sql").read_bytes())
        if with_storage and superuser and not _has_storage(connection):
            _make_storage(connection, me)
        has_owner = connection.execute("select to_regrole(%s) is not null", [_STORAGE_OWNER]).fetchone() == (True,)
    become = (_STORAGE_OWNER if has_owner else "", "authenticator", "") if superuser else ("", "", "")
    return BorrowedDatabase(url, url, url, become)


def _has_storage(connection: psycopg.Connection[Any]) -> bool:
    return connection.execute("select to_regclass('storage.objects') is not null").fetchone() == (True,)


def _make_storage(connection: psycopg.Connection[Any], me: str) -> None:
    """The schema that our own Storage wants, as a new project has it."""
    connection.execute((SCHEMA / "roles.sql").read_bytes())
    script = (SCHEMA / "storage.sql").read_text(encoding="utf-8")
    connection.execute(script.replace("supabase_admin_or_me", me).replace("postgres_owner", me).encode())
