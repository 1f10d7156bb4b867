"""Which repair each kind of finding gets: what a clean-up does by itself, and what can be asked for instead."""

from __future__ import annotations

from collections.abc import Mapping

from core.errors import Usage
from core.models import Kind, Repair

_BY_ITSELF: Mapping[Kind, tuple[Repair, ...]] = {
    Kind.FILE_WITHOUT_ROW: (Repair.QUARANTINE,),
    Kind.ROW_WITHOUT_FILE: (Repair.MARK_ERROR, Repair.DELETE),
    Kind.WRONG_PREFIX: (Repair.REWRITE,),
}
_ON_REQUEST: Mapping[Repair, tuple[Kind, ...]] = {
    Repair.QUARANTINE: (Kind.FILE_WITHOUT_ROW,),
    Repair.ARCHIVE: (Kind.FILE_WITHOUT_ROW,),
    Repair.INSERT: (Kind.FILE_WITHOUT_ROW,),
    Repair.DELETE: (Kind.ROW_WITHOUT_FILE,),
    Repair.MARK_ERROR: (Kind.ROW_WITHOUT_FILE,),
    Repair.CLEAR: (Kind.ROW_WITHOUT_FILE,),
    Repair.REWRITE: (Kind.WRONG_PREFIX,),
    Repair.MARK_PENDING: (Kind.STALE_METADATA,),
    Repair.MERGE: (Kind.DUPLICATE_CONTENT,),
}
_WHEN_NAMED: Mapping[Repair, tuple[Kind, ...]] = {
    Repair.QUARANTINE: (Kind.DUPLICATE_CONTENT,),
    Repair.ARCHIVE: (Kind.DUPLICATE_CONTENT,),
}
"""Kinds that a repair is for only when they were chosen by name: copies go there by way of a merge."""
ELSEWHERE = {
    Kind.LINK_MISSING: "links are renewed with “plan links”",
    Kind.LINK_EXPIRED: "links are renewed with “plan links”",
    Kind.LINK_EXPIRING: "links are renewed with “plan links”",
    Kind.OVER_AGE: "what is over age is removed with “plan retention”",
}
"""How kinds are repaired that a clean-up has no repair for."""


def repairs_for(kind: Kind) -> tuple[Repair, ...]:
    """Every repair that can be asked for a kind; the first is what happens by itself, if anything does."""
    asked = [repair for repair, kinds in _ON_REQUEST.items() if kind in kinds]
    named = [repair for repair, kinds in _WHEN_NAMED.items() if kind in kinds]
    return tuple(dict.fromkeys((*_BY_ITSELF.get(kind, ()), *asked, *named)))


def kinds_for(kinds: tuple[Kind, ...], repair: Repair | None) -> tuple[Kind, ...]:
    """The kinds to plan for, out of the asked ones (all if empty). Raises `Usage` when a kind was asked for by name
    that this repair is not for."""
    if repair is None:
        return tuple(kind for kind in Kind if kind in _BY_ITSELF and (not kinds or kind in kinds))
    if not kinds:
        return _ON_REQUEST[repair]
    for kind in kinds:
        if repair not in repairs_for(kind):
            raise wrong_repair(kind, repair)
    return tuple(kind for kind in Kind if kind in kinds)


def wrong_repair(kind: Kind, repair: Repair) -> Usage:
    """The error of a repair that a kind does not have."""
    possible = ", ".join(repairs_for(kind))
    elsewhere = ELSEWHERE.get(kind, "")
    hint = f"For {kind}: {possible}." if possible else f"{elsewhere[:1].upper()}{elsewhere[1:]}."
    return Usage(f"“{repair}” is no repair for {kind}.", hint)
