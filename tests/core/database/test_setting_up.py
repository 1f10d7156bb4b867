"""Setting up a database: twice, over what is there, with fewer rights, and on a PostgreSQL that is no Supabase."""

from __future__ import annotations

import asyncio
import os
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import psycopg
import pytest

from core import database_setup, database_status
from core.clients.postgres import Postgres
from core.database_status import Item
from core.errors import Unavailable
from tests.core.database.projects import Project
from tests.servers.postgres import postgres
from tests.servers.template import owner, owner_password

CLI = shlex.split(os.environ.get("BUCKETDESK_SUPABASE_CLI") or shutil.which("supabase") or "")
FOLDER = Path(__file__).parents[3] / "resources" / "supabase"


async def _status(project: Project) -> dict[str, Item]:
    database = await Postgres.open(project.url)
    try:
        return {item.name: item for item in await database_status.status(database)}
    finally:
        await database.close()


async def _apply(url: str, *register: str) -> database_setup.Applied:
    database = await Postgres.open(url)
    try:
        return await database_setup.apply(database, register)
    finally:
        await database.close()


def test_the_folder_is_laid_out_as_the_supabase_cli_wants_it() -> None:
    names = sorted(path.name for path in (FOLDER / "migrations").iterdir())
    assert all(re.fullmatch(r"\d{14}_[a-z_]+\.sql", name) for name in names)
    assert len({name[:14] for name in names}) == len(names)
    assert 'project_id = "bucketdesk"' in (FOLDER / "config.toml").read_text("utf-8")
    for one in database_setup.migrations():
        assert f"select bucketdesk.applied('{one.version}', '{one.name}');" in one.sql
        assert "set local lock_timeout = '2s';" in one.sql


def test_no_migration_deletes_from_the_storage_or_needs_an_extension() -> None:
    text = database_setup.script().lower()
    assert not re.search(r"delete\s+from\s+storage\.|truncate\s+(table\s+)?storage|create extension", text)
    assert not re.search(r"drop (table|schema|policy|column)", text)


def test_every_definer_function_has_an_empty_search_path(project: Project) -> None:
    loose = project.sql(
        "select p.oid::regprocedure::text from pg_proc as p "
        "where (p.pronamespace = 'bucketdesk'::regnamespace or p.proname like 'bucketdesk%' or p.prosecdef) "
        "and p.pronamespace in ('bucketdesk'::regnamespace, 'public'::regnamespace) "
        "and not coalesce(p.proconfig @> array['search_path=\"\"'], false)"
    )
    assert loose == []


def test_every_table_has_row_level_security_and_an_explicit_grant(project: Project) -> None:
    tables = project.sql(
        "select c.oid::regclass::text, c.relrowsecurity, has_table_privilege('service_role', c.oid, 'insert'), "
        "has_table_privilege('anon', c.oid, 'select') "
        "from pg_class as c join pg_namespace as n on n.oid = c.relnamespace "
        "where c.relkind = 'r' and n.nspname in ('public', 'bucketdesk')"
    )
    names = {str(name) for name, *_ in tables}
    assert {"image_bucket_stats", "image_patient_associations", "media_assets", "media_sync_log"} <= names
    assert {"media_usage", "media_collections", "bucketdesk.buckets", "bucketdesk.removals"} <= names
    assert [name for name, secured, _, by_anon in tables if not secured or by_anon] == []
    assert [name for name, _, granted, _ in tables if not granted] == ["bucketdesk.migrations"]


async def test_it_is_applied_twice_without_an_error_and_says_what_is_there(bare: Project) -> None:
    before = await _status(bare)
    assert {item.state for item in before.values()} == {"missing"}
    first = await _apply(bare.url)
    second = await _apply(bare.url)
    assert first.migrations == second.migrations == tuple(one.name for one in database_setup.migrations())
    assert first.new == first.migrations and second.new == ()
    assert second.notices == ()
    after = await _status(bare)
    assert {item.state for item in after.values()} == {"there"}
    applied = bare.sql("select version from bucketdesk.migrations order by version")
    assert [version for (version,) in applied] == [one.version for one in database_setup.migrations()]


async def test_postgrest_is_told_that_there_are_new_functions(bare: Project) -> None:
    with psycopg.connect(bare.url, autocommit=True) as listener:
        listener.execute("listen pgrst")
        await _apply(bare.url)
        told = [one.payload for one in listener.notifies(timeout=5, stop_after=len(database_setup.migrations()))]
    assert told == ["reload schema"] * len(database_setup.migrations())


async def test_two_desks_may_set_up_at_once(bare: Project) -> None:
    async with asyncio.TaskGroup() as desks:
        both = [desks.create_task(_apply(bare.url)) for _ in range(2)]
    assert [len(one.result().migrations) for one in both] == [len(database_setup.migrations())] * 2
    assert {item.state for item in (await _status(bare)).values()} == {"there"}


