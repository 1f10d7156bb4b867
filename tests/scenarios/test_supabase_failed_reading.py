"""Scenarios 3 and 4 for rows on Supabase: whatever fails in the middle of a table, nothing is offered for removal."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from core.errors import CoreError, Unavailable
from core.models import Kind, Repair
from tests.core.supabase.scripted import Token
from tests.scenarios.supabase_desk import PARTS, SCHEMA, SupabaseDesk
from tests.servers.project import SupabaseProject, supabase_project

READS = {"functions": "POST /rest/v1/rpc/bucketdesk_read_rows", "plain": "GET /rest/v1/shop_images"}
ASKS = {"functions": "POST /rest/v1/rpc/bucketdesk_find_rows", "plain": "GET /rest/v1/shop_images"}
ROWS = """insert into shop_images (part, storage_path, uploaded_at)
    select 'P' || n, 'p/' || n || '.png', now() - interval '30 days' from generate_series(1, 600) n"""
FAULTS = {
    "a server error": {"kind": "status", "status": 500},
    "a page of another server": {"kind": "answer", "body": b"<html>hello</html>", "content_type": "text/html"},
    "no right any more": {"kind": "answer", "status": 403, "body": b'{"code":"42501","message":"permission denied"}'},
    "a broken connection": {"kind": "reset"},
    "half an answer": {"kind": "truncate"},
    "half an answer that looks whole": {"kind": "truncate", "silent": True},
    "an expired token": {"kind": "expired"},
    "an empty page": {"kind": "answer", "body": b'{"rows":[],"sees_all":true}'},
    "an answer about something else": {"kind": "answer", "body": b'{"hello":"world"}'},
}


@pytest.fixture(params=["functions", "plain"])
def kind(request: pytest.FixtureRequest) -> str:
    """Whether our functions are there."""
    return str(request.param)


@pytest.fixture
def project(kind: str) -> Iterator[SupabaseProject]:
    """A project with 600 rows, so that no answer holds them all."""
    with supabase_project(migrated=kind == "functions") as made:
        made.sql(SCHEMA)
        made.sql(ROWS)
        made.sql("drop table pages, assets, covers, picture_patients, pictures")
        made.make_bucket("parts")
        yield made


@pytest_asyncio.fixture
async def desk(project: SupabaseProject, tmp_path: Path) -> AsyncIterator[SupabaseDesk]:
    """The program on it, with two files that no row names."""
    desk = SupabaseDesk(project, tmp_path, PARTS, guard_share=1.0)
    desk.put("parts", [f"p/{n}.png" for n in range(1, 30)])
    project.seed("parts", [(f"p/{n}.png", 1) for n in range(30, 601)])
    desk.put("parts", ["lost/1.png", "lost/2.png"])
    yield desk
    await desk.close()


@pytest.mark.parametrize("what", FAULTS)
async def test_a_table_that_fails_in_the_middle_offers_nothing(desk: SupabaseDesk, kind: str, what: str) -> None:
    fault = dict(FAULTS[what])
    if kind == "plain" and what == "an empty page":
        fault["body"] = b"[]"
    engine = await desk.engine()
    struck = desk.project.faults.add(READS[kind], fault.pop("kind"), after=1, **fault)  # type: ignore[arg-type]
    report = await engine.scan()
    desk.project.faults.clear()
    assert struck.hits > 0 and not report.complete
    assert next(source.why for source in report.sources if source.name == "shop_images")
    assert "open" not in (await desk.findings(Kind.FILE_WITHOUT_ROW)).values()
    head, _ = await desk.plan(Kind.FILE_WITHOUT_ROW)
    assert head.steps == 0


@pytest.mark.parametrize("what", ["a broken connection", "an answer about something else"])
async def test_what_fails_while_a_plan_is_applied_removes_nothing(desk: SupabaseDesk, kind: str, what: str) -> None:
    engine = await desk.engine()
    assert (await engine.scan()).complete
    head, path = await desk.plan(Kind.FILE_WITHOUT_ROW)
    assert head.steps == 2
    fault = dict(FAULTS[what])
    desk.project.faults.add(ASKS[kind], fault.pop("kind"), **fault)  # type: ignore[arg-type]
    with pytest.raises(CoreError):
        await desk.apply(path)
    desk.project.faults.clear()
    assert {"lost/1.png", "lost/2.png"} <= set(desk.project.keys("parts"))
    run = await desk.apply(path)
    assert (run.done, run.failed, run.drifted) == (2, 0, 0)


async def test_a_token_that_expires_in_the_middle_is_renewed_and_nothing_is_lost(desk: SupabaseDesk, kind: str) -> None:
    tokens = [desk.project.settings.sign({"role": "service_role", "number": n}) for n in range(3)]
    desk.tokens = Token(*tokens, key=desk.project.service_key)
    engine = await desk.engine()
    struck = desk.project.faults.add(READS[kind], "expired", after=1, times=1)
    report = await engine.scan()
    assert struck.hits == 1 and report.complete
    assert await desk.tokens.bearer() == tokens[1]
    assert list(await desk.findings(Kind.FILE_WITHOUT_ROW)) == ["lost/1.png", "lost/2.png"]


async def test_a_server_that_gives_fewer_rows_than_asked_for_hides_none(desk: SupabaseDesk, kind: str) -> None:
    engine = await desk.engine()
    desk.project.faults.add(READS[kind], "page_cap", value=90)
    report = await engine.scan()
    assert report.complete
    assert next(source.items for source in report.sources if source.name == "shop_images") == 600
    assert list((await desk.findings(Kind.FILE_WITHOUT_ROW)).values()) == ["open", "open"]


@pytest.mark.parametrize("kind", ["functions"])
async def test_a_run_whose_answers_get_lost_goes_on_and_knows_what_it_did(desk: SupabaseDesk) -> None:
    desk.project.sql("delete from shop_images where part in ('P1', 'P2')")
    desk.project.sql("update shop_images set storage_path = 'gone/' || part where part in ('P3', 'P4', 'P5')")
    engine = await desk.engine()
    await engine.scan()
    _, path = await desk.plan(Kind.ROW_WITHOUT_FILE, repair=Repair.DELETE)
    lost = desk.project.faults.add("POST /rest/v1/rpc/bucketdesk_apply_batch", "reset", side="response", times=3)
    with pytest.raises(Unavailable):
        await desk.apply(path)
    assert lost.hits == 3 and desk.project.sql("select count(*) from shop_images") == [(595,)]
    await desk.close()
    run = await desk.apply(path)
    assert (run.done, run.failed, run.drifted) == (3, 0, 0), await desk.reasons(run)
    back = await desk.undo(run)
    assert (back.done, back.failed, back.drifted) == (3, 0, 0)
    assert desk.project.sql("select count(*) from shop_images") == [(598,)]


@pytest.mark.parametrize("kind", ["functions"])
async def test_files_that_were_moved_while_all_answers_got_lost_are_not_forgotten(desk: SupabaseDesk) -> None:
    before = desk.project.keys("parts")
    await (await desk.engine()).scan()
    _, path = await desk.plan(Kind.FILE_WITHOUT_ROW)

    def cut_off(point: str) -> None:
        if point == "intent":
            desk.project.faults.add("POST /storage/v1/object/move", "reset", side="response")
            desk.project.faults.add("POST /rest/v1/rpc/bucketdesk_stat_objects", "status", status=503, after=1)

    with pytest.raises(Unavailable):
        await desk.apply(path, seam=cut_off)
    assert desk.project.keys("parts") == [key for key in before if not key.startswith("lost/")]
    desk.project.faults.clear()
    await desk.close()
    run = await desk.apply(path)
    assert (run.done, run.failed, run.drifted) == (2, 0, 0), await desk.reasons(run)
    back = await desk.undo(run)
    assert (back.done, back.failed, back.drifted) == (2, 0, 0)
    assert desk.project.keys("parts") == before
