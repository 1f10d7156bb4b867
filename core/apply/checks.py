"""Checks each step again just before it is done: what it was planned on must still hold."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from core.apply import objects, rows
from core.apply.job import Job
from core.apply.proofs import Ground, grounds
from core.apply.recheck import Recheck
from core.apply.relations import Relations
from core.apply.row_checks import RowFacts, judge_row
from core.apply.snapshots import Spot
from core.journal import Ending
from core.models import Kind, Object, State, Step, StepKind
from core.retention.rules import RETENTION, days_kept, is_over
from core.runs import Entry, StepState
from core.things import row_thing
from core.workspace import from_micros

_REMOVABLE = (Kind.FILE_WITHOUT_ROW, Kind.DUPLICATE_CONTENT, Kind.OVER_AGE)
_STATES = {
    State.KEPT: "It was marked to keep since.",
    State.YOUNG: "It is too young to be touched.",
    State.UNPROVEN: "Whether it is still needed is not proven any more.",
}


@dataclass(frozen=True, slots=True)
class Facts:
    """What is the case at this moment, for one window of steps."""

    now: datetime
    grounds: Mapping[str, Ground]
    kept: frozenset[str]
    objects: Mapping[Spot, Object]
    first_seen: Mapping[Spot, datetime]


async def check(job: Job, looks: Recheck, window: Sequence[Entry]) -> tuple[list[Entry], list[Ending]]:
    """Those that may be done, each with the whole row it acts on in its trace, and an ending for each other one.
    Raises `ServiceError`."""
    there = await rows.read(job, [rows.place(e) for e in window if e.step.kind in rows.ROW_KINDS and rows.has_key(e)])
    row_facts = RowFacts(job.profile.sources, looks, there)
    spots = [spot for entry in window for spot in _spots(entry.step)]
    spots += [spot for entry in window for spot in row_facts.spots(entry.step)]
    found = await grounds(job, (e.step.finding for e in window))
    spots += [(g.bucket, g.key) for g in found.values()] + [(g.bucket, g.related) for g in found.values() if g.related]
    standing = await objects.stat(job, spots)
    facts = Facts(
        now=await job.patiently(job.store.now),
        grounds=found,
        kept=await _kept(job, window, found),
        objects=standing,
        first_seen=await _first_seen(job, [spot for spot, item in standing.items() if item.changed is None]),
    )
    equal = await _equal(job, window)
    relations = Relations(job, window)
    await relations.look_ahead()
    named = await looks.naming(
        (found[e.step.finding].bucket, found[e.step.finding].key)
        for e in window
        if e.step.kind is StepKind.INSERT_ROW and e.step.finding in found
    )
    going: list[Entry] = []
    endings: list[Ending] = []
    for entry in window:
        step = entry.step
        if step.kind is StepKind.DELETE_OBJECT:
            reason = _judge_object(step, facts, job) or ("" if step.n not in equal or equal[step.n] else _UNEQUAL)
        else:
            reason = await _judge_row(step, facts, row_facts, relations)
            if not reason and step.kind is StepKind.INSERT_ROW:
                reason = named.get((found[step.finding].bucket, found[step.finding].key), "")
        if reason:
            endings.append(Ending(step.n, StepState.DRIFTED, reason))
        else:
            row = there.get((step.table, step.row_key))
            going.append(entry if row is None else replace(entry, trace=replace(entry.trace, before=row.values)))
    return going, endings


_UNEQUAL = "Its bytes are not those of the copy that would be kept."


def _spots(step: Step) -> Iterable[Spot]:
    if step.bucket and step.key:
        yield step.bucket, step.key
        if step.same_as:
            yield step.bucket, step.same_as


def _judge_object(step: Step, facts: Facts, job: Job) -> str:
    """Why an object may not go; '' when it may, as far as the object itself says."""
    ground = facts.grounds.get(step.finding)
    if ground is None:
        return "No finding of the latest scan is behind it any more."
    if job.record.kind == RETENTION and ground.kind is not Kind.OVER_AGE:
        return "Retention only takes what is over age."
    if ground.kind not in _REMOVABLE or (ground.bucket, ground.key) != (step.bucket, step.key):
        return "The finding behind it is about something else."
    if ground.kind is Kind.DUPLICATE_CONTENT and step.same_as != ground.related:
        return "The copy that would be kept is not the one that was found."
    if ground.state is not State.OPEN:
        return _STATES[ground.state]
    there = facts.objects.get((step.bucket, step.key))
    if there is None:
        return "It is not there any more."
    if there.version != step.version or there.size_bytes != step.size_bytes:
        return "It has changed since the plan was made."
    since = there.changed or facts.first_seen.get((step.bucket, step.key))
    if ground.kind is Kind.OVER_AGE and since is not None and (wrong := _judge_age(there, since, ground, facts, job)):
        return wrong
    if since is None or facts.now - since < job.profile.safety.grace:
        return f"It is too young to be touched: under {job.profile.safety.grace.total_seconds() / 3600:g} hours."
    return ""


def _judge_age(there: Object, since: datetime, ground: Ground, facts: Facts, job: Job) -> str:
    """Whether the rules and the service's clock still say that an object is over age."""
    days = days_kept(job.profile, there.bucket, there.key, there.content_type)
    return "" if ground.is_asked or is_over(days, since, facts.now) else "It is not over age any more."


