"""What an upload would do: where each file would go, what stands there already, and what is stored under other keys."""

from __future__ import annotations

import asyncio
import hashlib
import os
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path, PurePosixPath

from core.errors import NotFound
from core.ports import ObjectStore
from core.progress import Progress, Report, silent
from core.uploads.checks.goals import Goal
from core.uploads.destination import Home, Template, keys_of
from core.uploads.scanning.folders import Found, ScanRules, branch_of, walk
from core.uploads.sending.duplicates import Local
from core.uploads.sending.loading import sizes_of
from core.uploads.tracker import Tracker

SHOWN = 1_000
_TOGETHER = 50
_PIECE_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class PlannedFile:
    """A file that would go up under `key`; or not, and `why_not` says why. `stands`: the place of what is under its key
    already, `is_same`: with this content. `stored_as`: where its content is stored already under other keys."""

    name: str
    size_bytes: int
    key: str = ""
    why_not: str = ""
    stands: str = ""
    is_same: bool = False
    stored_as: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PlannedFolder:
    """A folder that would be taken, and where it would go."""

    path: str
    destination: str
    family: str
    files: tuple[PlannedFile, ...]


@dataclass(frozen=True, slots=True)
class Preview:
    """Counts of all that would go up, and the first thousand folders. `unchanged`: folders that are uploaded already,
    `left_out`: that somebody left out. `unreadable`: what could not be read, the first thousand as (path, reason)."""

    folders: int = 0
    files: int = 0
    size_bytes: int = 0
    unchanged: int = 0
    left_out: int = 0
    refused: int = 0
    standing: int = 0
    duplicates: int = 0
    shown: tuple[PlannedFolder, ...] = ()
    unreadable: tuple[tuple[str, str], ...] = ()


async def preview(
    tracker: Tracker | None,
    store: ObjectStore,
    roots: Sequence[str],
    goal_of: Callable[[str], Goal],
    at: datetime,
    report: Report = silent,
) -> Preview:
    """Reads these trees and says what an upload would do with them. Writes nothing. Raises `ServiceError`,
    `WorkspaceError`."""
    found = Preview()
    for root in roots:
        reading = _read(root, goal_of(root).rules)
        while (page := await asyncio.to_thread(next, reading, None)) is not None:
            folders, unreadable = page
            found = replace(found, unreadable=(*found.unreadable, *unreadable)[:SHOWN])
            for folder in folders:
                found = await _with(found, folder, tracker, store, goal_of(folder.path), at)
            note = f"{found.files:,} files, {found.size_bytes / 1e6:,.1f} MB would go up"
            report(Progress(found.folders + found.unchanged, None, note))
    return found


async def _with(
    found: Preview, folder: Found, tracker: Tracker | None, store: ObjectStore, goal: Goal, at: datetime
) -> Preview:
    state, left_out = await tracker.read(lambda c: _known(c, folder)) if tracker is not None else ("", False)
    if state == "success":
        return replace(found, unchanged=found.unchanged + 1)
    if left_out:
        return replace(found, left_out=found.left_out + 1)
    files = await asyncio.to_thread(_planned, folder.path, goal, at)
    files = await _looked_up(files, folder.path, store, goal)
    going = [one for one in files if not one.why_not]
    shown = PlannedFolder(folder.path, goal.destination.name, goal.destination.family, tuple(files))
    return replace(
        found,
        folders=found.folders + 1,
        files=found.files + len(going),
        size_bytes=found.size_bytes + sum(one.size_bytes for one in going),
        refused=found.refused + len(files) - len(going),
        standing=found.standing + sum(bool(one.stands) for one in files),
        duplicates=found.duplicates + sum(bool(one.stored_as) for one in files),
        shown=(*found.shown, shown) if len(found.shown) < SHOWN else found.shown,
    )


def _read(root: str, rules: ScanRules) -> Iterator[tuple[list[Found], list[tuple[str, str]]]]:
    """Blocks."""
    waiting = [branch_of(root)]
    while waiting:
        haul = walk(waiting.pop(), rules, _TOGETHER)
        waiting += haul.rest
        yield haul.found, [(one.path, one.reason) for one in haul.troubles]


def _known(c: sqlite3.Connection, folder: Found) -> tuple[str, bool]:
    row = c.execute(
        "SELECT upload_status, file_hash, skipped FROM folder_status WHERE folder_path = ? AND gone_at IS NULL",
        (folder.path,),
    ).fetchone()
    if row is None or row[1] != folder.signature:
        return "", False
    return str(row[0]), row[2] is not None


def _planned(path: str, goal: Goal, at: datetime) -> list[PlannedFile]:
    sizes = sizes_of(path, goal.destination)
    inside = os.path.relpath(path, goal.root)
    relative = "" if inside == os.curdir else PurePosixPath(*Path(inside).parts).as_posix()
    home = Home(os.path.basename(goal.root) or "root", relative, f"{at:%Y-%m-%d %H:%M:%S}", at)  # noqa: PTH119
    destination = goal.destination
    keyed = keys_of(Template(destination.key), home, sorted(sizes), goal.rules.keys, destination.spelling)
    return [PlannedFile(one.name, sizes[one.name], one.key, one.why_not) for one in keyed]


async def _looked_up(files: list[PlannedFile], path: str, store: ObjectStore, goal: Goal) -> list[PlannedFile]:
    keys = [one.key for one in files if one.key]
    standing: dict[str, str] = {}
    for bucket in goal.buckets:
        for start in range(0, len(keys), store.limits.batch_size):
            some = keys[start : start + store.limits.batch_size]
            try:
                there = await store.stat(bucket, some)
            except NotFound:
                break
            standing |= {key: bucket for key, one in zip(some, there, strict=True) if one is not None}
    local = [Local(Path(path, one.name), one.key, one.size_bytes) for one in files if one.key]
    twins = await goal.before.twins(local) if goal.before is not None else {}
    found = []
    for one in files:
        place, is_same = "", False
        if one.key in standing:
            place = f"{standing[one.key]}/{one.key}"
            digest = await asyncio.to_thread(_digest, os.path.join(path, one.name))  # noqa: PTH118
            (there_now,) = await store.content_hashes(standing[one.key], [one.key])
            is_same = digest is not None and there_now == digest
        others = (twins[one.name].place,) if one.name in twins else ()
        found.append(replace(one, stands=place, is_same=is_same, stored_as=others))
    return found


def _digest(path: str) -> str | None:
    digest = hashlib.sha256()
    try:
        with open(path, "rb") as file:  # noqa: PTH123
            while piece := file.read(_PIECE_BYTES):
                digest.update(piece)
    except OSError:
        return None
    return digest.hexdigest()
