"""A script cleans up a Supabase project: scan, plan, look at it, apply, undo, and every row and file is back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from tests.end2end.desk import Desk
from tests.servers.project import SupabaseProject, supabase_project

ROWS = """
create table part_images (
    id uuid primary key default gen_random_uuid(), storage_path text not null, signed_url text,
    url_expires_at timestamptz, uploaded_at timestamptz not null default now() - interval '30 days',
    tags text[], details jsonb);
create table part_notes (
    id bigint generated always as identity primary key, image uuid references part_images (id) on delete cascade,
    note text);
grant all on part_images, part_notes to authenticated, service_role;
insert into part_images (storage_path, tags, details)
    select 'p/' || n || '.png', array['a b', null], '{"n": 1.50}' from generate_series(1, 30) n;
insert into part_notes (image, note) select id, 'ü' from part_images;
"""
PROFILE = """kind = "supabase"
[supabase]
url = "{url}"
sign_in = "key"
[[sources]]
describes = true
table = "part_images"
key = ["id"]
bucket = "sop-images"
columns = [{{ name = "storage_path", holds = "path" }}]
time_column = "uploaded_at"
"""


@pytest.fixture
def project(monkeypatch: pytest.MonkeyPatch) -> Iterator[SupabaseProject]:
    """28 images in order, two rows without a file, two files without a row."""
    with supabase_project() as made:
        made.sql(ROWS)
        for key in [*(f"p/{n}.png" for n in range(1, 29)), "lost/1.png", "lost/2.png"]:
            made.put("sop-images", key, key.encode(), "image/png", age=timedelta(days=30))
        monkeypatch.setenv("BUCKETDESK_SUPABASE_KEY", made.service_key)
        yield made


def rows(project: SupabaseProject) -> list[object]:
    return [project.sql(f"select t::text from {table} t order by 1") for table in ("part_images", "part_notes")]


def test_a_script_cleans_up_a_project_and_takes_it_back(desk: Desk, project: SupabaseProject) -> None:
    profile = desk.home / "profiles" / "shop.toml"
    profile.parent.mkdir(parents=True, exist_ok=True)
    profile.write_text(PROFILE.format(url=project.url), encoding="utf-8")
    before, keys = rows(project), project.keys("sop-images")
    scan = desk.json("--profile", "shop", "scan")
    assert (scan["complete"], scan["objects"], scan["rows"]) == (True, 30, 30)
    plan = desk.home / "plan.jsonl"
    head = desk.json("--profile", "shop", "plan", "cleanup", "-o", plan)
    assert head["by_kind"] == {"delete_object": 2, "delete_row": 4} and head["guard"] is None
    sql = desk("--profile", "shop", "plan", "export", plan, "--sql").out
    assert "Dialect: PostgreSQL" in sql and sql.count("DELETE FROM") == 4
    run = desk.json("--profile", "shop", "apply", plan, "--yes")
    assert (run["done"], run["skipped"], run["failed"], run["drifted"]) == (6, 0, 0, 0)
    assert project.sql("select count(*) from part_images, part_notes") == [(28 * 28,)]
    assert project.keys("sop-images") == [key for key in keys if not key.startswith("lost/")]
    back = desk.json("--profile", "shop", "undo", run["run_id"], "--yes")
    assert (back["done"], back["failed"], back["drifted"]) == (6, 0, 0)
    assert rows(project) == before and project.keys("sop-images") == keys
    assert project.content("sop-images", "lost/1.png") == b"lost/1.png"
