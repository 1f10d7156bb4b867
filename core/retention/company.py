"""The rows that go along with an object: associations that say whose it is, and no row that still needs it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from core.cleanup.claims import Claim, read_claim
from core.cleanup.ground import Ground, is_text
from core.cleanup.merging import Naming, meant_otherwise, rows_naming
from core.cleanup.planning import Planning
from core.cleanup.relations import Held, identity, unit_of
from core.inventory.cells import moment
from core.models import Step, StepKind
from core.parallel import side_by_side
from core.profiles import Profile
from core.retention.candidates import Candidate
from core.retention.rules import days_kept
from core.things import row_thing
from core.workspace import from_micros

Place = tuple[str, str]
_AT_ONCE = 8


@dataclass(slots=True)
class Company:
    """The rows that go along with one object, by thing; or why it has to stay."""

    rows: dict[str, Naming] = field(default_factory=dict)
    why: str = ""


@dataclass(frozen=True, slots=True)
class _Span:
    """From when on a row still needs its object: by its own time, or by the first scan that saw it."""

    made: datetime
    seen: datetime


async def companies(planning: Planning, page: Sequence[Candidate], now: datetime) -> list[Company]:
    """For each object the rows that name it and go along, each read now. `now` is the service's clock."""
    findings, profile = [candidate.finding for candidate in page], planning.ground.profile
    places = [(finding.bucket, finding.key) for finding in findings]
    naming = await rows_naming(planning, findings)
    unclear = await planning.ground.workspace.inventory.read(lambda connection: meant_otherwise(connection, places))
    marked = await planning.ground.kept({row_thing(n.table.name, n.row.key) for rows in naming.values() for n in rows})

    async def one(candidate: Candidate, place: Place) -> Company:
        if place in unclear:
            return Company(why="a row may mean it by a wrong prefix or another spelling; repair that first")
        span = _Span(_needed_since(profile, candidate, now), now - profile.safety.grace)
        return await _gather(planning.ground, naming.get(place, ()), place, span, marked)

    asked = [partial(one, candidate, place) for candidate, place in zip(page, places, strict=True)]
    # Several at once: a service that is far away takes its time over what hangs on each row.
    found = await side_by_side(asked, _AT_ONCE)
    await _check_others(planning.ground, found, places)
    return found


def row_step(naming: Naming) -> Step:
    """The step that removes a row which goes along; it has no finding of its own."""
    return Step(
        n=0,
        kind=StepKind.DELETE_ROW,
        table=naming.table.name,
        key_columns=naming.source.key,
        row_key=naming.row.key,
        before=dict(naming.row.values),
    )


def _needed_since(profile: Profile, candidate: Candidate, now: datetime) -> datetime:
    """A row from later than this still needs the object: it is not over age itself."""
    if candidate.asked is not None:
        return min(candidate.asked, now - profile.safety.grace)
    finding = candidate.finding
    days = days_kept(profile, finding.bucket, finding.key, candidate.content_type) or 0
    return now - max(profile.safety.grace, timedelta(days=min(days, (now - _EPOCH).days)))


_EPOCH = from_micros(0)


async def _gather(
    ground: Ground, rows: Sequence[Naming], place: Place, needed: _Span, marked: frozenset[str]
) -> Company:
    one = Company()
    for naming in rows:
        table = naming.table.name
        if place not in {(r.bucket, r.key) for _, r in ground.read(naming.source, naming.row)}:
            continue  # it names something else by now
        if not naming.source.goes_with_object:
            one.why = f"a row of “{table}” names it, and such rows do not go along"
        elif row_thing(table, naming.row.key) in marked:
            one.why = "a row that would go along was marked to be kept"
        elif _is_younger(naming, needed):
            one.why = f"a younger row of “{table}” still needs it"
            if _made(naming) is None:
                one.why = f"a row of “{table}” names it that tells no time and counts from when it was first seen"
        elif hanging := await _hanging(ground, naming):
            one.why = hanging
        if one.why:
            break
        one.rows[identity(naming.table, naming.source.key, naming.row)] = naming
    return one


def _made(naming: Naming) -> int | None:
    """When the row says it was made, in microseconds; None where its source names no such column, or it is empty."""
    column = naming.source.time_column
    return None if column is None else moment(naming.row.values.get(column))


def _is_younger(naming: Naming, needed: _Span) -> bool:
    made = _made(naming)
    if made is not None:
        return from_micros(made) > needed.made
    return naming.first_seen is not None and from_micros(naming.first_seen) > needed.seen


async def _hanging(ground: Ground, naming: Naming) -> str:
    """Why a row cannot go by itself; '' when nothing hangs on it."""
    if not naming.table.referenced_by and not naming.table.delete_trigger:
        return ""
    try:
        unit = await unit_of(ground, naming.table.name, naming.source.key, naming.row)
    except Held as exc:
        return str(exc)
    return f"other rows point at the row of “{naming.table.name}” that would go along" if len(unit) > 1 else ""


async def _check_others(ground: Ground, found: Sequence[Company], places: Sequence[Place]) -> None:
    """Lets stay what shares a row with another object that is there, or whose row is not understood."""
    claims: dict[str, Claim] = {
        thing: read_claim(ground, naming.table.name, naming.row, may_be_empty=True)
        for one in found
        for thing, naming in one.rows.items()
    }
    asked = {place for claim in claims.values() for place in claim.places if is_text(place[1])} - set(places)
    there: Mapping[Place, object] = await ground.listed(asked) if asked else {}
    for one, place in zip(found, places, strict=True):
        for thing in one.rows:
            claim = claims[thing]
            others = claim.places.keys() - {place}
            if claim.why or any(other in there or other in places for other in others):
                one.why = claim.why or "a row that would go along names another object too"
                break
