"""Where the folders of a project are meant to go, looked up by their path: for proving and for trying out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.errors import NotFound, Usage
from core.models import Bucket
from core.profiles import Destination, Family, Profile
from core.uploads.queueing.roots import Root
from core.uploads.scanning.folders import ScanRules
from core.uploads.sending.duplicates import StoredBefore
from core.uploads.sending.wishes import goal_of, rules_of, with_asked


@dataclass(frozen=True, slots=True)
class Goal:
    """Where a folder would go: its destination, the tree it belongs to, and the buckets its files could be in.
    `before`: what is stored already."""

    destination: Destination
    family: Family
    root: str
    rules: ScanRules
    buckets: tuple[str, ...]
    before: StoredBefore | None = None


@dataclass(frozen=True, slots=True)
class Goals:
    """Looks up goals for folders at and below `named`. `destination` and `asked` are as somebody says them now; trees
    inside that have a destination of their own keep it."""

    profile: Profile
    trees: Sequence[Root]
    named: Sequence[str]
    buckets: Sequence[Bucket] = ()
    destination: str = ""
    asked: Mapping[str, str] | None = None

    def of(self, path: str) -> Goal:
        """Where a folder would go. Raises `Usage`, `NotFound`."""
        around = (one for one in self.named if Root(0, one, "").holds(path))
        named = max(around, key=len, default=path)
        inner = [one for one in self.trees if one.destination and one.holds(path) and len(one.path) > len(named)]
        if inner:
            found = goal_of(self.profile, self.trees, path)[1]
        elif self.destination:
            found = with_asked(self.profile.destination(self.destination), self.asked or {})
        else:
            found = with_asked(goal_of(self.profile, self.trees, path)[1], self.asked or {})
        family = next(one for one in self.profile.families if one.name == found.family)
        buckets = tuple(one.name for one in self.buckets if family.holds(one.name))
        root = max((one.path for one in inner), key=len, default=named)
        return Goal(found, family, root, rules_of(self.profile, found), buckets)

    def known(self, path: str) -> Goal | None:
        """Where a folder would go; None where nobody has said it."""
        try:
            return self.of(path)
        except (Usage, NotFound):
            return None

    def is_recoded(self, bucket: str) -> bool:
        """Whether pictures are re-encoded on their way into a bucket."""
        family = self.profile.family_of(bucket)
        return family is not None and family.recompress is not None


def outermost(trees: Sequence[Root]) -> list[str]:
    """The paths of trees that lie in no other one."""
    paths = [one.path for one in trees if one.path]
    return [path for path in paths if not any(other.path != path and other.holds(path) for other in trees)]
