"""The uploads of one project: what the window and the command line ask for."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from core import places
from core.errors import Usage
from core.parallel import side_by_side
from core.ports import ObjectStore
from core.profiles import PRACTICE, SUPABASE, Profile
from core.progress import Report, silent
from core.uploads.folders import ScanRules
from core.uploads.names import ANY, SERVICE
from core.uploads.scan import Scanned, check_roots, scan
from core.uploads.state import UploadState, absolute, read_state
from core.uploads.tracker import FILE_NAME, Tracker
from core.uploads.transfer import Transferred, Wish, upload_folders
from core.workspace import Workspace

_ROWS = "device_test"
"""The table with a row for each folder (resources/presets.toml)."""


@dataclass(frozen=True, slots=True)
class Uploads:
    """Uploads with the profile's tracker, or another file. Every method may raise `CoreError`."""

    profile: Profile
    tracker_path: Path | None = None

    @property
    def path(self) -> Path:
        """The tracker's file, which may not be there yet."""
        return self.tracker_path or tracker_path(self.profile.name)

    async def scan(self, roots: Sequence[Path], *, report: Report = silent) -> tuple[Scanned, ...]:
        """Scans these trees, one after another."""
        async with self._open() as tracker:
            return tuple([await scan(tracker, root, self.rules, report) for root in roots])

    async def state(self, roots: Sequence[Path] = ()) -> UploadState:
        """Where uploads stand, all or those at and below these folders. Raises `NotFound` for a file that was named
        and is not there; a project that never uploaded anything has nothing."""
        if self.tracker_path is None and not self.path.exists():
            return UploadState()
        async with self._open(make=False) as tracker:
            return await tracker.read(lambda c: read_state(c, [absolute(root) for root in roots]))

    async def upload(
        self,
        workspace: Workspace,
        store: ObjectStore,
        wish: Wish,
        roots: Sequence[Path],
        *,
        report: Report = silent,
    ) -> tuple[tuple[Scanned, ...], Transferred]:
        """Scans these trees and uploads what waits in them, at the same time: what was queued before goes at once.
        See `transfer.upload_folders`. Raises `Usage` for a project that keeps a row for each folder: a folder without
        its row would not have arrived."""
        if any(source.table == _ROWS for source in self.profile.sources):
            raise Usage(
                f"The project keeps a row of {_ROWS} for each folder, which “upload” does not write: nothing went up.",
                "“upload --scan-only” notes what there is; “bucket upload” uploads single files.",
            )
        below = replace(wish, within=tuple(absolute(root) for root in roots), rules=self.rules)
        found: list[Scanned] = []
        did: list[Transferred] = []
        scanned = asyncio.Event()

        async def look() -> None:
            found.extend([await scan(tracker, root, self.rules) for root in roots])
            scanned.set()

        async def send() -> None:
            did.append(await upload_folders(tracker, workspace, store, self.profile, below, report, scanned))

        async with self._open() as tracker, tracker.lock():
            await asyncio.to_thread(check_roots, roots)
            await side_by_side([look, send], 2)
        return tuple(found), did[0]

    @property
    def rules(self) -> ScanRules:
        """What counts, and which names this project's storage takes."""
        return ScanRules(keys=SERVICE if self.profile.kind in (PRACTICE, SUPABASE) else ANY)

    @contextlib.asynccontextmanager
    async def _open(self, *, make: bool = True) -> AsyncIterator[Tracker]:
        tracker = await Tracker.open(self.path, make=make)
        try:
            yield tracker
        finally:
            await tracker.close()


def tracker_path(profile: str) -> Path:
    """Where the tracker of a profile is."""
    return places.workspace(profile) / FILE_NAME
