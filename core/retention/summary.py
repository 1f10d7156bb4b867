"""What a retention plan takes of each bucket: objects, bytes, and the rows that go along."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from core.models import StepKind
from core.plan_files import read_verified
from core.threads import in_thread


@dataclass(frozen=True, slots=True)
class BucketTaking:
    """What goes of one bucket. `rows` are those that go along; `oldest` and `newest` when its objects last changed."""

    bucket: str
    objects: int = 0
    bytes: int = 0
    rows: int = 0
    oldest: datetime | None = None
    newest: datetime | None = None


async def takings(path: Path) -> tuple[BucketTaking, ...]:
    """The buckets that a plan takes from, by name. Raises `BadPlan` when it was changed."""
    return await in_thread(_takings, path)


def _takings(path: Path) -> tuple[BucketTaking, ...]:
    found: dict[str, BucketTaking] = {}
    along: Counter[int] = Counter()
    for step in read_verified(path):
        if step.kind is StepKind.DELETE_ROW and step.because is not None:
            along[step.because] += 1  # its object comes after it
        elif step.kind is StepKind.DELETE_OBJECT:
            known = found.get(step.bucket) or BucketTaking(step.bucket)
            times = [when for when in (known.oldest, known.newest, step.changed) if when is not None]
            found[step.bucket] = replace(
                known,
                objects=known.objects + 1,
                bytes=known.bytes + max(0, step.size_bytes),
                rows=known.rows + along.pop(step.n, 0),
                oldest=min(times, default=None),
                newest=max(times, default=None),
            )
    return tuple(found[name] for name in sorted(found))
