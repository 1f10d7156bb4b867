"""Moves, removals and links on a service that loses answers, leaves things out and has other desks."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.errors import NotAllowed, Refused, Unavailable, Usage
from core.models import QUARANTINE, Attributes, Move, Result
from tests.core.supabase.stores import cleared, opened
from tests.servers.project import SupabaseProject, supabase_project

MOVE, REMOVE = "POST /storage/v1/object/move", f"DELETE /storage/v1/object/{QUARANTINE}"


@pytest.fixture(scope="module", params=[True, False], ids=["functions", "plain"])
def shared(request: pytest.FixtureRequest) -> Iterator[SupabaseProject]:
    """A project with our functions, and one without."""
    with supabase_project(migrated=request.param) as made:
        yield made


@pytest.fixture
def project(shared: SupabaseProject) -> SupabaseProject:
    """The same, empty again."""
    return cleared(shared)


def away(key: str, version: str | None = None) -> Move:
    return Move("photos", key, QUARANTINE, f"run/photos/{key}", version)


@pytest.mark.parametrize("side", ["request", "response"])
async def test_a_move_whose_answer_is_lost_is_done_once(project: SupabaseProject, side: str) -> None:
    for number in range(10):
        project.put("photos", f"{number}.jpg", str(number).encode())
    project.faults.add(MOVE, "reset", times=4, side=side)
    async with opened(project) as store:
        seen = await store.stat("photos", [f"{number}.jpg" for number in range(10)])
        ended = await store.move([away(item.key, item.version) for item in seen if item is not None])
    assert [end.result for end in ended] == [Result.DONE] * 10
    assert all(end.object is not None and end.object.bucket == QUARANTINE for end in ended)
    assert project.keys("photos") == [] and len(project.keys(QUARANTINE)) == 10


async def test_a_move_that_nobody_can_look_at_again_is_not_called_failed(project: SupabaseProject) -> None:
    for key in ("a.jpg", "b.jpg"):
        project.put("photos", key, key.encode())
    async with opened(project) as store:
        moves = [away(item.key, item.version) for item in await store.stat("photos", ["a.jpg", "b.jpg"]) if item]
        await store.move(moves[:1])  # by a process that died before it could note so
        project.faults.add("POST /rest/v1/rpc/bucketdesk_stat_objects", "status", status=503, after=1)
        project.faults.add(f"POST /storage/v1/object/list-v2/{QUARANTINE}", "status", status=503)
        with pytest.raises(Unavailable):
            await store.move(moves)
        project.faults.clear()
        assert [end.result for end in await store.move(moves)] == [Result.DONE, Result.DONE]


async def test_a_service_out_of_reach_moves_nothing_and_says_so(project: SupabaseProject) -> None:
    project.put("photos", "a.jpg")
    async with opened(project) as store:
        await store.move([away("none")])
        project.faults.add(MOVE, "reset")
        with pytest.raises(Unavailable):
            await store.move([away("a.jpg")])
    assert project.keys("photos") == ["a.jpg"]


async def test_two_desks_make_the_quarantine_at_once(project: SupabaseProject) -> None:
    for key in ("a.jpg", "b.jpg"):
        project.put("photos", key)
    async with opened(project) as one, opened(project) as other:
        ended = await asyncio.gather(one.move([away("a.jpg")]), other.move([away("b.jpg")]))
    assert [end[0].result for end in ended] == [Result.DONE, Result.DONE]
    told = project.sql(
        "select public, file_size_limit, allowed_mime_types from storage.buckets where id = %s", QUARANTINE
    )
    assert told == [(False, None, None)]


async def test_without_the_right_to_make_the_quarantine_the_next_step_is_told(project: SupabaseProject) -> None:
    project.put("photos", "a.jpg")
    token = project.token(project.make_user("a@b.org", "pw"))
    async with opened(project, project.anon_key, token) as store:
        with pytest.raises(NotAllowed, match=QUARANTINE) as caught:
            await store.move([away("a.jpg")])
    assert "insert into storage.buckets" in caught.value.hint and "dashboard" in caught.value.hint


async def test_a_quarantine_that_is_public_takes_nothing(project: SupabaseProject) -> None:
    project.put("photos", "a.jpg")
    project.make_bucket(QUARANTINE, public=True)
    async with opened(project) as store:
        with pytest.raises(Refused, match="public") as caught:
            await store.move([away("a.jpg")])
    assert "private" in caught.value.hint and project.keys("photos") == ["a.jpg"]


async def test_a_quarantine_that_is_made_public_meanwhile_takes_nothing_more(
    project: SupabaseProject, tmp_path: Path
) -> None:
    for key in ("a.jpg", "b.jpg"):
        project.put("photos", key)
    manifest = tmp_path / "manifest"
    manifest.write_text("who was here")
    async with opened(project) as store:
        await store.move([away("a.jpg")])
        project.sql("update storage.buckets set public = true where id = %s", QUARANTINE)
        with pytest.raises(Refused, match="public"):
            await store.move([away("b.jpg")])
        with pytest.raises(Refused, match="public"):
            await store.upload(QUARANTINE, "run/_manifest/1", manifest, Attributes())
        assert project.keys("photos") == ["b.jpg"]
        project.sql("update storage.buckets set public = false where id = %s", QUARANTINE)
        (ended,) = await store.move([away("b.jpg")])
        assert ended.result is Result.DONE


async def test_a_bucket_that_is_gone_takes_nothing_back(project: SupabaseProject) -> None:
    project.put(QUARANTINE, "run/photos/a.jpg")
    async with opened(project) as store:
        (ended,) = await store.move([Move(QUARANTINE, "run/photos/a.jpg", "gone", "a.jpg")])
    assert ended.result is Result.FAILED and ended.reason.endswith(".")
    assert project.keys(QUARANTINE) == ["run/photos/a.jpg"]


async def test_names_that_the_storage_cannot_hold_are_refused_in_a_sentence(project: SupabaseProject) -> None:
    project.put("photos", "a.jpg")
    async with opened(project) as store:
        for name in ("ü.jpg", "a~b", "a#b", "", "../x", "x" * 300, "a/" * 600):
            (ended,) = await store.move([Move("photos", "a.jpg", "photos", name)])
            assert ended.result is Result.FAILED and ended.reason.endswith(".")
    assert project.keys("photos") == ["a.jpg"]


async def test_what_a_removal_leaves_out_is_looked_at(project: SupabaseProject) -> None:
    keys = [f"run/{number}" for number in range(30)]
    for key in keys:
        project.put(QUARANTINE, key)
    async with opened(project) as store:
        project.drop(QUARANTINE, keys[3])
        ended = await store.remove(QUARANTINE, [*keys, "run/none", "../x"])
    assert [end.result for end in ended[:4]] == [Result.DONE, Result.DONE, Result.DONE, Result.SKIPPED]
    assert [end.result for end in ended[-2:]] == [Result.SKIPPED, Result.SKIPPED]
    assert project.keys(QUARANTINE) == []


@pytest.mark.parametrize("side", ["request", "response"])
async def test_a_removal_whose_answer_is_lost_tells_what_is_gone(project: SupabaseProject, side: str) -> None:
    project.put(QUARANTINE, "run/a")
    project.faults.add(REMOVE, "reset", times=1, side=side)
    async with opened(project) as store:
        assert [end.result for end in await store.remove(QUARANTINE, ["run/a"])] == [Result.DONE]
        project.put(QUARANTINE, "run/b")
        project.faults.add(REMOVE, "reset")
        with pytest.raises(Unavailable):
            await store.remove(QUARANTINE, ["run/b"])
    assert project.keys(QUARANTINE) == ["run/b"]


async def test_what_may_not_be_deleted_is_no_success(project: SupabaseProject) -> None:
    project.put(QUARANTINE, "run/a")
    token = project.token(project.make_user("a@b.org", "pw", role="manager"), "manager")
    async with opened(project, project.publishable_key, token) as store:
        (ended,) = await store.remove(QUARANTINE, ["run/a"])
    assert ended.result is Result.FAILED and "right" in ended.reason
    assert project.keys(QUARANTINE) == ["run/a"]


async def test_a_thousand_long_keys_stay_under_the_limits_of_a_request(project: SupabaseProject) -> None:
    keys = [f"{'x' * 240}/{'y' * 240}/{'z' * 240}/{'w' * 240}/{number:04d}" for number in range(1_000)]
    project.seed(QUARANTINE, [(key, 1) for key in keys])
    async with opened(project) as store:
        assert {end.result for end in await store.remove(QUARANTINE, keys)} == {Result.DONE}
    assert sum(asked.method == "DELETE" for asked in project.requests) == 2


async def test_links_come_for_each_key_or_say_why_not(project: SupabaseProject) -> None:
    for key in ("a b/c+d&e.jpg", "/lead.jpg", "q?.jpg"):
        project.put("photos", key, key.encode())
    async with opened(project) as store:
        good, lead, question, none, odd = await store.sign(
            "photos", ["a b/c+d&e.jpg", "/lead.jpg", "q?.jpg", "none", "ü"], 60
        )
        for link in (good, lead):
            assert link.expires is not None
            assert (await store._session.http.get(link.url)).content == link.key.encode()
        assert "?" in question.reason and not question.url
        assert all(link.reason.endswith(".") and not link.url for link in (question, none, odd))
        with pytest.raises(Usage):
            await store.sign("photos", ["a"] * 1_001, 60)
        assert [link.url for link in await store.sign("nowhere", ["a"], 60)] == [""]
