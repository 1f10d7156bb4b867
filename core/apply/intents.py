"""Puts down what is about to be done, twice: in the quarantine for any desk, in the journal for this one."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from core.apply.job import Job
from core.models import StepKind
from core.quarantine import save_text, write_manifest
from core.runs import Entry
from core.traces import Trace


async def intend(job: Job, entries: Sequence[Entry]) -> None:
    """When this returns, a manifest of the batch lies in the quarantine (and beside archived files, in the archive),
    and the intent of every step is on the disk. Purges, and undos that only bring things back, need no manifest. Raises
    `ServiceError`, `WorkspaceError`, with nothing begun."""
    if not entries:
        return
    takes = job.record.kind == "undo" and any(entry.step.kind is StepKind.DELETE_OBJECT for entry in entries)
    if takes or job.record.kind in ("cleanup", "retention", "empty"):
        await _manifest(job, entries)
        job.seam("manifest")
    await job.record.intend([(entry.step.n, _for_journal(entry)) for entry in entries])
    job.seam("intent")


async def _manifest(job: Job, entries: Sequence[Entry]) -> None:
    run = job.record.run_id
    head: dict[str, object] = {"run_id": run, "project": job.profile.project, "profile": job.profile.name}
    text = await write_manifest(job.store, job.workspace.folder, head, entries)
    if any(entry.step.removal == "archive" for entry in entries):
        path = job.profile.archive / run / "_manifest" / f"{entries[0].step.n:09d}.jsonl"
        await asyncio.to_thread(save_text, path, text)


def _for_journal(entry: Entry) -> Trace:
    """A quarantined object keeps its attributes by itself; the journal need not repeat them a million times."""
    if entry.step.kind is StepKind.DELETE_OBJECT and entry.step.removal != "archive":
        return replace(entry.trace, attributes=None)
    return entry.trace
