"""What justifies a run: complete listings, open findings and the guard, looked up here and never taken from a plan."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass

from core.apply.job import Job
from core.capacity.levels import percent
from core.errors import Refused
from core.findings import proof
from core.findings.proof import Listing
from core.guard import Toll, allowance, limit_of, taking_of, weigh, worst_of
from core.models import Kind, State
from core.retention.rules import RETENTION, limits
from core.workspace import system_now

_AGAIN = "Scan, then make the plan again."


@dataclass(frozen=True, slots=True)
class Ground:
    """The finding behind a step, as the scan in force has it. `row_key` is JSON."""

    kind: Kind
    state: State
    bucket: str
    key: str
    table: str
    source: str
    row_key: str
    related: str
    facts: str = ""

    @property
    def is_asked(self) -> bool:
        """Whether an object is over age because somebody asked for its removal through the database."""
        return "asked" in json.loads(self.facts or "{}")


async def grounds(job: Job, ids: Iterable[str]) -> dict[str, Ground]:
    """The findings of these ids that there are."""
    wanted = sorted({found for found in ids if found})
    return await job.workspace.inventory.read(lambda c: _grounds(c, wanted)) if wanted else {}


async def check_proofs(job: Job) -> None:
    """Raises `Refused` unless the scan in force is proof enough for every place that the run takes from."""
    places = await job.workspace.journal.read(lambda c: taking_of(c, job.record.run_id))
    known = await job.workspace.inventory.read(proof)
    mappings = await job.workspace.inventory.read(_mappings)
    if not known.buckets:
        raise Refused("Refused: nothing has been scanned yet, so nothing is proven.", _AGAIN)
    for source in job.profile.sources:
        if mappings.get(source.name) != source.mapping:
            raise Refused(f"Refused: source “{source.name}” is not mapped as it was when it was scanned.", _AGAIN)
    for place in places:
        if place.is_bucket:
            gap, sources = known.object_gap(place.name), known.naming(place.name)
        else:
            sources = tuple(s for s in known.sources.values() if s.table == place.name)
            gap = next((g for s in sources if (g := _source_gap(s))), "")
        if gap:
            raise Refused(f"Refused: {gap}", _hint(sources))


def _source_gap(source: Listing) -> str:
    if not source.complete:
        return f"The reading of source “{source.name}” is not complete. {source.why}".rstrip()
    return f"Source “{source.name}” is doubted. {source.doubted}" if source.doubts else ""


def _hint(sources: Iterable[Listing]) -> str:
    doubted = next((s.name for s in sources if s.complete and s.doubts), "")
    if doubted:
        return f"Look at samples of what “{doubted}” says; when they are right, run it with --accept-source {doubted}."
    return "Put that right, scan again, then make the plan again."


async def check_guard(job: Job, allowed: float) -> None:
    """Raises `Refused` when the run takes more of a place than the guard allows, and more than `allowed`."""
    run_id = job.record.run_id
    taking = await job.workspace.journal.read(lambda c: taking_of(c, run_id))
    tolls = await weigh(job.workspace, job.catalog, taking, system_now(), run_id)
    usual = job.profile.safety.guard_share
    own = limits(job.profile, (p.name for p in taking if p.is_bucket)) if job.record.kind == RETENTION else None
    over = [toll for toll in tolls if toll.over(limit_of(toll, usual, own)) and toll.share > allowed]
    if over:
        worst = worst_of(over, buckets_first=own is not None)
        raise _over(worst, max(limit_of(worst, usual, own), allowed))


def _over(toll: Toll, limit: float) -> Refused:
    what, things = ("bucket", "objects") if toll.is_bucket else ("table", "rows")
    whole = max(toll.there + toll.gone, toll.taken)
    others = f", {toll.others:,} of them in other runs of the last 24 hours" if toll.others else ""
    limits = f"the limit is {percent(limit)}" if toll.share > limit else "nothing would be left there"
    return Refused(
        f"Refused: this would take {percent(toll.share)} of {what} {toll.where} "
        f"({toll.taken:,} of {whole:,} {things}{others}); {limits}.",
        f"Look at the plan again; to go on, run it with --allow-share {allowance(toll.share)} "
        f"(or type the {what}'s name in the window).",
    )


def _mappings(c: sqlite3.Connection) -> dict[str, str]:
    return dict(c.execute("SELECT name, mapping FROM listings WHERE what = 'source' AND current = 1").fetchall())


def _grounds(c: sqlite3.Connection, ids: list[str]) -> dict[str, Ground]:
    found = {}
    for identity in ids:
        row = c.execute(
            "SELECT kind, state, bucket, key, tbl, source, row_key, related, facts FROM findings"
            " WHERE id = ? AND state <> 'settled'",
            (identity,),
        ).fetchone()
        if row is not None:
            found[identity] = Ground(Kind(row[0]), State(row[1]), *row[2:])
    return found
