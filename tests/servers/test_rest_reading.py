"""Reading tables and views: what comes back, how much of it, under whose rights, and what is refused how."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.servers.project import SupabaseProject
from tests.servers.rest_asking import Asking, rest_project

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)


@pytest.fixture(scope="module")
def project() -> Iterator[SupabaseProject]:
    """2,500 images, of which the first has all that is odd about it."""
    with rest_project() as project:
        project.sql("insert into images (name, size) select 'n' || i, i from generate_series(1, 2500) i")
        project.sql("""update images set name = 'a,b "c"', tags = '{x,"y z"}', size = null,
            meta = '{"a": {"b": [1, "two"]}, "n": 5}' where id = 1""")
        project.sql("insert into hidden values (1), (2)")
        yield project


@pytest.fixture(scope="module")
def ask(project: SupabaseProject) -> Iterator[Asking]:
    asking = Asking(project)
    yield asking
    asking.close()


def ids(ask: Asking, conditions: str) -> list[int]:
    return [row["id"] for row in ask.rows(f"/images?select=id&order=id&limit=5&{conditions}")]


def test_columns_casts_aliases_and_paths(ask: Asking) -> None:
    (row,) = ask.rows(
        "/images?id=eq.1&select=id,what:name,meta->a->b,second:meta->a->b->>1,meta->n,taken::text,size::text"
    )
    assert row == {
        "id": 1,
        "what": 'a,b "c"',
        "b": [1, "two"],
        "second": "two",
        "n": 5,
        "taken": "2026-01-02 03:04:05.678+00",
        "size": None,
    }


@pytest.mark.parametrize(
    ("conditions", "expected"),
    [
        ("id=eq.3", [3]),
        ("id=in.(2,4,9999)", [2, 4]),
        ("id=in.()", []),
        ('name=in.("a,b \\"c\\"",n7)', [1, 7]),
        ("id=lt.4&id=gte.2", [2, 3]),
        ("id=neq.1&id=lte.2", [2]),
        ("size=is.null", [1]),
        ("size=not.is.null&id=lt.3", [2]),
        ("name=eq.null", []),
        ("name=like.n249*", [249, 2490, 2491, 2492, 2493]),
        ("name=ilike.N24_", [240, 241, 242, 243, 244]),
        ("tags=cs.{x}", [1]),
        ('tags=cs.{"y z",x}', [1]),
        ('tags=cd.{x,"y z",w}', [1]),
        ("tags=ov.{w,x}", [1]),
        ("meta->>n=eq.5", [1]),
        ("meta->a->b->>1=eq.two", [1]),
        ('meta=cs.{"n":5}', [1]),
        ("or=(id.eq.2,and(size.gt.2,size.lt.5))", [2, 3, 4]),
        ('or=(name.eq."a,b \\"c\\"",id.in.(5,6))', [1, 5, 6]),
        ("not.or=(id.gt.2,id.lt.2)", [2]),
        ("and=(id.gte.2,not.or(id.gt.3,size.is.null))", [2, 3]),
        ("id=eq(any).{3,4}", [3, 4]),
        ("kind=match.^pho&id=eq.2", [2]),
    ],
)
def test_conditions(ask: Asking, conditions: str, expected: list[int]) -> None:
    assert ids(ask, conditions) == expected


@given(TEXT)
def test_a_value_never_means_anything_but_itself(ask: Asking, value: str) -> None:
    answer = ask.http.get(
        "/images",
        params={"select": "name", "name": f"eq.{value}", "limit": "1"},
        headers={"apikey": ask.project.secret_key},
    )
    assert answer.status_code == 200
    assert all(row["name"] == value for row in answer.json())


def test_the_order_of_rows_and_of_nulls(ask: Asking) -> None:
    assert [row["id"] for row in ask.rows("/images?select=id&order=size.desc.nullsfirst,id&limit=2")] == [1, 2500]
    assert [row["id"] for row in ask.rows("/images?select=id&order=size.desc.nullslast&limit=1")] == [2500]
    assert [row["id"] for row in ask.rows("/images?select=id&order=meta->>n.asc.nullslast,id.desc&limit=2")] == [
        1,
        2500,
    ]


def test_rows_end_at_a_thousand_and_nothing_says_so(ask: Asking) -> None:
    answer = ask("GET", "/images?select=id&limit=2000")
    assert (answer.status_code, len(answer.json()), answer.headers["content-range"]) == (200, 1000, "0-999/*")


@pytest.mark.parametrize(
    ("path", "prefer", "header", "status", "told", "rows"),
    [
        ("/images?limit=2", "count=exact", "", 206, "0-1/2500", 2),
        ("/images?id=lt.3", "count=exact", "", 200, "0-1/2", 2),
        ("/images?id=lt.0", "count=exact", "", 200, "*/0", 0),
        ("/images?id=lt.0", "", "", 200, "*/*", 0),
        ("/images?offset=2499", "count=exact", "", 206, "2499-2499/2500", 1),
        ("/images?offset=2500", "count=exact", "", 206, "*/2500", 0),
        ("/images", "count=exact", "10-19", 206, "10-19/2500", 10),
        ("/images", "", "10-19", 200, "10-19/*", 10),
    ],
)
def test_pages_and_exact_counts(
    ask: Asking, path: str, prefer: str, header: str, status: int, told: str, rows: int
) -> None:
    answer = ask("GET", path, prefer, **({"Range": header} if header else {}))
    assert (answer.status_code, answer.headers["content-range"], len(answer.json())) == (status, told, rows)


def test_a_page_behind_the_end_is_not_satisfiable_once_it_is_counted(ask: Asking) -> None:
    answer = ask("GET", "/images?offset=9999", "count=exact")
    assert (answer.status_code, answer.headers["content-range"], answer.json()["code"]) == (416, "*/2500", "PGRST103")
    assert ask.rows("/images?offset=9999") == []


def test_estimated_counts_are_exact_while_they_are_small(project: SupabaseProject, ask: Asking) -> None:
    project.sql("analyze images")
    few = ask("HEAD", "/images?id=lt.10", "count=estimated")
    assert (few.headers["content-range"], few.headers["preference-applied"]) == ("0-8/9", "count=estimated")
    for count in ("estimated", "planned"):
        answer = ask("HEAD", "/images", f"count={count}")
        assert (answer.status_code, answer.headers["content-range"]) == (206, "0-999/2500")


def test_a_head_tells_and_shows_nothing(ask: Asking) -> None:
    answer = ask("HEAD", "/images?limit=3", "count=exact")
    assert (answer.status_code, answer.headers["content-range"], answer.content) == (206, "0-2/2500", b"")


def test_one_object_or_nothing(ask: Asking) -> None:
    one = {"Accept": "application/vnd.pgrst.object+json"}
    assert ask.rows("/images?id=eq.2&select=id", **one) == {"id": 2}
    for conditions, count in (("id=lt.0", 0), ("id=lt.3", 2)):
        answer = ask("GET", f"/images?{conditions}", **one)
        assert (answer.status_code, answer.json()["details"]) == (406, f"The result contains {count} rows")
    stripped = {"Accept": "application/vnd.pgrst.object+json;nulls=stripped"}
    assert ask.rows("/images?id=eq.1&select=id,size", **stripped) == {"id": 1}


def test_commas_between_values(ask: Asking) -> None:
    answer = ask("GET", "/images?select=id,name&id=in.(1,2)&order=id", Accept="text/csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.text == 'id,name\n1,"a,b ""c"""\n2,n2'


