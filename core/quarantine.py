"""Where removed objects wait, and the manifests beside them that let another desk put things back."""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

from core.errors import WorkspaceError
from core.models import QUARANTINE, Attributes, Step
from core.plan_lines import compact, read_step, write_step
from core.ports import ObjectStore
from core.runs import Entry, StepState
from core.traces import read_trace, write_trace

_FORMAT = "bucketdesk-manifest/1"
_KEY_BYTES = 1024
_MANIFESTS = "_manifest"
_OTHERS = "_"


def place(run_id: str, step: Step, limit_bytes: int) -> str:
    """The key in the quarantine that a removed object gets: it tells where it came from, unless that is too long."""
    if step.bucket not in (_MANIFESTS, _OTHERS):
        key = f"{run_id}/{step.bucket}/{step.key}"
        if len(key.encode(errors="surrogateescape")) <= min(_KEY_BYTES, limit_bytes):
            return key
    return f"{run_id}/{_OTHERS}/{step.n}"


async def write_manifest(store: ObjectStore, folder: Path, head: dict[str, object], entries: Sequence[Entry]) -> str:
    """Puts down in the quarantine what is about to be done, before it is done; returns the manifest's text. `head` says
    which run of which project; `folder` holds the file on its way. Raises `ServiceError`, `WorkspaceError`."""
    text = await asyncio.to_thread(_write, head, entries)
    key = f"{head['run_id']}/{_MANIFESTS}/{entries[0].step.n:09d}-{secrets.token_hex(3)}.jsonl"
    path = folder / f"manifest-{secrets.token_hex(6)}.jsonl"
    try:
        await asyncio.to_thread(save_text, path, text)
        await store.upload(QUARANTINE, key, path, Attributes(content_type="application/x-ndjson"))
    finally:
        await asyncio.to_thread(path.unlink, True)
    return text


async def has_manifests(store: ObjectStore, run_id: str) -> bool:
    """Whether any manifest tells of a run."""
    async for _ in _manifests(store, run_id):
        return True
    return False


async def read_manifests(store: ObjectStore, run_id: str) -> AsyncIterator[tuple[dict[str, object], list[Entry]]]:
    """Every manifest of a run, in order of its batches: head, and the steps as they were about to be done."""
    async for key, size in _manifests(store, run_id):
        lines = (await store.read(QUARANTINE, key, size)).decode().splitlines()
        head = json.loads(lines[0])
        entries = []
        for line in lines[1:]:
            data = json.loads(line)
            step, trace = read_step(json.dumps(data["step"])), read_trace(json.dumps(data["trace"]))
            entries.append(Entry(step, StepState.INTENT, trace))
        yield head, entries


async def remove_manifests(store: ObjectStore, run_id: str) -> None:
    """Forgets a run in the quarantine: it is undone or purged."""
    keys = [key async for key, _ in _manifests(store, run_id)]
    size = store.limits.batch_size
    for start in range(0, len(keys), size):
        await store.remove(QUARANTINE, keys[start : start + size])


def save_text(path: Path, text: str) -> None:
    """Writes a file of ours. Raises `WorkspaceError`."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.write_text(text, "utf-8")
    except OSError as exc:
        raise WorkspaceError(
            f"{path} cannot be written: {exc.strerror or exc}.", "Free some space, or check the rights of its folder."
        ) from exc


async def _manifests(store: ObjectStore, run_id: str) -> AsyncIterator[tuple[str, int]]:
    cursor = None
    while True:
        page = await store.list_objects(QUARANTINE, prefix=f"{run_id}/{_MANIFESTS}/", cursor=cursor)
        for found in page.items:
            yield found.key, found.size_bytes
        cursor = page.cursor
        if cursor is None:
            return


def _write(head: dict[str, object], entries: Sequence[Entry]) -> str:
    lines = [compact({"format": _FORMAT, **head})]
    for entry in entries:
        lines.append(f'{{"step":{write_step(entry.step)},"trace":{write_trace(entry.trace) or "{}"}}}')
    return "\n".join(lines) + "\n"
