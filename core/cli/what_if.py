"""`capacity --more`: which buckets fill when, if so much more came; changes nothing."""

from __future__ import annotations

from collections.abc import Sequence

from core.capacity.models import BucketUse
from core.capacity.simulation import Simulation, simulate
from core.cli import words
from core.cli.documents import Document
from core.cli.session import Session
from core.cli.terminal import Terminal
from core.errors import NotFound, Usage

DAYS = 30
"""How far is looked ahead unless somebody says."""
_MOST_DIGITS = 18


def what_if(session: Session, buckets: Sequence[BucketUse], more: Sequence[str], days: int) -> None:
    """Says what would become of the buckets. `more`: FAMILY=BYTES each, or BYTES where there is one family alone.
    Raises `Usage`, `NotFound`."""
    found = simulate(buckets, amounts(more, tuple(dict.fromkeys(use.family or use.name for use in buckets))), days)
    if session.terminal.as_json:
        session.terminal.document(document(found))
    else:
        _show(session.terminal, found)


def amounts(more: Sequence[str], known: Sequence[str]) -> dict[str, int]:
    """Bytes by family. Raises `Usage`, `NotFound`."""
    found: dict[str, int] = {}
    for one in more:
        family, _, told = one.rpartition("=")
        family = family or (known[0] if len(known) == 1 else "")
        if not family or not (told.isascii() and told.isdigit()) or len(told) > _MOST_DIGITS:
            raise Usage(f"“{one}” does not say what comes where.", "For example: --more patient-images=20000000000")
        if family not in known:
            raise NotFound(f"There is no family of buckets named “{family}”.", f"There are: {', '.join(known)}.")
        found[family] = found.get(family, 0) + int(told)
    return found


def document(found: Simulation) -> Document:
    """`capacity --more`"""
    return {
        "days": found.days,
        "filled": [
            {"bucket": one.bucket, "family": one.family, "day": one.day, "made": one.made} for one in found.filled
        ],
        "new_buckets": {family: list(names) for family, names in found.new_buckets.items()},
        "bytes_after": dict(found.bytes_after),
    }


def _show(terminal: Terminal, found: Simulation) -> None:
    ahead = words.count(found.days, "day")
    if not found.filled:
        terminal.say(f"No bucket reaches its overflow threshold within {ahead}.")
        return
    new = sum(len(names) for names in found.new_buckets.values())
    filled = f"{words.count(len(found.filled), 'bucket')} filled within {ahead}"
    terminal.heading(filled, f"{words.count(new, 'new bucket')} needed")
    terminal.say()
    rows = [(one.bucket, one.family, words.number(one.day), "new" if one.made else "") for one in found.filled]
    terminal.table(["Bucket", "Family", "#Full on day", ""], rows)
