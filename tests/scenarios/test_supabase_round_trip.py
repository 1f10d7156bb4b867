"""Scenario 8 on Supabase: tables of the presets are scanned, cleaned up and undone, and everything is as it was."""

from __future__ import annotations

import io
import uuid
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio

from core.errors import NotAllowed
from core.models import Kind, Repair, Run, RunState
from core.profiles import ReferenceColumn, Source
from tests.core.supabase.scripted import Token
from tests.scenarios.killing import Killer, start_again
from tests.scenarios.supabase_desk import OLD, SCHEMA, TABLES, SupabaseDesk
from tests.servers.project import SupabaseProject, supabase_project

ROWS = """
insert into shop_images (part, storage_path, signed_url, url_expires_at, uploaded_at)
    select 'P' || n, 'p/' || n || '.png', null, null, now() - interval '30 days' from generate_series(1, 30) n;
insert into pictures (bucket_id, storage_path, file_size, collections, weight, thumb, uploaded_at)
    select 'patients', 'a b/' || n || '.png', length('patients/a b/' || n || '.png'), array['c,d', 'e "f"'], 1.50,
        '\\x00ff', now() - interval '30 days' from generate_series(1, 30) n;
insert into picture_patients (picture, patient) select id, 'Ana' from pictures;
insert into covers select 'front ' || storage_path, id from pictures;
insert into assets values (1, 'one', array['p/1.png', 'p/2.png']),
    (2, 'two', array['p/3.png', 'p/gone (1).png', 'p/4.png']);
insert into pages values ('home', 'See /storage/v1/object/public/patients/a%20b/spoken.png for more.')
"""


@pytest.fixture
def project() -> Iterator[SupabaseProject]:
    """A project that is set up, with five kinds of trouble in it."""
    with supabase_project() as made:
        fill(made)
        yield made


def fill(project: SupabaseProject) -> None:
    project.sql(SCHEMA)
    project.sql(ROWS)
    for bucket in ("parts", "patients"):
        project.make_bucket(bucket)


@pytest_asyncio.fixture
async def desk(project: SupabaseProject, tmp_path: Path) -> AsyncIterator[SupabaseDesk]:
    """The program on it."""
    made = SupabaseDesk(project, tmp_path)
    made.put("parts", [f"p/{n}.png" for n in range(1, 29)])  # rows 29 and 30 have no file
    made.put("parts", [f"lost/{n}.png" for n in range(4)])
    made.put("patients", [f"a b/{n}.png" for n in range(1, 28)])  # rows 28, 29 and 30 have no file
    made.put("patients", ["a b/spoken.png", "alone.png"])
    yield made
    await made.close()


async def test_what_is_cleaned_up_comes_back_to_the_last_bit(desk: SupabaseDesk) -> None:
    before = desk.picture()
    report = await desk.scan()
    assert report.complete, [source for source in report.sources if not source.complete]
    assert await desk.findings(Kind.FILE_WITHOUT_ROW) == {
        **{f"lost/{n}.png": "open" for n in range(4)},
        "a b/spoken.png": "unproven",
        "alone.png": "open",
    }
    assert set(await desk.findings(Kind.ROW_WITHOUT_FILE)) == {
        "p/29.png",
        "p/30.png",
        "p/gone (1).png",
        *(f"a b/{n}.png" for n in (28, 29, 30)),
    }

    run = await desk.clean()
    assert (run.failed, run.drifted, run.skipped, run.state) == (0, 0, 0, RunState.DONE), await desk.reasons(run)
    assert desk.project.keys("parts") == [f"p/{n}.png" for n in sorted(range(1, 29), key=str)]
    assert desk.project.content("patients", "a b/spoken.png") is not None
    assert desk.project.sql("select count(*) from shop_images") == [(28,)]
    statuses = desk.project.sql("select metadata_status::text, count(*) from pictures group by 1 order by 1")
    assert statuses == [("error", 3), ("pending", 27)]

    await desk.close()
    back = await (await desk.engine()).undo(run.run_id)
    assert (back.failed, back.drifted, back.done) == (0, 0, run.done), await desk.reasons(back)
    after = desk.picture()
    for table in ("table pictures",):  # its trigger noted when it was last touched
        assert without_times(before.pop(table)) == without_times(after.pop(table))
    assert after == before
    again, _ = await desk.plan()
    assert again.steps == 0 or (await (await desk.engine()).scan()).complete


