"""Writing the bucket families of a profile back where they are kept, after looking whether they make sense together."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from itertools import combinations
from pathlib import Path

import tomlkit

from core import places
from core.capacity.levels import percent
from core.errors import BadProfile, WorkspaceError
from core.models import QUARANTINE
from core.practice.mapping import FAMILIES_FILE
from core.profile_document import write_families
from core.profile_files import families_apart, replace_families, store
from core.profiles import PRACTICE, Family, Profile
from core.profiles.reading import read_families


def check_families(families: Sequence[Family]) -> None:
    """Raises `BadProfile` with a sentence about the first thing that does not hold in them, or between two of them."""
    for family in families:
        _check(family)
    for one, other in combinations(families, 2):
        if one.name == other.name:
            raise BadProfile(f"Two families are named {one.name}.", "Give one of them another name.")
        both = next((name for name in (other.name, *other.buckets) if one.holds(name) and other.holds(name)), "")
        both = both or next((name for name in one.buckets or (one.name,) if other.holds(name)), "")
        if both:
            raise BadProfile(
                f"The bucket {both} belongs to {one.name} and to {other.name}.", "A bucket is of one family only."
            )


def save_families(profile: Profile, families: Sequence[Family]) -> Path:
    """Makes the profile's file, or that of the practice project, hold exactly these families; what else stands there
    stays. The open project goes on with what it read: open it again. Raises `BadProfile`, `NotFound`,
    `WorkspaceError`."""
    check_families(families)
    if profile.kind != PRACTICE:
        return replace_families(profile.name, tuple(families))
    path = places.practice() / FAMILIES_FILE
    try:
        document = tomlkit.parse(path.read_text("utf-8"))
    except FileNotFoundError:
        document = tomlkit.document()
    except (OSError, ValueError) as exc:
        raise WorkspaceError(f"The file {path} cannot be read: {exc}.", "Correct it, or delete it.") from exc
    write_families(document, families)
    text = families_apart(tomlkit.dumps(document))
    read_families(f"file {path}", tomllib.loads(text))
    return store(path, text)


def _check(family: Family) -> None:
    what = f"The family {family.name}"
    if not family.name:
        raise BadProfile("A family has no name.", "It is called as its first bucket is, for example patient-images.")
    for name in (family.name, *family.buckets):
        if "/" in name or name != name.strip() or name.startswith(QUARANTINE):
            raise BadProfile(f"“{name}” cannot be the name of a bucket.", "For example: patient-images.")
    if family.capacity_bytes < 1:
        raise BadProfile(f"{what} has no capacity: every bucket of it would be full.", "Write a size above 0.")
    if not 0 < family.cleanup_at <= 1 or not 0 < family.overflow_at <= 1:
        raise BadProfile(f"{what} has a threshold that is no share of its capacity.", "Write 1 % to 100 %.")
    if family.cleanup_at > family.overflow_at:
        raise BadProfile(
            f"{what} overflows at {percent(family.overflow_at)}, before it is cleaned up at"
            f" {percent(family.cleanup_at)}.",
            "A bucket is cleaned up first, and overflows after that.",
        )
    if family.retention_days is not None and family.retention_days < 1:
        raise BadProfile(f"{what} keeps objects for less than a day.", "Write at least 1 day.")
    if any(rule.days < 1 for rule in family.rules):
        raise BadProfile(f"A rule of {family.name} keeps objects for less than a day.", "Write at least 1 day.")
    if wrong := next((kind for rule in family.rules for kind in rule.types if "/" not in kind), ""):
        raise BadProfile(f"“{wrong}” in a rule of {family.name} is no content type.", "For example: image/jpeg.")
    if "apply" in family.automatic and "plan" not in family.automatic:
        raise BadProfile(f"{what} applies plans by itself that nobody makes.", "Let it plan retention, too.")
