"""Makes the plan of a clean-up: chooses, repairs kind by kind, weighs, writes."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

from core.cleanup.choice import kinds_for
from core.cleanup.chosen import Chosen, count_open, kinds_of, open_page
from core.cleanup.deletions import delete_rows
from core.cleanup.draft import Draft
from core.cleanup.ground import Ground, stand_on
from core.cleanup.insertions import insert_rows
from core.cleanup.left_out import left_out
from core.cleanup.merging import merge_copies
from core.cleanup.objects import remove_objects
from core.cleanup.planning import NOT_MAPPED, Planning
from core.cleanup.rows import change_rows
from core.errors import Busy, Usage
from core.guard import REMOVED_SINCE, measure, scan_in_force, weigh
from core.models import Kind, PlanHead, Repair, Selection
from core.plans import write_plan
from core.ports import Catalog, ObjectStore
from core.profiles import Profile
from core.progress import Progress, Report, silent
from core.selections import unknown_ids
from core.things import object_thing
from core.threads import in_thread
from core.workspace import Workspace, system_now

_REMOVES = (Repair.QUARANTINE, Repair.ARCHIVE, Repair.MERGE)


async def plan_cleanup(
    workspace: Workspace,
    catalog: Catalog,
    store: ObjectStore,
    profile: Profile,
    selection: Selection,
    repair: Repair | None,
    path: Path,
    report: Report = silent,
) -> PlanHead:
    """Writes a plan that repairs the chosen open findings, and changes nothing else. Without `repair` each kind gets
    what design.md gives it by itself. At most one step for an object or row; what gets none is counted in the head's
    `refused`. Raises `Usage` for a repair that a kind does not have, unknown ids, or before the first scan, and `Busy`
    when a scan ends meanwhile."""
    ground = await stand_on(workspace, catalog, profile)
    kinds = await _kinds(workspace, selection, repair)
    removal = str(repair) if repair in (Repair.QUARANTINE, Repair.ARCHIVE) else profile.safety.removal
    draft = Draft()
    try:
        planning = Planning(ground, draft, removal)
        await settle_removed(planning)
        await _plan_all(planning, store, selection, kinds, repair, report)
        if not await ground.unchanged():
            raise Busy("A scan ended while the plan was made, so the plan would be out of date.", "Plan again.")
        tolls = await weigh(workspace, catalog, await in_thread(draft.taking), system_now())
        others = await workspace.inventory.read(lambda connection: left_out(connection, selection, repair))
        return await write_plan(
            workspace,
            path,
            profile.project,
            ground.scan_id,
            draft.numbered(),
            measure(tolls, profile.safety.guard_share),
            profile=profile.name,
            removal=removal if repair in (None, *_REMOVES) else "",
            refused=(*planning.refusals(), *others),
        )
    finally:
        await in_thread(draft.close)


async def _kinds(workspace: Workspace, selection: Selection, repair: Repair | None) -> tuple[Kind, ...]:
    kinds = kinds_for(selection.filter.kinds, repair)
    only = selection.only
    if only is None:
        return kinds
    unknown = await workspace.inventory.read(lambda connection: unknown_ids(connection, only))
    if unknown:
        raise Usage(f"There is no finding “{unknown[0]}”.", "List them with “findings”; a scan may have settled it.")
    named = await workspace.inventory.read(lambda connection: kinds_of(connection, only))
    return kinds_for(tuple(sorted(named)), repair)


async def _plan_all(
    planning: Planning,
    store: ObjectStore,
    selection: Selection,
    kinds: Sequence[Kind],
    repair: Repair | None,
    report: Report,
) -> None:
    inventory = planning.ground.workspace.inventory
    total = await inventory.read(lambda connection: count_open(connection, selection, tuple(kinds)))
    done = 0
    for kind in kinds:
        after = 0
        while page := await _page(planning.ground, selection, kind, after):
            after = page[-1].n
            for chosen, group in _by_repair(planning, page, repair):
                await _repair(planning, store, chosen, group, by_itself=repair is None)
            done += len(page)
            report(Progress(min(done, total), total, "planning"))


async def _page(ground: Ground, selection: Selection, kind: Kind, after: int) -> tuple[Chosen, ...]:
    return await ground.workspace.inventory.read(lambda connection: open_page(connection, selection, kind, after))


async def _repair(
    planning: Planning, store: ObjectStore, repair: Repair, findings: Sequence[Chosen], *, by_itself: bool
) -> None:
    if findings[0].kind is Kind.DUPLICATE_CONTENT:
        await merge_copies(planning, findings)
    elif repair in (Repair.QUARANTINE, Repair.ARCHIVE):
        await remove_objects(planning, findings)
    elif repair is Repair.INSERT:
        await insert_rows(planning, findings, await store.now())
    elif repair is Repair.DELETE:
        await delete_rows(planning, findings)
    else:
        await change_rows(planning, findings, repair, arrays_only=by_itself and repair is Repair.CLEAR)


def _by_repair(
    planning: Planning, page: Sequence[Chosen], repair: Repair | None
) -> Iterator[tuple[Repair, Sequence[Chosen]]]:
    if repair is not None:
        yield repair, page
        return
    groups: dict[Repair, list[Chosen]] = defaultdict(list)
    for finding in page:
        usual = _usual(planning, finding)
        if usual is not None:
            groups[usual].append(finding)
    yield from groups.items()


def _usual(planning: Planning, finding: Chosen) -> Repair | None:
    """What happens to a finding by itself."""
    if finding.kind is Kind.FILE_WITHOUT_ROW:
        return Repair.QUARANTINE
    if finding.kind is Kind.WRONG_PREFIX:
        return Repair.REWRITE
    source = planning.ground.sources.get(finding.source)
    if source is None:
        planning.refuse(finding.table, NOT_MAPPED)
        return None
    if any(column.name == finding.column and column.holds == "array" for column in source.columns):
        return Repair.CLEAR
    if not source.describes:
        planning.refuse(finding.table, "a mere mention is left alone unless asked for (clear)")
        return None
    return Repair.DELETE if source.status_column is None else Repair.MARK_ERROR


async def settle_removed(planning: Planning) -> None:
    """Tells the draft which objects runs have removed since the scan: the inventory still shows them."""
    workspace = planning.ground.workspace
    moment = await workspace.inventory.read(scan_in_force)

    def copy(connection: sqlite3.Connection) -> None:
        rows = connection.execute(f"SELECT bucket, key, json_extract(step, '$.version') FROM {REMOVED_SINCE}", moment)
        while batch := list(islice(rows, 1000)):
            planning.draft.settle((object_thing(bucket, key), version or "") for bucket, key, version in batch)

    await workspace.journal.read(copy)
