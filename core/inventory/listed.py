"""Which buckets references can be understood into: those listed, with what of them is not known."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection
from dataclasses import dataclass

from core.profiles import Profile
from core.references import Resolver, resolver_of

NOT_YET = "It has not been listed yet."


@dataclass(frozen=True, slots=True)
class _Listing:
    id: int
    complete: bool
    why: str
    missing: bool
    unlisted: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Listed:
    """The bucket listings in force."""

    listings: dict[str, _Listing]

    def ids(self, known: Collection[str]) -> dict[str, int]:
        """The listing of each of these buckets that has one."""
        return {name: one.id for name, one in self.listings.items() if name in known}

    def resolver(self, profile: Profile, known: Collection[str] | None = None) -> Resolver:
        """What reads references of this profile. `known` are the buckets that there are as far as one knows now: one
        without a listing counts as not complete, and a listing of another is left out. A bucket whose listing says that
        it is not there is none."""
        listings = {name: one for name, one in self.listings.items() if known is None or name in known}
        unread = {} if known is None else {name: NOT_YET for name in known if name not in listings}
        there = {name for name, one in listings.items() if one.complete or not one.missing} | set(unread)
        return resolver_of(
            profile,
            there,
            incomplete={**unread, **{name: one.why for name, one in listings.items() if not one.complete}},
            unlisted={name: one.unlisted for name, one in listings.items()},
        )


def read_listed(connection: sqlite3.Connection, scan: int | None = None) -> Listed:
    """The listings in force; with `scan`, those that will be in force after that scan."""
    found = connection.execute(
        "SELECT name, id, complete, why, closed AND NOT items FROM listings WHERE what = 'bucket'"
        " AND (scan = ?1 OR (current = 1 AND scan IS NOT ?1)) ORDER BY scan IS ?1",
        (scan,),
    ).fetchall()
    prefixes: dict[int, list[str]] = {}
    for listing, prefix in connection.execute("SELECT listing, prefix FROM unlisted"):
        prefixes.setdefault(listing, []).append(prefix)
    return Listed(
        {
            name: _Listing(number, bool(complete), why, bool(missing), tuple(prefixes.get(number, ())))
            for name, number, complete, why, missing in found
        }
    )
