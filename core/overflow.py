"""The next bucket of a family: made with the family's settings and registered, once, however many desks want it."""

from __future__ import annotations

import logging
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from core import bucket_acts
from core.errors import AlreadyExists, NotAllowed, NotFound, Unavailable
from core.family_members import Member, family_members
from core.models import Bucket
from core.ports import ObjectStore
from core.profiles import Family, Profile
from core.read_only import check_writable
from core.routing import next_name
from core.workspace import Workspace

_ATTEMPTS = 50
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class NextBucket:
    """The bucket that takes what comes next. `made`: just now, and by us; else another desk was faster, or one stood
    ready. `run_id` is the run that undoes it while it is empty, '' unless made. `trouble`: why its rights may not hold
    yet, and what to do."""

    bucket: Bucket
    family: str
    made: bool
    run_id: str = ""
    trouble: str = ""

    @property
    def sentence(self) -> str:
        """What happened."""
        name = self.bucket.name
        what = f"The bucket {name} was made for {self.family}." if self.made else f"The bucket {name} is there already."
        return f"{what} {self.trouble}".rstrip()


async def next_bucket(
    workspace: Workspace,
    store: ObjectStore,
    profile: Profile,
    family: Family,
    known: Collection[str] | None = None,
) -> NextBucket:
    """Sees to it that there is one more bucket than those `known` (None: than those that hold anything): takes one that
    another desk made meanwhile, else makes the next. Making is the lock: of two desks one makes it and the other takes
    it over. Raises `NotAllowed` with the missing right and the SQL that would give it, `ServiceError`."""
    check_writable(profile)
    taken: set[str] = set()
    for _ in range(_ATTEMPTS):
        there = await store.buckets()
        held = family_members(family, there, await store.registered_buckets())
        ready = await _ready(store, family, held, known)
        if ready is not None:
            return await _taken_over(store, profile, family, ready)
        wanted = _wanted(family, held, {*taken, *(one.name for one in there)})
        try:
            run = await bucket_acts.create(workspace, store, profile, wanted)
        except AlreadyExists:
            standing = await _standing(store, wanted.name)
            if standing == wanted:
                return await _taken_over(store, profile, family, standing)
            taken.add(wanted.name)  # somebody else's, perhaps one that we are not shown
            continue
        _log.info("The bucket %s was made for the family %s.", wanted.name, family.name)
        trouble = [await _register(store, wanted.name, family), _unseen(profile, wanted.name)]
        return NextBucket(wanted, family.name, True, run.run_id, " ".join(trouble).strip())
    raise Unavailable(f"No free name was found for the next bucket of {family.name}.", "Look at the buckets there are.")


def _wanted(family: Family, held: Sequence[Member], taken: Collection[str]) -> Bucket:
    if not held and family.name.lower() not in {name.lower() for name in taken} and not family.buckets:
        return Bucket(family.name)  # its first: private, until somebody says otherwise
    like = held[0].bucket if held else Bucket(family.name)
    return replace(like, name=next_name(family.name, taken))


async def _ready(
    store: ObjectStore, family: Family, held: Sequence[Member], known: Collection[str] | None
) -> Bucket | None:
    """A numbered bucket that nobody here counted with, or that is still empty."""
    for member in held:
        name = member.bucket.name
        if member.foreign or not family.overflows_into(name) or (known is not None and name in known):
            continue
        if known is not None or not (await store.list_objects(name, limit=1)).items:
            return member.bucket
    return None


async def _taken_over(store: ObjectStore, profile: Profile, family: Family, bucket: Bucket) -> NextBucket:
    """Whoever made it may have ended before registering it; twice is harmless."""
    trouble = [await _register(store, bucket.name, family), _unseen(profile, bucket.name)]
    return NextBucket(bucket, family.name, False, "", " ".join(trouble).strip())


async def _register(store: ObjectStore, name: str, family: Family) -> str:
    try:
        await store.register_bucket(name, family.name)
    except NotAllowed as exc:
        registered = await store.registered_buckets()
        return "" if registered is not None and name in registered else f"{exc.message} {exc.hint}"
    except NotFound:
        return "This sign-in is not shown the bucket, so it could not be registered."
    return ""


def _unseen(profile: Profile, name: str) -> str:
    """Which buckets are looked at is the profile's to say, and only a person changes that."""
    if not profile.buckets or name in profile.buckets:
        return ""
    return f"The profile names the buckets it looks at: add {name} to them, or scans do not see it."


async def _standing(store: ObjectStore, name: str) -> Bucket | None:
    try:
        return await store.bucket(name)
    except NotFound:
        return None
