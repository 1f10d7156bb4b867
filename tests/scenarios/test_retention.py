"""Retention plans over a ward on disk: what they take, what they leave, and that all of it comes back."""

from __future__ import annotations

import json
import zipfile
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from core.errors import NotFound, Refused, Usage
from core.keeps import keep
from core.models import FindingFilter, Kind, RunState, Selection, StepKind
from core.plan_files import read_verified
from core.plans import write_plan
from core.profiles import RetentionRule
from tests.scenarios.ward import BUCKET, OURS, REPORTS, Ward, why


@pytest.mark.parametrize("destination", ["quarantine", "archive"])
async def test_what_is_over_age_goes_with_its_rows_and_comes_back_as_it_was(ward: Ward, destination: str) -> None:
    ward.fill_ward(old=4, rows=2)
    before = ward.picture()
    await ward.scan()
    path, head = await ward.plan_removal(destination=destination)
    assert (head.kind, head.removal, head.guard) == ("retention", destination, None)
    assert head.by_kind == {"delete_object": 4, "delete_row": 8}
    assert [step.key for step in read_verified(path) if step.kind is StepKind.DELETE_OBJECT] == [
        f"old/{n:05d}.png" for n in (3, 2, 1, 0)
    ]
    assert [(t.bucket, t.objects, t.rows) for t in await ward.taken(path)] == [(BUCKET, 4, 8)]
    assert ward.picture() == before

    run = await ward.apply(path)

    assert (run.kind, run.state, run.done, run.drifted, run.failed) == ("retention", RunState.DONE, 12, 0, 0)
    assert not [key for key in ward.there() if key.startswith("old/")]
    assert (ward.rows(), len(ward.sql("SELECT 1 FROM patients"))) == (120, 5)
    assert len(ward.waiting()) == (4 if destination == "quarantine" else 0)
    assert run.undoable
    await ward.undo(run.run_id)
    assert ward.picture() == before
    assert ward.waiting() == [] and ward.manifests() == 0


async def test_the_archive_is_a_zip_that_says_what_it_holds_and_which_rows_went_along(ward: Ward) -> None:
    ward.fill_ward(old=2)
    await ward.scan()
    path, _ = await ward.plan_removal(destination="archive")
    run = await ward.apply(path)
    (file,) = (ward.profile.archive / run.run_id).glob("*.zip")
    with zipfile.ZipFile(file) as archive:
        manifest = json.loads(archive.read("manifest.json"))
        assert {one["key"]: archive.read(one["member"]) for one in manifest["objects"]} == {
            "old/00000.png": b"old/00000.png",
            "old/00001.png": b"old/00001.png",
        }
    assert all(len(one["rows"]) == 1 and len(one["sha256"]) == 64 for one in manifest["objects"])
    assert manifest["objects"][0]["rows"][0]["values"]["image_path"] == "old/00001.png"


async def test_oldest_first_until_the_bucket_is_down_to_a_share_and_no_further(ward: Ward) -> None:
    for number in range(10):
        ward.image(f"{number}.png", 100 - number, size=1000)
    ward.family(retention_share=1.0)
    await ward.scan()
    path, _ = await ward.plan_removal(until_share=0.65)
    assert [s.key for s in read_verified(path) if s.key] == ["0.png", "1.png", "2.png", "3.png"]
    _, head = await ward.plan_removal(until_share=1.0)
    assert head.steps == 0 and head.refused == ()
    ward.family(retention_days=95)
    _, head = await ward.plan_removal(until_share=0.3, name="short")
    assert head.by_kind["delete_object"] == 6  # of 100 to 95 days and some seconds
    assert "nothing more of it may go, so it stays at 40 % of its capacity" in why(head)
    with pytest.raises(Usage, match="cannot be brought down"):
        await ward.plan_removal(until_share=-0.1)
    with pytest.raises(Usage, match="shred"):
        await ward.plan_removal(destination="shred")
    with pytest.raises(NotFound, match="nowhere"):
        await ward.plan_removal(buckets=("nowhere",))


