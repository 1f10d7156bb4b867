"""The schema as the REST half last read it: read again when told by `notify pgrst`, or when something is unknown."""

from __future__ import annotations

import weakref
from collections.abc import Sequence
from typing import Any

import psycopg

from tests.servers.supabase.rest_schema import Schema, read_schema

CHANNEL = "pgrst"


class SchemaCache:
    """One for each project; asked inside the transaction of a request, before that takes on a role."""

    def __init__(self) -> None:
        self._schema: Schema | None = None
        self._schemas: tuple[str, ...] = ()
        self._listening: weakref.WeakSet[psycopg.AsyncConnection[Any]] = weakref.WeakSet()

    async def listen(self, connection: psycopg.AsyncConnection[Any]) -> None:
        """Hear of changes on this connection: what was sent meanwhile arrives with its next statement."""
        if connection in self._listening:
            return
        connection.add_notify_handler(self._on_notify)
        await connection.execute(f"listen {CHANNEL}")
        self._listening.add(connection)
        # What was said before anybody listened is lost.
        self._schema = None

    def _on_notify(self, _: psycopg.Notify) -> None:
        self.forget()

    def forget(self) -> None:
        """Something in the database is not what we thought."""
        self._schema = None

    async def read(
        self, connection: psycopg.AsyncConnection[Any], schemas: Sequence[str], *, afresh: bool = False
    ) -> tuple[Schema, bool]:
        """The schema, and whether it was read just now."""
        if self._schema is None or afresh or self._schemas != tuple(schemas):
            schema = await read_schema(connection, schemas)
            self._schema, self._schemas = schema, tuple(schemas)
            return schema, True
        return self._schema, False
