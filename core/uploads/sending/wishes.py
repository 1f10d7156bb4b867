"""What a run needs of a destination: where its files go, with what was asked for a tree beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from core.errors import Usage
from core.profiles import PRACTICE, SUPABASE, Profile
from core.profiles.destination import OFF, ON, Destination, Duplicates, Existing, Spelling
from core.uploads.destination import Template
from core.uploads.destination import rules_of as scan_rules
from core.uploads.queueing.roots import Root
from core.uploads.scanning.folders import ScanRules
from core.uploads.scanning.names import ANY, SERVICE
from core.uploads.sending.receipts import Receipts
from core.uploads.sending.transfer import PATIENCE_SECONDS, Wish

T = TypeVar("T", Existing, Duplicates)
ASKED = ("key", "existing", "duplicates", "receipts")
"""What can be asked for a tree beside what its destination says; it is kept with the tree."""


@dataclass(frozen=True, slots=True)
class Override:
    """How one run goes, where not as destinations say. `delay` in seconds. `unsaid`: what becomes of duplicates where
    the destination does not say: None shows them and uploads them, the window asks.
    `patience_seconds`: see `Wish`."""

    batch_size: int | None = None
    max_retries: int | None = None
    delay: float | None = None
    unsaid: Duplicates | None = None
    patience_seconds: float = PATIENCE_SECONDS


def destination_of(profile: Profile, root: Root) -> Destination:
    """Where a tree's folders go. Raises `Usage` where nobody has said so, `NotFound` where there is no such
    destination any more."""
    if not root.destination:
        name = root.path or "what another program noted"
        raise Usage(
            f"Nobody has said where {name} is to go: its folders wait.", "Say so once: upload --go-on --to DESTINATION"
        )
    return with_asked(profile.destination(root.destination), root.asked)


def goal_of(profile: Profile, trees: Sequence[Root], path: str) -> tuple[Root | None, Destination]:
    """The tree that a folder lies in, the nearest that says where it goes, and that destination; without one, the only
    destination of the profile. Raises `Usage` where that is not clear, `NotFound`."""
    around = [one for one in trees if one.destination and one.holds(path)]
    near = max(around, key=lambda one: len(one.path), default=None)
    if near is not None:
        return near, destination_of(profile, near)
    return None, profile.destination(clear_destination(profile))


def clear_destination(profile: Profile) -> str:
    """The only destination there is. Raises `Usage` for none and several."""
    known = [one.name for one in profile.all_destinations]
    if len(known) == 1:
        return known[0]
    if not known:
        hint = "Add one with [[families]]."
        raise Usage("The profile has no family of buckets, so nothing says where files go.", hint)
    raise Usage("Say where the folders are to go.", f"--to NAME. Destinations of this profile: {', '.join(known)}.")


def with_asked(destination: Destination, asked: Mapping[str, str]) -> Destination:
    """A destination with what was asked for beside it. Raises `Usage` for what means nothing."""
    changed = replace(
        destination,
        key=asked.get("key", destination.key),
        receipts=asked.get("receipts", destination.receipts),
        existing=_choice(Existing, asked.get("existing", destination.existing)),
        duplicates=_choice(Duplicates, asked["duplicates"]) if "duplicates" in asked else destination.duplicates,
    )
    Template(changed.key)
    return changed


def wish_for(profile: Profile, destination: Destination, override: Override = Override()) -> Wish:
    """What a run needs of it. Raises `Usage`."""
    family = next(one for one in profile.families if one.name == destination.family)
    return Wish(
        family,
        Template(destination.key),
        Spelling(destination.spelling),
        rules_of(profile, destination),
        batch_size=override.batch_size or destination.batch_size,
        max_retries=override.max_retries or destination.max_retries,
        delay_seconds=destination.delay if override.delay is None else override.delay,
        receipts=receipts_of(destination),
        patience_seconds=override.patience_seconds,
        destination=replace(destination, duplicates=destination.duplicates or override.unsaid),
    )


def rules_of(profile: Profile, destination: Destination | None = None) -> ScanRules:
    """What counts, and which names this project's storage takes."""
    keys = SERVICE if profile.kind in (PRACTICE, SUPABASE) else ANY
    return ScanRules(keys=keys) if destination is None else scan_rules(destination, keys)


def receipts_of(destination: Destination) -> Receipts | None:
    """Where receipts of what goes there are written; None for nowhere."""
    if destination.receipts == OFF:
        return None
    return Receipts() if destination.receipts == ON else Receipts(Path(destination.receipts))


def _choice(kind: type[T], text: str) -> T:
    try:
        return kind(text)
    except ValueError as exc:
        raise Usage(f"“{text}” is none of the answers.", f"One of: {', '.join(kind)}.") from exc