async def test_what_is_kept_needed_young_or_shared_stays_and_the_plan_says_why(ward: Ward) -> None:
    ward.fill_ward(old=1)
    ward.image("kept.png", 50)
    ward.image("reported.png", 50)
    ward.sql("INSERT INTO reports (path) VALUES ('reported.png')")
    ward.image("seen-again.png", 50)
    ward.image("row-kept.png", 50)
    ward.sql(
        "INSERT INTO image_patient_associations (patient_id, bucket_name, image_path, created_at) "
        "VALUES (1, 'ward', 'seen-again.png', '2999-01-01')"
    )
    ward.image("from-the-future.png", -400)
    await ward.scan()
    workspace = await ward.workspace()
    await keep(workspace, Selection(FindingFilter(text="kept.png", buckets=(BUCKET,))), "still in court")
    await workspace.journal.write(
        lambda c: c.execute(
            "INSERT OR REPLACE INTO keeps SELECT 'r:image_patient_associations:[' || ? || ']', '', '', 'why', 0",
            (ward.sql("SELECT id FROM image_patient_associations WHERE image_path = 'row-kept.png'")[0][0],),
        )
    )
    await workspace.journal.write(lambda c: c.execute("DELETE FROM keeps WHERE thing = 'o:ward/row-kept.png'"))
    await ward.scan()

    path, head = await ward.plan_removal()

    assert [s.key for s in read_verified(path) if s.key] == ["old/00000.png"]
    assert why(head) == {
        "it was marked to be kept": 1,
        "a row of “reports” names it, and such rows do not go along": 1,
        "a younger row of “image_patient_associations” still needs it": 1,
        "a row that would go along was marked to be kept": 1,
    }


async def test_rows_of_another_table_go_along_only_where_its_source_says_so(ward: Ward) -> None:
    ward.fill_ward(old=1)
    ward.sql("INSERT INTO reports (path) VALUES ('old/00000.png'), ('new/00000.png'), ('new/00001.png')")
    ward.profile = replace(ward.profile, sources=(OURS, replace(REPORTS, goes_along=True)))
    before = ward.picture()
    await ward.scan()
    _, head = await ward.plan_removal(name="early")
    assert why(head) == {"a row of “reports” names it that tells no time and counts from when it was first seen": 1}
    ward.store.ahead += timedelta(days=2)
    await ward.scan()
    path, head = await ward.plan_removal()
    assert head.by_kind == {"delete_object": 1, "delete_row": 2}
    run = await ward.apply(path)
    assert (run.done, run.drifted) == (3, 0)
    await ward.undo(run.run_id)
    assert ward.picture() == before
    ward.profile = replace(ward.profile, sources=(replace(OURS, goes_along=False), replace(REPORTS, goes_along=True)))
    assert (await ward.plan_removal())[1].steps == 0


async def test_a_row_that_others_hang_on_or_that_names_two_images_keeps_its_image(tmp_path: Path) -> None:
    shared = replace(OURS, columns=(*OURS.columns, replace(OURS.columns[0], name="note")))
    ward = Ward(tmp_path, sources=(shared, REPORTS), retention_share=0.5)
    ward.sql(
        "CREATE TABLE seals (id INTEGER PRIMARY KEY, a INTEGER REFERENCES image_patient_associations (id) "
        "ON DELETE CASCADE)"
    )
    for key in ("sealed.png", "left.png", "right.png"):
        ward.image(key, 60)
    for number in range(20):
        ward.image(f"new/{number}.png", 3)
    ward.sql("UPDATE image_patient_associations SET note = NULL")
    ward.sql("UPDATE image_patient_associations SET note = 'right.png' WHERE image_path = 'left.png'")
    ward.sql("INSERT INTO seals (a) SELECT id FROM image_patient_associations WHERE image_path = 'sealed.png'")
    await ward.scan()
    _, head = await ward.plan_removal()
    assert head.steps == 0
    assert why(head) == {
        "a row that would go along names another object too": 2,
        "other rows point at the row of “image_patient_associations” that would go along": 1,
    }
    await ward.close()


