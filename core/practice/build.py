"""Builds the practice project on the disk, aside and then in place of the one before."""

from __future__ import annotations

import asyncio
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from core import places
from core.capacity.models import Sample
from core.capacity.samples import add_history
from core.errors import Usage, WorkspaceError
from core.models import Kind
from core.practice.history import imagine_history, write_families
from core.practice.mapping import FAMILIES_FILE, profile_as_built
from core.practice.registers import Moment
from core.practice.tables import write_catalog
from core.practice.world import World, imagine
from core.profiles import PRACTICE
from core.progress import Progress, Report, silent
from core.uploads.desk import tracker_path
from core.uploads.tracker import empty_tracker
from core.workspace import Workspace, system_now

if TYPE_CHECKING:
    from core.practice.files import Painter

T = TypeVar("T")
FEWEST = 50
"""Fewer objects than this leave no room for trouble of every kind."""
_BATCH = 100
_WORKERS = 2
_CATALOG = ("catalog.db", "catalog.db-wal", "catalog.db-shm", "catalog.db-journal")
_PARTS = ("storage", *_CATALOG, "quarantine", "archive", FAMILIES_FILE)
"""What the practice project's folder holds of ours; anything else that lies there stays."""


@dataclass(frozen=True, slots=True)
class PracticeReport:
    """What was made: `rows` counts those of the mapped tables, `planted` the open findings that a scan must find."""

    folder: Path
    objects: int
    rows: int
    planted: Mapping[Kind, int]


async def reset(objects: int = 2000, seed: int = 7, report: Report = silent) -> PracticeReport:
    """Makes the practice project anew and forgets its workspace, tracker, plans, runs, quarantine and archive. Until
    the new one stands whole, the old one stays. Raises `Busy` while a job runs on it, `Usage` for too few objects."""
    if objects < FEWEST:
        raise Usage(f"A practice project of {objects} objects is too small.", f"Ask for {FEWEST} or more.")
    profile = profile_as_built()
    workspace = await Workspace.open(places.workspace(PRACTICE), profile.project)
    try:
        async with workspace.lock():
            rows, world = await _build(workspace, objects, seed, report)
    finally:
        await workspace.close()
    return PracticeReport(places.practice(), len(world.items), rows, world.quotas.planted)


async def _build(workspace: Workspace, objects: int, seed: int, report: Report) -> tuple[int, World]:
    from core.practice.files import Painter, file_rules  # late: it loads Pillow

    threads = ThreadPoolExecutor(_WORKERS, "practice")
    folder = _make_aside()  # at once: cancelled in between, nobody would clear it away
    try:
        moment = Moment(system_now().replace(microsecond=0))
        world = await _run(threads, lambda: imagine(objects, seed, file_rules(folder)))
        sizes = await _draw(threads, Painter(world, folder / "storage", moment), world, report)
        report(Progress(objects, objects, "writing tables"))
        rows = await _run(threads, lambda: write_catalog(folder / "catalog.db", world, moment, sizes))
        await _run(threads, lambda: (folder / FAMILIES_FILE).write_text(write_families(world, sizes), "utf-8"))
        history = imagine_history(world, sizes, moment)
        await _run(threads, lambda: _finish(workspace, folder, history))
        return rows, world
    except OSError as exc:
        raise WorkspaceError(
            f"The practice project cannot be written to {places.home()}: {exc.strerror or exc}.",
            "Make room, or close the programs that have its files open; the earlier one is still there.",
        ) from exc
    finally:
        await asyncio.shield(asyncio.to_thread(_clear_away, threads, folder))


async def _run(threads: Executor, work: Callable[[], T]) -> T:
    return await asyncio.get_running_loop().run_in_executor(threads, work)


async def _draw(threads: Executor, painter: Painter, world: World, report: Report) -> list[int]:
    loop = asyncio.get_running_loop()
    total = len(world.items)
    sizes: list[int] = []
    for start in range(0, total, _BATCH * _WORKERS):
        report(Progress(start, total, "drawing pictures"))
        batches = [world.items[at : at + _BATCH] for at in range(start, start + _BATCH * _WORKERS, _BATCH)]
        for written in await asyncio.gather(*(loop.run_in_executor(threads, painter.paint, b) for b in batches)):
            sizes += written
    return sizes


def _make_aside() -> Path:
    """An empty folder beside the practice project, on the same file system."""
    try:
        places.home().mkdir(parents=True, exist_ok=True)
        return Path(tempfile.mkdtemp(prefix="practice-", dir=places.home()))
    except OSError as exc:
        raise WorkspaceError(f"{places.home()} cannot be written: {exc.strerror or exc}.") from exc


def _clear_away(threads: Executor, folder: Path) -> None:
    threads.shutdown(wait=True, cancel_futures=True)  # a cancelled job's threads may still be writing into it
    shutil.rmtree(folder, ignore_errors=True)


def _finish(workspace: Workspace, folder: Path, history: Sequence[Sample]) -> None:
    """In one go, so that no cancelling comes between: the new project in place, and the old one's workspace empty but
    for the history that is made up for the new one."""
    _put_in_place(folder, places.practice())
    # The tables are emptied, and the files left: a window may have them open.
    workspace.journal.write_now(_empty)
    workspace.inventory.write_now(_empty)
    empty_tracker(tracker_path(PRACTICE))
    workspace.journal.write_now(lambda c: add_history(c, profile_as_built().project, history))
    shutil.rmtree(workspace.folder / "plans", ignore_errors=True)


def _put_in_place(made: Path, folder: Path) -> None:
    """Swaps the new parts for the old ones; when one cannot be moved, the old ones go back."""
    old = made / "before"
    old.mkdir()
    folder.mkdir(parents=True, exist_ok=True)
    moved: list[tuple[Path, Path]] = []
    try:
        for name in _PARTS:
            for source, target in ((folder / name, old / name), (made / name, folder / name)):
                if source.exists() or source.is_symlink():
                    os.rename(source, target)  # noqa: PTH104 — Path.rename says the same, but hides that it may replace
                    moved.append((source, target))
    except OSError:
        for source, target in reversed(moved):
            target.rename(source)
        raise


def _empty(connection: sqlite3.Connection) -> None:
    names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name <> 'meta'").fetchall()
    for (name,) in names:
        connection.execute(f'DELETE FROM "{name}"')
