"""Who may do what: anon, somebody without a role, staff, managers, admins and the service, under row level security."""

from __future__ import annotations

import json
import uuid

import psycopg
import pytest

from tests.core.database.projects import SERVICE, Project, change

EVERYBODY = [
    ("anon", ""),
    ("authenticated", ""),
    ("authenticated", "staff"),
    ("authenticated", "manager"),
    ("authenticated", "admin"),
    (SERVICE, ""),
]
UPLOAD = "insert into storage.objects (bucket_id, name) values ('pics', 'new.jpg')"
READ = "select from storage.objects where bucket_id = 'pics'"
REMOVE = "update storage.objects set user_metadata = '{}' where bucket_id = 'pics'"  # DELETE is the API's alone
CALLS = {
    "about": "select bucketdesk_about()",
    "list": "select bucketdesk_list_objects('pics')",
    "stat": "select bucketdesk_stat_objects('pics', '{a.jpg}')",
    "tables": "select bucketdesk_tables()",
    "rows": "select bucketdesk_read_rows('secret', '{id}', '{word}')",
    "find": "select bucketdesk_find_rows('secret', '{id}', 'word', '{x}')",
    "batch": "select bucketdesk_apply_batch(gen_random_uuid(), '[]')",
    "guard": "select bucketdesk_guard_table('secret')",
    "register": "select setup_image_bucket_policies('pics')",
    "cleanup": "select cleanup_old_images('pics', 30)",
    "statistics": "select get_media_statistics()",
    "forget logs": "select cleanup_old_sync_logs()",
    "stats": "select update_bucket_stats('pics')",
}


@pytest.fixture(scope="module")
def desk(shared: Project) -> Project:
    project = shared
    project.make_bucket("pics", "other", "bucketdesk-quarantine")
    project.put("pics", ["a.jpg"])
    project.put("other", ["b.jpg"])
    project.sql(
        "create table secret (id int primary key, word text); insert into secret values (1, 'x'); "
        "grant select on secret to anon, authenticated, service_role"
    )
    project.sql("alter table secret enable row level security")
    project.sql("insert into media_assets (public_id) values ('m')")
    project.sql("select setup_image_bucket_policies('pics')")
    return project


def _allowed(desk: Project, query: str) -> list[str]:
    allowed = []
    for role, app_role in EVERYBODY:
        with desk.acting(role, app_role) as somebody:
            if somebody.may(query):
                allowed.append(app_role or role)
    return allowed


@pytest.mark.parametrize(
    ("query", "allowed"),
    [
        (READ, ["staff", "manager", "admin", SERVICE]),
        (READ.replace("pics", "other"), [SERVICE]),
        (REMOVE, ["admin", SERVICE]),
        ("select from storage.buckets where id = 'pics'", ["staff", "manager", "admin", SERVICE]),
        ("select from storage.buckets where id = 'other'", ["admin", SERVICE]),
        ("update storage.buckets set public = true where id = 'pics'", ["admin", SERVICE]),
        ("select from media_assets", ["staff", "manager", "admin", SERVICE]),
        ("update media_assets set sync_status = 'pending'", ["admin", SERVICE]),
        ("delete from media_assets", ["admin", SERVICE]),
        ("select from secret", [SERVICE]),
        ("select from bucketdesk.removals union select from pg_class", [SERVICE]),
        ("insert into bucketdesk.buckets (name, family) values ('mine', 'mine')", [SERVICE]),
    ],
)
def test_rows_are_seen_and_changed_by_those_who_may(desk: Project, query: str, allowed: list[str]) -> None:
    assert _allowed(desk, query) == allowed


@pytest.mark.parametrize(
    ("query", "allowed"),
    [
        (UPLOAD, ["staff", "admin", SERVICE]),
        (UPLOAD.replace("pics", "other"), [SERVICE]),
        (UPLOAD.replace("pics", "bucketdesk-quarantine"), ["admin", SERVICE]),
        ("insert into media_assets (public_id) values ('new')", ["staff", "admin", SERVICE]),
        ("insert into storage.buckets (id, name) values ('new', 'new')", ["admin", SERVICE]),
    ],
)
def test_new_things_are_stored_by_those_who_may(desk: Project, query: str, allowed: list[str]) -> None:
    assert _allowed(desk, query) == allowed


