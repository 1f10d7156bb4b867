"""The repair of rows without a file that deletes the row, with all that hangs on it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from core.cleanup.chosen import Chosen
from core.cleanup.ground import Ground
from core.cleanup.planning import GONE, Planning
from core.cleanup.relations import Held, RelatedRow, identity, unit_of
from core.cleanup.rows import Case, read_cases
from core.models import Row, Step, StepKind, Value
from core.things import row_thing


async def delete_rows(planning: Planning, findings: Sequence[Chosen]) -> None:
    """One `delete_row` step for each row whose references are all absent, after steps for every row that foreign keys
    lead to. A row that has to stay is refused, with all that hangs on it."""
    for case in await read_cases(planning, findings):
        if not case.source.describes:
            planning.refuse(
                case.table.name, "its rows only mention objects, and only rows that describe one are deleted"
            )
            continue
        thing = identity(case.table, case.source.key, case.row)
        planned = await asyncio.to_thread(planning.draft.step, thing)
        if planned is not None and planned.kind is StepKind.DELETE_ROW:
            continue
        try:
            await _check_named(planning.ground, case)
            unit = await unit_of(planning.ground, case.table.name, case.source.key, case.row)
            await _check_company(planning.ground, unit, thing)
        except Held as exc:
            planning.refuse(case.table.name, str(exc))
            continue
        await asyncio.to_thread(_put, planning, unit, thing, case.finding.id)


async def _check_named(ground: Ground, case: Case) -> None:
    """Raises `Held` unless every reference of the row is understood and absent, the finding's among them."""
    finding = case.finding
    if (finding.bucket, finding.key) not in {(r.bucket, r.key) for _, r in ground.read(case.source, case.row)}:
        raise Held(GONE)
    if why := await _why_needed(ground, case.table.name, case.row, strict=True):
        raise Held(why)


async def _check_company(ground: Ground, unit: dict[str, RelatedRow], about: str) -> None:
    """Raises `Held` when a row that would go along is kept, or names an object that is there."""
    company = {thing: one for thing, one in unit.items() if thing != about}
    things = set(company) | {row_thing(one.table, one.row.key) for one in company.values()}
    for source in ground.profile.sources:
        # A keep mark names the row by its source's key, which need not be the declared one.
        things |= {
            row_thing(one.table, tuple(one.row.values[c] for c in source.key))
            for one in company.values()
            if one.table == source.table and all(c in one.row.values for c in source.key)
        }
    if await ground.kept(things):
        raise Held("a row that was marked to be kept would go along")
    for one in company.values():
        if one.kind is StepKind.DELETE_ROW and await _why_needed(ground, one.table, one.row, strict=False):
            raise Held(f"a row of “{one.table}” that names an existing object would go along")


async def _why_needed(ground: Ground, table: str, row: Row, *, strict: bool) -> str:
    """Why a row may not go, from what every source of its table reads in it: it names an object that is there, or
    (`strict`) something that is not understood."""
    readings = [
        found for source in ground.profile.sources if source.table == table for found in ground.read(source, row)
    ]
    places = {(r.bucket, r.key) for _, r in readings if r.bucket is not None and _is_text(r.key)}
    there = await ground.listed({(bucket, key) for bucket, key in places if bucket is not None})
    for column, reference in readings:
        if (reference.bucket, reference.key) in there:
            return f"column “{column}” names an object that is there"
        if strict and reference.problem and reference.form == 0:
            return f"what column “{column}” names is not understood ({reference.problem})"
    return ""


def _is_text(key: str) -> bool:
    return not any("\ud800" <= c <= "\udfff" for c in key)


def _put(planning: Planning, unit: dict[str, RelatedRow], about: str, finding: str) -> None:
    for thing, one in unit.items():
        earlier = planning.draft.step(thing)
        if one.kind is StepKind.DELETE_ROW:
            step = _step(one, finding if thing == about else "")
            planning.draft.put(thing, step, needs=one.needs, because=one.parent)
        elif earlier is None or earlier.kind is StepKind.UPDATE_ROW:
            after = {**((earlier and earlier.after) or {}), **one.after}
            step = _step(one, earlier.finding if earlier else "", after)
            planning.draft.put(thing, step, because=one.parent)


def _step(one: RelatedRow, finding: str, after: dict[str, Value] | None = None) -> Step:
    return Step(
        n=0,
        kind=one.kind,
        finding=finding,
        table=one.table,
        key_columns=one.key_columns,
        row_key=one.row.key,
        before=dict(one.row.values),
        after=after,
    )
