"""What a scan says about itself when it is done."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SourceReport:
    """The reading of one bucket or source (`what`). `references` counts all, `not_understood` those that yield no
    finding. `doubted` says why a source is doubted, `why` what is incomplete; both are sentences, or empty."""

    name: str
    what: str
    items: int
    pages: int
    references: int
    not_understood: int
    complete: bool
    doubted: str
    why: str


@dataclass(frozen=True, slots=True)
class ScanReport:
    """What a scan read. `complete`: every bucket and source that was read closed its listing with nothing left out."""

    scan_id: int
    objects: int
    rows: int
    assets: int
    complete: bool
    sources: tuple[SourceReport, ...]
    seconds: float


def source_reports(connection: sqlite3.Connection, scan: int | None = None) -> tuple[SourceReport, ...]:
    """The listings in force, or those of one scan: buckets first, each by name."""
    where, parameters = ("scan = ?", (scan,)) if scan is not None else ("current = 1", ())
    found = connection.execute(
        "SELECT name, what, items, pages, refs, not_understood, complete, iif(accepted, '', doubted), why"
        f" FROM listings WHERE {where} ORDER BY what, name",
        parameters,
    )
    return tuple(
        SourceReport(name, what, items, pages, refs, unknown, bool(complete), doubted, why)
        for name, what, items, pages, refs, unknown, complete, doubted, why in found
    )


def report_of(connection: sqlite3.Connection, scan: int) -> ScanReport:
    """The report of a scan that was settled."""
    sources = source_reports(connection, scan)
    (seconds,) = connection.execute("SELECT seconds FROM scans WHERE id = ?", (scan,)).fetchone()
    return ScanReport(
        scan_id=scan,
        objects=sum(s.items for s in sources if s.what == "bucket"),
        rows=sum(s.items for s in sources if s.what == "source"),
        assets=0,
        complete=all(s.complete for s in sources),
        sources=sources,
        seconds=seconds,
    )
