"""A ward on disk: images of a family that keeps them for 30 days, patients, and rows that say which is whose."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from core.models import Object, ObjectPage, PlanHead
from core.profiles import Family, ReferenceColumn, Source
from core.retention import BucketTaking, Wish, plan_retention, takings
from tests.scenarios.collection import Collection, LaterStore

BUCKET = "ward"
OURS = Source(
    name="image_patient_associations",
    table="image_patient_associations",
    key=("id",),
    columns=(ReferenceColumn("image_path", "path"),),
    bucket_column="bucket_name",
    time_column="created_at",
)
REPORTS = Source(
    name="reports", table="reports", key=("id",), columns=(ReferenceColumn("path", "path"),), bucket=BUCKET
)
SCHEMA = """
CREATE TABLE patients (id INTEGER PRIMARY KEY, code TEXT NOT NULL);
CREATE TABLE image_patient_associations (id INTEGER PRIMARY KEY,
    patient_id INTEGER NOT NULL REFERENCES patients (id) ON DELETE CASCADE,
    bucket_name TEXT NOT NULL, image_path TEXT, note TEXT, weight REAL, stamp BLOB, created_at TEXT NOT NULL);
CREATE TABLE reports (id INTEGER PRIMARY KEY, path TEXT);
INSERT INTO patients SELECT value, 'PT-' || value FROM json_each('[1,2,3,4,5]');
"""
DAY = timedelta(days=1)


class AgedStore(LaterStore):
    """A store whose objects are as old as a test says: the operating system dates every file itself."""

    ahead = timedelta(0)
    ages: dict[str, float]

    async def list_objects(
        self, bucket: str, *, prefix: str = "", cursor: str | None = None, limit: int | None = None
    ) -> ObjectPage:
        page = await super().list_objects(bucket, prefix=prefix, cursor=cursor, limit=limit)
        return replace(page, items=tuple(map(self._aged, page.items)))

    async def stat(self, bucket: str, keys: Sequence[str]) -> tuple[Object | None, ...]:
        return tuple(None if one is None else self._aged(one) for one in await super().stat(bucket, keys))

    def _aged(self, one: Object) -> Object:
        days = self.ages.get(one.key)
        return one if days is None else replace(one, changed=START - days * DAY)


START = datetime.now(UTC)


class Ward(Collection):
    """`image` puts an image with the rows that name it; `plan_removal` plans what is over age."""

    ages: dict[str, float]

    def __init__(self, folder: Path, *, sources: tuple[Source, ...] = (OURS, REPORTS), **family: object) -> None:
        super().__init__(folder, sources=sources)
        settings: dict[str, object] = {"retention_days": 30, "capacity_bytes": 10_000, **family}
        self.profile = replace(self.profile, families=(Family(BUCKET, **settings),))  # type: ignore[arg-type]
        self.ages = {}
        self._reopen()
        if not self.sql("SELECT 1 FROM sqlite_master WHERE name = 'patients'"):
            self.sql(SCHEMA)
            (self.storage / "photos").rmdir()

    def image(self, key: str, days: float, rows: int = 1, *, row_days: float | None = None, size: int = 0) -> None:
        """An image that is so old, and so many rows that name it, as old as it unless they are said to be younger."""
        self.file(key, key.encode().ljust(size, b"."), bucket=BUCKET)
        self.ages[key] = days
        made = (START - (days if row_days is None else row_days) * DAY).isoformat()
        for number in range(rows):
            self.sql(
                "INSERT INTO image_patient_associations (patient_id, bucket_name, image_path, note, weight, stamp, "
                "created_at) VALUES (?, ?, ?, 'seen', 0.1, x'00ff', ?)",
                *(1 + number % 5, BUCKET, key, made),
            )

    def fill_ward(self, old: int, new: int = 60, rows: int = 1) -> None:
        """So many images over age, the last one the oldest, and so many that are not."""
        for number in range(new):
            self.image(f"new/{number:05d}.png", 5, rows)
        for number in range(old):
            self.image(f"old/{number:05d}.png", 40 + number, rows)

    def family(self, **changes: object) -> None:
        """Changes what the profile says of the family."""
        (family,) = self.profile.families
        self.profile = replace(self.profile, families=(replace(family, **changes),))  # type: ignore[arg-type]

    async def plan_removal(
        self,
        until_share: float | None = None,
        destination: str = "quarantine",
        buckets: tuple[str, ...] = (),
        name: str = "plan",
    ) -> tuple[Path, PlanHead]:
        """A retention plan."""
        path = self.folder / f"{name}.jsonl"
        wish = Wish(buckets, until_share, destination)
        head = await plan_retention(await self.workspace(), self.catalog, self.store, self.profile, wish, path)
        return path, head

    async def taken(self, path: Path) -> tuple[BucketTaking, ...]:
        """What a plan takes of each bucket."""
        return await takings(path)

    def there(self) -> list[str]:
        """The keys in the bucket."""
        root = self.storage / BUCKET
        return sorted(path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file())

    def rows(self) -> int:
        """How many associations there are."""
        return len(self.sql("SELECT 1 FROM image_patient_associations"))

    async def close(self) -> None:
        ahead = self.store.ahead
        await super().close()
        self._reopen()
        self.store.ahead = ahead

    def _reopen(self) -> None:
        store = AgedStore(self.storage, self.profile.quarantine)
        store.ages = self.ages
        self.store = store


def why(head: PlanHead) -> dict[str, int]:
    """What a plan leaves as it is, and how often."""
    return {refusal.why: refusal.count for refusal in head.refused}
