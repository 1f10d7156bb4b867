"""A clean-up is about the open findings that were chosen, and says what it would take."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from core.errors import BadPlan, Usage
from core.models import Kind, Refusal, Repair
from core.plans import verify
from core.profiles import Safety
from tests.core.worlds import IMAGES, Make, photo, source


async def test_only_open_findings_that_were_chosen_get_steps(make: Make) -> None:
    world = await make(IMAGES, source("images", "path"), objects={("photos", f"{n}"): str(n) for n in range(9)})
    ids = await world.findings(Kind.FILE_WITHOUT_ROW)
    for n, state in enumerate(("kept", "young", "unproven")):
        await world.workspace.inventory.write(
            lambda c, n=n, state=state: c.execute("UPDATE findings SET state = ? WHERE id = ?", (state, ids[n]))
        )
    assert [step.key for step in (await world.plan())[1]] == ["3", "4", "5", "6", "7", "8"]
    assert [step.key for step in (await world.plan(only=ids[2:5]))[1]] == ["3", "4"]
    assert [step.key for step in (await world.plan(without=ids[5:]))[1]] == ["3", "4"]


async def test_a_repair_that_a_kind_does_not_have_is_wrong_usage(make: Make) -> None:
    world = await make(IMAGES, source("images", "path"), objects=photo("a"))
    with pytest.raises(Usage, match="“delete” is no repair for file_without_row"):
        await world.plan(Repair.DELETE, Kind.FILE_WITHOUT_ROW)
    with pytest.raises(Usage, match="“merge” is no repair for file_without_row"):
        await world.plan(Repair.MERGE, only=await world.findings(Kind.FILE_WITHOUT_ROW))
    with pytest.raises(Usage, match="no finding “nosuch”"):
        await world.plan(only=["nosuch"])


async def test_before_the_first_scan_there_is_nothing_to_plan(make: Make) -> None:
    world = await make(IMAGES, source("images", "path"))
    await world.workspace.inventory.write(lambda c: c.execute("DELETE FROM scans"))
    with pytest.raises(Usage, match="Nothing was scanned yet"):
        await world.plan()


async def test_the_head_names_the_place_that_a_plan_takes_too_much_of(make: Make) -> None:
    world = await make(IMAGES, source("images", "path"), objects={("photos", f"{n}"): str(n) for n in range(30)})
    world.safety = Safety()
    head, _ = await world.plan()
    assert head.guard is not None
    assert (head.guard.share, head.guard.limit, head.guard.where) == (1.0, 0.2, "photos")


async def test_what_a_run_removed_since_the_scan_is_not_planned_again(make: Make) -> None:
    world = await make(IMAGES, source("images", "path"), objects=photo("a") | photo("b"))

    def record(c: sqlite3.Connection) -> None:
        c.execute(
            "INSERT INTO runs (run_id, kind, plan_id, project, started, state) "
            "VALUES ('r', 'cleanup', 'p', '', 1 << 60, 'done')"
        )
        c.execute(
            "INSERT INTO steps (run_id, n, state, kind, bucket, key, step) "
            "VALUES ('r', 1, 'done', 'delete_object', 'photos', 'a', json_object('version', ?))",
            (world.store.objects["photos"]["a"].version,),
        )

    await world.workspace.journal.write(record)
    assert [step.key for step in (await world.plan())[1]] == ["b"]


async def test_a_plan_that_was_touched_is_refused(make: Make, tmp_path: Path) -> None:
    world = await make(IMAGES, source("images", "path"), objects=photo("a") | photo("b"))
    await world.plan()
    path = tmp_path / "plan.jsonl"
    path.write_text(path.read_text().replace('"key":"a"', '"key":"b"'))
    with pytest.raises(BadPlan, match="was changed after it was made"):
        await verify(path, world.workspace, world.profile.project)


async def test_what_was_asked_for_by_name_and_gets_no_step_is_said(make: Make) -> None:
    world = await make(
        IMAGES + "INSERT INTO images (path, size) VALUES ('a', 9)",
        source("images", "path", describes=True, size_column="size"),
        objects=photo("a", "same") | photo("b", "same") | photo("c"),
    )
    (orphan, young) = await world.findings(Kind.FILE_WITHOUT_ROW)
    await world.workspace.inventory.write(
        lambda c: c.execute("UPDATE findings SET state = 'young' WHERE id = ?", (young,))
    )
    assert (await world.plan(only=[orphan, young]))[0].refused == (
        Refusal("photos", "it or its mapping is younger than the grace period", 1),
    )
    assert (await world.plan(None, Kind.DUPLICATE_CONTENT, Kind.STALE_METADATA))[0].refused == (
        Refusal(
            "photos",
            "nothing is done about duplicate_content by itself: it is asked for with --do merge, quarantine, archive",
            1,
        ),
        Refusal("images", "nothing is done about stale_metadata by itself: it is asked for with --do mark-pending", 1),
    )
    assert (await world.plan())[0].refused == ()


async def test_copies_that_were_chosen_by_name_go_to_the_archive_by_way_of_a_merge(make: Make) -> None:
    world = await make(
        IMAGES + "INSERT INTO images (path) VALUES ('b')",
        source("images", "path"),
        objects=photo("a", "same") | photo("b", "same"),
    )
    _, steps = await world.plan(Repair.ARCHIVE, Kind.DUPLICATE_CONTENT)
    assert [(step.after, step.key, step.same_as, step.removal) for step in steps] == [
        ({"path": "a"}, "", "", ""),
        (None, "b", "a", "archive"),
    ]
    assert [step.key for step in (await world.plan(Repair.ARCHIVE))[1]] == ["a"]
