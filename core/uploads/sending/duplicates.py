"""Files whose content is stored already under another key: found before they go up, by size first."""

from __future__ import annotations

import asyncio
import hashlib
import sqlite3
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from core.errors import NotFound
from core.ports import ObjectStore
from core.profiles import Family
from core.single_upload.standing import holds
from core.uploads.scanning.obstacles import shown
from core.uploads.sending.taken import marked, version_of
from core.uploads.tracker import Tracker
from core.workspace import Workspace

_MOST_ALIKE = 64
"""So many objects of one size are compared with a file by their hash."""
_MOST_RECENT = 50_000
"""So many of the latest uploads are known beside those of the tracker."""
_MOST_TRIED = 4
"""Of those that may be equal, so many are looked at in the storage."""
_PIECE_BYTES = 1 << 20
_DAY_MICROS = 86_400_000_000


@dataclass(frozen=True, slots=True)
class Local:
    """A file that is to go up under `key`; `folder`: the number of its folder in the tracker."""

    path: Path
    key: str
    size_bytes: int
    folder: int = 0


@dataclass(frozen=True, slots=True)
class Twin:
    """Where equal content stands. `is_own`: it is this very file that went there, of this folder and by this name."""

    bucket: str
    key: str
    size_bytes: int
    sha256: str
    is_own: bool = False

    @property
    def place(self) -> str:
        """Both."""
        return f"{self.bucket}/{self.key}"


@dataclass(frozen=True, slots=True)
class _Digests:
    sha256: str
    md5: str


