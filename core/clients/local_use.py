"""What the buckets of a local profile hold: a walk that keeps nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from core.capacity.models import Sample, waiting_name
from core.clients.local_buckets import Buckets
from core.clients.local_listing import Walk
from core.models import QUARANTINE, Unlisted

_ASKED_EVERY = 10_000


def count_use(buckets: Buckets, refusal: Callable[[str], str], go_on: Callable[[], None]) -> tuple[Sample, ...]:
    """Counts every bucket and the quarantine. A bucket in which a folder cannot be read says so; one that cannot be
    read at all, or that vanished meanwhile, is left out. `go_on` raises when nobody waits any more."""
    at = datetime.now(UTC)
    found: list[Sample] = []
    for name in buckets.names():
        if not buckets.holds(name):
            continue
        named = partial(_own, name, refusal)
        unread: list[str] = []
        counted = _count(buckets, name, buckets.folder(name), named, go_on, unread)
        if counted is not None and buckets.holds(name):
            objects, size = counted.get(name, (0, 0))
            found.append(Sample(name, at, objects, size, unread=unread[0] if unread else ""))
    folder = buckets.listed_folder(QUARANTINE)
    waiting = {} if folder is None else _count(buckets, QUARANTINE, folder, _came_from, go_on, []) or {}
    found += [Sample(name, at, *amount) for name, amount in sorted(waiting.items())]
    return tuple(found)


def _own(bucket: str, refusal: Callable[[str], str], key: str) -> str:
    return "" if refusal(key) else bucket


def _came_from(key: str) -> str:
    """`<run>/<bucket>/<key>`, or `<run>/_…` for what does not say (core/quarantine.py); '' for the program's own notes,
    which nobody wants back."""
    parts = key.split("/", 2)
    if len(parts) == 3 and parts[1] == "_manifest":
        return ""
    known = len(parts) == 3 and parts[1] != "_"
    return waiting_name(parts[1] if known else "")


def _count(
    buckets: Buckets,
    bucket: str,
    folder: Path,
    name_of: Callable[[str], str],
    go_on: Callable[[], None],
    unread: list[str],
) -> dict[str, tuple[int, int]] | None:
    """Objects and bytes by the name that a key counts under; none where that is ''. None for a folder out of reach. Of
    what cannot be looked at inside, `unread` gets the reasons."""
    amounts: dict[str, tuple[int, int]] = {}
    for number, met in enumerate(Walk(folder, "", "", buckets.hides(bucket)).go_on()):
        if number % _ASKED_EVERY == 0:
            go_on()
        if isinstance(met, Unlisted):
            if met.blocks and not met.prefix:
                return None
            if met.blocks:
                unread.append(met.why)
            continue
        key, status, _ = met
        if name := name_of(key):
            objects, size = amounts.get(name, (0, 0))
            amounts[name] = (objects + 1, size + max(0, status.st_size))
    return amounts
