"""Scenario 5 on a project: names that begin alike, sort around “/”, or differ in case make no false orphan."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from core.models import Kind
from core.profiles import Source
from tests.scenarios.project_desk import OLD, PHOTOS, ProjectDesk, name_in_rows, put
from tests.servers.project import SupabaseProject

NAMES = (
    "a", "a-1", "a.bak", "a b", "a!", "a/b", "a/b-1", "a/b.bak", "a0", "Dir/x", "dir/x", "DIR/X", "Foto.JPG",
    "foto.jpg", "images/x", "images2/x", "images", "x", "x.txt", "x/1", "x/2", "y", "a_b", "axb", "0", "A",
)  # fmt: skip


def skipped_by_delimiters(count: int) -> list[str]:
    """Names of which v1 lists and those with a delimiter lose some at the end of a page (facts.md E1)."""
    return [f"img{n:04d}{tail}" for n in range(count) for tail in ("", ".json", "-thumb.jpg")]


@pytest.mark.parametrize("seed", range(3))
async def test_exactly_the_unnamed_ones_are_orphans(project: SupabaseProject, desk: ProjectDesk, seed: int) -> None:
    named = set(Random(seed).sample(NAMES, len(NAMES) * 3 // 4))
    for name in NAMES:
        put(project, name)
    name_in_rows(project, sorted(named))
    assert (await desk.scan()).complete
    assert set(await desk.findings(Kind.FILE_WITHOUT_ROW)) == set(NAMES) - named
    assert await desk.findings(Kind.ROW_WITHOUT_FILE) == {}


async def test_rows_name_nothing_in_a_bucket_beside_theirs(project: SupabaseProject, tmp_path: Path) -> None:
    sources: list[Source] = []
    for bucket in ("images", "images2", "images-1"):
        table = bucket.replace("-", "_")
        project.sql(f"create table {table} (like photos including all)")
        project.sql(f"grant all on {table} to service_role")
        for name in ("a", "b", "only-" + bucket):
            project.put(bucket, name, age=OLD)
        project.sql(
            f"insert into {table} (path, made) values ('a', now() - %s), ('only-{bucket}', now() - %s)", OLD, OLD
        )
        sources.append(replace(PHOTOS, name=table, table=table, bucket=bucket))
    desk = await ProjectDesk.open(project.url, project.secret_key, tmp_path / "desk", sources)
    assert (await desk.scan()).complete
    workspace = await desk.workspace()
    found = await workspace.inventory.read(
        lambda c: c.execute("SELECT bucket, key FROM findings WHERE kind <> 'duplicate_content' ORDER BY 1").fetchall()
    )
    assert found == [("images", "b"), ("images-1", "b"), ("images2", "b")]
    await desk.close()


@pytest.mark.parametrize("migrated", [True, False])
async def test_names_that_lists_with_a_delimiter_skip_are_all_there(
    request: pytest.FixtureRequest, tmp_path: Path, migrated: bool
) -> None:
    project: SupabaseProject = request.getfixturevalue("project" if migrated else "bare_project")
    names = skipped_by_delimiters(900)
    project.seed("photos", [(name, 1000 + n) for n, name in enumerate(names)], age=OLD)
    name_in_rows(project, names)
    desk = await ProjectDesk.open(project.url, project.secret_key, tmp_path / "desk")
    report = await desk.scan()
    assert (report.complete, report.objects, report.rows) == (True, len(names), len(names))
    assert await desk.open_findings() == set()
    assert {r.path for r in project.requests if "/object/list" in r.path} <= {"/storage/v1/object/list-v2/photos"}
    await desk.close()


async def test_a_row_in_other_letter_case_makes_neither_side_an_open_finding(
    project: SupabaseProject, desk: ProjectDesk
) -> None:
    for name in ("Foto.JPG", *(f"{n}.png" for n in range(20))):
        put(project, name)
    name_in_rows(project, ["foto.jpg", *(f"{n}.png" for n in range(20))])
    assert (await desk.scan()).complete
    assert await desk.open_findings() == set()
    assert await desk.findings(Kind.FILE_WITHOUT_ROW) == {"Foto.JPG": "unproven"}
