"""The JSON documents of `capacity`. Programs rely on their keys: more may be added, these stay."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from core.capacity.models import Breakdown, BucketUse, Capacity, Part, Span
from core.capacity.usage import days_until
from core.cli.documents import Document, time


def capacity(found: Capacity) -> Document:
    """`capacity`"""
    return {
        "at": time(found.at),
        "objects": found.objects,
        "bytes": found.bytes,
        "reclaimable_bytes": found.reclaimable_bytes,
        "buckets": [_bucket(use) for use in found.buckets],
    }


def _bucket(use: BucketUse) -> Document:
    return {
        "name": use.name,
        "family": use.family or None,
        "objects": use.objects,
        "bytes": use.bytes,
        "capacity_bytes": use.capacity_bytes,
        "share": round(use.share, 6),
        "state": str(use.level),
        "days_until_full": _rounded(days_until(use.forecast)),
        "days_until": {
            "cleanup": _span(use.forecast.clean_up),
            "overflow": _span(use.forecast.overflow),
            "full": _span(use.forecast.full),
        },
        "day_bytes": None if use.day_bytes is None else round(use.day_bytes),
        "cleanup_at": use.cleanup_at,
        "overflow_at": use.overflow_at,
        "kept_versions": use.kept_versions,
        "kept_versions_bytes": use.kept_versions_bytes,
        "reclaimable_bytes": use.reclaimable_bytes,
        "region": use.region,
        "public": use.public,
        "size_limit_bytes": use.size_limit_bytes,
        "mime_types": list(use.mime_types),
    }


def _span(span: Span | None) -> Document | None:
    """From when to when, in days; null for what is not in sight."""
    if span is None:
        return None
    return {"earliest": _days(span.earliest), "middle": _days(span.middle), "latest": _days(span.latest)}


def _days(length: timedelta | None) -> float | None:
    return None if length is None else _rounded(length / timedelta(days=1))


def _rounded(days: float | None) -> float | None:
    return None if days is None else round(days, 1)


def breakdown(found: Breakdown, folder: str) -> Document:
    """`capacity --bucket B`"""
    return {
        "bucket": found.bucket,
        "folder": folder,
        "at": time(found.at),
        "types": _parts(found.types),
        "folders": _parts(found.folders),
        "ages": _parts(found.ages),
        "largest": [{"key": key, "bytes": size} for key, size in found.largest],
    }


def _parts(parts: Sequence[Part]) -> list[Document]:
    return [{"name": part.name, "objects": part.objects, "bytes": part.bytes} for part in parts]
