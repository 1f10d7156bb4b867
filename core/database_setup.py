"""What Bucketdesk needs in a project's database: the SQL that makes it, and making it over a direct connection."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Protocol

from core.errors import Unavailable
from core.progress import Progress, Report, silent

_FILE = re.compile(r"(?P<version>\d{14})_(?P<name>\w+)\.sql")
_TRIES = 3
_ONE_DESK = "select pg_advisory_xact_lock(hashtextextended('bucketdesk.setup', 0));\n"
"""Two desks that set up at once come one after the other; PostgreSQL refuses to replace a function twice at a time."""
_TELL_KNOWN = """set local lock_timeout = '2s';
do $do$
begin
    if to_regclass('bucketdesk.migrations') is not null then
        raise notice '%', (select coalesce(string_agg(version, ' '), '') from bucketdesk.migrations);
    end if;
end
$do$"""
HISTORY = "supabase_migrations.schema_migrations"
"""Where the Supabase CLI notes what it applied."""


class Database(Protocol):
    """A direct connection, as `core.engine.open_database` gives it. Every method may raise `ServiceError`."""

    async def query(self, statement: str, *values: object, what: str = ...) -> list[tuple[object, ...]]:
        """The rows of one statement."""
        ...

    async def run(self, script: str, *, what: str = ...) -> tuple[str, ...]:
        """A script in one transaction; what the database had to say about it."""
        ...

    async def close(self) -> None:
        """Lets go of the connection."""
        ...


@dataclass(frozen=True, slots=True)
class Migration:
    """One step of the set-up. Applying it again is harmless."""

    version: str
    name: str
    sql: str

    @property
    def title(self) -> str:
        """What it is about, for people."""
        return self.name.replace("_", " ")


def migrations() -> tuple[Migration, ...]:
    """Every migration, in the order they are applied."""
    folder = resources.files("resources") / "supabase" / "migrations"
    found = {file.name: file for file in folder.iterdir()}
    named = [(match, found[name]) for name in sorted(found) if (match := _FILE.fullmatch(name))]
    return tuple(Migration(match["version"], match["name"], file.read_text("utf-8")) for match, file in named)


def script() -> str:
    """All of it as one text to paste into the SQL editor; each migration is a transaction of its own there too, so
    that locks are held for a moment only."""
    head = (
        "-- Sets up a project's database for Bucketdesk. It deletes nothing, replaces no table, and may be run again.\n"
        "-- Run it as the role that owns the project's tables: in Supabase's SQL editor you are that role.\n"
    )
    steps = (f"\n-- {one.version} {one.title}\nbegin;\n{one.sql.strip()}\ncommit;\n" for one in migrations())
    return head + "".join(steps)


@dataclass(frozen=True, slots=True)
class Applied:
    """What applying did: names of the migrations, which of them were not there before, the buckets newly registered,
    and what the database said."""

    migrations: tuple[str, ...]
    new: tuple[str, ...]
    registered: tuple[str, ...]
    notices: tuple[str, ...]


async def apply(database: Database, register: Sequence[str] = (), *, report: Report = silent) -> Applied:
    """Applies every migration, each in one transaction, and registers these buckets. What is there stays; doing it
    twice is harmless. Raises `ServiceError` naming the migration; what came before it is in place."""
    notices: list[str] = []
    steps = migrations()
    known = await _known(database)
    for place, one in enumerate(steps):
        report(Progress(place, len(steps), one.title))
        notices += await _apply_one(database, one)
    await _note_in_history(database, steps)
    registered = [bucket for bucket in register if await _register(database, bucket)]
    report(Progress(len(steps), len(steps)))
    new = tuple(one.name for one in steps if one.version not in known)
    return Applied(tuple(one.name for one in steps), new, tuple(registered), tuple(notices))


async def _known(database: Database) -> frozenset[str]:
    """The versions of the migrations that were applied before, by whatever program."""
    told = await _run(database, _TELL_KNOWN, "Looking at what is there")
    return frozenset(version for line in told for version in line.split())


async def _apply_one(database: Database, one: Migration) -> tuple[str, ...]:
    return await _run(database, _ONE_DESK + one.sql, f"Applying “{one.title}”")


async def _run(database: Database, script: str, what: str) -> tuple[str, ...]:
    """A lock that somebody holds is waited for two seconds each time: longer would keep uploads waiting behind us."""
    for _ in range(_TRIES - 1):
        try:
            return await database.run(script, what=what)
        except Unavailable:
            continue
    return await database.run(script, what=what)


async def _register(database: Database, bucket: str) -> bool:
    rows = await database.query(
        "select public.setup_image_bucket_policies(%s::text) ->> 'registered'", bucket, what=f"Registering {bucket}"
    )
    return rows[0][0] == "true"


async def _note_in_history(database: Database, steps: Sequence[Migration]) -> None:
    """Tells the Supabase CLI, where its history has migrations of ours already. Elsewhere they must not get into it:
    `supabase db push` refuses to work for a team whose own folder lacks a migration that its history names."""
    ((there,),) = await database.query(f"select to_regclass('{HISTORY}') is not null")
    if not there:
        return
    versions = [one.version for one in steps]
    ours = await database.query(f"select version from {HISTORY} where version = any (%s)", versions)
    known = {version for (version,) in ours}
    for one in steps if known else ():
        if one.version not in known:
            await database.query(
                f"insert into {HISTORY} (version, name, statements) values (%s, %s, array[%s]) on conflict do nothing",
                *(one.version, one.name, one.sql),
            )