async def _judge_row(step: Step, facts: Facts, row_facts: RowFacts, relations: Relations) -> str:
    if row_thing(step.table, step.row_key) in facts.kept:
        return _STATES[State.KEPT]
    ground = facts.grounds.get(step.finding)
    if ground is not None:
        if ground.state is not State.OPEN:
            return _STATES[ground.state]
        return judge_row(step, ground, row_facts, facts.objects, await relations.leaving(step))
    if step.because is None:
        return "No finding of the latest scan is behind it any more."
    return await relations.judge(step, row_facts, facts.objects)


async def _equal(job: Job, window: Sequence[Entry]) -> dict[int, bool]:
    """For copies: whether their bytes, read now, equal those of the one kept, which itself must stay."""
    copies = [e.step for e in window if e.step.kind is StepKind.DELETE_OBJECT and e.step.same_as]
    going = {(e.step.bucket, e.step.key) for e in window if e.step.kind is StepKind.DELETE_OBJECT}
    found: dict[int, bool] = {}
    for bucket in {s.bucket for s in copies}:
        here = [s for s in copies if s.bucket == bucket]
        keys = list(dict.fromkeys(key for s in here for key in (s.key, s.same_as)))
        known = await objects.hashes(job, bucket, keys)
        for s in here:
            kept = known.get(s.same_as)
            found[s.n] = kept is not None and known.get(s.key) == kept and (bucket, s.same_as) not in going
    return found


async def _kept(job: Job, window: Sequence[Entry], found: Mapping[str, Ground]) -> frozenset[str]:
    """Rows with a keep mark, among those that go along: a finding about the row itself says by its state."""
    things = []
    for entry in window:
        step, ground = entry.step, found.get(entry.step.finding)
        if step.kind in (StepKind.UPDATE_ROW, StepKind.DELETE_ROW) and (ground is None or not ground.table):
            things.append(row_thing(step.table, step.row_key))
    if not things:
        return frozenset()
    return await job.workspace.journal.read(
        lambda c: frozenset(t for t in things if c.execute("SELECT 1 FROM keeps WHERE thing = ?", (t,)).fetchone())
    )


async def _first_seen(job: Job, spots: Sequence[Spot]) -> dict[Spot, datetime]:
    """When objects that carry no time of their own were first seen by a scan."""
    if not spots:
        return {}

    def ask(c: sqlite3.Connection) -> dict[Spot, datetime]:
        seen = {}
        for spot in spots:
            row = c.execute(
                "SELECT first_seen FROM objects JOIN listings ON listings.id = listing "
                "WHERE current = 1 AND what = 'bucket' AND name = ? AND key = ?",
                spot,
            ).fetchone()
            if row is not None and row[0] is not None:
                seen[spot] = from_micros(row[0])
        return seen

    return await job.workspace.inventory.read(ask)
