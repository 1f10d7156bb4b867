"""Scenario 3 on a project: whatever a listing fails with, on whatever page, nothing is removed, and it says why."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from core.clients.supabase.patience import Patience
from core.errors import CoreError, Refused
from core.models import Kind
from tests.scenarios.project_desk import ProjectDesk, fill, furnish, name_in_rows
from tests.servers.project import SupabaseProject, supabase_project

PLAIN_LISTING = "POST /storage/v1/object/list-v2/photos"
LISTING = {True: "POST /rest/v1/rpc/bucketdesk_list_objects", False: PLAIN_LISTING}
ROWS = {True: "POST /rest/v1/rpc/bucketdesk_read_rows", False: "GET /rest/v1/photos"}
EMPTY = {
    True: {"objects": [], "more": False, "sees_all": True, "bucket": True},
    False: {"objects": [], "folders": [], "hasNext": False},
}


@dataclass(frozen=True)
class Trouble:
    """One way for an answer to fail, and a word of the sentence that must tell it."""

    kind: str
    says: str = ""
    details: dict[str, object] = field(default_factory=dict)


TROUBLES = {
    "401": Trouble("status", "key or sign-in", {"status": 401}),
    "503": Trouble("status", "busy", {"status": 503}),
    "truncated": Trouble("truncate", "cut"),
    "truncated without a word": Trouble("truncate", "garbled|broke off|incomplete", {"silent": True}),
    "cut off in the middle of the answer": Trouble("reset", "cut", {"side": "response", "value": 500}),
    "too slow": Trouble("latency", "too long", {"seconds": 0.5}),
    "expired": Trouble("expired", "expired"),
}


@pytest.fixture(scope="module", params=[True, False], ids=["set up", "bare"])
def crowd(request: pytest.FixtureRequest) -> Iterator[tuple[SupabaseProject, bool]]:
    """A project of several pages: 2,600 objects, 20 of them orphans; and whether it is set up for Bucketdesk."""
    with supabase_project(migrated=request.param) as project:
        furnish(project)
        keys = [f"{n:05d}.png" for n in range(2_600)]
        project.seed("photos", [(key, 100 + n) for n, key in enumerate(keys)])
        name_in_rows(project, keys[20:])
        yield project, request.param


def counts(project: SupabaseProject) -> list[tuple[object, ...]]:
    return project.sql("select (select count(*) from photos), (select count(*) from storage.objects)")


async def scanned_with(project: SupabaseProject, desk: ProjectDesk, match: str, trouble: Trouble, after: int) -> str:
    """Why a scan was not complete that met this trouble; every sentence of it."""
    await desk.close()
    await desk.connect(Patience(attempts=2, first_seconds=0.01))
    if trouble.kind == "latency":
        desk.session.http.timeout = httpx.Timeout(0.2)
    # What is refused to our function is asked in the plain way instead.
    matches = [match, PLAIN_LISTING] if match == LISTING[True] else [match]
    faults = [project.faults.add(one, trouble.kind, after=after, **trouble.details) for one in matches]  # type: ignore[arg-type]
    try:
        report = await desk.scan()
    except CoreError as exc:
        return exc.message
    finally:
        project.faults.clear()
    assert sum(fault.hits for fault in faults) > 0
    assert not report.complete, (match, after, report.sources)
    return " ".join(source.why for source in report.sources if not source.complete)


@pytest.mark.parametrize(
    ("crowd", "name"),
    [
        pytest.param(migrated, name, marks=pytest.mark.thorough if name in more else (), id=f"{how}-{name}")
        for migrated, how, more in (
            (True, "set up", {"truncated"}),
            (False, "bare", {"503", "truncated", "cut off in the middle of the answer", "expired"}),
        )
        for name in TROUBLES
    ],
    indirect=["crowd"],
)
async def test_a_listing_that_fails_proves_nothing(
    crowd: tuple[SupabaseProject, bool], tmp_path: Path, name: str
) -> None:
    project, migrated = crowd
    desk = await ProjectDesk.open(project.url, project.service_key, tmp_path / "desk")
    assert (await desk.scan()).complete
    assert list((await desk.findings(Kind.FILE_WITHOUT_ROW)).values()) == ["open"] * 20
    good = await desk.plan(name="good")
    before = counts(project)
    for what, after in ((LISTING, 0), (LISTING, 1), (ROWS, 1)):
        why = await scanned_with(project, desk, what[migrated], TROUBLES[name], after)
        assert any(word in why for word in TROUBLES[name].says.split("|")), why
        assert await desk.open_findings() == set(), (what, after)
        with pytest.raises(Refused):
            await desk.apply(good)
    assert (await desk.plan(name="bad")).read_text().count("\n") == 1, "a head and no step"
    assert counts(project) == before
    await desk.close()


async def test_a_listing_that_looks_complete_and_is_empty_proves_nothing(
    crowd: tuple[SupabaseProject, bool], tmp_path: Path
) -> None:
    project, migrated = crowd
    desk = await ProjectDesk.open(project.url, project.service_key, tmp_path / "desk")
    project.faults.add(LISTING[migrated], "answer", status=200, body=json.dumps(EMPTY[migrated]).encode())
    await desk.scan()
    project.faults.clear()
    assert await desk.open_findings() == set()
    await desk.close()


async def test_a_run_whose_answers_fail_removes_nothing_it_cannot_prove(
    project: SupabaseProject, desk: ProjectDesk
) -> None:
    fill(project, named=60, orphans=10)
    assert (await desk.scan()).complete
    plan = await desk.plan()
    for match in (
        "POST /rest/v1/rpc/bucketdesk_find_rows",
        "POST /rest/v1/rpc/bucketdesk_stat_objects",
        "GET /storage/v1/bucket",
        "POST /rest/v1/rpc/bucketdesk_tables",
    ):
        project.faults.add(match, "status", status=500)
        with pytest.raises(CoreError):
            await desk.apply(plan)
        project.faults.clear()
        assert len(project.keys("photos")) == 70
    run = await desk.apply(plan)
    assert (run.done, run.failed, run.drifted) == (10, 0, 0)


@pytest.mark.parametrize("role", [None, "staff", "manager"])
async def test_what_row_security_hides_is_no_proof(project: SupabaseProject, tmp_path: Path, role: str | None) -> None:
    """Somebody who is shown 40 of 60 rows, and of the objects what the policies allow."""
    fill(project, named=60, orphans=5)
    project.sql("alter table photos enable row level security")
    project.sql("create policy partly on photos for select to authenticated using (id <= 40)")
    project.sql("create policy partly on storage.objects for select to authenticated using (bucket_id = 'photos')")
    project.sql("create policy all_of_them on storage.buckets for select to authenticated using (true)")
    token = project.token(project.make_user("ada@example.com", "secret word", role), role)
    desk = await ProjectDesk.open(project.url, project.publishable_key, tmp_path / "desk", token=token)
    with suppress(CoreError):
        report = await desk.scan()
        assert role == "manager" or not report.complete
    found = await desk.findings(Kind.FILE_WITHOUT_ROW)
    hidden = {f"named/{n:05d}.png" for n in range(40, 60)}
    assert not any(state == "open" for key, state in found.items() if key in hidden), found
    if role != "manager":  # who may read all rows by our functions, and is told so
        assert await desk.open_findings() == set()
    with suppress(CoreError):
        await desk.apply(await desk.plan())
    assert len(project.keys("photos")) == 65
    assert project.sql("select count(*) from photos") == [(60,)]
    await desk.close()