@pytest.mark.parametrize(
    ("call", "allowed"),
    [
        ("about", ["authenticated", "staff", "manager", "admin", SERVICE]),
        ("list", ["staff", "manager", "admin", SERVICE]),
        ("stat", ["staff", "manager", "admin", SERVICE]),
        ("tables", ["manager", "admin", SERVICE]),
        ("rows", ["manager", "admin", SERVICE]),
        ("find", ["manager", "admin", SERVICE]),
        ("batch", ["admin", SERVICE]),
        ("guard", ["admin", SERVICE]),
        ("register", ["admin", SERVICE]),
        ("cleanup", ["admin", SERVICE]),
        ("statistics", ["staff", "manager", "admin", SERVICE]),
        ("forget logs", ["admin", SERVICE]),
        ("stats", ["staff", "manager", "admin", SERVICE]),
    ],
)
def test_functions_answer_those_who_may_call_them(desk: Project, call: str, allowed: list[str]) -> None:
    assert _allowed(desk, CALLS[call]) == allowed


def test_a_refusal_names_the_role_that_is_missing(desk: Project) -> None:
    with (
        desk.acting("authenticated", "staff") as somebody,
        pytest.raises(psycopg.errors.InsufficientPrivilege, match="needs the role manager or admin") as caught,
    ):
        somebody.sql(CALLS["tables"])
    assert "app_metadata.role" in str(caught.value.diag.message_hint)


def test_staff_list_registered_buckets_only(desk: Project) -> None:
    query = "select json_array_length(bucketdesk_list_objects(%s) -> 'objects')"
    with desk.acting("authenticated", "staff") as staff:
        assert staff.sql(query, "pics") == [(1,)]
        assert not staff.may(query, "other")
        ids = desk.sql("select array_agg(id) from storage.objects")[0][0]
        assert staff.sql(
            "select jsonb_object_agg(1, v) from jsonb_each_text(bucketdesk_object_names(%s)) as e (k, v)", ids
        )[0][0] == {"1": "pics/a.jpg"}
    with desk.acting("authenticated", "admin") as admin:
        assert admin.sql(query, "other") == [(1,)]


def test_only_an_admin_counts_a_bucket_that_is_not_registered_or_not_there(desk: Project) -> None:
    query = "select update_bucket_stats(%s)"
    for role in ("staff", "manager", "admin"):
        with desk.acting("authenticated", role) as somebody:
            assert somebody.may(query, "pics")
            assert [somebody.may(query, name) for name in ("other", "made up")] == [role == "admin"] * 2


def test_a_list_of_roles_counts_like_one(desk: Project) -> None:
    with desk.acting("authenticated") as somebody:
        claims = {"role": "authenticated", "app_metadata": {"roles": ["manager", "editor"]}}
        somebody.connection.execute("select set_config('request.jwt.claims', %s, false)", [json.dumps(claims)])
        assert somebody.may(CALLS["rows"])
        assert not somebody.may(CALLS["batch"])


@pytest.mark.parametrize(
    "claims", ["", '{"role": "authenticated", "user_metadata": {"role": "admin"}}', "[]", '"admin"']
)
def test_what_users_can_write_themselves_and_what_is_no_token_gives_no_role(desk: Project, claims: str) -> None:
    with desk.acting("authenticated") as somebody:
        somebody.connection.execute("select set_config('request.jwt.claims', %s, false)", [claims])
        assert not somebody.may(CALLS["list"])
        assert not somebody.may(READ)


def test_a_direct_connection_has_every_role(desk: Project) -> None:
    about = desk.value("select bucketdesk_about()")
    assert isinstance(about, dict)
    assert about["roles"] == ["admin", "manager", "staff"]
    assert about["sees_all_objects"] is True


def test_about_tells_somebody_what_they_may(desk: Project) -> None:
    with desk.acting("authenticated", "staff") as staff:
        ((about,),) = staff.sql("select bucketdesk_about()")
    assert isinstance(about, dict)
    assert (about["user_role"], about["roles"], about["version"]) == ("authenticated", ["staff"], 1)
    assert {"name", "metadata", "archived_at"} <= set(about["schema"]["objects"])
    assert about["tables"]["media_assets"] is True
    assert "cleanup_old_images" in about["functions"]


def test_inner_functions_are_nobodys_but_the_service(desk: Project) -> None:
    inner = desk.sql(
        "select p.proname from pg_proc as p where p.pronamespace = 'bucketdesk'::regnamespace "
        "and (has_function_privilege('authenticated', p.oid, 'execute') "
        "or has_function_privilege('anon', p.oid, 'execute'))"
    )
    assert sorted(name for (name,) in inner) == ["claims", "has_role", "require_role"]


def test_a_change_by_an_admin_needs_no_right_on_the_table_itself(desk: Project) -> None:
    wanted = json.dumps([change("update", "secret", {"id": "1"}, {"word": "x"}, {"word": "y"})])
    with desk.acting("authenticated", "admin") as admin:
        ((answer,),) = admin.sql("select bucketdesk_apply_batch(%s, %s)", uuid.uuid4(), wanted)
    assert isinstance(answer, list)
    assert answer[0]["result"] == "done"
