"""The REST half as supabase-py meets it: the traps of facts.md A2 and A5, each as it bites."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import httpx
import pytest
from postgrest.exceptions import APIError
from supabase import AsyncClient, AsyncClientOptions, acreate_client

from tests.servers.project import SupabaseProject
from tests.servers.rest_asking import rest_project


@pytest.fixture(scope="module")
def project() -> Iterator[SupabaseProject]:
    with rest_project() as project:
        project.sql("""create function page(size int) returns jsonb language sql stable as
            $$ select jsonb_agg(i) from generate_series(1, size) i $$""")
        yield project


@pytest.fixture
async def client(project: SupabaseProject) -> AsyncIterator[AsyncClient]:
    project.sql("truncate images, parts, pairs restart identity")
    async with httpx.AsyncClient() as http:
        options = AsyncClientOptions(auto_refresh_token=False, persist_session=False, httpx_client=http)
        yield await acreate_client(project.url, project.secret_key, options)


def fill(project: SupabaseProject, rows: int) -> None:
    project.sql("insert into images (name) select 'n' || i from generate_series(1, %s) i", rows)


async def test_a_long_table_is_cut_silently_and_read_whole_by_its_key(
    client: AsyncClient, project: SupabaseProject
) -> None:
    fill(project, 2500)
    cut = await client.table("images").select("id").limit(5000).execute()
    assert len(cut.data) == 1000
    read: list[int] = []
    while True:
        page = (
            await client.table("images")
            .select("id")
            .gt("id", read[-1] if read else 0)
            .order("id")
            .limit(5000)
            .execute()
        )
        if not page.data:
            break
        read += [row["id"] for row in page.data]
    assert read == list(range(1, 2501))


async def test_one_json_value_is_not_cut(client: AsyncClient) -> None:
    answer = await client.rpc("page", {"size": 20000}).execute()
    assert len(answer.data) == 20000
    by_get = await client.rpc("page", {"size": 3}, get=True).execute()
    assert by_get.data == [1, 2, 3]


async def test_awkward_values_are_found_by_in_and_by_eq(client: AsyncClient) -> None:
    awkward = [
        "a,b",
        'q"x',
        "(x)",
        "back\\slash",
        "null",
        "é日本",
        "%_*",
        "a.b",
        "x y",
        "a+b&c=d#e",
        "'; drop table images",
    ]
    await client.table("images").insert([{"name": name} for name in awkward], returning="minimal").execute()
    found = await client.table("images").select("name").in_("name", awkward).order("id").execute()
    assert [row["name"] for row in found.data] == awkward
    for name in awkward:
        one = await client.table("images").select("name").eq("name", name).execute()
        assert [row["name"] for row in one.data] == [name]


async def test_or_is_written_by_hand_and_what_is_not_quoted_means_something_else(client: AsyncClient) -> None:
    await client.table("images").insert([{"name": "a,size.not.is.null"}, {"name": "b"}]).execute()
    bare = await client.table("images").select("name").or_("name.eq.a,size.is.null").execute()
    quoted = await client.table("images").select("name").or_('name.eq."a,size.not.is.null"').execute()
    assert (len(bare.data), len(quoted.data)) == (2, 1)


async def test_equal_to_none_finds_nothing(client: AsyncClient) -> None:
    await client.table("images").insert({"name": "x"}).execute()
    assert (await client.table("images").select("id").eq("kind", None).execute()).data == []
    assert (await client.table("images").select("id").is_("size", None).execute()).data == [{"id": 1}]


async def test_dicts_of_different_keys_become_nulls_unless_defaults_are_asked_for(client: AsyncClient) -> None:
    rows = [{"name": "a", "kind": "scan"}, {"name": "b"}]
    nulls = await client.table("images").insert(rows).execute()
    assert [row["kind"] for row in nulls.data] == ["scan", None]
    defaults = await client.table("images").insert(rows, default_to_null=False).execute()
    assert [row["kind"] for row in defaults.data] == ["scan", "photo"]


async def test_writing_echoes_the_rows_unless_told_not_to(client: AsyncClient) -> None:
    assert len((await client.table("images").insert({"name": "x"}).execute()).data) == 1
    assert (await client.table("images").insert({"name": "x"}, returning="minimal").execute()).data == []


async def test_one_key_twice_in_an_upsert_is_refused_and_nothing_is_written(client: AsyncClient) -> None:
    rows = [{"a": 1, "b": 1, "note": "x"}, {"a": 1, "b": 1, "note": "y"}]
    with pytest.raises(APIError) as refused:
        await client.table("pairs").upsert(rows).execute()
    assert refused.value.code == "21000"
    assert (await client.table("pairs").select("*").execute()).data == []
    await client.table("pairs").upsert(rows[0]).execute()
    merged = await client.table("pairs").upsert(rows[1], on_conflict="a,b").execute()
    assert merged.data == [rows[1]]
    ignored = await client.table("pairs").upsert(rows[0], ignore_duplicates=True).execute()
    assert ignored.data == []


async def test_single_and_perhaps_single(client: AsyncClient) -> None:
    await client.table("images").insert([{"name": "x"}, {"name": "y"}]).execute()
    assert await client.table("images").select("id").eq("id", 9).maybe_single().execute() is None
    one = await client.table("images").select("id").eq("id", 1).maybe_single().execute()
    assert one is not None and one.data == {"id": 1}
    with pytest.raises(APIError) as refused:
        await client.table("images").select("id").single().execute()
    assert (refused.value.code, refused.value.details) == ("PGRST116", "The result contains 2 rows")


async def test_counts_ranges_and_heads(client: AsyncClient, project: SupabaseProject) -> None:
    fill(project, 30)
    page = await client.table("images").select("id", count="exact").order("id").range(10, 12).execute()  # type: ignore[arg-type]
    assert ([row["id"] for row in page.data], page.count) == ([11, 12, 13], 30)
    head = await client.table("images").select("*", count="exact", head=True).execute()  # type: ignore[arg-type]
    assert head.count == 30


async def test_changes_and_deletes_want_a_condition(client: AsyncClient, project: SupabaseProject) -> None:
    fill(project, 3)
    changed = await client.table("images").update({"size": 7}).eq("id", 2).execute()
    assert [row["size"] for row in changed.data] == [7]
    for asked in (client.table("images").delete(), client.table("images").update({"size": 1})):
        with pytest.raises(APIError) as refused:
            await asked.execute()
        assert refused.value.code == "21000"
    with pytest.raises(APIError) as refused:
        await client.table("images").delete().gt("id", 0).max_affected(1).execute()
    assert refused.value.code == "PGRST124"
    gone = await client.table("images").delete(count="exact").gt("id", 0).execute()  # type: ignore[arg-type]
    assert (gone.count, len(gone.data)) == (3, 3)


async def test_another_schema_must_be_exposed(client: AsyncClient, project: SupabaseProject) -> None:
    with pytest.raises(APIError) as refused:
        await client.schema("storage").table("objects").select("*").execute()
    assert refused.value.code == "PGRST106"
    project.settings.schemas = ("public", "storage")
    try:
        assert (await client.schema("storage").table("buckets").select("id").execute()).data == []
    finally:
        project.settings.schemas = ("public",)


async def test_an_address_too_long_never_leaves_the_client(client: AsyncClient) -> None:
    ids = [f"00000000-0000-0000-0000-{number:012d}" for number in range(1900)]
    with pytest.raises(httpx.InvalidURL):
        await client.table("parts").select("id").in_("id", ids).execute()
    assert (await client.table("parts").select("id").in_("id", ids[:150]).execute()).data == []


async def test_a_missing_function_table_and_column_are_told_apart(client: AsyncClient) -> None:
    codes = []
    for asked in (
        client.rpc("nobody", {"x": 1}),
        client.table("nowhere").select("*"),
        client.table("images").select("nothing"),
        client.table("images").insert({"nothing": 1}),
    ):
        with pytest.raises(APIError) as refused:
            await asked.execute()
        codes.append(refused.value.code)
    assert codes == ["PGRST202", "PGRST205", "42703", "PGRST204"]


async def test_csv(client: AsyncClient) -> None:
    await client.table("images").insert({"name": "a,b"}).execute()
    assert (await client.table("images").select("id,name").csv().execute()).data == 'id,name\n1,"a,b"'
