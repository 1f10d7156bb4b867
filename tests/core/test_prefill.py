"""A new profile starts from what the environment or a .env file says: secrets are not shown, missing names are."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.env_file import parse_env, read_env_file
from core.errors import BadProfile, Usage
from core.prefill import Prefill, prefill
from core.presets import preset, presets, with_presets
from core.profiles import Family, Profile, RowMapping
from tests.core.test_addresses import HOSTED
from tests.core.tokens import token

SERVICE, ANON = token(role="service_role"), token(role="anon")
FULL = f"""
# made by the web team
export SUPABASE_URL="{HOSTED}/"   # the project
SUPABASE_SERVICE_ROLE_KEY='{SERVICE}'
NEXT_PUBLIC_SUPABASE_ANON_KEY={ANON}
SUPABASE_DB_URL = postgresql://postgres:p%40ss@db.abc.supabase.co:5432/postgres
CLOUDINARY_CLOUD_NAME=demo
CLOUDINARY_API_KEY=123456789012345 # of the library
CLOUDINARY_API_SECRET="aB#cD"
"""


def test_everything_that_is_there_is_found(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    path.write_text(FULL, "utf-8")
    found = prefill(read_env_file(path))
    assert (found.url, found.key, found.public_key) == (HOSTED, SERVICE, ANON)
    assert (found.postgres, found.postgres_password) == (
        "postgresql://postgres@db.abc.supabase.co:5432/postgres",
        "p@ss",
    )
    assert found.cloudinary_url == "cloudinary://123456789012345:aB#cD@demo"
    assert (found.missing, found.notices) == ((), ())


def test_what_is_shown_of_it_opens_no_door() -> None:
    found = prefill(parse_env(FULL))
    shown = repr(found)
    for secret in (SERVICE, ANON, "p@ss", "p%40ss", "aB#cD"):
        assert secret not in shown
    told = {one.name: one.shown for one in found.found}
    assert told["SUPABASE_URL"] == HOSTED
    assert told["SUPABASE_SERVICE_ROLE_KEY"].startswith("a service_role key")
    assert told["SUPABASE_DB_URL"].endswith("with a password")


def test_what_is_missing_is_named_with_the_names_it_may_have() -> None:
    assert [names[0] for names in prefill({}).missing] == [
        "SUPABASE_URL",
        "SUPABASE_SERVICE_ROLE_KEY",
        "SUPABASE_DB_URL",
        "CLOUDINARY_URL",
    ]
    some = prefill({"VITE_SUPABASE_URL": HOSTED, "CLOUDINARY_API_KEY": "1234"})
    assert some.url == HOSTED
    assert [names[0] for names in some.missing][2:] == ["CLOUDINARY_API_SECRET", "CLOUDINARY_CLOUD_NAME"]


@pytest.mark.parametrize("value", ["your-project-url", "<url>", "https://your-project.supabase.co", "  ", "xxxxx"])
def test_a_placeholder_is_missing(value: str) -> None:
    assert prefill({"SUPABASE_URL": value}).missing[0][0] == "SUPABASE_URL"


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ({"SUPABASE_URL": "ftp://x"}, "not the address"),
        ({"SUPABASE_URL": HOSTED, "VITE_SUPABASE_URL": "http://localhost:54321"}, "names another project"),
        ({"SUPABASE_SERVICE_ROLE_KEY": ANON}, "holds an anon key"),
        ({"SUPABASE_ANON_KEY": "sb_secret_0123456789"}, "holds a secret key"),
        ({"SUPABASE_DB_URL": "postgresql://u:[YOUR-PASSWORD]@h/db"}, "placeholder"),
        ({"CLOUDINARY_URL": "demo"}, "does not look like cloudinary://"),
    ],
)
def test_what_cannot_be_used_is_told(variables: dict[str, str], said: str) -> None:
    found = prefill(variables)
    assert any(said in notice for notice in found.notices), found.notices
    assert (found.key, found.public_key, found.postgres_password, found.cloudinary_url) == ("", "", "", "")


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("A=b", "b"),
        ("export A=b", "b"),
        ("  A = b c  # d", "b c"),
        ("A=b#c", "b#c"),
        ("A='b # c' # d", "b # c"),
        ('A="b \\" # \\n c"#d', 'b " # \n c'),
        ("A=", ""),
        ("A=# nothing", ""),
        ("A='x'y", "'x'y"),
        ("B=1\nA=${B}2", "12"),
        ("A=${NOWHERE}", "${NOWHERE}"),
        ("A=1\r\nA=2\r\n", "2"),
        ("A='$HOME ${B}'", "$HOME ${B}"),
    ],
)
def test_a_line_is_read_as_shells_and_web_tools_read_it(line: str, value: str) -> None:
    assert parse_env(line)["A"] == value


def test_lines_that_set_nothing_are_left_out() -> None:
    assert parse_env("# A=1\n\nA\n1A=2\nnot a line\n") == {}


@pytest.mark.parametrize("text", ['B=1\nA="one\ntwo"', "B=1\nA='one\ntwo'"])
def test_a_value_over_several_lines_is_refused(text: str) -> None:
    with pytest.raises(BadProfile, match=r"Line 2 of .* does not end on that line"):
        parse_env(text)


def test_a_file_that_is_none_is_refused(tmp_path: Path) -> None:
    (tmp_path / "picture").write_bytes(b"\x89PNG\0")
    for path in (tmp_path / "picture", tmp_path / "nowhere", tmp_path):
        with pytest.raises(BadProfile):
            read_env_file(path)


@given(st.text())
def test_any_text_is_variables_or_a_sentence(text: str) -> None:
    try:
        found = prefill(parse_env(text))
    except BadProfile:
        return
    assert isinstance(found, Prefill)


@given(st.text(st.characters(exclude_characters="'\r\n", exclude_categories=("Cs",))))
def test_a_single_quoted_value_is_what_stands_there(value: str) -> None:
    assert parse_env(f"A='{value}'") == {"A": value}


def test_every_preset_reads_and_is_added_once() -> None:
    assert [one.name for one in presets()] == [
        "part_images",
        "images",
        "media_assets",
        "image_patient_associations",
        "device_test",
    ]
    profile = with_presets(Profile("p", "supabase"), presets())
    assert [source.name for source in profile.sources] == [one.name for one in presets()]
    assert profile.families == (Family("patient-images", retention_days=30), Family("device-tests"))
    assert profile.destination("device-tests").folder_rows == RowMapping("device_test", key=("id",))
    elsewhere = with_presets(Profile("p", "supabase"), [preset("device_test=bench")])
    assert [(one.name, bool(one.folder_rows)) for one in elsewhere.all_destinations] == [("bench", True)]
    assert with_presets(profile, presets()) == profile
    with pytest.raises(Usage, match="no preset"):
        preset("nothing")
