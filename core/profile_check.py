"""Tries a profile by real reads: what it lets this person do, line by line. Nothing is written, there or here."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass

from core.capabilities import Capability
from core.connection import Connection
from core.engine import open_connection, open_database
from core.errors import CoreError
from core.profiles import Profile
from core.sign_in import SignInState

_TABLE = "Table "
_DIRECT = "Check the address of the direct connection in the profile, and the secret “postgres_password”."
_NEEDED = ("List buckets", "List objects", _TABLE)


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check found. `sign_in` is None where nobody signs in."""

    lines: tuple[Capability, ...]
    sign_in: SignInState | None = None

    @property
    def ok(self) -> bool:
        """Whether the project can be scanned as the profile describes it."""
        return not any(line.state == "no" and line.name.startswith(_NEEDED) for line in self.lines)


async def check(profile: Profile) -> Checked:
    """Connects as the profile says, written or not, looks at everything once, and lets go. Raises `CoreError` when
    the project cannot be talked to at all."""
    opened = await open_connection(profile)
    try:
        if opened.project is None:
            return Checked(tuple([line async for line in _LocalLook(opened, profile).lines()]))
        found = await opened.project.capabilities()
        lines = [await _with_columns(line, opened, profile) for line in found.lines()]
        if profile.supabase is not None and profile.supabase.postgres:
            lines.append(await _line("Direct connection", lambda: _connect(profile), _DIRECT))
        return Checked(tuple(lines), opened.project.sign_in_state())
    finally:
        await opened.close()


async def _connect(profile: Profile) -> str:
    database = await open_database(profile)
    try:
        ((user, version),) = await database.query("select current_user::text, current_setting('server_version')")
    finally:
        await database.close()
    return f"Connected as {user} to PostgreSQL {version}."


async def _with_columns(line: Capability, opened: Connection, profile: Profile) -> Capability:
    """The line of a table that can be read, or, where a source names columns that it lacks, a line about those."""
    table = line.name.removeprefix(_TABLE)
    if line.state != "yes" or table == line.name:
        return line
    try:
        there = {column.name for column in (await opened.catalog.table(table)).columns}
    except CoreError as error:
        return Capability(line.name, "no", error.message, error.hint)
    named = [name for one in profile.sources if one.table == table for name in (*one.key, *one.read_columns)]
    lacking = [f"“{name}”" for name in dict.fromkeys(named) if name not in there]
    if not lacking:
        return line
    return Capability(
        line.name,
        "no",
        f"The table {table} has no column {', '.join(lacking)}.",
        "Correct the columns of its source in the profile.",
    )


class _LocalLook:
    """Looks at a folder and a SQLite file."""

    def __init__(self, opened: Connection, profile: Profile) -> None:
        self._store, self._catalog, self._profile = opened.store, opened.catalog, profile

    async def lines(self) -> AsyncIterator[Capability]:
        """What can be read of them."""
        buckets: list[str] = []

        async def list_buckets() -> str:
            buckets.extend(bucket.name for bucket in await self._store.buckets())
            return f"Its buckets: {', '.join(buckets) or 'none yet'}."

        async def list_objects() -> str:
            await self._store.list_objects(buckets[0], limit=1)
            return "Objects can be listed."

        async def read_tables() -> str:
            return f"{len(await self._catalog.tables())} tables can be described."

        yield await _line("List buckets", list_buckets, "Check the folder of this profile.")
        if buckets:
            yield await _line("List objects", list_objects, "Check the folder of this profile.")
        yield await _line("Describe tables", read_tables, "Check the SQLite file of this profile.")
        for table in dict.fromkeys(source.table for source in self._profile.sources):
            yield await _line(f"{_TABLE}{table}", lambda table=table: self._read(table), "Correct the source.")  # type: ignore[misc]

    async def _read(self, table: str) -> str:
        rows = await self._catalog.count(table)
        for source in self._profile.sources:
            if source.table == table:
                await self._catalog.read(table, source.key, source.read_columns, limit=1)
        return f"It is there and has {rows:,} rows."


async def _line(name: str, look: Callable[[], Awaitable[str]], next_step: str) -> Capability:
    try:
        return Capability(name, "yes", await look())
    except CoreError as error:
        return Capability(name, "no", error.message, error.hint or next_step)