def without_times(rows: object) -> list[str]:
    assert isinstance(rows, list)
    return sorted(",".join(part for part in str(row).split(",") if ":" not in part) for row in rows)


async def test_rows_that_hang_on_a_deleted_one_go_and_return_with_it(desk: SupabaseDesk) -> None:
    engine = await desk.engine()
    desk.project.sql("drop trigger touched on pictures")
    before = desk.picture()
    await engine.scan()
    head, path = await desk.plan(Kind.ROW_WITHOUT_FILE, repair=Repair.DELETE)
    # Each of three pictures with a patient and a cover, and two parts.
    assert dict(head.by_kind) == {"delete_row": 3 + 3 + 2, "update_row": 3}
    run = await engine.apply(path, allow_share=1.0)
    assert (run.done, run.failed, run.drifted) == (11, 0, 0), await desk.reasons(run)
    assert desk.project.sql("select count(*) from picture_patients") == [(27,)]
    assert desk.project.sql("select count(*) from covers where picture is null") == [(3,)]
    back = await engine.undo(run.run_id)
    assert (back.done, back.failed, back.drifted) == (11, 0, 0), await desk.reasons(back)
    assert desk.picture() == before


async def test_an_element_of_an_array_is_taken_out_and_put_back(desk: SupabaseDesk) -> None:
    engine = await desk.engine()
    before = desk.rows("assets")
    await desk.scan()
    run = await desk.clean(Kind.ROW_WITHOUT_FILE)
    assert desk.project.sql("select gallery from assets where id = 2") == [(["p/3.png", "p/4.png"],)]
    assert (await engine.undo(run.run_id)).drifted == 0
    assert desk.rows("assets") == before


async def test_rows_are_made_for_files_that_have_none(desk: SupabaseDesk) -> None:
    engine = await desk.engine()
    before = desk.picture()
    desk.project.sql("alter table shop_images alter part set default 'unknown'")
    await engine.scan()
    run = await desk.clean(Kind.FILE_WITHOUT_ROW, repair=Repair.INSERT)
    assert (run.failed, run.drifted, run.done) == (0, 0, 5), await desk.reasons(run)
    made = desk.project.sql("select bucket_id, file_size from pictures where storage_path = 'alone.png'")
    assert made == [("patients", len("patients/alone.png"))]
    await engine.scan()
    assert set(await desk.findings(Kind.FILE_WITHOUT_ROW)) == {"a b/spoken.png"}
    back = await engine.undo(run.run_id)
    assert (back.failed, back.drifted) == (0, 0), await desk.reasons(back)
    assert desk.picture() == before


async def test_a_row_that_changed_since_the_plan_is_left_alone(desk: SupabaseDesk) -> None:
    engine = await desk.engine()
    await engine.scan()
    _, path = await desk.plan(Kind.ROW_WITHOUT_FILE, repair=Repair.DELETE)
    desk.project.sql("update shop_images set details = '{\"by\": \"somebody else\"}' where storage_path = 'p/29.png'")
    run = await engine.apply(path, allow_share=1.0)
    assert (run.drifted, run.failed) == (1, 0), await desk.reasons(run)
    assert desk.project.sql("select count(*) from shop_images") == [(29,)]


