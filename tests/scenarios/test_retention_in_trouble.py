"""Scenarios 3, 6, 8, 15 and 16 for retention, a clock set back, a bucket that vanished, and disks that fill."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from core.errors import Refused, Unavailable, WorkspaceError
from core.models import ObjectPage, RunState
from tests.scenarios.killing import Killer, start_again
from tests.scenarios.ward import BUCKET, Ward, why


async def test_a_clock_set_back_and_longer_days_leave_what_was_planned(ward: Ward) -> None:
    ward.fill_ward(old=3)
    await ward.scan()
    path, _ = await ward.plan_removal()
    other, _ = await ward.plan_removal(name="other")
    ward.store.ahead = timedelta(days=-20)
    run = await ward.apply(path)
    assert (run.done, run.drifted) == (0, 6)
    assert "It is not over age any more." in (await ward.reasons(run.run_id)).values()
    _, head = await ward.plan_removal(name="back")
    assert head.steps == 0
    ward.store.ahead = timedelta(0)
    ward.family(retention_days=41)
    run = await ward.apply(other)
    assert (run.done, run.drifted) == (4, 2)
    assert [key for key in ward.there() if key.startswith("old/")] == ["old/00000.png"]


async def test_scenario_3_a_listing_that_failed_takes_nothing(ward: Ward) -> None:
    ward.fill_ward(old=3)
    await ward.scan()
    path, _ = await ward.plan_removal()

    async def broken(bucket: str, **options: object) -> ObjectPage:
        raise Unavailable("The storage does not answer.")

    ward.store.list_objects = broken  # type: ignore[method-assign, assignment]
    assert not (await ward.scan()).complete
    with pytest.raises(Refused, match="not complete"):
        await ward.apply(path)
    _, head = await ward.plan_removal(name="again")
    assert (head.steps, why(head)) == (0, {"whether it is still needed is not proven": 3})
    del ward.store.list_objects  # type: ignore[attr-defined]
    assert len(ward.there()) == 63


async def test_a_bucket_that_vanished_since_takes_no_row_with_it(ward: Ward) -> None:
    ward.fill_ward(old=3)
    await ward.scan()
    path, _ = await ward.plan_removal()
    (ward.storage / BUCKET).rename(ward.folder / "elsewhere")
    run = await ward.apply(path)
    assert (run.done, run.drifted, ward.rows()) == (0, 6, 63)


async def test_scenario_6_a_row_that_comes_after_the_plan_keeps_its_image_and_all_its_rows(ward: Ward) -> None:
    ward.fill_ward(old=2, rows=2)
    ward.image("yesterday.png", 0.5)
    ward.family(retention_days=1)
    await ward.scan()
    path, head = await ward.plan_removal()
    assert head.by_kind["delete_object"] == 62
    ward.family(retention_days=30)
    ward.sql(
        "INSERT INTO image_patient_associations (patient_id, bucket_name, image_path, created_at) "
        "VALUES (4, 'ward', 'old/00000.png', '2026-01-01')"
    )
    before = ward.picture()
    run = await ward.apply(path, allow_share=0.99)
    assert [key for key in ward.there() if key.startswith("old/")] == ["old/00000.png"]
    assert len(ward.sql("SELECT 1 FROM image_patient_associations WHERE image_path = 'old/00000.png'")) == 3
    assert run.done == 3
    await ward.undo(run.run_id)
    assert ward.picture() == before


@pytest.mark.parametrize("destination", ["quarantine", "archive"])
async def test_scenario_8_killed_at_one_point_after_the_other_it_still_gets_there_and_back(
    tmp_path: Path, destination: str
) -> None:
    ward = Ward(tmp_path, retention_share=0.5)
    ward.fill_ward(old=3, new=25, rows=2)
    await ward.scan()
    path, _ = await ward.plan_removal(destination=destination)
    before = ward.picture()

    def small() -> None:
        ward.store.limits = replace(ward.store.limits, batch_size=4)  # type: ignore[misc]

    async def applied(seam: Killer) -> object:
        small()
        return await ward.apply(path, seam=seam)

    run, processes = await start_again(ward, applied)  # type: ignore[arg-type]
    assert processes > 5
    assert (run.done, run.skipped, run.failed, run.drifted) == (9, 0, 0, 0)  # type: ignore[attr-defined]
    assert ward.rows() == 50 and len(ward.there()) == 25

    async def undone(seam: Killer) -> object:
        small()
        return await ward.undo(run.run_id, seam=seam)  # type: ignore[attr-defined]

    back, _ = await start_again(ward, undone)  # type: ignore[arg-type]
    assert (back.done, back.failed, back.drifted) == (9, 0, 0)  # type: ignore[attr-defined]
    assert ward.picture() == before
    await ward.close()


async def test_scenario_15_where_every_image_looks_new_at_once_nothing_goes(ward: Ward) -> None:
    ward.fill_ward(old=5)
    await ward.scan()
    path, _ = await ward.plan_removal()
    for key in ward.there():
        ward.ages[key] = 0
    before = ward.picture()
    run = await ward.apply(path)
    assert (run.done, run.drifted) == (0, 10)
    assert ward.picture() == before
    await ward.scan()
    assert (await ward.plan_removal(name="again"))[1].steps == 0


async def test_scenario_16_a_wiped_table_of_associations_makes_everything_unproven(ward: Ward) -> None:
    ward.fill_ward(old=10)
    await ward.scan()
    path, _ = await ward.plan_removal()
    ward.sql("DELETE FROM image_patient_associations WHERE id > 20")
    await ward.scan()
    _, head = await ward.plan_removal(name="again")
    assert head.steps == 0 and set(why(head)) == {"whether it is still needed is not proven"}
    with pytest.raises(Refused, match="doubted"):
        await ward.apply(path)
    assert len(ward.there()) == 70


async def test_a_full_disk_of_the_archive_leaves_images_and_rows_in_their_places(
    ward: Ward, monkeypatch: pytest.MonkeyPatch
) -> None:
    ward.fill_ward(old=6, rows=2)
    before = ward.picture()
    await ward.scan()
    path, _ = await ward.plan_removal(destination="archive")

    def full(*_: object) -> None:
        raise WorkspaceError("The disk of the archive is full.")

    with monkeypatch.context() as patch:
        patch.setattr("core.apply.archive.write_archive", full)
        with pytest.raises(WorkspaceError, match="full"):
            await ward.apply(path)
    assert ward.picture() == before and ward.waiting() == []
    run = await ward.apply(path)
    assert (run.done, run.state) == (18, RunState.DONE)
    await ward.undo(run.run_id)
    assert ward.picture() == before


async def test_a_missing_archive_is_said_and_the_rows_stay_with_the_images_that_are_gone(ward: Ward) -> None:
    ward.fill_ward(old=2)
    await ward.scan()
    path, _ = await ward.plan_removal(destination="archive")
    run = await ward.apply(path)
    (file,) = (ward.profile.archive / run.run_id).glob("*.zip")
    file.rename(file.with_suffix(".away"))
    back = await ward.undo(run.run_id)
    assert (back.done, back.failed) == (0, 2)
    assert all("is not there any more" in why for why in (await ward.reasons(back.run_id)).values() if "zip" in why)
    assert ward.rows() == 60
    file.with_suffix(".away").rename(file)
    back = await ward.undo(run.run_id)
    assert ward.rows() == 62 and len(ward.there()) == 62