def test_views_are_read_like_tables(ask: Asking) -> None:
    assert ask.rows("/big_images?select=id&order=id&limit=1") == [{"id": 101}]


def test_a_schema_that_is_not_exposed_is_named_with_those_that_are(ask: Asking) -> None:
    answer = ask("GET", "/objects", Accept_Profile="storage")
    assert (answer.status_code, answer.json()["code"]) == (406, "PGRST106")
    assert answer.json()["hint"] == "Only the following schemas are exposed: public"
    named = ask("GET", "/images?limit=1", Accept_Profile="public")
    assert named.headers["content-profile"] == "public"


def test_another_schema_can_be_exposed_whose_rights_only_the_callers_have(
    project: SupabaseProject, ask: Asking
) -> None:
    project.sql("""create schema vault_of_ours; grant usage on schema vault_of_ours to service_role;
        create table vault_of_ours.images (id int generated by default as identity primary key, "odd name" text);
        grant all on vault_of_ours.images to service_role""")
    project.settings.schemas = ("public", "vault_of_ours")
    try:
        there = {"Content_Profile": "vault_of_ours", "Accept_Profile": "vault_of_ours"}
        written = ask("POST", "/images", json={"odd name": 'x"y'}, **there)
        assert (written.status_code, ask.rows('/images?select="odd name"', **there)) == (201, [{"odd name": 'x"y'}])
        token = project.token("00000000-0000-0000-0000-000000000001")
        assert ask.refusal("GET", "/images", token=token, **there) == (403, "42501")
        assert len(ask.rows("/images?id=eq.2")) == 1
        assert set(ask("GET", "/", **there).json()["definitions"]) == {"images"}
    finally:
        project.settings.schemas = ("public",)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/nowhere", (404, "PGRST205")),
        ("/images?select=nothing", (400, "42703")),
        ("/images?nothing=eq.1", (400, "42703")),
        ("/images?id=eq.one", (400, "22P02")),
        ("/images?id=noop.1", (400, "PGRST100")),
        ("/images/1", (404, "PGRST125")),
        ("/images?id=like.1", (404, "42883")),
    ],
)
def test_refusals(ask: Asking, path: str, expected: tuple[int, str]) -> None:
    assert ask.refusal("GET", path) == expected