async def test_a_file_that_a_row_names_by_now_stays(desk: SupabaseDesk) -> None:
    engine = await desk.engine()
    await engine.scan()
    _, path = await desk.plan(Kind.FILE_WITHOUT_ROW)
    desk.project.sql("update assets set gallery = array_append(gallery, 'lost/1.png') where id = 1")
    desk.project.sql("insert into shop_images (part, storage_path) values ('X', 'lost/2.png')")
    run = await engine.apply(path, allow_share=1.0)
    assert (run.drifted, run.failed, run.done) == (2, 0, 3), await desk.reasons(run)
    assert {"lost/1.png", "lost/2.png"} <= set(desk.project.keys("parts"))


async def test_files_that_rows_name_by_the_objects_id_are_kept(desk: SupabaseDesk) -> None:
    desk.project.sql("create table exams (id int primary key, picture uuid references storage.objects (id))")
    desk.project.sql(
        "insert into exams select 1, id from storage.objects where bucket_id = 'patients' and name = 'alone.png'"
    )
    engine = await desk.engine()
    await engine.scan()
    assert (await desk.findings(Kind.FILE_WITHOUT_ROW))["alone.png"] == "unproven"


async def test_without_the_functions_files_are_cleaned_up_and_rows_say_what_is_missing(tmp_path: Path) -> None:
    with supabase_project(migrated=False) as project:
        fill(project)
        desk = SupabaseDesk(project, tmp_path)
        desk.put("parts", [f"p/{n}.png" for n in range(1, 29)])
        desk.put("parts", ["lost/1.png"])
        desk.put("patients", [f"a b/{n}.png" for n in range(1, 31)])
        engine = await desk.engine()
        try:
            report = await engine.scan()
            assert report.complete, [source for source in report.sources if not source.complete]
            run = await desk.clean(Kind.FILE_WITHOUT_ROW)
            assert (run.done, run.failed) == (1, 0), await desk.reasons(run)
            run = await desk.clean(Kind.ROW_WITHOUT_FILE, repair=Repair.DELETE)
            assert run.done == 0 and run.failed == 2
            assert all("Set up database" in reason for reason in await desk.reasons(run))
        finally:
            await desk.close()


async def test_the_sql_of_a_plan_does_the_same_to_the_rows_and_nothing_the_second_time(desk: SupabaseDesk) -> None:
    engine = await desk.engine()
    await desk.scan()
    _, path = await desk.plan(Kind.ROW_WITHOUT_FILE, repair=Repair.DELETE)
    out = io.StringIO()
    await engine.export_plan(path, out, "sql")
    desk.project.sql("update shop_images set part = 'it''s changed' where storage_path = 'p/29.png'")
    for _ in range(2):
        desk.project.sql(out.getvalue())
        left = [desk.project.sql(f"select count(*) from {table}")[0][0] for table in TABLES]
        assert left == [29, 27, 27, 30, 2, 1]
    _, path = await desk.plan(Kind.FILE_WITHOUT_ROW, repair=Repair.INSERT)
    out = io.StringIO()
    await engine.export_plan(path, out, "sql")
    desk.project.sql("alter table shop_images alter part set default 'unknown'")
    for _ in range(2):
        desk.project.sql(out.getvalue())
        assert desk.project.sql("select count(*) from pictures") == [(28,)]


async def test_killed_at_any_point_it_goes_on_and_comes_back(desk: SupabaseDesk) -> None:
    desk.project.sql("drop trigger touched on pictures")
    desk.project.sql("update assets set gallery = array['p/3.png', 'p/gone (1).png', 'q r(2).png'] where id = 2")
    before = desk.picture()
    await desk.scan()
    _, path = await desk.plan(Kind.ROW_WITHOUT_FILE, repair=None)

    async def applied(seam: Killer) -> Run:
        return await desk.apply(path, seam=seam)

    run, processes = await start_again(desk, applied)
    assert processes > 3
    assert (run.failed, run.drifted, run.skipped, run.state) == (0, 0, 0, RunState.DONE), await desk.reasons(run)

    async def undone(seam: Killer) -> Run:
        return await desk.undo(run, seam=seam)

    back, processes = await start_again(desk, undone)
    assert processes > 3
    assert (back.failed, back.drifted, back.done) == (0, 0, run.done), await desk.reasons(back)
    assert desk.picture() == before


