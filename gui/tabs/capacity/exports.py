"""The numbers of charts and buckets as files."""

from __future__ import annotations

from collections.abc import Sequence

from core.capacity.models import BucketUse
from gui.desk import Desk
from gui.tabs.capacity.columns import Line
from gui.widgets.chart.export import export_rows


async def export_lines(desk: Desk, lines: Sequence[Line], name: str) -> None:
    """Asks where to, and writes the numbers."""
    rows = [[line.name, line.objects, line.bytes, _share(line.share)] for line in lines]
    await export_rows(desk, name, ("name", "objects", "bytes", "share"), rows)


async def export_buckets(desk: Desk, buckets: Sequence[BucketUse]) -> None:
    """Asks where to, and writes all buckets with everything that is known of them."""
    head = ("bucket", "family", "region", "public", "objects", "bytes", "archived_versions_bytes", "quarantine_bytes",
            "capacity_bytes", "share", "level", "bytes_a_day")  # fmt: skip
    rows = [
        [use.name, use.family, use.region, use.public, use.objects, use.bytes, use.kept_versions_bytes,
         use.reclaimable_bytes, use.capacity_bytes, _share(use.share), use.level.value,
         None if use.day_bytes is None else round(use.day_bytes)]
        for use in buckets
    ]  # fmt: skip
    await export_rows(desk, "buckets", head, rows)


def _share(share: float | None) -> str:
    return "" if share is None else f"{share:.6f}"
