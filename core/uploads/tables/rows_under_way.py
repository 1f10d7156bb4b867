"""The rows of a run of uploads: those of folders that end at the same moment are written together."""

from __future__ import annotations

from collections.abc import Sequence

from core.errors import Usage
from core.ports import Catalog, ObjectStore
from core.profiles import Profile
from core.profiles.destination import Destination
from core.single_upload import FamilyUploads
from core.together import Together
from core.uploads.tables.row_records import RowRecords
from core.uploads.tables.row_settling import settle_rows
from core.uploads.tables.row_values import Folder
from core.uploads.tables.rows import Rows
from core.uploads.tables.table_rows import Written
from core.uploads.tracker import Tracker
from core.workspace import Workspace

_TOGETHER = 200


class RowsUnderWay:
    """Does nothing for a destination without rows."""

    def __init__(
        self,
        catalog: Catalog | None,
        store: ObjectStore,
        tracker: Tracker,
        workspace: Workspace,
        profile: Profile,
        destination: Destination,
    ) -> None:
        self._catalog, self._store, self._tracker, self._workspace = catalog, store, tracker, workspace
        self._profile, self._destination = profile, destination
        self._rows: Rows | None = None
        self._records: RowRecords | None = None
        self._in_doubt = False
        self._writing = Together(self._write, _TOGETHER)

    @property
    def _wanted(self) -> bool:
        return bool(self._destination.folder_rows or self._destination.image_rows)

    async def check(self) -> None:
        """Looks at the tables before anything goes up. Raises `Usage` for what they cannot hold, `ServiceError`."""
        if not self._wanted:
            return
        if self._catalog is None:
            raise Usage(f"The destination {self._destination.name} writes rows, and no catalog is open.")
        self._rows = await Rows.open(self._catalog, self._store, self._tracker, self._profile, self._destination)

    async def begin(self, uploads: FamilyUploads) -> None:
        """The rows belong to this run from now on; what an earlier one left open is looked up first. Raises
        `ServiceError`."""
        self._records = RowRecords(self._workspace, uploads.run_id, uploads.note, uploads.number)
        self._in_doubt = True
        await self._settle()

    async def write(self, folder: Folder) -> Written | None:
        """Writes the rows of a folder whose files are stored; None where there are none to write. Raises trouble that
        is not the folder's own, and `WorkspaceError`."""
        return await self._writing.ask(folder) if self._wanted else None

    async def _write(self, folders: Sequence[Folder]) -> list[Written]:
        assert self._rows is not None and self._records is not None
        await self._settle()
        self._in_doubt = True
        written = await self._rows.write(self._records, folders)
        self._in_doubt = any(one.passes for one in written)
        return written

    async def _settle(self) -> None:
        if self._in_doubt and self._catalog is not None and self._wanted:
            await settle_rows(self._workspace, self._catalog, self._profile.project, self._tracker)
        self._in_doubt = False