async def test_rows_that_are_made_survive_death_at_any_point_and_are_made_once(desk: SupabaseDesk) -> None:
    desk.project.sql("alter table shop_images alter part set default 'unknown'")
    await desk.scan()
    _, path = await desk.plan(Kind.FILE_WITHOUT_ROW, repair=Repair.INSERT)

    async def applied(seam: Killer) -> Run:
        return await desk.apply(path, seam=seam)

    run, processes = await start_again(desk, applied)
    assert processes > 3
    assert (run.failed, run.drifted, run.done) == (0, 0, 5), await desk.reasons(run)
    assert desk.project.sql("select count(*) from shop_images") == [(34,)]
    assert desk.project.sql("select count(*) from pictures") == [(31,)]


async def test_copies_that_rows_name_by_the_objects_id_are_not_merged(desk: SupabaseDesk) -> None:
    desk.project.put("patients", "copy.png", b"patients/alone.png", "image/png", age=OLD / 2)
    desk.project.sql("create table exams (id int primary key, picture uuid references storage.objects (id))")
    desk.project.sql("insert into exams select 1, id from storage.objects where name in ('copy.png')")
    exams = Source("exams", "exams", ("id",), (ReferenceColumn("picture", "bucket_path"),))
    desk.profile = replace(desk.profile, sources=(*desk.profile.sources, exams))
    await desk.scan()
    assert await desk.findings(Kind.DUPLICATE_CONTENT) == {"copy.png": "open"}
    head, _ = await desk.plan(Kind.DUPLICATE_CONTENT, repair=Repair.MERGE)
    assert head.steps == 0 and "by its id" in head.refused[0].why


async def test_an_admin_changes_rows_and_is_told_which_bucket_is_not_registered(desk: SupabaseDesk) -> None:
    desk.tokens = Token(desk.project.token(uuid.uuid4(), "admin"), key=desk.project.anon_key)
    assert (await desk.scan()).complete
    run = await desk.clean(Kind.ROW_WITHOUT_FILE)
    assert (run.failed, run.drifted) == (0, 0) and run.done > 0, await desk.reasons(run)
    run = await desk.clean(Kind.FILE_WITHOUT_ROW)
    assert run.done == 0 and all("registered" in reason for reason in await desk.reasons(run))
    desk.project.sql(
        "insert into bucketdesk.buckets (name, family) values ('parts', 'parts'), ('patients', 'patients')"
    )
    await desk.scan()
    run = await desk.clean(Kind.FILE_WITHOUT_ROW)
    assert (run.done, run.failed) == (5, 0), await desk.reasons(run)
    back = await desk.undo(run)
    assert (back.done, back.failed) == (5, 0), await desk.reasons(back)


@pytest.mark.parametrize("role", ["manager", "staff", None])
async def test_who_may_not_change_rows_or_see_all_is_told_so_and_changes_nothing(
    desk: SupabaseDesk, role: str | None
) -> None:
    desk.project.sql(
        "insert into bucketdesk.buckets (name, family) values ('parts', 'parts'), ('patients', 'patients')"
    )
    desk.tokens = Token(desk.project.token(uuid.uuid4(), role), key=desk.project.anon_key)
    before = desk.picture()
    report = await desk.scan()
    assert report.complete is (role == "manager")
    for kind in (Kind.ROW_WITHOUT_FILE, Kind.FILE_WITHOUT_ROW):
        head, path = await desk.plan(kind)
        assert (head.steps > 0) is (role == "manager")
        if head.steps:
            with pytest.raises(NotAllowed, match="right"):
                await desk.apply(path)
    assert desk.picture() == before
