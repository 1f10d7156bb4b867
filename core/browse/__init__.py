"""Looking at what the last scan saw: findings, objects and rows, by number and by page, however many there are."""

from __future__ import annotations

from core.browse.findings import FindingsView
from core.browse.objects import ObjectFilter, ObjectRow, ObjectsView
from core.browse.rows import CatalogRow, RowFilter, RowsView
from core.workspace import Workspace

__all__ = ["Browse", "CatalogRow", "FindingsView", "ObjectFilter", "ObjectRow", "ObjectsView", "RowFilter", "RowsView"]


class Browse:
    """Three views of one workspace. Each gives the numbers of what passes a filter, in order, and pages by number."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self.findings = FindingsView(workspace)
        self.objects = ObjectsView(workspace)
        self.rows = RowsView(workspace)

    async def buckets(self) -> tuple[str, ...]:
        """The buckets whose listings are in force, by name."""
        return await self._workspace.inventory.read(
            lambda c: tuple(
                name
                for (name,) in c.execute("SELECT name FROM listings WHERE current = 1 AND what = 'bucket' ORDER BY 1")
            )
        )
