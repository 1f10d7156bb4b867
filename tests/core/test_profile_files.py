"""A profile's file: made, read and edited with the comments and unknown keys of people left as they are."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import places, profile_files, profiles
from core.errors import BadProfile, NotFound
from core.profiles import (
    HOLDS,
    Family,
    Profile,
    Recompression,
    ReferenceColumn,
    RetentionRule,
    Safety,
    Source,
    Supabase,
)

DESIGN = """# my pictures
kind = "supabase"
colour = "green"       # unknown here

[supabase]
url = "https://abc.supabase.co"             # any host and port: self-hosted and loopback ones too
sign_in = "password"                        # or "key"
email = "me@example.org"
postgres = "postgresql://postgres@host/db"  # optional, for the direct connection
production = true
buckets = []                                # all of them if left out
region = "eu"

# what names pictures
[[sources]]
describes = true
table = "part_images"  # the register
key = ["id"]
bucket = "sop-images"
columns = [{ name = "storage_path", holds = "path" }]
owner = "Jo"           # who knows

[[sources]]
table = "notes"
key = ["id"]
columns = [{ name = "body", holds = "html" }]

[safety]
grace_hours = 48       # slow people

[[families]]
name = "patient-images"
retention_days = 30
"""
PART, NOTES = (
    Source("part_images", "part_images", ("id",), (ReferenceColumn("storage_path", "path"),), True, "sop-images"),
    Source("notes", "notes", ("id",), (ReferenceColumn("body", "html"),)),
)


def write(text: str, name: str = "mine") -> Path:
    folder = places.profiles()
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.toml"
    path.write_text(text, "utf-8")
    return path


def test_a_supabase_profile_is_read_as_the_design_writes_it() -> None:
    write(DESIGN)
    profile = profiles.load("mine")
    assert profile == Profile(
        "mine",
        "supabase",
        sources=(PART, NOTES),
        safety=Safety(grace=timedelta(hours=48)),
        families=(Family("patient-images", retention_days=30),),
        production=True,
        supabase=Supabase("https://abc.supabase.co", "password", "me@example.org", "postgresql://postgres@host/db"),
    )
    assert (profile.storage, profile.catalog, profile.read_only, profile.notices) == (None, None, False, ())


def test_writing_it_unchanged_changes_no_letter() -> None:
    path = write(DESIGN)
    profile_files.edit(profiles.load("mine"))
    assert path.read_text("utf-8") == DESIGN


def test_an_edit_changes_what_it_is_about_and_nothing_else() -> None:
    path = write(DESIGN)
    before = profiles.load("mine")
    assert before.supabase is not None
    changed = replace(
        before,
        production=False,
        read_only=True,
        buckets=("sop-images",),
        supabase=replace(before.supabase, sign_in="key", email=""),
        sources=(replace(PART, url_column="signed_url"), NOTES),
        safety=replace(before.safety, grace=timedelta(hours=24), removal="archive"),
        families=(Family("patient-images", retention_days=60), Family("media")),
    )
    profile_files.edit(changed)
    assert profiles.load("mine") == changed
    text = path.read_text("utf-8")
    for kept in ("# my pictures", "# unknown here", 'region = "eu"', "# the register", 'owner = "Jo"', "# who knows"):
        assert kept in text
    for gone in ("email", "production", "grace_hours = 48"):
        assert gone not in text


def test_a_profile_stays_of_its_kind(tmp_path: Path) -> None:
    write(DESIGN)
    with pytest.raises(BadProfile, match="stays one"):
        profile_files.edit(Profile("mine", "local", tmp_path, tmp_path / "x.db"))
    with pytest.raises(NotFound):
        profile_files.edit(Profile("nowhere", "local", tmp_path, tmp_path / "x.db"))


def test_one_that_cannot_be_read_can_still_be_removed() -> None:
    path = write("kind = ")
    profile_files.forget("mine")
    assert not path.exists()
    with pytest.raises(NotFound):
        profile_files.forget("../mine")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("grace_hours", "grase_hours"), "“grase_hours” means nothing; did you mean “grace_hours”?"),
        (("production = true", "prodution = true"), "did you mean “production”?"),
        (("[safety]", "[saftey]"), "did you mean “safety”?"),
        (("retention_days", "retention_day"), "did you mean “retention_days”?"),
        (('holds = "path"', 'hold = "path"'), "did you mean “holds”?"),
        (('colour = "green"', "grace_hours = 3"), "it belongs in [safety]"),
        (('region = "eu"', 'key = "sb_secret_abc"'), "secrets belong in the keyring"),
        (("postgres@host", "postgres:hunter2@host"), "holds the password of the direct connection"),
        (("https://abc.supabase.co", "http://pictures.example.org"), "is not encrypted"),
    ],
)
def test_what_looks_like_a_mistake_is_told_of_and_stops_nothing(change: tuple[str, str], said: str) -> None:
    assert change[0] in DESIGN
    write(DESIGN.replace(*change))
    profile = profiles.load("mine")
    assert [said in notice for notice in profile.notices] == [True], profile.notices
    assert "hunter2" not in repr(profile)
    assert "sb_secret_abc" not in repr(profile)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (('url = "https://abc.supabase.co"', ""), "lacks “url”"),
        (('sign_in = "password"', 'sign_in = "magic"'), "sign_in is “magic”"),
        (('email = "me@example.org"', ""), "lacks “email”"),
        (("https://abc.supabase.co", "https://supabase.com/docs"), "own site"),
    ],
)
def test_what_does_not_hold_is_refused(change: tuple[str, str], said: str) -> None:
    write(DESIGN.replace(*change))
    with pytest.raises(BadProfile, match=said):
        profiles.load("mine")


words = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=8)
columns = st.builds(ReferenceColumn, words, st.sampled_from([h for h in HOLDS if h not in ("text", "json", "html")]))
sources = st.builds(
    Source,
    name=words,
    table=words,
    key=st.tuples(words),
    columns=st.tuples(columns) | st.tuples(columns, columns),
    describes=st.booleans(),
    bucket=st.none() | words,
    url_column=st.none() | words,
    error_status=words,
)
made = st.builds(
    Profile,
    name=st.just("made"),
    kind=st.just("supabase"),
    buckets=st.lists(words, max_size=2).map(tuple),
    sources=st.lists(sources, max_size=3, unique_by=lambda s: s.name).map(tuple),
    safety=st.builds(Safety, grace=st.integers(0, 99).map(lambda h: timedelta(hours=h)), guard_share=st.floats(0, 1)),
    families=st.lists(
        st.builds(
            Family,
            words,
            capacity_bytes=st.integers(1, 1 << 40),
            retention_days=st.none() | st.integers(1, 9),
            region=st.just("") | words,
            rules=st.lists(
                st.builds(RetentionRule, st.integers(1, 9), words, st.lists(words, max_size=1).map(tuple)), max_size=2
            ).map(tuple),
            retention_share=st.none() | st.floats(0, 1),
            automatic=st.sets(st.sampled_from(("alert", "overflow", "plan"))).map(frozenset),
            recompress=st.none() | st.builds(Recompression, quality=st.integers(1, 100), keep_originals=st.booleans()),
        ),
        max_size=2,
        unique_by=lambda f: f.name,
    ).map(tuple),
    production=st.booleans(),
    read_only=st.booleans(),
    monitor_every=st.integers(1, 99).map(lambda m: timedelta(minutes=m)),
    supabase=st.builds(Supabase, st.just("https://abc.supabase.co"), hosts=st.lists(words, max_size=1).map(tuple)),
)


@given(made, made)
def test_whatever_is_written_reads_back_the_same_and_so_does_any_edit(first: Profile, second: Profile) -> None:
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setenv("BUCKETDESK_HOME", folder)
        profile_files.create(first)
        assert profiles.load("made") == first
        profile_files.edit(second)
        assert profiles.load("made") == second
