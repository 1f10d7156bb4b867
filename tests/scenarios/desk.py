"""Somebody's desk at a project, whatever serves it: a workspace of its own, and short words for all that is done."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from core.apply import apply
from core.cleanup import plan_cleanup
from core.inventory import ScanReport, scan
from core.models import FindingFilter, Kind, PlanHead, Repair, Run, Selection, State, Step
from core.plans import write_plan
from core.ports import Catalog, ObjectStore
from core.profiles import Profile
from core.purge import plan_purge
from core.runs import runs
from core.undo import undo
from core.workspace import Workspace


class Desk:
    """`folder` holds the workspace and the plans; store and catalog are somebody's whose desk this is."""

    folder: Path
    profile: Profile
    store: ObjectStore
    catalog: Catalog
    _workspace: Workspace | None = None

    async def workspace(self) -> Workspace:
        """The workspace, opened once."""
        if self._workspace is None:
            self._workspace = await Workspace.open(self.folder / "workspace", self.profile.project)
        return self._workspace

    async def leave(self) -> None:
        """Closes the workspace; its next use opens it again."""
        if self._workspace is not None:
            await self._workspace.close()
            self._workspace = None

    async def close(self) -> None:
        """Closes everything; the desk can be used again afterwards."""
        await self.leave()

    async def scan(self) -> ScanReport:
        """Scans everything."""
        return await scan(self.store, self.catalog, await self.workspace(), self.profile)

    async def plan(
        self, *kinds: Kind, repair: Repair | None = None, only: Iterable[str] | None = None, name: str = "plan"
    ) -> Path:
        """A plan file for the open findings of these kinds."""
        selection = Selection(FindingFilter(kinds=kinds), only=None if only is None else frozenset(only))
        path = self.folder / f"{name}.jsonl"
        await plan_cleanup(await self.workspace(), self.catalog, self.store, self.profile, selection, repair, path)
        return path

    async def by_hand(self, *steps: Step, name: str = "by-hand") -> Path:
        """A plan of these steps, registered but made without any planner."""
        path = self.folder / f"{name}.jsonl"
        await write_plan(await self.workspace(), path, self.profile.project, 1, steps)
        return path

    async def apply(self, path: Path, **options: object) -> Run:
        """Applies a plan."""
        return await apply(
            await self.workspace(),
            self.store,
            self.catalog,
            self.profile,
            path,
            pauses=(),
            **options,  # type: ignore[arg-type]
        )

    async def undo(self, run_id: str, **options: object) -> Run:
        """Undoes a run."""
        return await undo(
            await self.workspace(),
            self.store,
            self.catalog,
            self.profile,
            run_id,
            pauses=(),
            **options,  # type: ignore[arg-type]
        )

    async def plan_purge(self, *run_ids: str, name: str = "purge") -> tuple[Path, PlanHead]:
        """A plan to purge what runs left in the quarantine."""
        path = self.folder / f"{name}.jsonl"
        return path, await plan_purge(await self.workspace(), self.store, self.profile, run_ids, path)

    async def findings(self, kind: Kind) -> dict[str, str]:
        """The state of each finding of a kind, by key."""
        workspace = await self.workspace()
        return dict(
            await workspace.inventory.read(
                lambda c: c.execute("SELECT key, state FROM findings WHERE kind = ?", (kind,)).fetchall()
            )
        )

    async def open_findings(self) -> set[tuple[str, str]]:
        """Every open finding, as (kind, key)."""
        workspace = await self.workspace()
        return set(
            await workspace.inventory.read(
                lambda c: c.execute("SELECT kind, key FROM findings WHERE state = ?", (State.OPEN,)).fetchall()
            )
        )

    async def runs(self) -> tuple[Run, ...]:
        """Every run, newest first."""
        return await runs(await self.workspace())

    async def reasons(self, run_id: str) -> dict[str, str]:
        """The reason of each step of a run that has one, by key or row key."""
        workspace = await self.workspace()
        sql = "SELECT coalesce(nullif(key, ''), row_key), reason FROM steps WHERE run_id = ? AND reason <> ''"
        return dict(await workspace.journal.read(lambda c: c.execute(sql, (run_id,)).fetchall()))

    def safety(self, **changes: object) -> None:
        """Changes the profile's safety."""
        self.profile = replace(self.profile, safety=replace(self.profile.safety, **changes))  # type: ignore[arg-type]
