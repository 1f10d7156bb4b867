"""Buckets made and set otherwise, each as a run of the journal that can be undone."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace

from core.apply.intake import new_run_id
from core.errors import CoreError, NotFound, Refused, Unavailable, Usage
from core.journal import Ending, RunRecord, add_run, add_steps, count_steps
from core.models import Bucket, Run, RunState, Step, StepKind, Value
from core.ports import BucketLimits, ObjectStore
from core.profiles import Profile
from core.read_only import check_writable
from core.runs import Entry, StepState, run_steps
from core.traces import Trace
from core.workspace import Workspace

KIND = "buckets"
"""The kind of such a run."""
Settings = Mapping[str, Value]


async def create(workspace: Workspace, store: ObjectStore, profile: Profile, bucket: Bucket) -> Run:
    """Makes a bucket. Raises `AlreadyExists`, `NotAllowed` and the like with nothing made or recorded, `Unavailable`
    where it is not known whether it was made: undoing the run, or making it again, finds out."""
    check_writable(profile)
    step = Step(1, StepKind.CREATE_BUCKET, bucket=bucket.name, after=settings_of(bucket))
    return await _recorded(workspace, profile, step, lambda: store.create_bucket(bucket))


async def update(
    workspace: Workspace,
    store: ObjectStore,
    profile: Profile,
    name: str,
    *,
    public: bool | None = None,
    limits: BucketLimits | None = None,
) -> Run:
    """Sets a bucket otherwise; None leaves a setting. Raises `NotFound`, `NotAllowed`, `Refused`, and `Usage` where it
    is set so already."""
    check_writable(profile)
    now = await store.bucket(name)
    wanted = now if public is None else replace(now, public=public)
    if limits is not None:
        wanted = replace(wanted, size_limit_bytes=limits.size_bytes, mime_types=limits.mime_types)
    if wanted == now:
        already = "takes just that" if public is None else "is public" if public else "is private"
        raise Usage(f"The bucket {name} {already} already.", "Nothing was changed.")
    step = Step(1, StepKind.UPDATE_BUCKET, bucket=name, before=settings_of(now), after=settings_of(wanted))
    return await _recorded(workspace, profile, step, lambda: store.update_bucket(name, public=public, limits=limits))


async def check_settings(store: ObjectStore, profile: Profile, name: str) -> None:
    """Raises what setting a bucket otherwise would, as far as that can be told beforehand: `NotFound`, `Refused`."""
    check_writable(profile)
    await store.bucket(name)
    if not store.limits.sets_buckets:
        raise Refused(
            f"The bucket {name} has no settings to change: in this storage buckets are folders that take every file.",
            "Who may read it is set in the file system.",
        )


async def undo(workspace: Workspace, store: ObjectStore, profile: Profile, run: Run) -> Run:
    """Takes back what such a run did: a bucket goes while it is empty, settings come back while they are as the run
    left them. What is otherwise now drifts, with the reason."""
    entries = await run_steps(workspace, run.run_id)
    standing = [one for one in entries if one.state in (StepState.DONE, StepState.INTENT)]
    if not standing:
        raise Usage(f"Run {run.run_id} changed nothing, so there is nothing to undo.")
    undoing = RunRecord(workspace, new_run_id(), "undo")
    back = [_reversed(entry, run.run_id) for entry in reversed(standing)]
    await workspace.journal.write(lambda c: _begin(c, undoing, profile.project, back, run.run_id))
    for entry in back:
        await undoing.intend([(entry.step.n, entry.trace)])
        await undoing.end([await _put_back(store, entry)])
    ended = await undoing.run()
    if ended.drifted == ended.failed == 0:
        await RunRecord(workspace, run.run_id, KIND).finish(RunState.UNDONE)
        return await undoing.finish(RunState.DONE)
    return await undoing.finish(RunState.PARTLY)


def settings_of(bucket: Bucket) -> Settings:
    """A bucket's settings as a step holds them."""
    return {
        "public": int(bucket.public),
        "size_limit_bytes": bucket.size_limit_bytes,
        "mime_types": json.dumps(bucket.mime_types),
    }


def bucket_of(name: str, settings: Settings) -> Bucket:
    """The bucket that `settings_of` described."""
    size = settings["size_limit_bytes"]
    kinds = json.loads(str(settings["mime_types"]))
    return Bucket(name, bool(settings["public"]), None if size is None else int(size), tuple(kinds))


async def _recorded(workspace: Workspace, profile: Profile, step: Step, act: Callable[[], Awaitable[Bucket]]) -> Run:
    record = RunRecord(workspace, new_run_id(), KIND)
    entry = Entry(step, StepState.INTENT)
    await workspace.journal.write(lambda c: _begin(c, record, profile.project, [entry]))
    try:
        await act()
    except Unavailable:
        await record.finish(RunState.INTERRUPTED)
        raise
    except CoreError:
        await record.forget()
        raise
    await record.end([Ending(step.n, StepState.DONE)])
    return await record.finish(RunState.DONE)


def _begin(c: sqlite3.Connection, record: RunRecord, project: str, entries: Sequence[Entry], undo_of: str = "") -> None:
    add_run(c, record.run_id, record.kind, project, undo_of=undo_of)
    add_steps(c, record.run_id, entries)
    count_steps(c, record.run_id)


def _reversed(entry: Entry, run_id: str) -> Entry:
    step, trace = entry.step, Trace(origin=(run_id, entry.step.n))
    if step.kind is StepKind.CREATE_BUCKET:
        back = Step(step.n, StepKind.DROP_BUCKET, bucket=step.bucket, before=step.after)
    else:
        back = Step(step.n, StepKind.UPDATE_BUCKET, bucket=step.bucket, before=step.after, after=step.before)
    return Entry(back, StepState.WAITING, trace)


async def _put_back(store: ObjectStore, entry: Entry) -> Ending:
    step = entry.step
    try:
        now = await store.bucket(step.bucket)
        if step.kind is StepKind.DROP_BUCKET:
            await store.drop_bucket(step.bucket)
        elif settings_of(now) != dict(step.before or {}):
            return Ending(step.n, StepState.DRIFTED, f"The bucket {step.bucket} was set otherwise meanwhile.")
        elif step.after is not None:
            old = bucket_of(step.bucket, step.after)
            limits = BucketLimits(old.size_limit_bytes, old.mime_types)
            await store.update_bucket(step.bucket, public=old.public, limits=limits)
    except NotFound:
        return Ending(step.n, StepState.SKIPPED, f"The bucket {step.bucket} is not there any more.")
    except Refused as exc:
        return Ending(step.n, StepState.DRIFTED, exc.message)
    except CoreError as exc:
        return Ending(step.n, StepState.FAILED, exc.message)
    return Ending(step.n, StepState.DONE)