async def test_rules_for_a_folder_or_a_type_come_before_the_days_of_the_family(ward: Ward) -> None:
    ward.fill_ward(old=0, new=20)
    for key in ("scans/a.png", "scans/b.tif", "b.tif", "c.png"):
        ward.image(key, 50)
    ward.family(
        rules=(RetentionRule(10, prefix="scans/", types=("image/tiff",)), RetentionRule(90, prefix="scans/")),
    )
    ward.image("scans/new.tif", 12)
    await ward.scan()
    path, _ = await ward.plan_removal()
    assert sorted(s.key for s in read_verified(path) if s.key) == ["b.tif", "c.png", "scans/b.tif", "scans/new.tif"]
    ward.family(retention_days=None, rules=(RetentionRule(10, types=("image/*",)),))
    await ward.scan()
    assert len(set((await ward.findings(Kind.OVER_AGE)).keys())) == 5
    ward.family(rules=())
    _, head = await ward.plan_removal()
    assert why(head) == {"it is not over age by the rules and the clock as they are now": 5}
    await ward.scan()
    with pytest.raises(Usage, match="No family of the profile says when"):
        await ward.plan_removal()


async def test_a_rule_that_would_take_everything_stops_at_the_guard_whatever_its_author_allowed(ward: Ward) -> None:
    for number in range(30):
        ward.image(f"{number}.png", 60)
    ward.family(retention_share=1.0)
    await ward.scan()
    path, head = await ward.plan_removal()
    assert head.guard is not None and (head.guard.share, head.guard.limit) == (1.0, 1.0)
    with pytest.raises(Refused, match="nothing would be left there"):
        await ward.apply(path)
    assert len(ward.there()) == 30 and await ward.runs() == ()


async def test_the_author_of_a_rule_says_how_much_of_a_bucket_it_may_take(ward: Ward) -> None:
    ward.fill_ward(old=30, new=60)
    await ward.scan()
    path, head = await ward.plan_removal()
    assert head.guard is None  # a third, of half that may go
    ward.family(retention_share=0.25)
    with pytest.raises(Refused, match=r"33 % of bucket ward .* the limit is 25 %"):
        await ward.apply(path)
    ward.family(retention_share=None)
    _, head = await ward.plan_removal(name="usual")
    assert head.guard is not None and head.guard.limit == 0.2
    ward.family(retention_share=0.5)
    assert (await ward.apply(path)).done == 60


@pytest.mark.parametrize("what", ["a patient", "another image's row", "an orphan"])
async def test_no_plan_of_this_kind_can_make_go_what_is_not_over_age_or_goes_along(ward: Ward, what: str) -> None:
    ward.fill_ward(old=2)
    ward.image("orphan.png", 10, rows=0)
    await ward.scan()
    path, _ = await ward.plan_removal()
    row, taken, *_ = read_verified(path)
    workspace = await ward.workspace()
    if what == "a patient":
        patient = {"id": 1, "code": "PT-1"}
        row = replace(row, table="patients", key_columns=("id",), row_key=(1,), before=patient)
    elif what == "another image's row":
        other = ward.sql("SELECT * FROM image_patient_associations WHERE image_path = 'new/00000.png'")[0]
        row = replace(row, row_key=(other[0],), before=dict(zip(row.before or {}, other, strict=True)))  # type: ignore[arg-type]
    else:
        (finding,) = await workspace.inventory.read(
            lambda c: c.execute(
                "SELECT f.id, o.version, o.size FROM findings f JOIN objects o ON o.key = f.key "
                "WHERE f.kind = 'file_without_row' AND f.key = 'orphan.png'"
            ).fetchall()
        )
        taken = replace(taken, key="orphan.png", finding=finding[0], version=finding[1], size_bytes=finding[2])
    before = ward.picture()
    await write_plan(workspace, path, ward.profile.project, 1, [row, taken], kind="retention")
    run = await ward.apply(path, allow_share=1.0)
    assert (run.done, run.drifted) == (0, 2)
    assert ward.picture() == before