def test_a_kind_that_there_is_not_and_a_method_that_there_is_not(ask: Asking) -> None:
    assert ask.refusal("GET", "/images", Accept="image/png") == (406, "PGRST107")
    assert ask.refusal("PUT", "/images", json={}) == (405, "PGRST117")


def test_rights_are_those_of_the_role_in_the_token(project: SupabaseProject, ask: Asking) -> None:
    signed_in, anon = project.token("00000000-0000-0000-0000-000000000001"), project.anon_key
    assert ask.refusal("GET", "/parts", token=signed_in) == (403, "42501")
    answer = ask("GET", "/images", token=anon)
    assert (answer.status_code, answer.json()["code"], answer.headers["www-authenticate"]) == (401, "42501", "Bearer")
    assert ask.rows("/hidden", token=signed_in) == []
    assert len(ask.rows("/hidden")) == 2


@pytest.mark.parametrize(
    ("claims", "code", "message"),
    [
        ({"role": "authenticated", "exp": 1}, "PGRST303", "JWT expired"),
        ({"role": "authenticated", "nbf": 4_000_000_000}, "PGRST303", "JWT not yet valid"),
        ({"role": "nobody_of_this_name"}, "22023", 'role "nobody_of_this_name" does not exist'),
    ],
)
def test_tokens_out_of_their_time_and_unknown_roles_are_401(
    project: SupabaseProject, ask: Asking, claims: dict[str, object], code: str, message: str
) -> None:
    answer = ask("GET", "/images", token=project.settings.sign(claims))
    assert (answer.status_code, answer.json()["code"], answer.json()["message"]) == (401, code, message)


def test_a_token_of_another_project_is_401(project: SupabaseProject, ask: Asking) -> None:
    head, claims, _ = project.service_key.split(".")
    answer = ask("GET", "/images", token=f"{head}.{claims}.{'A' * 43}")
    assert (answer.status_code, answer.json()["code"]) == (401, "PGRST301")


def test_a_statement_that_takes_too_long_is_ended(project: SupabaseProject, ask: Asking) -> None:
    project.sql("""create view slow as select pg_sleep(20) is null as slept; grant select on slow to service_role""")
    project.sql("""create function limits() returns text language sql stable as
        $$ select current_setting('statement_timeout') $$""")
    told = [ask.rows("/rpc/limits")]
    told += [ask.rows("/rpc/limits", token=project.settings.sign({"role": role})) for role in ("anon", "authenticated")]
    assert told == ["8s", "3s", "8s"]
    (database,) = project.sql("select quote_ident(current_database())")[0]
    project.sql(f"alter role service_role in database {database} set statement_timeout = '200ms'")
    project.sql("notify pgrst, 'reload schema'")
    assert ask.refusal("GET", "/slow") == (500, "57014")
