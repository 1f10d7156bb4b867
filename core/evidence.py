"""Why a finding is a finding, in sentences that a person can check."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from core.findings.proof import Listing, Proof, proof
from core.findings.states import clock
from core.models import Finding, Kind, State
from core.plan_summary import human_size
from core.radar import says_mention
from core.workspace import from_micros


@dataclass(frozen=True, slots=True)
class Witness:
    """What the last scan can testify: proofs, its clock, the grace, and how many tables the radar looked through."""

    connection: sqlite3.Connection
    proof: Proof
    now: datetime
    grace: timedelta
    looked_through: int

    def testify(self, finding: Finding, source: str, reason: str, facts: str, aged: datetime) -> Finding:
        """The finding with its evidence, and with why its state is not open."""
        known = json.loads(facts) if facts else {}
        evidence = [sentence for sentence in _evidence(self, finding, source, known, aged) if sentence]
        return replace(finding, evidence=tuple(evidence), why=self._why(finding, source, reason, aged))

    def _why(self, finding: Finding, source: str, reason: str, aged: datetime) -> str:
        if finding.state is State.YOUNG:
            return self._youth(finding, source, aged)
        if finding.state is not State.UNPROVEN:
            return ""
        gap = self.proof.row_gap(source, finding.bucket) if source else self.proof.object_gap(finding.bucket)
        return reason or gap or self._mention(finding)

    def _youth(self, finding: Finding, source: str, aged: datetime) -> str:
        if aged > self.now:
            return "Its time lies in the future, so it counts as new."
        if self.now - aged < self.grace:
            return f"Too young: {_duration(self.now - aged)} old, the grace period is {_duration(self.grace)}."
        since = self.proof.row_since(source) if source else self.proof.object_since(finding.bucket)
        ago = "" if since is None else f" {_duration(self.now - from_micros(since))} ago"
        return f"What maps tables to this bucket changed{ago}; all that rests on it is new for {_duration(self.grace)}."

    def _mention(self, finding: Finding) -> str:
        found = self.connection.execute(
            "SELECT tbl, col FROM mentions WHERE bucket = ? AND key = ? ORDER BY 1, 2", (finding.bucket, finding.key)
        ).fetchone()
        return "" if found is None else f"{says_mention(*found)} mentions it."


def read_witness(connection: sqlite3.Connection) -> Witness:
    """What the scan in force can testify."""
    times = clock(connection)
    (looked,) = connection.execute(
        "SELECT count(*) FROM radar WHERE problem = '' AND tbl NOT IN (SELECT tbl FROM listings WHERE current = 1)"
    ).fetchone()
    return Witness(
        connection, proof(connection), from_micros(times["now"]), timedelta(microseconds=times["grace"]), looked
    )


def _evidence(witness: Witness, finding: Finding, source: str, facts: dict[str, int], aged: datetime) -> list[str]:
    size = "" if finding.size_bytes is None else f"{human_size(finding.size_bytes)}"
    changed = _changed(witness, aged) if finding.changed is not None else _seen(witness, aged)
    bucket = witness.proof.buckets.get(finding.bucket)
    naming = witness.proof.naming(finding.bucket)
    match finding.kind:
        case Kind.FILE_WITHOUT_ROW:
            tables = _either([s.table for s in naming])
            looked = witness.looked_through
            mention = f"No mention in {looked} unmapped {'table' if looked == 1 else 'tables'}" if looked else ""
            if finding.state is State.UNPROVEN:
                mention = ""
            return [f"No mapped row in {tables} names this key", _complete(bucket, naming), mention, size, changed]
        case Kind.ROW_WITHOUT_FILE:
            listing = witness.proof.sources.get(source)
            names = f"Column “{finding.column}” names {finding.key}, which is not in bucket {finding.bucket}"
            return [names, _complete(bucket, [listing] if listing else []), changed]
        case Kind.WRONG_PREFIX:
            prefix = finding.key[: len(finding.key) - len(finding.related)].rstrip("/")
            there = f"{finding.related} is there" + (f", {size}" if size else "")
            return [f"The path begins with “{prefix}/”, which is no folder of bucket {finding.bucket}", there, changed]
        case Kind.STALE_METADATA:
            recorded = human_size(facts.get("recorded", 0))
            exact = f"The row records {facts.get('recorded', 0):,} bytes, the object has {finding.size_bytes or 0:,}"
            return [exact, f"{recorded} against {size}" if recorded != size else "", changed]
        case Kind.DUPLICATE_CONTENT:
            others = facts.get("copies", 2) - 1
            same = f"Same size and content as {finding.related}, which is the oldest of {others + 1}"
            return [same, size, changed]
        case Kind.LINK_MISSING:
            return ["The row keeps no link, though its object is there", size]
        case Kind.LINK_EXPIRED | Kind.LINK_EXPIRING:
            verb = "expired" if finding.kind is Kind.LINK_EXPIRED else "expires"
            expires = facts.get("expires")
            return [f"The link {verb} on {_day(from_micros(expires), witness.now)}" if expires else "", size]
        case Kind.OVER_AGE:
            days = facts.get("days", 0)
            kept = f"Objects of bucket {finding.bucket} are kept for {days} day{'' if days == 1 else 's'}"
            asked = facts.get("asked")
            told = "" if asked is None else f"Its removal was asked for on {_day(from_micros(asked), witness.now)}"
            return [told or kept, size, changed]


def _complete(bucket: Listing | None, sources: Sequence[Listing]) -> str:
    listings = [bucket, *sources]
    if not all(listing is not None and listing.complete and listing.finished is not None for listing in listings):
        return ""
    latest = max(listing.finished or 0 for listing in listings if listing is not None)
    return f"{'Both' if len(listings) == 2 else 'All'} listings complete at {from_micros(latest).astimezone():%H:%M}"


def _changed(witness: Witness, aged: datetime) -> str:
    age = witness.now - aged
    past = f", long past the {_duration(witness.grace)} of grace" if witness.grace and age > 10 * witness.grace else ""
    return f"Last changed {_day(aged, witness.now)}{past}"


def _seen(witness: Witness, aged: datetime) -> str:
    return f"First seen {_day(aged, witness.now)}; it carries no time of its own"


def _day(moment: datetime, now: datetime) -> str:
    local, today = moment.astimezone(), now.astimezone()
    year = "" if local.year == today.year else f" {local.year}"
    return f"{local.day} {_MONTHS[local.month - 1]}{year}" + (f" {local:%H:%M}" if local.date() == today.date() else "")


def _duration(span: timedelta) -> str:
    minutes = round(span.total_seconds() / 60)
    if minutes < 120:
        return f"{minutes} min"
    return f"{minutes // 60} h" if minutes < 72 * 60 else f"{minutes // 1440} days"


def _either(names: Sequence[str]) -> str:
    unique = list(dict.fromkeys(names))
    return unique[0] if len(unique) == 1 else f"{', '.join(unique[:-1])} or {unique[-1]}" if unique else "any table"


_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
