"""Profiles of Supabase projects by command line: made, tried, used and removed, and no key ever shows."""

from __future__ import annotations

import io
import json
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from core.cli.__main__ import main
from core.secrets import of_this_process
from tests.core.tokens import token
from tests.end2end.desk import Answer, Desk
from tests.servers.project import SupabaseProject, supabase_project

PASSWORD = "a b's “password”"


@pytest.fixture(scope="module")
def project() -> Iterator[SupabaseProject]:
    with supabase_project() as made:
        made.sql(
            "create table part_images (id bigint primary key, storage_path text, signed_url text, "
            "url_expires_at timestamptz, created_at timestamptz)"
        )
        made.sql("grant select on part_images to authenticated, service_role")
        made.put("sop-images", "a.png")
        made.sql("insert into part_images values (1, 'a.png'), (2, 'lost.png')")
        made.make_user("jo@example.org", PASSWORD, "admin")
        yield made


@pytest.fixture
def ring(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A keyring that other processes find."""
    path = desk.home / "keyring.json"
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "tests.keyrings.FileRing")
    monkeypatch.setenv("TEST_KEYRING", str(path))
    return path


class Near:
    """The same command line in this process: quicker, where another process proves nothing more."""

    def __init__(self, capsys: pytest.CaptureFixture[str], patch: pytest.MonkeyPatch) -> None:
        self._capsys, self._patch = capsys, patch

    def __call__(self, *words: str | Path, text: str = "") -> Answer:
        of_this_process.cache_clear()
        self._patch.setattr("sys.stdin", io.StringIO(text))
        self._capsys.readouterr()
        code = main([str(word) for word in words])
        return Answer(code, *self._capsys.readouterr())

    def json(self, *words: str | Path, code: int = 0) -> Any:
        answer = self(*words, "--json")
        assert answer.code == code, (answer.out, answer.err)
        return answer.document

    def fail(self, *words: str | Path, code: int) -> Any:
        answer = self(*words, "--json")
        assert answer.code == code, (answer.out, answer.err)
        return answer.error


@pytest.fixture
def near(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Near:
    monkeypatch.setattr("core.cli.__main__.start_log", lambda: None)
    return Near(capsys, monkeypatch)


def secrets_in(ring: Path) -> dict[str, str]:
    return json.loads(ring.read_text()) if ring.exists() else {}


def traces(desk: Desk, secret: str) -> list[str]:
    """The files of ours that hold a secret."""
    files = [path for path in desk.home.rglob("*") if path.is_file() and path.name != "keyring.json"]
    return [str(path) for path in files if secret.encode() in path.read_bytes()]


def test_a_profile_from_a_file_of_variables_is_tried_written_and_scanned(
    desk: Desk, project: SupabaseProject, ring: Path, tmp_path: Path
) -> None:
    variables = tmp_path / ".env"
    variables.write_text(f"SUPABASE_URL={project.url}/\nSUPABASE_SERVICE_ROLE_KEY='{project.service_key}'\n")
    made = desk.json("profile", "add", "north", "--env-file", variables, "--preset", "part_images", "--production")
    assert (made["ok"], made["checked"], made["url"], made["production"]) == (True, True, project.url, True)
    assert {one["name"]: one["state"] for one in made["capabilities"]}["Table part_images"] == "yes"
    assert made["missing"] == ["SUPABASE_DB_URL", "CLOUDINARY_URL"]
    assert made["secrets"] == {"supabase_key": "keyring"}
    assert list(secrets_in(ring).values()) == [project.service_key]
    path = desk.home / "profiles" / "north.toml"
    assert os.name == "nt" or stat.S_IMODE(path.stat().st_mode) == 0o600
    scan = desk.json("--profile", "north", "scan")
    assert (scan["complete"], scan["objects"], scan["rows"]) == (True, 1, 2)
    shown = desk.json("profile", "show", "north")
    assert (shown["secrets"], shown["sources"]) == ({"supabase_key": "keyring"}, ["part_images"])
    assert traces(desk, project.service_key) == []
    assert desk.json("profile", "forget", "north", "--yes")["forgotten"]
    assert secrets_in(ring) == {}
    assert not path.exists()
    assert (desk.home / "workspaces" / "north" / "journal.db").exists()


def test_a_person_signs_in_by_password_and_stays_so(desk: Desk, project: SupabaseProject, ring: Path) -> None:
    variables = desk.home / "web.env"
    variables.write_text(f"VITE_SUPABASE_URL={project.url}\nVITE_SUPABASE_ANON_KEY={project.anon_key}\n")
    made = desk.json("profile", "add", "north", "--email", "jo@example.org", "--env-file", variables)
    assert (made["ok"], made["checked"], made["secrets"]) == (None, False, {"supabase_key": "keyring"})
    assert made["next"] == [
        "bucketdesk-cli profile secret north supabase_password, or set BUCKETDESK_SUPABASE_PASSWORD"
    ]
    said = desk("profile", "secret", "north", "supabase_password", "--json", text=PASSWORD + "\n")
    assert said.code == 0, said.err
    tried = desk.json("profile", "test", "north")
    assert tried["ok"]
    assert tried["sign_in"].startswith("Signed in as jo@example.org (admin), until ")
    desk.json("profile", "secret", "north", "supabase_password", "--remove")
    before = len([r for r in project.requests if r.path.endswith("/token")])
    assert desk.json("profile", "test", "north")["ok"], "the session is kept"
    assert len([r for r in project.requests if r.path.endswith("/token")]) == before
    desk.json("profile", "sign-out", "north")
    assert secrets_in(ring).keys() == {"bucketdesk/north|supabase_key"}
    again = desk("profile", "sign-out", "north", "--json")
    assert (again.code, "could not be told" in again.err) == (0, True), "what is over may be ended again"
    assert traces(desk, PASSWORD) == []


def test_without_a_keyring_the_environment_does(
    desk: Desk, near: Near, project: SupabaseProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    near.json("profile", "add", "north", "--url", project.url)
    said = near("profile", "secret", "north", "supabase_key", "--json", text=project.secret_key)
    assert said.code == 1
    assert "no keyring" in said.error["message"]
    assert "BUCKETDESK_SUPABASE_KEY" in said.error["hint"]
    monkeypatch.setenv("BUCKETDESK_SUPABASE_KEY", project.secret_key)
    assert near.json("profile", "test", "north")["ok"]
    assert near.json("profile", "show", "north")["secrets"] == {"supabase_key": "environment"}
    answer = near("profile", "test", "north")
    assert "Connected with a secret key." in answer.out
    assert project.secret_key not in answer.out + answer.err
    assert traces(desk, project.secret_key) == []


@pytest.mark.parametrize(
    ("words", "key", "kind", "said"),
    [
        (["--url", "{url}"], "sb_secret_wrong_wrong_wrong", "not_allowed", "does not accept the key"),
        (["--url", "http://127.0.0.1:9"], "sb_secret_wrong_wrong_wrong", "unavailable", "127.0.0.1:9"),
        (["--url", "https://supabase.com/dashboard"], "x", "bad_profile", "not a project"),
        (["--url", "{url}"], "sbp_0123456789", "bad_profile", "not a key of the project"),
        (["--url", "{url}", "--email", "jo@example.org"], "{service}", "not_allowed", "wants the publishable"),
        (["--url", "{url}", "--sign-in", "password"], "x", "usage", "wants an address"),
        (["--url", "{url}", "--postgres", "postgresql://u:hunter2@h/db"], "x", "usage", "command line"),
        (["--url", "{url}", "--preset", "nothing"], "x", "usage", "no preset"),
        (["--from-env"], "x", "usage", "SUPABASE_URL or VITE_SUPABASE_URL or NEXT_PUBLIC_SUPABASE_URL is not set"),
    ],
)
def test_what_goes_wrong_is_one_sentence_with_the_next_step_and_writes_nothing(
    desk: Desk,
    near: Near,
    project: SupabaseProject,
    monkeypatch: pytest.MonkeyPatch,
    words: list[str],
    key: str,
    kind: str,
    said: str,
) -> None:
    for name in ("SUPABASE_URL", "VITE_SUPABASE_URL", "NEXT_PUBLIC_SUPABASE_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("BUCKETDESK_SUPABASE_KEY", key.format(service=project.service_key))
    arguments = [word.format(url=project.url) for word in words]
    error = near.fail("profile", "add", "north", *arguments, code=2 if kind in ("usage", "bad_profile") else 1)
    assert error["kind"] == kind
    assert said in error["message"]
    assert error["hint"]
    assert "hunter2" not in json.dumps(error)
    assert not list((desk.home / "profiles").glob("*.toml"))


def test_a_missing_table_and_a_missing_right_are_told_apart(
    desk: Desk, near: Near, project: SupabaseProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BUCKETDESK_SUPABASE_KEY", project.secret_key)
    made = near.json("profile", "add", "north", "--url", project.url, "--preset", "device_test")
    lines = {one["name"]: one for one in made["capabilities"]}
    assert not made["ok"]
    assert lines["Table device_test"]["state"] == "no"
    assert "device_test" in lines["Table device_test"]["sentence"]
    project.sql("create table if not exists images (id bigint primary key, path text)")
    project.sql("grant select on images to service_role")
    other = near.json("profile", "add", "south", "--url", project.url, "--preset", "images=sop-images")
    line = next(one for one in other["capabilities"] if one["name"] == "Table images")
    assert line["sentence"] == ("The table images has no column “metadata_status”, “file_size”, “created_at”.")
    assert near("profile", "test", "north").code == 1
    monkeypatch.setenv("BUCKETDESK_SUPABASE_KEY", project.anon_key)
    tried = near.json("profile", "test", "north", code=1)
    who = next(one for one in tried["capabilities"] if one["name"] == "Who you are")
    assert (who["state"], bool(who["next"])) == ("no", True)


def test_a_key_of_another_project_is_told_before_it_is_sent(
    desk: Desk, near: Near, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BUCKETDESK_SUPABASE_KEY", token(role="service_role", ref="ponmlkjihgfedcbaxyzw"))
    error = near.fail("profile", "add", "north", "--url", "abcdefghijklmnopqrst", code=1)
    assert "belongs to the project “ponmlkjihgfedcbaxyzw”" in error["message"]


def test_a_folder_is_tried_as_well_and_a_profile_is_not_made_twice(desk: Desk) -> None:
    desk.practice(scan=False)
    assert desk.json("profile", "test", "practice")["ok"]
    desk.json("profile", "add", "north", "--url", "http://127.0.0.1:9")
    assert desk.fail("profile", "add", "north", "--url", "http://127.0.0.1:9", code=1)["kind"] == "already_exists"
    assert desk.fail("profile", "forget", "north", code=2)["kind"] == "needs_confirmation"
    assert desk.fail("profile", "forget", "south", "--yes", code=1)["kind"] == "not_found"
    desk.json("profile", "forget", "north", "--yes", "--all")
    assert [one["name"] for one in desk.json("profile", "presets")["presets"]][:2] == ["part_images", "images"]


def test_production_wants_its_name_and_read_only_refuses(desk: Desk) -> None:
    desk.practice(scan=False)
    storage, catalog = desk.home / "practice" / "storage", desk.home / "practice" / "catalog.db"
    (desk.home / "profiles").mkdir()
    profile = desk.home / "profiles" / "my own.toml"
    text = (
        f"kind = 'local'\n%s = true\n[local]\nstorage = '{storage}'\ncatalog = '{catalog}'\n"
        "[[sources]]\ntable = 'part_images'\nkey = ['id']\nbucket = 'sop-images'\ndescribes = true\n"
        "columns = [{ name = 'storage_path', holds = 'path' }]\n[safety]\ngrace_hours = 0\nguard_share = 1\n"
    )
    profile.write_text(text % "production", "utf-8")
    desk.json("--profile", "my own", "scan", "--bucket", "sop-images")
    head = desk.json("--profile", "my own", "plan", "cleanup", "-o", "q.jsonl", "--kind", "row_without_file")
    assert head["steps"] > 0
    for wrong in ([], ["--yes"], ["--yes", "--confirm", "my"]):
        error = desk.fail("--profile", "my own", "apply", "q.jsonl", *wrong, code=2)
        assert error["kind"] == "needs_confirmation"
        assert "--confirm 'my own'" in error["hint"]
    profile.write_text(text % "read_only", "utf-8")
    error = desk.fail("--profile", "my own", "apply", "q.jsonl", "--yes", code=3)
    assert "read-only" in error["message"]
    profile.write_text(text % "production", "utf-8")
    run = desk.json("--profile", "my own", "apply", "q.jsonl", "--confirm", "my own")
    assert run["done"] == head["steps"]
    undo = ["--profile", "my own", "undo", run["run_id"]]
    for wrong in ([], ["--yes", "--confirm", "my"]):
        assert "--confirm 'my own'" in desk.fail(*undo, *wrong, code=2)["hint"]
    assert desk.json(*undo, "--confirm", "my own")["done"] == head["steps"]
