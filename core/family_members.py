"""Which buckets a family has, how each is set, and why nothing is uploaded into some of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from core.models import Bucket
from core.ports import ObjectStore
from core.profiles import Family, Profile
from core.routing import place_in_family


@dataclass(frozen=True, slots=True)
class Member:
    """One bucket of a family as it is. `registered`: the rights of the project's people hold in it; None where the
    project has no register. `foreign`: why nothing is uploaded there, a sentence; empty where it is like the family."""

    bucket: Bucket
    family: str
    registered: bool | None
    foreign: str = ""


def family_members(family: Family, buckets: Iterable[Bucket], registered: Collection[str] | None) -> tuple[Member, ...]:
    """The buckets of a family, the first one first. A numbered one that is public where the first is private (or the
    other way round) was made by somebody else for something else; so was one that nobody registered, beside others."""
    held = sorted((one for one in buckets if family.holds(one.name)), key=lambda one: _place(family, one.name))
    known = None if registered is None else {one.name for one in held} & set(registered)
    return tuple(
        Member(one, family.name, None if known is None else one.name in known, _foreign(held[0], one, known))
        for one in held
    )


async def members(store: ObjectStore, profile: Profile) -> tuple[Member, ...]:
    """Every bucket of the project with its family, '' for none. Raises `ServiceError`."""
    there, registered = await store.buckets(), await store.registered_buckets()
    found = [member for family in profile.families for member in family_members(family, there, registered)]
    first: dict[str, Member] = {}
    for member in found:
        first.setdefault(member.bucket.name, member)  # the first family counts, as everywhere
    for bucket in there:
        known = None if registered is None else bucket.name in registered
        first.setdefault(bucket.name, Member(bucket, "", known))
    return tuple(first[name] for name in sorted(first))


def _place(family: Family, name: str) -> tuple[bool, tuple[str, int]]:
    return name not in family.buckets and name != family.name, place_in_family(name)


def _foreign(first: Bucket, one: Bucket, registered: Collection[str] | None) -> str:
    if one.public != first.public:
        now, as_first = ("public", "private") if one.public else ("private", "public")
        return f"It is {now}, and {first.name} is {as_first}."
    if registered and one.name not in registered:
        return "It is not registered, so the rights of the project's people do not hold there."
    return ""
