"""A desk for tests: fake storage and catalog, a workspace on disk, and short words for scanning and asking."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from core.inventory import ScanReport, scan
from core.models import Kind, State
from core.profiles import Family, Profile, ReferenceColumn, Safety, Source
from core.workspace import Workspace
from tests.core.fakes import FakeCatalog, FakeStore


def source(table: str, *columns: tuple[str, str], describes: bool = True, **more: object) -> Source:
    """A source with the key `id`; columns as (name, holds)."""
    return Source(
        name=str(more.pop("name", table)),
        table=table,
        key=("id",),
        columns=tuple(ReferenceColumn(name, holds) for name, holds in columns),
        describes=describes,
        **more,  # type: ignore[arg-type]
    )


class Desk:
    """Storage, catalog and workspace of one project, and the profile that is scanned with."""

    def __init__(self, folder: Path, store: FakeStore, catalog: FakeCatalog, *sources: Source, **more: object) -> None:
        self.folder = folder
        self.store = store
        self.catalog = catalog
        self.profile = Profile("test", "local", folder / "storage", folder / "c.db", sources=sources, **more)  # type: ignore[arg-type]
        self._open: list[Workspace] = []

    async def workspace(self) -> Workspace:
        """The workspace, opened once."""
        if not self._open:
            self._open.append(await Workspace.open(self.folder / "workspace", "p"))
        return self._open[0]

    async def close(self) -> None:
        """Closes the workspace; the next use opens it again."""
        while self._open:
            await self._open.pop().close()

    async def scan(self, *buckets: str) -> ScanReport:
        """Scans everything, or these buckets."""
        return await scan(self.store, self.catalog, await self.workspace(), self.profile, buckets)

    async def found(self, kind: Kind, state: State | None = None) -> list[str]:
        """`bucket/key` of the findings of a kind (in a state), in order."""
        workspace = await self.workspace()
        sql = "SELECT bucket || '/' || key FROM findings WHERE kind = ? AND state = coalesce(?, state) ORDER BY n"
        rows = await workspace.inventory.read(lambda c: c.execute(sql, (kind.value, state)).fetchall())
        return [row[0] for row in rows]

    async def states(self, *kinds: Kind) -> set[str]:
        """The states that findings (of these kinds) are in."""
        workspace = await self.workspace()
        rows = await workspace.inventory.read(lambda c: c.execute("SELECT kind, state FROM findings").fetchall())
        return {state for kind, state in rows if not kinds or kind in kinds}

    def remap(self, *sources: Source) -> None:
        """Changes what is mapped."""
        self.profile = _with(self.profile, sources=sources)

    def grace(self, hours: float) -> None:
        """Changes the grace period."""
        self.profile = _with(self.profile, safety=Safety(grace=timedelta(hours=hours)))

    def families(self, *families: Family) -> None:
        """Changes the bucket families."""
        self.profile = _with(self.profile, families=families)

    def exclude(self, tables: Sequence[str]) -> None:
        """Changes which tables the radar passes over."""
        self.profile = _with(self.profile, safety=Safety(exclude_tables=tuple(tables)))


def _with(profile: Profile, **changes: object) -> Profile:
    from dataclasses import replace

    return replace(profile, **changes)  # type: ignore[arg-type]
