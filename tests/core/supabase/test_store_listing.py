"""Listings of a project: complete where that can be proven, and honest where it cannot (facts.md E1, E2)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from core.clients.supabase.pages import HIDDEN
from core.errors import NotAllowed, NotFound, ServiceError, Unavailable, Unreadable
from tests.contracts.worlds import listing
from tests.core.supabase.stores import cleared, opened
from tests.servers.project import SupabaseProject, supabase_project

PAGES = "POST /storage/v1/object/list-v2/"
CALLS = "POST /rest/v1/rpc/bucketdesk_list_objects"


@pytest.fixture(scope="module", params=[True, False], ids=["functions", "plain"])
def shared(request: pytest.FixtureRequest) -> Iterator[SupabaseProject]:
    """A project with our functions, and one without."""
    with supabase_project(migrated=request.param) as made:
        yield made


@pytest.fixture
def project(shared: SupabaseProject) -> SupabaseProject:
    """The same, empty again."""
    return cleared(shared)


async def test_names_that_the_other_listings_lose_are_all_there(project: SupabaseProject) -> None:
    keys = sorted(f"img{n:04d}{end}" for n in range(600) for end in ("", ".json", "-thumb.jpg"))
    project.seed("photos", [(key, 1) for key in keys])
    async with opened(project) as store:
        assert [item.key for item in await listing(store, "photos")] == keys
        assert [item.key for item in await listing(store, "photos", limit=101)] == keys


async def test_a_long_listing_is_the_same_read_ahead_and_by_hand(project: SupabaseProject) -> None:
    keys = [f"ward-{n % 7}/{n:05d}.jpg" for n in range(9_000)]
    project.seed("photos", [(key, 1) for key in keys])
    async with opened(project) as store:
        found = await listing(store, "photos")
        assert [item.key for item in found] == sorted(keys)
        assert found == await listing(store, "photos", limit=700)
        part = [item.key for item in await listing(store, "photos", prefix="ward-3/")]
        assert part == sorted(key for key in keys if key.startswith("ward-3/"))


async def test_a_service_that_caps_its_pages_hides_nothing(project: SupabaseProject) -> None:
    keys = [f"{n:03d}" for n in range(120)]
    project.seed("photos", [(key, 1) for key in keys])
    project.faults.add(PAGES, "page_cap", value=17)
    project.faults.add(CALLS, "page_cap", value=17)
    async with opened(project) as store:
        assert [item.key for item in await listing(store, "photos")] == keys


@pytest.mark.parametrize("kind", ["duplicate_page", "empty_page", "truncate", "reset"])
async def test_a_page_that_is_spoiled_once_does_no_harm(project: SupabaseProject, kind: str) -> None:
    keys = [f"{n:03d}" for n in range(60)]
    project.seed("photos", [(key, 1) for key in keys])
    for match in (PAGES, CALLS):
        project.faults.add(match, kind, times=1, after=2, side="response", silent=True)  # type: ignore[arg-type]
    async with opened(project) as store:
        assert [item.key for item in await listing(store, "photos", limit=7)] == keys


@pytest.mark.parametrize("kind", ["duplicate_page", "empty_page", "truncate"])
async def test_a_listing_that_stays_spoiled_is_never_called_complete(project: SupabaseProject, kind: str) -> None:
    project.seed("photos", [(f"{n:03d}", 1) for n in range(60)])
    for match in (PAGES, CALLS):
        project.faults.add(match, kind, after=3, silent=True)  # type: ignore[arg-type]
    async with opened(project) as store:
        with pytest.raises((Unreadable, Unavailable)):
            await listing(store, "photos", limit=7)


async def test_trouble_in_the_middle_is_trouble_and_no_end(project: SupabaseProject) -> None:
    project.seed("photos", [(f"{n:05d}", 1) for n in range(9_000)])
    for match in (PAGES, CALLS):
        project.faults.add(match, "status", status=500, after=3)
    async with opened(project) as store:
        with pytest.raises(ServiceError):
            await listing(store, "photos")
        project.faults.clear()
        assert len(await listing(store, "photos")) == 9_000


async def test_a_sign_in_without_rights_is_told_that_it_may_not_see_everything(project: SupabaseProject) -> None:
    project.put("photos", "a.jpg")
    for key, token in ((project.anon_key, ""), (project.anon_key, project.token(project.make_user("a@b.org", "pw")))):
        async with opened(project, key, token) as store:
            page = await store.list_objects("photos")
            assert (page.items, page.cursor, page.hidden) == ((), None, HIDDEN)
            assert await store.buckets() == ()
            with pytest.raises(NotFound) as caught:
                await store.bucket("photos")
            assert "may see" in caught.value.message
            with pytest.raises((NotAllowed, NotFound)):
                await store.read("photos", "a.jpg", 1)


async def test_an_administrator_without_a_secret_key_sees_everything_by_the_function(supabase: SupabaseProject) -> None:
    supabase.put("photos", "a.jpg")
    token = supabase.token(supabase.make_user("a@b.org", "pw", role="admin"), "admin")
    async with opened(supabase, supabase.publishable_key, token) as store:
        page = await store.list_objects("photos")
        assert ([item.key for item in page.items], page.hidden) == (["a.jpg"], "")
        assert (await store.bucket("photos")).name == "photos"
    async with opened(supabase) as service:
        assert (await service.list_objects("photos")).items == page.items


@pytest.mark.parametrize(("role", "sees"), [("staff", False), ("admin", True), ("", True)])
async def test_not_to_find_an_object_proves_something_only_where_everything_is_shown(
    supabase: SupabaseProject, role: str, sees: bool
) -> None:
    supabase.put("photos", "a.jpg")  # of a bucket that is not registered
    key, token = (
        (supabase.publishable_key, supabase.token(supabase.make_user("a@b.org", "pw", role), role))
        if role
        else ("", "")
    )
    async with opened(supabase, key, token) as store:
        found = await store.stat("photos", ["a.jpg", "gone.jpg"])
        assert [one is not None for one in found] == [sees, False]
        assert store.proves_absence("photos") is sees


async def test_what_is_hidden_from_an_administrator_for_a_moment_is_not_called_absent(
    supabase: SupabaseProject,
) -> None:
    supabase.put("photos", "a.jpg")  # of a bucket that is not registered, so that the policies show nothing of it
    token = supabase.token(supabase.make_user("a@b.org", "pw", role="admin"), "admin")
    async with opened(supabase, supabase.publishable_key, token) as store:
        for status, code in ((403, b"42501"), (404, b"PGRST202")):
            body = b'{"code":"%s","message":"not just now"}' % code
            supabase.faults.add(
                "POST /rest/v1/rpc/bucketdesk_stat_objects", "answer", status=status, body=body, times=1
            )
            with pytest.raises((NotAllowed, NotFound)):
                await store.stat("photos", ["a.jpg"])
            (found,) = await store.stat("photos", ["a.jpg"])
            assert found is not None


async def test_both_ways_of_listing_and_both_ways_of_asking_give_one_version(supabase: SupabaseProject) -> None:
    for number in range(20):
        supabase.put("photos", f"{number}.jpg", str(number).encode())
    async with opened(supabase) as store:
        by_function = await listing(store, "photos")
        stated = await store.stat("photos", [item.key for item in by_function])
        attributes = await store.attributes("photos", ["1.jpg", "none"])
    names = "bucketdesk_list_objects(text, text, text, int, text)", "bucketdesk_stat_objects(text, text[])"
    supabase.sql("".join(f"drop function {name};" for name in (*names, "bucketdesk_about()")))
    async with opened(supabase) as store:
        assert await listing(store, "photos") == by_function == list(stated)
        assert await store.stat("photos", [item.key for item in by_function]) == stated
        assert await store.attributes("photos", ["1.jpg", "none"]) == attributes


async def test_a_function_that_goes_away_meanwhile_is_done_without(supabase: SupabaseProject) -> None:
    supabase.put("photos", "a.jpg")
    async with opened(supabase) as store:
        supabase.sql("drop function bucketdesk_list_objects(text, text, text, int, text)")
        supabase.sql("drop function bucketdesk_stat_objects(text, text[])")
        found = await listing(store, "photos")
        assert [item.key for item in found] == ["a.jpg"]
        assert await store.stat("photos", ["a.jpg"]) == (found[0],)


async def test_old_versions_and_delete_markers_are_no_objects(supabase: SupabaseProject) -> None:
    for key in ("kept.jpg", "old.jpg", "gone.jpg"):
        supabase.put("photos", key)
    supabase.objects.connection.execute("update storage.objects set archived_at = now() where name = 'old.jpg'")
    supabase.objects.connection.execute("update storage.objects set is_delete_marker = true where name = 'gone.jpg'")
    async with opened(supabase) as store:
        assert [item.key for item in await listing(store, "photos")] == ["kept.jpg"]
        assert await store.stat("photos", ["old.jpg", "gone.jpg"]) == (None, None)


async def test_buckets_with_limits_and_without_an_owner_are_all_told(project: SupabaseProject) -> None:
    for number in range(130):
        project.make_bucket(f"bucket-{number:03d}")
    project.make_bucket("small", public=True, size_limit=1_000, mime_types=["image/png"])
    project.make_bucket("bucketdesk-quarantine")
    async with opened(project) as store:
        found = await store.buckets()
        assert [bucket.name for bucket in found] == [*(f"bucket-{n:03d}" for n in range(130)), "photos", "small"]
        small = await store.bucket("small")
        assert (small.public, small.size_limit_bytes, small.mime_types) == (True, 1_000, ("image/png",))


async def test_now_is_the_services_own_time(project: SupabaseProject) -> None:
    async with opened(project) as store:
        assert (await store.now()).tzinfo is not None


async def test_a_bad_key_is_no_missing_bucket_and_no_missing_object(project: SupabaseProject) -> None:
    project.put("photos", "a.jpg")
    async with opened(project) as good:
        await good.stat("photos", ["a.jpg"])
        good._session.tokens._tokens = ["eyJhbGciOiJIUzI1NiJ9.e30.bad"]  # type: ignore[attr-defined]
        for asking in (
            good.stat("photos", ["a.jpg"]),
            good.attributes("photos", ["a.jpg"]),
            good.read("photos", "a.jpg", 1),
            good.bucket("photos"),
            good.list_objects("photos"),
        ):
            with pytest.raises(NotAllowed):
                await asking
