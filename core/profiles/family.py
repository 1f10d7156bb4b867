"""Bucket families: buckets that share a purpose, with what holds for all of them."""

from __future__ import annotations

import re
from dataclasses import dataclass

AUTOMATIC = ("alert", "overflow", "plan", "apply")
"""What monitoring may do by itself: tell, make the next bucket, plan retention, and apply that plan."""
FORMS = ("webp", "jpeg")
"""What images can be re-encoded to."""


@dataclass(frozen=True, slots=True)
class RetentionRule:
    """Objects whose key begins with `prefix` and whose type is among `types` (empty: any; `image/*`: all images) are
    over age after `days`."""

    days: int
    prefix: str = ""
    types: tuple[str, ...] = ()

    def covers(self, key: str, content_type: str) -> bool:
        """Whether the rule is for an object of this key and type."""
        bare = content_type.partition(";")[0].strip().lower()
        wanted = [one.lower() for one in self.types]
        return key.startswith(self.prefix) and (
            not wanted or any(bare.startswith(one[:-1]) if one.endswith("/*") else bare == one for one in wanted)
        )


@dataclass(frozen=True, slots=True)
class Recompression:
    """Images larger than `above_bytes` are re-encoded before they are uploaded, at this quality (1 to 100).
    `drop_position`: without the place where they were taken."""

    form: str = "webp"
    quality: int = 82
    above_bytes: int = 1_000_000
    keep_originals: bool = False
    drop_position: bool = False


@dataclass(frozen=True, slots=True)
class Family:
    """Buckets that share a purpose: the name itself and it with -1, -2 …; or a list of names, to which such numbered
    ones come once it overflows. `retention_share` is how much of a bucket its retention may take (0 to 1), None for
    what the guard allows. `automatic` is what monitoring may do by itself."""

    name: str
    buckets: tuple[str, ...] = ()
    capacity_bytes: int = 1 << 30
    cleanup_at: float = 0.85
    overflow_at: float = 0.95
    retention_days: int | None = None
    region: str = ""
    rules: tuple[RetentionRule, ...] = ()
    retention_share: float | None = None
    automatic: frozenset[str] = frozenset({"alert", "overflow"})
    recompress: Recompression | None = None

    def holds(self, bucket: str) -> bool:
        """Whether a bucket belongs to this family."""
        first = bucket in self.buckets if self.buckets else bucket == self.name
        return first or self.overflows_into(bucket)

    def days_for(self, key: str, content_type: str) -> int | None:
        """For how many days an object is kept: by the first rule that is for it, else by the family. None: ever."""
        return next((rule.days for rule in self.rules if rule.covers(key, content_type)), self.retention_days)

    def overflows_into(self, bucket: str) -> bool:
        """Whether this is the name of one of its numbered buckets."""
        return re.fullmatch(re.escape(self.name) + r"-[0-9]+", bucket) is not None
