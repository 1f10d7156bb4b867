"""The repair of rows without a file that deletes the row, with all that hangs on it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from core.cleanup.chosen import Chosen
from core.cleanup.ground import Ground, is_text, key_by
from core.cleanup.planning import GONE, Planning
from core.cleanup.relations import Held, RelatedRow, identity, unit_of
from core.cleanup.rows import Case, read_cases
from core.findings.identity import identify
from core.models import Kind, Row, RowKey, Step, StepKind, Value
from core.references import Reference
from core.references.resolver import PRIMARY
from core.things import row_thing
from core.values import encode_key


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
    """Raises `Held` unless every reference of the row is understood and its object proven absent, the finding's among
    them."""
    finding = case.finding
    if (finding.bucket, finding.key) not in {(r.bucket, r.key) for _, r in ground.read(case.source, case.row)}:
        raise Held(GONE)
    if why := await _why_needed(ground, case.table.name, case.row, may_be_empty=False):
        raise Held(why)


async def _check_company(ground: Ground, unit: dict[str, RelatedRow], about: str) -> None:
    """Raises `Held` when a row that would go along is kept, or names anything that is not proven absent."""
    company = {thing: one for thing, one in unit.items() if thing != about}
    things = set(company) | {row_thing(one.table, one.row.key) for one in company.values()}
    for source in ground.profile.sources:
        # A keep mark names the row by its source's key, which need not be the declared one.
        things |= {
            row_thing(one.table, key)
            for one in company.values()
            if one.table == source.table and (key := key_by(source, one.row)) is not None
        }
    if await ground.kept(things):
        raise Held("a row that was marked to be kept would go along")
    for one in company.values():
        if one.kind is StepKind.DELETE_ROW and await _why_needed(ground, one.table, one.row, may_be_empty=True):
            raise Held(f"a row of “{one.table}” would go along, and what it names is not proven absent")


async def _why_needed(ground: Ground, table: str, row: Row, *, may_be_empty: bool) -> str:
    """Why a row may not go: one of its references is not understood, or no open finding says that its object is absent
    (it is there, may be there under another name, or was not there at the scan)."""
    absent: dict[str, str] = {}
    places: dict[tuple[str, str], str] = {}
    for source in (source for source in ground.profile.sources if source.table == table):
        key = key_by(source, row)
        for column, one in ground.read(source, row):
            if one.problem:
                if one.form == PRIMARY and not (may_be_empty and not one.key.strip()):
                    return f"what column “{column}” names is not understood ({one.problem})"
                continue
            places[one.bucket or "", one.key] = column
            if one.form == PRIMARY:
                if key is None:
                    return f"the key of source “{source.name}” is not stored in the row"
                absent[_lost(one, table, key, column)] = column
    for place in await ground.listed([place for place in places if is_text(place[1])]):
        return f"column “{places[place]}” names an object that is there"
    open_ones = await ground.open_among(absent)
    return next((f"what column “{absent[id]}” names is not proven absent" for id in absent if id not in open_ones), "")


def _lost(reference: Reference, table: str, key: RowKey, column: str) -> str:
    """The id that a finding has which says that this reference's object is absent."""
    kind = str(Kind.ROW_WITHOUT_FILE)
    return identify(kind, reference.bucket or "", reference.key, table, encode_key(key), column, reference.element)


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
