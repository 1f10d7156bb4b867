"""What the listings in force prove: about the objects of a bucket, and about the rows of a source."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection
from dataclasses import dataclass

from core.radar import UNNAMED


@dataclass(frozen=True, slots=True)
class Listing:
    """A listing in force. `reach` holds the buckets that a source can name, None for any. `doubts` is `mapping`,
    `loss`, or '' where there is no doubt or the person accepts it. `asked`: a bucket that could not be listed
    completely, but was asked for each object that a row names."""

    name: str
    table: str
    scan: int
    complete: bool
    why: str
    since: int | None
    reach: frozenset[str] | None
    doubts: str
    doubted: str
    finished: int | None
    asked: bool = False

    def reaches(self, bucket: str) -> bool:
        """Whether this source can name an object of the bucket. One whose mapping is doubted can name any."""
        return self.reach is None or bucket in self.reach or self.doubts == "mapping"


@dataclass(frozen=True, slots=True)
class Proof:
    """The listings in force by name, and the tables that the radar could not read, with the reason."""

    scan: int
    buckets: dict[str, Listing]
    sources: dict[str, Listing]
    unread: tuple[tuple[str, str], ...]

    def naming(self, bucket: str) -> tuple[Listing, ...]:
        """The sources that can name objects of a bucket."""
        return tuple(s for s in self.sources.values() if s.reaches(bucket))

    def object_gap(self, bucket: str, accepted: Collection[str] = ()) -> str:
        """Why nothing may be concluded about the objects of a bucket; '' when rows and objects are proven. A doubt
        about a source in `accepted` is passed over."""
        if gap := self._bucket_gap(bucket):
            return gap
        sources = self.naming(bucket)
        if not sources:
            return f"No mapped table can name an object of “{bucket}”, so nothing tells which are needed."
        for source in sources:
            if gap := _source_gap(source, accepted):
                return gap
        for table, problem in self.unread:
            if table == UNNAMED:
                return f"The tables that are not mapped could not be looked through: {problem}"
            return f"Table “{table}” is not mapped and could not be looked through: {problem}"
        return ""

    def row_gap(self, source: str, bucket: str, accepted: Collection[str] = ()) -> str:
        """Why nothing may be concluded about what a source's rows name in a bucket; '' when it is proven."""
        listing = self.sources.get(source)
        if listing is None:
            return f"Source “{source}” is not in the latest scan."
        return self._bucket_gap(bucket, asked_will_do=True) or _source_gap(listing, accepted)

    def object_since(self, bucket: str) -> int | None:
        """When a mapping that can name the bucket last changed."""
        listing = self.buckets.get(bucket)
        return listing.since if listing else None

    def row_since(self, source: str) -> int | None:
        """When the source's mapping last changed."""
        listing = self.sources.get(source)
        return listing.since if listing else None

    def _bucket_gap(self, bucket: str, *, asked_will_do: bool = False) -> str:
        listing = self.buckets.get(bucket)
        if listing is None:
            return f"Bucket “{bucket}” was not listed."
        if not listing.complete and not (asked_will_do and listing.asked):
            return f"The listing of bucket “{bucket}” is not complete. {listing.why}".rstrip()
        if listing.scan != self.scan:
            return f"Bucket “{bucket}” was not listed in the latest scan, which read other buckets only."
        return ""


def _source_gap(source: Listing, accepted: Collection[str]) -> str:
    if not source.complete:
        return f"The reading of source “{source.name}” is not complete. {source.why}".rstrip()
    if source.doubts and source.name not in accepted:
        return f"Source “{source.name}” is doubted. {source.doubted}"
    return ""


def proof(connection: sqlite3.Connection) -> Proof:
    """Reads from the inventory what its listings in force prove."""
    found = connection.execute(
        "SELECT what, name, tbl, scan, complete, why, mapping_since, reach,"
        " iif(accepted, '', doubts), doubted, finished, asked FROM listings WHERE current = 1 ORDER BY what, name"
    ).fetchall()
    listings: dict[str, dict[str, Listing]] = {"bucket": {}, "source": {}}
    for what, name, table, scan, complete, why, since, reach, doubts, doubted, finished, asked in found:
        names = frozenset(json.loads(reach))
        listings[what][name] = Listing(
            name,
            table,
            scan,
            bool(complete),
            why,
            since,
            None if "*" in names else names,
            doubts,
            doubted,
            finished,
            bool(asked),
        )
    latest = max((row[3] for row in found), default=0)
    unread = connection.execute("SELECT tbl, problem FROM radar WHERE problem <> '' ORDER BY tbl").fetchall()
    return Proof(latest, listings["bucket"], listings["source"], tuple(unread))
