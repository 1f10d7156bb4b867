"""Rows of folders at a project: typed as its table is, each once though answers get lost, gone with an undone run."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from core.errors import Usage
from core.profiles import Family, ReferenceColumn, RowMapping, Source
from core.uploads.desk import Uploads
from core.uploads.sending.transfer import Transferred, Wish
from tests.core.uploads.trees import device, put
from tests.scenarios.project_desk import ProjectDesk
from tests.servers.project import SupabaseProject

FAMILY = Family("photos")
TABLE = """
create table device_test (
    id bigint generated always as identity primary key, folder_name text not null, folder_path text not null,
    test_status text, stats jsonb, image_paths text[] not null, image_count smallint,
    created_at timestamptz not null default now(), uploaded_at timestamp, note text not null default 'new');
grant select, insert, update, delete on device_test to authenticated, service_role;
"""
SOURCE = Source("device_test", "device_test", ("id",), (ReferenceColumn("image_paths", "array"),), bucket="photos")
ROWS = "/rest/v1/device_test"


async def upload(desk: ProjectDesk, root: Path, rows: RowMapping | None = None) -> Transferred:
    """Uploads a tree with rows, as the command line does."""
    desk.profile = replace(desk.profile, sources=(SOURCE,), families=(FAMILY,))
    if rows is not None:
        goal = replace(desk.profile.destination("photos"), folder_rows=rows)
        desk.profile = replace(desk.profile, destinations=(goal,))
    uploads = Uploads(desk.profile, desk.folder / "tracker.db")
    workspace = await desk.workspace()
    _, did = await uploads.upload(workspace, desk.store, Wish(FAMILY), [root], catalog=desk.catalog)
    return did


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    root = tmp_path / "tree"
    device(root, 'a, "b" {c}', "1.jpg", "2.jpg")
    put(root / 'a, "b" {c}/stats.json', json.dumps({"status": "passed", "ü": [1.5, None]}).encode())
    put(root / "only/stats.json", b'"words"')
    return root


async def test_rows_have_the_types_of_the_table_and_go_with_the_run(
    project: SupabaseProject, desk: ProjectDesk, tree: Path
) -> None:
    project.sql(TABLE)
    lost = project.faults.add(f"POST {ROWS}", "reset", side="response", times=1)
    (tree / 'a, "b" {c}').rename(tree / "a, b")

    did = await upload(desk, tree)

    assert (did.done, did.failed, lost.hits) == (2, 0, 1)
    seen = project.sql(
        "select folder_name, test_status, stats, image_paths, image_count, note, uploaded_at is not null, "
        "created_at > now() - interval '5 minutes' from device_test order by folder_name"
    )
    assert seen == [
        ("a, b", "passed", {"status": "passed", "ü": [1.5, None]}, ["a, b/1.jpg", "a, b/2.jpg"], 2, "new", True, True),
        ("only", None, "words", [], 0, "new", True, True),
    ]
    before = project.sql("select * from device_test order by id")
    put(tree / "a, b/stats.json", b'{"status": "failed"}')
    assert (await upload(desk, tree)).done == 1
    assert project.sql("select folder_name, test_status from device_test order by 1") == [
        ("a, b", "failed"),
        ("only", None),
    ]
    last, first = await desk.runs()
    assert (await desk.undo(last.run_id)).failed == 0
    assert project.sql("select * from device_test order by id") == before
    undone = await desk.undo(first.run_id)
    assert (undone.failed, undone.drifted) == (0, 0)
    assert project.sql("select * from device_test") == [] and project.keys("photos") == []


async def test_rows_are_written_where_nobody_has_set_anything_up(
    bare_project: SupabaseProject, tmp_path: Path, tree: Path
) -> None:
    bare_project.sql(TABLE)
    (tree / 'a, "b" {c}').rename(tree / "a")
    desk = await ProjectDesk.open(bare_project.url, bare_project.secret_key, tmp_path / "desk")
    try:
        assert (await upload(desk, tree)).done == 2
        put(tree / "a/stats.json", b'{"status": "failed"}')
        (desk.folder / "tracker.db").unlink()
        assert (await upload(desk, tree)).failed == 0
        rows = bare_project.sql("select folder_name, test_status, image_paths from device_test order by 1")
        assert rows == [("a", "failed", ["a/1.jpg", "a/2.jpg"]), ("only", None, [])]
    finally:
        await desk.close()


async def test_a_column_that_nothing_fills_is_said_before_anything_goes_up(
    project: SupabaseProject, desk: ProjectDesk, tree: Path
) -> None:
    project.sql(TABLE + "alter table device_test add column bench text not null")
    with pytest.raises(Usage, match="The column bench of device_test must hold something"):
        await upload(desk, tree)
    assert project.keys("photos") == []
    put(tree / "only/1.jpg")
    (tree / 'a, "b" {c}').rename(tree.parent / "elsewhere")
    columns = (("folder_path", "path"), ("folder_name", "folder"), ("image_paths", "image_paths"), ("bench", "=seven"))
    assert (await upload(desk, tree, RowMapping("device_test", columns))).done == 1
    assert project.sql("select bench, image_paths from device_test") == [("seven", ["only/1.jpg"])]


async def test_staff_write_rows_with_their_own_rights(project: SupabaseProject, tmp_path: Path, tree: Path) -> None:
    project.sql(
        TABLE + "alter table device_test enable row level security;"
        "create policy theirs on device_test to authenticated using (true) with check (note <> 'secret');"
        "select setup_image_bucket_policies('photos');"
        "insert into device_test (folder_name, folder_path, image_paths) values ('old', '/old', '{}')"
    )
    (tree / 'a, "b" {c}').rename(tree / "a")
    token = project.token(project.make_user("s@example.org", "secret", "staff"), "staff")
    desk = await ProjectDesk.open(project.url, project.publishable_key, tmp_path / "desk", token=token)
    try:
        assert (await upload(desk, tree)).done == 2
        put(tree / "a/stats.json", b'{"status": "failed"}')
        assert (await upload(desk, tree)).done == 1
        rows = project.sql("select folder_name, test_status, image_paths from device_test where id > 1 order by 1")
        assert rows == [("a", "failed", ["a/1.jpg", "a/2.jpg"]), ("only", None, [])]
    finally:
        await desk.close()
