"""A direct connection to a project's Postgres, for what the API cannot do: setting up, maintenance, restoring."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from core.threads import in_thread

if TYPE_CHECKING:  # psycopg is imported when somebody connects: window and --help start without it
    import psycopg

P = ParamSpec("P")
T = TypeVar("T")
_CONNECT_SECONDS = 10
_CANCEL_SECONDS = 5.0
_STATEMENT_SECONDS = 300
_SAYS_NOTHING = frozenset({"42P06", "42P07", "42701", "42710"})
"""Notices that something is there already, which is how migrations are meant to run a second time."""


class Postgres:
    """One connection; statements run one after the other, in a worker thread. Works on every event loop, which
    psycopg's own asyncio does not on Windows. TLS is used where the server offers it, and demanded of Supabase."""

    def __init__(self, connection: psycopg.Connection[tuple[Any, ...]], place: str) -> None:
        self._connection = connection
        self._notices: list[str] = []
        self.place = place
        connection.add_notice_handler(self._hear)

    def __repr__(self) -> str:
        return f"<Postgres at {self.place}>"

    @classmethod
    async def open(cls, address: str, password: str = "") -> Postgres:
        """Connects. `address` is a URL or libpq's keywords; a password in it goes before `password`. Raises
        `BadProfile`, `NotAllowed`, `NotFound`, `Unavailable`."""
        return await in_thread(cls._open, address, password)

    @classmethod
    def _open(cls, address: str, password: str) -> Postgres:
        import psycopg
        from psycopg.conninfo import conninfo_to_dict

        from core.clients.direct_failures import not_understood, of_connecting

        try:
            words: dict[str, Any] = {name: value for name, value in conninfo_to_dict(address).items() if value}
        except psycopg.ProgrammingError:
            raise not_understood() from None  # its text repeats what was typed
        host = str(words.get("host", "localhost"))
        place = f"{host}:{words.get('port', 5432)}"
        if password:
            words.setdefault("password", password)
        words.setdefault("sslmode", "require" if _is_supabase(host) else "prefer")
        words.setdefault("connect_timeout", _CONNECT_SECONDS)
        words.setdefault("application_name", "bucketdesk")
        try:
            # prepare_threshold: a pooler in transaction mode gives each transaction another connection
            connection = psycopg.connect(**words, autocommit=True, prepare_threshold=None)
        except psycopg.Error as exc:
            # not `from exc`: its text may hold the whole address
            user, database = str(words.get("user", "")), str(words.get("dbname", words.get("user", "")))
            raise of_connecting(exc, user, place, database) from None
        return cls(connection, place)

    async def query(self, statement: str, *values: object, what: str = "Reading the database") -> list[tuple[Any, ...]]:
        """Runs one statement by itself, `%s` standing for the values; its rows, [] when it has none. `what` says in
        errors what it was for. Raises `ServiceError`."""
        return await self._do(self._query, statement, values, what)

    async def run(self, script: str, *, what: str = "Changing the database") -> tuple[str, ...]:
        """Runs a script of many statements in one transaction: all of it or nothing. Returns what the database had to
        say about it. Raises `ServiceError`."""
        return await self._do(self._run, script, what)

    async def close(self) -> None:
        """Lets go of the connection."""
        await in_thread(self._connection.close)

    async def _do(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Works in a thread; a cancellation stops the statement in the database first, and then takes effect."""
        import psycopg

        running = asyncio.ensure_future(asyncio.to_thread(work, *args, **kwargs))
        try:
            return await asyncio.shield(running)
        except asyncio.CancelledError:
            with contextlib.suppress(psycopg.Error):
                await in_thread(self._connection.cancel_safe, timeout=_CANCEL_SECONDS)
            await asyncio.wait([running])
            if not running.cancelled():
                running.exception()
            raise

    def _query(self, statement: str, values: tuple[object, ...], what: str) -> list[tuple[Any, ...]]:
        import psycopg

        from core.clients.direct_failures import of_statement

        try:
            cursor = self._connection.execute(statement.encode(), values or None)
            return cursor.fetchall() if cursor.description else []
        except psycopg.Error as exc:
            raise of_statement(exc, what) from exc

    def _run(self, script: str, what: str) -> tuple[str, ...]:
        import psycopg

        from core.clients.direct_failures import of_statement

        self._notices.clear()
        try:
            with self._connection.transaction():
                self._connection.execute(f"set local statement_timeout = '{_STATEMENT_SECONDS}s'".encode())
                self._connection.execute(script.encode())
        except psycopg.Error as exc:
            raise of_statement(exc, what) from exc
        return tuple(self._notices)

    def _hear(self, notice: psycopg.errors.Diagnostic) -> None:
        if notice.sqlstate not in _SAYS_NOTHING and notice.message_primary:
            self._notices.append(notice.message_primary)


def _is_supabase(host: str) -> bool:
    return host.endswith((".supabase.co", ".supabase.com"))
