"""`bucketdesk-cli database`: what a person sees, and what programs read."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from core.cli.__main__ import main
from tests.core.database.projects import Project


@pytest.fixture
def profile(bare: Project, home: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("BUCKETDESK_POSTGRES_PASSWORD", bare.url.split("@")[0].rsplit(":", 1)[1])
    address = bare.url.replace(":" + bare.url.split("@")[0].rsplit(":", 1)[1], "")
    _write(home, "ward", f'[supabase]\nurl = "http://127.0.0.1:9"\nsign_in = "key"\npostgres = "{address}"')
    return "ward"


def _write(home: Path, name: str, text: str) -> None:
    folder = home / "profiles"
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.toml").write_text(f'kind = "supabase"\n{text}\n', "utf-8")


def _json(capsys: pytest.CaptureFixture[str]) -> dict[str, object]:
    document = json.loads(capsys.readouterr().out)
    assert isinstance(document, dict)
    return document


def test_the_sql_is_shown_without_any_project(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["database", "show"]) == 0
    text = capsys.readouterr().out
    assert text.startswith("-- Sets up a project's database for Bucketdesk.")
    assert text.count("\nbegin;\n") == text.count("\ncommit;\n") > 10
    assert main(["database", "show", "--json"]) == 0
    assert _json(capsys)["sql"] == text


def test_status_setup_and_status_again(bare: Project, profile: str, capsys: pytest.CaptureFixture[str]) -> None:
    bare.make_bucket("patient-images-3")
    assert main(["database", "status", "--profile", profile]) == 0
    shown = capsys.readouterr().out
    assert "public.bucketdesk_list_objects" in shown
    assert "database setup" in shown
    assert main(["database", "setup", "--profile", profile, "--yes", "--register", "patient-images-3"]) == 0
    assert "The bucket patient-images-3 is registered." in capsys.readouterr().out
    assert main(["--json", "database", "status", "--profile", profile]) == 0
    document = _json(capsys)
    assert document["ready"] is True
    assert {"name": "patient-images-3", "kind": "bucket", "state": "there", "sentence": ""} in document["items"]  # type: ignore[operator]


def test_setting_up_again_says_what_was_there_and_what_is_new(
    bare: Project, profile: str, capsys: pytest.CaptureFixture[str]
) -> None:
    for again in (False, True):
        assert main(["--json", "database", "setup", "--profile", profile, "--yes"]) == 0
        document = _json(capsys)
        assert document["registered"] == []
        assert document["new"] == ([] if again else document["applied"])
    assert document["notices"] == []
    assert "bucketdesk_schema" in document["applied"]  # type: ignore[operator]
    assert main(["database", "setup", "--profile", profile, "--yes"]) == 0
    assert re.search(r"was set up already: all \d+ migrations were there", capsys.readouterr().out)
    bare.sql(
        "delete from bucketdesk.migrations where name = 'bucketdesk_usage'"
    )  # as if an earlier release had done it
    assert main(["database", "setup", "--profile", profile, "--yes"]) == 0
    assert re.search(r"is set up: 1 migration of \d+ is new; what was there already", capsys.readouterr().out)


def test_without_a_yes_nothing_is_done(bare: Project, profile: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["database", "setup", "--profile", profile]) == 2
    assert "--yes" in capsys.readouterr().err
    assert bare.value("select to_regnamespace('bucketdesk')") is None


@pytest.mark.parametrize(("line", "code"), [("production = true", 2), ("read_only = true", 3)])
def test_production_wants_its_name_and_read_only_refuses(
    bare: Project, profile: str, home: Path, capsys: pytest.CaptureFixture[str], line: str, code: int
) -> None:
    file = home / "profiles" / "ward.toml"
    file.write_text(file.read_text("utf-8") + line + "\n", "utf-8")
    assert main(["database", "setup", "--profile", profile, "--yes"]) == code
    assert main(["database", "setup", "--profile", profile, "--yes", "--confirm", "other"]) == code
    assert bare.value("select to_regnamespace('bucketdesk')") is None
    assert main(["database", "setup", "--profile", profile, "--confirm", "ward"]) == (0 if code == 2 else 3)
    capsys.readouterr()


def test_a_table_is_guarded_listed_and_let_go(bare: Project, profile: str, capsys: pytest.CaptureFixture[str]) -> None:
    bare.sql("create table images (id int)")
    asked = ["--json", "--profile", profile, "database", "guard"]
    assert main([*asked, "images", "--yes"]) == 1
    assert "not set up" in str(_json(capsys)["error"])
    assert main(["database", "setup", "--profile", profile, "--yes"]) == 0
    capsys.readouterr()
    assert main([*asked, "images", "--share", "0.5"]) == 2
    assert main([*asked, "nowhere", "--yes"]) == 1
    capsys.readouterr()
    assert main([*asked, "images", "--share", "0.5", "--yes"]) == 0
    assert _json(capsys) == {"guards": [{"table": "images", "share": 0.5, "uncovered": []}]}
    assert main(["database", "guard", "--profile", profile]) == 0
    assert "50 %" in capsys.readouterr().out
    assert main([*asked, "images", "--off", "--yes"]) == 0
    assert _json(capsys) == {"guards": []}


def test_a_profile_without_a_direct_connection_is_told_what_to_do(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _write(home, "web", '[supabase]\nurl = "http://127.0.0.1:9"\nsign_in = "key"')
    assert main(["database", "status", "--profile", "web", "--json"]) == 2
    error = _json(capsys)["error"]
    assert isinstance(error, dict)
    assert "no direct Postgres connection" in error["message"]
    assert "SQL editor" in error["hint"]


def test_a_wrong_password_gives_one_sentence(
    profile: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("BUCKETDESK_POSTGRES_PASSWORD", "hush-hush")
    assert main(["database", "status", "--profile", profile]) == 1
    told = capsys.readouterr()
    assert "does not accept the password of postgres" in told.err
    assert "hush-hush" not in told.out + told.err
