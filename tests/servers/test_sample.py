"""The project to try Bucketdesk on: what is planted in it, and the command that serves it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import psycopg
import pytest

from tests.servers.postgres import postgres
from tests.servers.supabase.__main__ import running
from tests.servers.supabase.sample import PASSWORD, plant
from tests.servers.supabase.settings import Settings
from tests.servers.template import bare_template, owner

ROOT = Path(__file__).parents[2]


def test_a_sample_has_pictures_rows_that_name_them_links_that_open_and_people_who_sign_in() -> None:
    settings = Settings()
    with running(settings, port=0) as project:
        said = plant(project.url, settings, project.owner_url, project.superuser_url, objects=60)
        assert "60 objects in 4 buckets" in said and "file_without_row" in said
        key = {"apikey": settings.secret_key, "Authorization": f"Bearer {settings.secret_key}"}
        with httpx.Client(base_url=project.url, headers=key) as http:
            listed = http.post("/storage/v1/object/list-v2/sop-images", json={}).json()["objects"]
            assert {item["metadata"]["mimetype"] for item in listed} <= {"image/png", "image/jpeg", "image/webp"}
            links = http.get("/rest/v1/part_images?signed_url=not.is.null&signed_url=neq.&select=signed_url").json()
            statuses = {httpx.get(link["signed_url"]).status_code for link in links}
            assert statuses == {200, 400}
            collections = http.get("/rest/v1/media_collections?select=image_paths").json()
            assert all(isinstance(row["image_paths"], list) for row in collections)
            anon = {"apikey": settings.anon_key, "Authorization": f"Bearer {settings.anon_key}"}
            given = {"email": "staff@example.org", "password": PASSWORD}
            session = http.post("/auth/v1/token?grant_type=password", json=given, headers=anon).json()
            assert session["user"]["app_metadata"]["role"] == "staff"
        with psycopg.connect(project.owner_url) as connection:
            old = "select count(*) from storage.objects where updated_at < now() - interval '1 day'"
            (row,) = connection.execute(old.encode()).fetchall()
            assert row[0] > 40


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no signal that asks a process to end")
def test_the_command_tells_address_and_keys_serves_and_ends_when_asked(tmp_path: Path) -> None:
    server = postgres()
    name = server.create_database("served", template=bare_template(), owner=owner())
    environment = {**os.environ, "DATABASE_URL": server.url(name), "SECRET_KEY": "sb_secret_tried"}
    command = [sys.executable, "-m", "tests.servers.supabase", "--hosted"]
    try:
        with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as process:
            try:
                assert process.stdout is not None
                told = dict(process.stdout.readline().strip().split("=", 1) for _ in range(7))
                assert told["SUPABASE_SECRET_KEY"] == "sb_secret_tried"
                headers = {"apikey": "sb_secret_tried"}
                assert httpx.get(f"{told['SUPABASE_URL']}/rest/v1/", headers=headers).status_code == 200
            finally:
                process.send_signal(signal.SIGINT)
            assert process.wait(20) == 0
    finally:
        server.drop_database(name)
