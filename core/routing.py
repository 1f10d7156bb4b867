"""Which bucket of a family an upload goes to: the least full one that takes it, counting what is under way."""

from __future__ import annotations

import enum
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import count

from core.capacity.levels import percent
from core.errors import Busy, Unavailable


class Answer(enum.StrEnum):
    """Why a storage turned an upload away, where another bucket may take it."""

    FULL = "full"
    TOO_LARGE = "too large"
    NOT_ALLOWED = "not allowed"


_SAID = "the storage said: {}"
_FULL = _SAID.format(Answer.FULL.value)


@dataclass(frozen=True, slots=True)
class Candidate:
    """One bucket of a family. It takes uploads until it holds `fill_to` (0 to 1) of its capacity."""

    name: str
    bytes: int
    capacity_bytes: int
    fill_to: float = 0.95
    size_limit_bytes: int | None = None
    mime_types: tuple[str, ...] = ()
    writable: bool = True


@dataclass(frozen=True, slots=True)
class Upload:
    """What is to be stored. `home` is the bucket of the family that holds the key already, None where none does."""

    key: str
    size_bytes: int
    content_type: str
    home: str | None = None


@dataclass(frozen=True, slots=True)
class Route:
    """Where an upload goes. Without a bucket, the family needs a new one first (`wants_bucket`), or nothing takes it;
    `refused` says of each bucket why it was passed over."""

    upload: Upload
    bucket: str | None
    wants_bucket: bool = False
    refused: Mapping[str, str] = field(default_factory=dict)
    lacks_room: bool = False
    """Some bucket takes such a file, but has no room for it now."""

    @property
    def why_not(self) -> str:
        """Why no bucket takes it, in a sentence."""
        reasons = "; ".join(f"{name}: {why}" for name, why in self.refused.items())
        return f"No bucket takes “{self.upload.key}”. {reasons}".rstrip()


