"""A little project for tests of the planner: objects in a dictionary, a real SQLite catalog, and what a scan sees."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import cast

from core.cleanup import plan_cleanup
from core.clients.local_catalog import LocalCatalog
from core.inventory.scan import scan
from core.models import (
    FindingFilter,
    Kind,
    PlanHead,
    Repair,
    Result,
    RowAction,
    RowChange,
    Selection,
    Step,
    StepKind,
)
from core.plan_files import read_verified
from core.plan_lines import write_step
from core.profiles import Profile, ReferenceColumn, Safety, Source
from core.workspace import Workspace, to_micros
from tests.core.fakes import FakeStore


def source(table: str, column: str, holds: str = "path", **more: object) -> Source:
    """A source over one column of a table whose key is `id`."""
    values: dict[str, object] = {"bucket": "photos", **more}
    key = cast(tuple[str, ...], values.pop("key", ("id",)))
    return Source(str(values.pop("name", table)), table, key, (ReferenceColumn(column, holds),), **values)  # type: ignore[arg-type]


@dataclass
class World:
    """`objects` maps (bucket, key) to content. `survey` scans, `plan` plans, `carry_out` does what a plan says."""

    folder: Path
    workspace: Workspace
    sources: tuple[Source, ...]
    catalog: LocalCatalog
    objects: dict[tuple[str, str], str] = field(default_factory=dict)
    buckets: tuple[str, ...] = ("photos", "scans")
    safety: Safety = field(default_factory=lambda: Safety(guard_share=1.0))
    store: FakeStore = field(default_factory=lambda: FakeStore(lists_etags=True))
    moved: dict[tuple[str, str], str] = field(default_factory=dict)

    @property
    def profile(self) -> Profile:
        return Profile("desk", "local", self.folder, self.folder / "c.db", sources=self.sources, safety=self.safety)

    def sql(self, script: str) -> None:
        with sqlite3.connect(self.folder / "c.db") as connection:
            connection.executescript(script)
        connection.close()

    def ask(self, sql: str) -> list[tuple[object, ...]]:
        with sqlite3.connect(self.folder / "c.db") as connection:
            rows = connection.execute(sql).fetchall()
        connection.close()
        return rows

    async def survey(self) -> None:
        """Scans. Whole sources are beyond doubt here, and nothing is young: what a plan makes of that is asked."""
        self.store.objects = {bucket: {} for bucket in self.buckets}
        for (bucket, key), content in self.objects.items():
            self.store.put(bucket, key, content.encode())
        self.store.now_is += timedelta(minutes=1)
        await scan(self.store, self.catalog, self.workspace, self.profile)
        await self.workspace.inventory.write(
            lambda c: c.execute("UPDATE findings SET state = 'open' WHERE reason = '' AND state <> 'kept'")
        )

    async def plan(
        self, repair: Repair | None = None, *kinds: Kind, only: Sequence[str] | None = None, without: Sequence[str] = ()
    ) -> tuple[PlanHead, list[Step]]:
        selection = Selection(FindingFilter(kinds=kinds), None if only is None else frozenset(only), frozenset(without))
        path = self.folder / "plan.jsonl"
        head = await plan_cleanup(self.workspace, self.catalog, self.store, self.profile, selection, repair, path)
        return head, list(read_verified(path))

    async def findings(self, kind: Kind) -> list[str]:
        rows = await self.workspace.inventory.read(
            lambda c: c.execute("SELECT id FROM findings WHERE kind = ? ORDER BY n", (str(kind),)).fetchall()
        )
        return [id for (id,) in rows]

    async def carry_out(self, steps: Sequence[Step]) -> list[Result]:
        """Does the steps as apply must: each precondition compared, nothing after a step that it needs failed."""
        results: list[Result] = []
        for step in steps:
            if any(results[n - 1] is not Result.DONE for n in step.needs):
                results.append(Result.SKIPPED)
            elif step.kind is StepKind.DELETE_OBJECT:
                place = (step.bucket, step.key)
                if self.store.objects[step.bucket][step.key].version != step.version or place not in self.objects:
                    results.append(Result.DRIFTED)
                    continue
                self.moved[place] = self.objects.pop(place)
                results.append(Result.DONE)
            else:
                change = RowChange(
                    RowAction(step.kind), step.table, step.key_columns, step.row_key, step.before, step.after
                )
                (outcome,) = await self.catalog.change([change])
                results.append(outcome.result)
        await self._record(steps, results)
        return results

    async def _record(self, steps: Sequence[Step], results: Sequence[Result]) -> None:
        def work(c: sqlite3.Connection) -> None:
            run = f"r{c.execute('SELECT count(*) FROM runs').fetchone()[0]}"
            c.execute(
                "INSERT INTO runs (run_id, kind, plan_id, project, started, state) "
                "VALUES (?, 'cleanup', ?, '', ?, 'done')",
                (run, run, to_micros(self.store.now_is)),
            )
            c.executemany(
                "INSERT INTO steps (run_id, n, state, kind, bucket, key, tbl, step, at) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    (
                        run,
                        s.n,
                        str(r),
                        str(s.kind),
                        s.bucket,
                        s.key,
                        s.table,
                        write_step(s),
                        to_micros(self.store.now_is),
                    )
                    for s, r in zip(steps, results, strict=True)
                ],
            )

        await self.workspace.journal.write(work)


Make = Callable[..., Awaitable[World]]
IMAGES = "CREATE TABLE images (id INTEGER PRIMARY KEY, path TEXT, status TEXT, size INTEGER, url TEXT, note TEXT);"


def photo(key: str, content: str = "x") -> dict[tuple[str, str], str]:
    return {("photos", key): content}


def files_of(folder: Path) -> dict[str, str]:
    return {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in folder.iterdir() if p.is_file()}


def about(step: Step) -> tuple[str, str, object]:
    return (str(step.kind), step.table or step.bucket, step.key or step.row_key)