def test_the_script_runs_whole_as_it_is_pasted_into_the_editor(bare: Project) -> None:
    for _ in range(2):
        bare.sql(database_setup.script())
    assert bare.value("select public.bucketdesk_about() ->> 'version'") == "1"


async def test_tables_that_are_there_get_what_they_lack_and_keep_their_rows(bare: Project) -> None:
    bare.sql("create table image_bucket_stats (id uuid primary key default gen_random_uuid(), bucket_name text)")
    bare.sql("insert into image_bucket_stats (bucket_name) values ('patient-images')")
    bare.sql("create table media_assets (public_id text primary key, tags text, created_at timestamp)")
    bare.sql("insert into media_assets values ('a', 'x,y', now())")
    bare.sql("grant select on media_assets to anon")
    before = (await _status(bare))["public.image_bucket_stats"]
    assert before.state == "differs"
    assert "total_size_bytes" in before.sentence
    done = await _apply(bare.url)
    assert any("tags of public.media_assets is of type text, not text[]" in said for said in done.notices)
    assert any("media_assets_tags on public.media_assets was not made" in said for said in done.notices)
    assert any("Row level security is on for public.media_assets now" in said for said in done.notices)
    assert bare.sql("select bucket_name, total_files from image_bucket_stats") == [("patient-images", 0)]
    assert bare.sql("select public_id, tags, sync_status from media_assets") == [("a", "x,y", "pending")]
    bare.sql("select update_bucket_stats('patient-images')")
    assert bare.value("select last_updated_at is not null from image_bucket_stats") is True


async def test_functions_of_a_predecessor_give_way_and_its_trigger_goes_on(bare: Project) -> None:
    bare.sql(
        "create function cleanup_old_images(bucket_name text, retention int default 30) returns void language sql as ''"
    )
    bare.sql(
        "create function setup_image_bucket_policies(bucket text default 'x') returns jsonb "
        "language sql as 'select null::jsonb'"
    )
    bare.sql("create function update_bucket_stats(b text) returns integer language sql as 'select 1'")
    bare.sql(
        "create function auto_setup_image_bucket_policies() returns trigger language plpgsql "
        "as 'begin raise exception ''old''; end'"
    )
    bare.sql(
        "create trigger on_image_bucket_created after insert on storage.buckets "
        "for each row execute function auto_setup_image_bucket_policies()"
    )
    assert (await _status(bare))["public.update_bucket_stats"].state == "differs"
    done = await _apply(bare.url)
    assert sum("is replaced" in said for said in done.notices) == 3
    bare.make_bucket("patient-images-1")
    assert bare.sql("select bucket_name from image_bucket_stats") == [("patient-images-1",)]
    assert bare.value("select count(*) from pg_trigger where tgname ~ 'image_bucket'") == 1


async def test_the_counting_functions_of_an_earlier_release_give_way(project: Project) -> None:
    project.sql(
        "drop function bucketdesk_usage(boolean), bucketdesk.use_now(boolean); create function bucketdesk_usage() "
        "returns json language sql as 'select null::json'; create function bucketdesk.use_now() returns table "
        "(place text, objects bigint, bytes bigint, kept bigint, kept_bytes bigint) language plpgsql as 'begin end'"
    )
    await _apply(project.url)
    shapes = "select string_agg(pg_get_function_identity_arguments(oid), '|') from pg_proc where proname = %s"
    assert project.value(shapes, "bucketdesk_usage") == "note boolean"
    assert project.value(shapes, "use_now") == "one_by_one boolean"
    assert project.value("select bucketdesk_usage() -> 'buckets'") == []


async def test_a_changed_function_is_called_older_and_brought_up_to_date(project: Project) -> None:
    project.sql(
        "create or replace function bucketdesk_count_rows(tbl text) returns jsonb language sql as 'select null::jsonb'"
    )
    assert (await _status(project))["public.bucketdesk_count_rows"].state == "older"
    await _apply(project.url)
    assert (await _status(project))["public.bucketdesk_count_rows"].state == "there"


def test_a_function_that_a_later_migration_makes_anew_counts_as_made_there() -> None:
    def made(version: str, *functions: str) -> database_setup.Migration:
        text = "create or replace function public.{} returns int language sql as $function${}$function$;\n"
        return database_setup.Migration(version, "x", "".join(text.format(*one.split("=")) for one in functions))

    found = database_status.functions_of([made("1", "f(a int)=1", "f(b text)=2", "g()=3"), made("2", "g(a int)=4")])
    assert found == {"public.f": {"1", "2"}, "public.g": {"4"}}


