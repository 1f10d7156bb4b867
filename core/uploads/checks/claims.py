"""What lies in folders now, and where the tracker says that each file went."""

from __future__ import annotations

import asyncio
import os
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from core.profiles.destination import Destination
from core.uploads.checks.goals import Goal
from core.uploads.destination import Home, Template, keys_of, rules_of
from core.uploads.scanning.folders import OWN_FILES, RECEIPTS, branch_of, walk
from core.uploads.scanning.obstacles import Trouble, is_file
from core.uploads.tracker import Tracker
from core.workspace import system_now

Goals = Callable[[str], Goal | None]
"""Where a folder would go, by its path; None where nobody has said it: then its pictures are meant."""
_TOGETHER = 2_000
"""So many files, or folders without any, are handed on at a time."""


class Claim(NamedTuple):
    """A file that is meant to go up. Without a `bucket` nobody says that it did: `left_out`, `error` or `why` say the
    reason, and it may stand all the same under the key `guess` in one of the buckets `among`. `sent_bytes` and `sha256`
    are of what was stored, `unchanged`: its folder is as it was then."""

    path: str
    size_bytes: int
    bucket: str = ""
    key: str = ""
    sent_bytes: int = 0
    sha256: str = ""
    unchanged: bool = False
    left_out: str = ""
    error: str = ""
    why: str = ""
    guess: str = ""
    among: tuple[str, ...] = ()


@dataclass(slots=True)
class Claims:
    """Some files, how many others are not meant to go up, and what could not be read, as (path, reason)."""

    files: list[Claim] = field(default_factory=list)
    not_meant: int = 0
    unreadable: list[tuple[str, str]] = field(default_factory=list)


class _Folder(NamedTuple):
    path: str
    signature: str
    files: list[tuple[str, int]]
    keys: dict[str, str]
    among: tuple[str, ...]


async def claims_below(tracker: Tracker, root: str, goal_of: Goals) -> AsyncIterator[Claims]:
    """Every file at and below a folder that the destination of its own folder takes, in pages. Raises
    `WorkspaceError`."""
    reading = _read(root, goal_of)
    while True:
        page = await asyncio.to_thread(next, reading, None)
        if page is None:
            return
        folders, claims = page
        claims.files += await tracker.read(lambda c, folders=folders: _claimed(c, folders))  # type: ignore[misc]
        yield claims


def _read(root: str, goal_of: Goals) -> Iterator[tuple[list[_Folder], Claims]]:
    """Blocks."""
    rules = rules_of(_meant(goal_of(root)))
    waiting = [branch_of(root)]
    folders, claims, held = list[_Folder](), Claims(), 0
    while waiting:
        haul = walk(waiting.pop(), rules, 64)
        waiting += haul.rest
        claims.unreadable += [(one.path, one.reason) for one in haul.troubles if _matters(one)]
        for found in haul.found:
            goal = goal_of(found.path)
            files, others, why = _files(found.path, _meant(goal))
            claims.not_meant += others
            if why:
                claims.unreadable.append((found.path, why))
            keys = {} if goal is None else _keys(found.path, [name for name, _ in files], goal)
            among = () if goal is None else goal.buckets
            folders.append(_Folder(found.path, found.signature, files, keys, among))
            held += 1 + len(files)
        if held >= _TOGETHER:
            yield folders, claims
            folders, claims, held = [], Claims(), 0
    yield folders, claims


def _meant(goal: Goal | None) -> Destination:
    return Destination("", "") if goal is None else goal.destination


def _keys(path: str, names: list[str], goal: Goal) -> dict[str, str]:
    """The keys that files would get if they went up now."""
    at = system_now()
    inside = os.path.relpath(path, goal.root)
    relative = "" if inside == os.curdir else inside.replace(os.sep, "/")
    home = Home(os.path.basename(goal.root) or "root", relative, "", at)  # noqa: PTH119
    destination = goal.destination
    keyed = keys_of(Template(destination.key), home, names, goal.rules.keys, destination.spelling)
    return {one.name: one.key for one in keyed if one.key}


def _matters(one: Trouble) -> bool:
    return one.hides


def _files(path: str, destination: Destination) -> tuple[list[tuple[str, int]], int, str]:
    taken, others = list[tuple[str, int]](), 0
    try:
        with os.scandir(path) as entries:
            for entry in entries:
                if not is_file(entry):
                    continue
                if destination.takes(entry.name):
                    taken.append((entry.name, entry.stat().st_size))
                elif entry.name not in RECEIPTS and not entry.name.startswith(OWN_FILES):
                    others += 1
    except OSError as exc:
        return taken, others, f"It cannot be read: {exc.strerror or exc}."
    return sorted(taken), others, ""


def _claimed(c: sqlite3.Connection, folders: list[_Folder]) -> list[Claim]:
    claims: list[Claim] = []
    for folder in folders:
        row = c.execute(
            "SELECT rowid, upload_status, file_hash, skipped, error_message, question FROM folder_status "
            "WHERE folder_path = ?",
            (folder.path,),
        ).fetchone()
        if row is None:
            claims += [_unsent(folder, name, size, why="Its folder was never scanned.") for name, size in folder.files]
            continue
        number, status, signature, skipped, error, question = row
        sent = {
            name: more
            for name, *more in c.execute(
                "SELECT name, bucket, key, bytes, lower(hex(sha256)) FROM uploaded_files WHERE folder = ?", (number,)
            )
        }
        for name, size in folder.files:
            if name in sent and not _goes_elsewhere(folder, status, sent[name][0]):
                path = os.path.join(folder.path, name)  # noqa: PTH118
                bucket, key, sent_bytes, sha256 = sent[name]
                claims.append(Claim(path, size, bucket, key, sent_bytes, sha256, signature == folder.signature))
            else:
                why = "It waits for an answer." if question else "It waits in the queue." if status == "pending" else ""
                why = why or ("It came after its folder was uploaded." if status == "success" and sent else "")
                why = why or ("Another program uploaded its folder and kept no record." if status == "success" else "")
                failed = str(error or "It failed.") if status == "failed" else ""
                claims.append(_unsent(folder, name, size, str(skipped or ""), failed, why))
    return claims


def _goes_elsewhere(folder: _Folder, status: object, bucket: object) -> bool:
    """Whether what is stored is where the folder went once, and it waits to go to another family."""
    return status == "pending" and bool(folder.among) and bucket not in folder.among


def _unsent(folder: _Folder, name: str, size: int, left_out: str = "", error: str = "", why: str = "") -> Claim:
    path = os.path.join(folder.path, name)  # noqa: PTH118
    guess = "" if left_out else folder.keys.get(name, "")
    return Claim(path, size, left_out=left_out, error=error, why=why, guess=guess, among=folder.among)
