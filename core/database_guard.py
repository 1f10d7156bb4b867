"""The guard in the database that refuses mass deletes by any program: setting it on a table, and taking it off."""

from __future__ import annotations

import json
from dataclasses import dataclass

from core.database_setup import Database
from core.errors import NotFound

SHARE = 0.2
"""The share that is refused where nobody says another, as the desk's own guard has it (design.md, rule 4)."""


@dataclass(frozen=True, slots=True)
class Guard:
    """A guarded table. `uncovered` are partitions that were added since."""

    table: str
    share: float
    uncovered: tuple[str, ...] = ()


async def guards(database: Database) -> tuple[Guard, ...]:
    """The tables that are guarded. Raises `NotFound` where the database is not set up, `ServiceError`."""
    found = await _ask(database, "public.bucketdesk_guards()", what="Reading the guards")
    assert isinstance(found, list)
    return tuple(Guard(one["table"], float(one["share"]), tuple(one["uncovered"])) for one in found)


async def guard(database: Database, table: str, share: float = SHARE) -> None:
    """From now on no program deletes more than this share (0 to 1) of the table in one transaction, nor truncates it.
    Replaces an earlier guard, and covers new partitions. Raises `NotFound`, `NotAllowed`, `ServiceError`."""
    await _ask(
        database, "public.bucketdesk_guard_table(%s::text, %s::numeric)", table, str(share), what=f"Guarding {table}"
    )


async def unguard(database: Database, table: str) -> bool:
    """Takes the guard off; False when there was none. Raises like `guard`."""
    found = await _ask(database, "public.bucketdesk_unguard_table(%s::text)", table, what=f"Unguarding {table}")
    assert isinstance(found, dict)
    return bool(found["was_guarded"])


async def _ask(database: Database, call: str, *values: str, what: str) -> object:
    ((there,),) = await database.query("select to_regproc('public.bucketdesk_guards') is not null")
    if not there:
        raise NotFound("This database is not set up for Bucketdesk.", "bucketdesk-cli database setup does it.")
    ((answer,),) = await database.query(f"select ({call})::text", *values, what=what)
    return json.loads(str(answer))
