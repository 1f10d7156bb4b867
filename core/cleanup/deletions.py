"""The repair of rows without a file that deletes the row, with all that hangs on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from core.cleanup.chosen import Chosen
from core.cleanup.claims import Claim, read_claim, why_needed
from core.cleanup.ground import Ground, key_by
from core.cleanup.planning import GONE, Planning
from core.cleanup.relations import Held, RelatedRow, identity, unit_of
from core.cleanup.rows import Case, read_cases
from core.models import Step, StepKind, Value
from core.parallel import side_by_side
from core.things import row_thing
from core.threads import in_thread

_AT_ONCE = 8
_MENTION = "its rows only mention objects, and only rows that describe one are deleted"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A row that may go, if nothing that it claims is there."""

    case: Case
    thing: str
    claim: Claim


async def delete_rows(planning: Planning, findings: Sequence[Chosen]) -> None:
    """One `delete_row` step for each row whose references are all absent, after steps for every row that foreign keys
    lead to. A row that has to stay is refused, with all that hangs on it."""
    cases = await read_cases(planning, findings)
    candidates = await in_thread(_candidates, planning, cases)
    needed = await why_needed(planning.ground, [candidate.claim for candidate in candidates])
    going = []
    for candidate, why in zip(candidates, needed, strict=True):
        if why:
            planning.refuse(candidate.case.table.name, why)
        else:
            going.append(candidate)
    # Several at once: a service that is far away takes its time over each.
    found = await side_by_side([partial(_unit, planning.ground, candidate) for candidate in going], _AT_ONCE)
    for candidate, unit in zip(going, found, strict=True):
        if isinstance(unit, Held):
            planning.refuse(candidate.case.table.name, str(unit))
    units = [(one, unit) for one, unit in zip(going, found, strict=True) if not isinstance(unit, Held)]
    await in_thread(_put_all, planning, units)


def _candidates(planning: Planning, cases: Sequence[Case]) -> list[Candidate]:
    """The rows among these that might go, each once."""
    found: dict[str, Candidate] = {}
    for case in cases:
        if not case.source.describes:
            planning.refuse(case.table.name, _MENTION)
            continue
        thing = identity(case.table, case.source.key, case.row)
        planned = planning.draft.step(thing)
        if thing in found or (planned is not None and planned.kind is StepKind.DELETE_ROW):
            continue
        claim = read_claim(planning.ground, case.table.name, case.row, may_be_empty=False)
        if not claim.why and (case.finding.bucket, case.finding.key) not in claim.places:
            claim.why = GONE
        found[thing] = Candidate(case, thing, claim)
    return list(found.values())


async def _unit(ground: Ground, candidate: Candidate) -> dict[str, RelatedRow] | Held:
    """The row with all that goes along, or why it has to stay."""
    case = candidate.case
    try:
        unit = await unit_of(ground, case.table.name, case.source.key, case.row)
        if len(unit) > 1:
            await _check_company(ground, {thing: one for thing, one in unit.items() if thing != candidate.thing})
    except Held as exc:
        return exc
    return unit


async def _check_company(ground: Ground, company: dict[str, RelatedRow]) -> None:
    """Raises `Held` when a row that would go along is kept, or names anything that is not proven absent."""
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
    going = [one for one in company.values() if one.kind is StepKind.DELETE_ROW]
    claims = [read_claim(ground, one.table, one.row, may_be_empty=True) for one in going]
    for one, why in zip(going, await why_needed(ground, claims), strict=True):
        if why:
            raise Held(f"a row of “{one.table}” would go along, and what it names is not proven absent")


def _put_all(planning: Planning, units: Sequence[tuple[Candidate, dict[str, RelatedRow]]]) -> None:
    for candidate, unit in units:
        for thing, one in unit.items():
            _put(planning, thing, one, candidate.case.finding.id if thing == candidate.thing else "")


def _put(planning: Planning, thing: str, one: RelatedRow, finding: str) -> None:
    earlier = planning.draft.step(thing)
    if one.kind is StepKind.DELETE_ROW:
        # A row that goes for a reason of its own only learns that another one needs it gone.
        stays = earlier is not None and earlier.kind is one.kind and not finding
        step = earlier if earlier is not None and stays else _step(one, finding)
        planning.draft.put(thing, step, needs=one.needs, because=one.parent)
    elif earlier is None or earlier.kind is StepKind.UPDATE_ROW:
        after = {**((earlier and earlier.after) or {}), **one.after}
        planning.draft.put(thing, _step(one, earlier.finding if earlier else "", after), because=one.parent)


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