async def test_buckets_of_a_family_are_shown_and_registered_only_when_asked(bare: Project) -> None:
    bare.make_bucket("patient-images", "patient-images-2", "other")
    await _apply(bare.url)
    items = await _status(bare)
    assert items["patient-images"].state == items["patient-images-2"].state == "missing"
    assert "other" not in items
    done = await _apply(bare.url, "patient-images-2")
    assert done.registered == ("patient-images-2",)
    items = await _status(bare)
    assert [items["patient-images"].state, items["patient-images-2"].state] == ["missing", "there"]


async def test_without_the_right_to_make_policies_the_rest_is_set_up_and_it_says_so(bare: Project) -> None:
    with postgres().connect() as connection:
        connection.execute("drop role if exists modest")
        connection.execute(f"create role modest login password '{owner_password()}'".encode())
        connection.execute(f"grant create on database {bare.name} to modest".encode())
    with postgres().connect(bare.name) as connection:
        connection.execute("grant all on schema public to modest; grant usage on schema storage to modest")
        connection.execute("grant select, trigger on storage.objects, storage.buckets to modest")
    done = await _apply(postgres().url(bare.name, "modest", owner_password()))
    assert sum("was not made" in said for said in done.notices) == 8
    about = bare.value("select public.bucketdesk_about()")
    assert isinstance(about, dict)
    assert not [name for name in about["policies"] if name.startswith("storage.")]
    assert about["bucket_trigger"] is True
    assert about["sees_all_objects"] is False


async def test_a_table_of_somebody_elses_stays_as_it_is_and_is_named(bare: Project) -> None:
    with postgres().connect(bare.name) as connection:
        connection.execute("create table media_usage (id int); create view media_collections as select 1 as id")
    done = await _apply(bare.url)
    assert any(said.startswith("public.media_usage does not get the column") for said in done.notices)
    assert any(said.startswith("public.media_collections does not get the column") for said in done.notices)
    assert any(said.startswith("Nobody was given rights on public.media_usage") for said in done.notices)
    items = await _status(bare)
    assert items["public.media_usage"].state == items["public.media_collections"].state == "differs"
    assert items["public.media_assets"].state == "there"


async def test_a_plain_postgresql_is_set_up_as_far_as_it_goes() -> None:
    server = postgres()
    owner()
    name = server.create_database("plain", owner=owner())
    try:
        url = server.url(name, owner(), owner_password())
        done = await _apply(url)
        assert "There is no Supabase Storage in this database, so nothing was set up for it." in done.notices
        with psycopg.connect(url) as connection:
            connection.execute("create table t (id int primary key); insert into t values (7)")
            (rows,) = connection.execute("select bucketdesk_read_rows('t', '{id}', '{}') -> 'rows'").fetchone() or ()
            assert rows == [["7"]]
            with pytest.raises(psycopg.errors.UndefinedTable, match=r"no table storage\.objects"):
                connection.execute("select bucketdesk_list_objects('b')")
    finally:
        server.drop_database(name)


async def test_a_lock_that_somebody_holds_gives_one_sentence(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database_setup, "_TRIES", 1)
    with psycopg.connect(project.url) as holder:
        holder.execute("lock table bucketdesk.batches in access exclusive mode")
        with pytest.raises(Unavailable, match="Applying “bucketdesk schema”: another program holds a lock"):
            await _apply(project.url)


@pytest.mark.skipif(not CLI, reason="no Supabase CLI: put it on PATH, or its command into BUCKETDESK_SUPABASE_CLI")
def test_the_supabase_cli_pushes_it_twice(bare: Project, tmp_path: Path) -> None:
    shutil.copytree(FOLDER, tmp_path / "supabase", ignore=shutil.ignore_patterns(".temp"))
    command = [*CLI, "db", "push", "--db-url", f"{bare.url}?sslmode=disable", "--workdir", str(tmp_path), "--yes"]
    for _ in range(2):
        answer = subprocess.run(command, capture_output=True, text=True, timeout=90, check=False)
        assert answer.returncode == 0, answer.stderr
        bare.sql("delete from supabase_migrations.schema_migrations where version > '20261121080500'")
    assert bare.value("select public.bucketdesk_about() ->> 'version'") == "1"


@pytest.mark.parametrize("known", [True, False])
async def test_the_history_of_the_cli_learns_of_ours_only_where_it_knows_them(bare: Project, known: bool) -> None:
    bare.sql("create schema supabase_migrations")
    bare.sql(
        "create table supabase_migrations.schema_migrations (version text primary key, statements text[], name text)"
    )
    first = database_setup.migrations()[0].version if known else "20250101000000"
    bare.sql("insert into supabase_migrations.schema_migrations (version) values (%s)", first)
    await _apply(bare.url)
    noted = bare.sql("select version from supabase_migrations.schema_migrations order by 1")
    ours = [(one.version,) for one in database_setup.migrations()]
    # A team's own `supabase db push` stops at a version that its folder does not have.
    assert noted == (ours if known else [("20250101000000",)])