class Router:
    """The buckets of one family and what is under way to them. Not for several threads: one event loop asks it."""

    def __init__(self, family: str, candidates: Iterable[Candidate], newest: Candidate | None = None) -> None:
        """`newest` is what a new bucket of the family would be like, None where none may be made."""
        self._family = family
        self._buckets = {candidate.name: candidate for candidate in candidates}
        self._newest = newest
        self._under_way: dict[str, Route] = {}
        self._in_flight: dict[str, int] = {}
        self._turned_away: dict[str, dict[str, str]] = {}
        self._hopeless: list[tuple[Answer, Upload]] = []

    @property
    def most_bytes(self) -> int:
        """No bucket takes a larger file, not even an empty one."""
        every = [*self._buckets.values(), *([self._newest] if self._newest is not None else [])]
        sizes = [(one.size_limit_bytes, int(one.fill_to * one.capacity_bytes)) for one in every if one.writable]
        return max((room if limit is None else min(limit, room) for limit, room in sizes), default=0)

    def in_flight(self, bucket: str) -> int:
        """Bytes under way to a bucket."""
        return self._in_flight.get(bucket, 0)

    def add(self, candidate: Candidate) -> None:
        """A bucket was made, or is as it is now."""
        self._buckets[candidate.name] = candidate

    def look_again(self, candidates: Iterable[Candidate]) -> None:
        """The buckets are as these say now; what one could not take a while ago, it may take."""
        self._buckets |= {candidate.name: candidate for candidate in candidates}
        self._hopeless.clear()

    def route(self, upload: Upload) -> Route:
        """Chooses, and counts the upload as under way to that bucket until `arrived`, `turned_away` or `given_up`.
        Raises `Busy` for a key that is under way already: two uploads of one key could end in two buckets."""
        if upload.key in self._under_way:
            raise Busy(f"“{upload.key}” is being uploaded already.", "Wait until that has ended.")
        route = self._choose(upload)
        if route.bucket is not None:
            self._under_way[upload.key] = route
            self._in_flight[route.bucket] = self.in_flight(route.bucket) + upload.size_bytes
        return route

    def arrived(self, route: Route) -> None:
        """The upload is stored: its bytes belong to the bucket now."""
        self._let_go(route)
        if route.bucket is not None:
            held = self._buckets[route.bucket]
            self._buckets[held.name] = replace(held, bytes=held.bytes + route.upload.size_bytes)

    def turned_away(self, route: Route, answer: Answer, *, as_new: bool = False) -> Route:
        """The bucket did not take it: the next one, or the wish for a new one. A full bucket gets nothing more.
        `as_new`: a new bucket would answer the same, so that none is wished for such an upload any more."""
        self._let_go(route)
        if as_new and not self._is_hopeless(route.upload):
            self._hopeless.append((answer, route.upload))
        if route.bucket is not None:
            self._turned_away.setdefault(route.upload.key, {})[route.bucket] = _SAID.format(answer.value)
            if answer is Answer.FULL:
                held = self._buckets[route.bucket]
                self._buckets[held.name] = replace(held, bytes=max(held.bytes, held.capacity_bytes))
        if route.upload.home is not None:
            return Route(route.upload, None, False, dict(self._turned_away.get(route.upload.key, {})))
        return self.route(route.upload)

    def given_up(self, route: Route) -> None:
        """The upload ended without being stored, for a reason that no other bucket would mend."""
        self._let_go(route)

    def forget(self, key: str) -> None:
        """Whatever turned this key away is asked again when it comes the next time."""
        self._turned_away.pop(key, None)

    def _let_go(self, route: Route) -> None:
        if self._under_way.get(route.upload.key) is not route or route.bucket is None:
            raise Unavailable(f"“{route.upload.key}” is not under way by this route.")
        del self._under_way[route.upload.key]
        self._in_flight[route.bucket] -= route.upload.size_bytes

    def _choose(self, upload: Upload) -> Route:
        if upload.home is not None:
            return Route(upload, upload.home)  # a key lives in one bucket of its family
        refused = dict(self._turned_away.get(upload.key, {}))
        fitting: list[Candidate] = []
        for candidate in self._buckets.values():
            if candidate.name in refused:
                continue
            if why := self._refusal(candidate, upload):
                refused[candidate.name] = why
            else:
                fitting.append(candidate)
        if fitting:
            return Route(upload, min(fitting, key=self._fullness).name, False, refused)
        wants = self._newest is not None and not self._refusal(self._newest, upload)
        may_fit = any(self._may_fit(candidate, upload) for candidate in self._buckets.values())
        return Route(upload, None, wants and not self._is_hopeless(upload), refused, may_fit)

    def _may_fit(self, candidate: Candidate, upload: Upload) -> bool:
        """Whether only room is lacking."""
        said = self._turned_away.get(upload.key, {}).get(candidate.name, _FULL)
        empty = replace(candidate, bytes=-self.in_flight(candidate.name))
        return said == _FULL and not self._refusal(empty, upload)

    def _is_hopeless(self, upload: Upload) -> bool:
        """Whether a new bucket is known to turn such an upload away."""
        return any(
            answer is Answer.FULL
            or (answer is Answer.TOO_LARGE and upload.size_bytes >= other.size_bytes)
            or (answer is Answer.NOT_ALLOWED and upload.content_type == other.content_type)
            for answer, other in self._hopeless
        )

    def _refusal(self, candidate: Candidate, upload: Upload) -> str:
        if not candidate.writable:
            return "it takes no uploads"
        if candidate.size_limit_bytes is not None and upload.size_bytes > candidate.size_limit_bytes:
            return f"it takes files of at most {candidate.size_limit_bytes:,} bytes"
        if candidate.mime_types and not takes(candidate.mime_types, upload.content_type):
            return f"it takes no {upload.content_type or 'files without a type'}"
        room = candidate.fill_to * candidate.capacity_bytes - candidate.bytes - self.in_flight(candidate.name)
        if upload.size_bytes > room:
            return f"it is to be filled to {percent(candidate.fill_to)} and has room for {max(0, int(room)):,} bytes"
        return ""

    def _fullness(self, candidate: Candidate) -> tuple[float, tuple[str, int]]:
        held = candidate.bytes + self.in_flight(candidate.name)
        return held / candidate.capacity_bytes, place_in_family(candidate.name)


def takes(mime_types: Iterable[str], content_type: str) -> bool:
    """Whether a bucket of these types takes a file of this one, as the Storage API judges it: `image/*` takes every
    image; parameters count unless the list has a star (facts.md E3)."""
    plain = content_type.split(";", 1)[0].strip()
    return any(
        allowed == content_type
        or allowed in ("*", "*/*")
        or (allowed.endswith("/*") and plain.startswith(allowed[:-1]))
        for allowed in mime_types
    )


def place_in_family(name: str) -> tuple[str, int]:
    """Orders the buckets of a family: itself, then -1, -2, … as numbers."""
    found = re.fullmatch(r"(.*)-([0-9]+)", name)
    return (found[1], int(found[2])) if found else (name, 0)


def free_names(family: str, taken: Iterable[str]) -> Iterator[str]:
    """What further overflow buckets of a family are called: its free numbers in order. Names that are taken count
    whoever made them, and in any letter case."""
    used = {name.lower() for name in taken}
    return (name for number in count(1) if (name := f"{family}-{number}").lower() not in used)


def next_name(family: str, taken: Iterable[str]) -> str:
    """What the next overflow bucket of a family is called."""
    return next(free_names(family, taken))