class StoredBefore:
    """What stood in the buckets of a family before a run began: by the tracker, by the last scan of the storage, and by
    the journal of what went up since.
    Takes sixteen bytes for each object that the scan saw, and eight for each size that was uploaded."""

    def __init__(
        self, tracker: Tracker | None, workspace: Workspace, store: ObjectStore, family: Family, began: float
    ) -> None:
        """`began`: seconds since 1970; what went up from then on is no duplicate, but of the same run."""
        self._tracker, self._workspace, self._store = tracker, workspace, store
        self._family, self._began = family, began
        self._uploaded: array[int] = array("q")
        self._sizes: array[int] = array("q")
        self._numbers: array[int] = array("q")
        self._recent: dict[int, list[tuple[str, str, str]]] = {}
        self._is_loaded = False
        self._loading = asyncio.Lock()

    async def twins(self, files: Sequence[Local]) -> dict[str, Twin]:
        """Those of these files whose content stands under another key, by the name of the file. Files whose size
        nothing has are not read. Raises `ServiceError`, `WorkspaceError`."""
        await self._load()
        found: dict[str, Twin] = {}
        for file in files:
            size = file.size_bytes
            if size and (_has(self._uploaded, size) or _has(self._sizes, size) or size in self._recent):
                twin = await self._twin(file, size)
                if twin is not None:
                    found[file.path.name] = twin
        return found

    async def _twin(self, file: Local, size: int) -> Twin | None:
        digests = await asyncio.to_thread(_digest, file.path)
        if digests is None:
            return None
        noted = await self._noted(file, size, digests)
        tried = 0
        recent = [(bucket, key) for bucket, key, sha256 in self._recent.get(size, ()) if sha256 == digests.sha256]
        for bucket, key in dict.fromkeys([*noted, *recent, *await self._scanned(size, digests)]):
            if not self._family.holds(bucket) or is_own(key, file.key, digests.sha256):
                continue
            tried += 1
            if tried > _MOST_TRIED:
                break
            try:
                if await holds(self._store, bucket, key, size, digests.sha256):
                    return Twin(bucket, key, size, digests.sha256, noted.get((bucket, key), False))
            except NotFound:
                continue  # the bucket is gone since
        return None

    async def _noted(self, file: Local, size: int, digests: _Digests) -> dict[tuple[str, str], bool]:
        """What uploads stored, by the tracker, and whether it is this very file; that comes first."""
        if self._tracker is None:
            return {}
        digest = bytes.fromhex(digests.sha256)
        own = "SELECT bucket, key, 1 FROM uploaded_files WHERE folder = ? AND name = ? AND sha256 = ? AND at < ?"
        alike = (
            "SELECT bucket, key, 0 FROM uploaded_files WHERE bytes = ? AND substr(sha256, 1, 8) = ? AND sha256 = ? "
            "AND at < ? LIMIT ?"
        )

        def ask(c: sqlite3.Connection) -> dict[tuple[str, str], bool]:
            rows = c.execute(own, (file.folder, shown(file.path.name), digest, self._began)).fetchall()
            rows += c.execute(alike, (size, digest[:8], digest, self._began, _MOST_ALIKE)).fetchall()
            found: dict[tuple[str, str], bool] = {}
            for bucket, key, is_own_file in rows:
                found.setdefault((str(bucket), str(key)), bool(is_own_file))
            return found

        return await self._tracker.read(ask)

    async def _scanned(self, size: int, digests: _Digests) -> list[tuple[str, str]]:
        """What the last scan saw: equal by its tag, then those whose tag tells nothing."""
        low, high = self._span(size)
        numbers = ",".join(str(one) for one in self._numbers[low : min(high, low + _MOST_ALIKE)])
        if not numbers:
            return []
        sql = (
            "SELECT listings.name, objects.key, etag FROM objects JOIN listings ON listings.id = listing "
            f"WHERE n IN ({numbers}) AND size = ?"
        )
        rows = await self._workspace.inventory.read(lambda c: c.execute(sql, (size,)).fetchall())
        equal, unsure = [], []
        for bucket, key, etag in rows:
            tag = str(etag or "").strip('"').lower()
            if tag in (digests.sha256, digests.md5):
                equal.append((str(bucket), str(key)))
            elif len(tag) not in (32, 64):
                unsure.append((str(bucket), str(key)))
        return [*equal, *unsure]

    def _span(self, size: int) -> tuple[int, int]:
        return bisect_left(self._sizes, size), bisect_right(self._sizes, size)

    async def _load(self) -> None:
        """Reads the sizes of all that was uploaded, and of all that the last scan saw in the family, once."""
        async with self._loading:
            if self._is_loaded:
                return

            def uploaded(c: sqlite3.Connection) -> array[int]:
                return array(
                    "q", (size for (size,) in c.execute("SELECT DISTINCT bytes FROM uploaded_files ORDER BY 1"))
                )

            def scanned(c: sqlite3.Connection) -> tuple[array[int], array[int], int]:
                sql = "SELECT id, name, coalesce(finished, 0) FROM listings WHERE what = 'bucket' AND current = 1"
                listings = [one for one in c.execute(sql) if self._family.holds(str(one[1]))]
                ours = ",".join(str(number) for number, _, _ in listings)
                sizes, numbers = array("q"), array("q")
                sql = f"SELECT size, n FROM objects WHERE listing IN ({ours}) AND size > 0 ORDER BY size, n"
                for size, number in c.execute(sql):
                    sizes.append(size)
                    numbers.append(number)
                return sizes, numbers, min((int(finished) for _, _, finished in listings), default=0)

            if self._tracker is not None:
                self._uploaded = await self._tracker.read(uploaded)
            self._sizes, self._numbers, since = await self._workspace.inventory.read(scanned)
            # by this machine's clock and the service's: a day more does no harm
            await self._workspace.journal.read(lambda c: self._read_recent(c, since - _DAY_MICROS))
            self._is_loaded = True

    def _read_recent(self, c: sqlite3.Connection, since: int) -> None:
        """What went up since the scan, single files and those of other trackers too."""
        sql = (
            "SELECT bytes, bucket, key, CASE WHEN json_valid(trace) THEN json_extract(trace, '$.digest') END "
            "FROM steps WHERE kind = 'upload' AND state = 'done' AND at >= ? AND at < ? ORDER BY at DESC LIMIT ?"
        )
        for size, bucket, key, sha256 in c.execute(sql, (since, int(self._began * 1e6), _MOST_RECENT)):
            if self._family.holds(str(bucket)):
                self._recent.setdefault(int(size), []).append((str(bucket), str(key), str(sha256 or "")))


def _has(sizes: array[int], size: int) -> bool:
    at = bisect_left(sizes, size)
    return at < len(sizes) and sizes[at] == size


def is_own(stands: str, key: str, sha256: str) -> bool:
    """Whether a file that is to go under `key` went there, or where it goes when that is taken."""
    return stands in (key, marked(key, sha256[:12])) or version_of(stands, key) > 0


def _digest(path: Path) -> _Digests | None:
    sha256, md5 = hashlib.sha256(), hashlib.md5(usedforsecurity=False)
    try:
        with path.open("rb") as file:
            while piece := file.read(_PIECE_BYTES):
                sha256.update(piece)
                md5.update(piece)
    except OSError:
        return None
    return _Digests(sha256.hexdigest(), md5.hexdigest())
