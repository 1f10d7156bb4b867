"""Profiles read what design promises, and a mistake gets a sentence that names it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from core import places, profile_files, profiles
from core.errors import AlreadyExists, BadProfile, NotFound
from core.profiles import Family, Profile, Recompression, ReferenceColumn, RetentionRule, Source

FULL = """
kind = "local"                              # a comment of mine
colour = "green"
[local]
storage = "{root}/collection"
catalog = "{root}/collection/notes.db"
buckets = ["collection.media"]
[[sources]]
table = "notes"
key = ["id"]
bucket = "collection.media"
columns = [{{ name = "flds", holds = "html" }}]
[[sources]]
describes = true
table = "part_images"
key = ["id"]
bucket = "sop-images"
columns = [{{ name = "storage_path", holds = "path" }}]
url_column = "signed_url"
size_column = "bytes"
[safety]
grace_hours = 1.5
guard_share = 0.1
removal = "archive"
[links]
expiring_days = 3
[[families]]
name = "patient-images"
retention_days = 30
"""


def _write(name: str, text: str) -> None:
    folder = places.profiles()
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.toml").write_text(text, "utf-8")


def test_a_full_profile_is_read_as_written(tmp_path: Path) -> None:
    _write("mine", FULL.format(root=tmp_path.as_posix()))
    profile = profiles.load("mine")
    assert profile.storage == tmp_path / "collection"
    assert profile.buckets == ("collection.media",)
    notes, parts = profile.sources
    assert (notes.describes, notes.columns) == (False, (ReferenceColumn("flds", "html"),))
    assert (parts.describes, parts.url_column, parts.read_columns) == (
        True,
        "signed_url",
        ("storage_path", "signed_url", "bytes"),
    )
    assert profile.safety.grace == timedelta(hours=1.5)
    assert profile.safety.removal == "archive"
    assert profile.expiring == timedelta(days=3)
    assert profile.families == (Family("patient-images", retention_days=30),)
    assert profiles.names() == ("mine",)


def test_what_is_left_out_has_the_defaults_of_the_design(tmp_path: Path) -> None:
    _write("mine", f'kind = "local"\n[local]\nstorage = "{tmp_path.as_posix()}"\ncatalog = "x.db"\n')
    profile = profiles.load("mine")
    assert profile.safety.grace == timedelta(hours=24)
    assert (profile.safety.guard_share, profile.safety.removal) == (0.2, "quarantine")
    assert not profile.quarantine.is_relative_to(tmp_path / "collection")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (('kind = "local"', 'kind = "ftp"'), "kind “ftp”"),
        (('storage = "{root}/collection"\n', ""), "lacks “storage”"),
        (("grace_hours = 1.5", 'grace_hours = "long"'), "“grace_hours” is not a number"),
        (("grace_hours = 1.5", "grace_hours = 1e30"), "“grace_hours” is not a number of at least 0 and at most 876000"),
        (("guard_share = 0.1", "guard_share = 7"), "“guard_share” is not a number of at least 0 and at most 1"),
        (('removal = "archive"', 'removal = "shred"'), "removal is “shred”"),
        (('holds = "path"', 'holds = "paths"'), "holds is “paths”"),
        (('key = ["id"]\nbucket = "sop-images"', 'bucket = "sop-images"'), "lacks its key"),
        (("describes = true", 'describes = "yes"'), "“describes” is not true or false"),
        (("[links]", "[links"), "not valid TOML"),
        (('name = "patient-images"\n', ""), "A family of the profile “mine” has no name"),
        (("[[families]]", '[[families]]\nname = "patient-images"\n[[families]]'), "more than one family is called"),
        (('removal = "archive"', 'quarantine_folder = "{root}/collection/q"'), "lies under the storage folder"),
    ],
)
def test_a_mistake_gets_a_sentence(tmp_path: Path, change: tuple[str, str], said: str) -> None:
    assert change[0] in FULL
    _write("mine", FULL.replace(*change, 1).format(root=tmp_path.as_posix()))
    with pytest.raises(BadProfile, match=said) as caught:
        profiles.load("mine")
    assert caught.value.message.endswith((".", "…"))


def test_a_share_written_as_a_percentage_is_told_how_a_share_is_written() -> None:
    _write("mine", 'kind = "local"\n[local]\nstorage = "a"\ncatalog = "b"\n[[families]]\nname = "a"\ncleanup_at = 85\n')
    with pytest.raises(BadProfile) as caught:
        profiles.load("mine")
    assert caught.value.hint == "It is a share: 0.85 stands for 85 %."


def test_a_bucket_of_two_families_is_told_of_with_the_one_whose_rules_hold() -> None:
    text = 'kind = "local"\n[local]\nstorage = "a"\ncatalog = "b"\n[[families]]\nname = "first"\nbuckets = ["photos"]\n'
    _write("mine", text + '[[families]]\nname = "photos"\n[[families]]\nname = "apart"\n')
    (notice,) = profiles.load("mine").notices
    assert notice.startswith("The bucket photos belongs to the families first and photos; what first says holds")


def test_a_rule_for_a_folder_with_a_slash_before_it_is_told_of() -> None:
    text = 'kind = "local"\n[local]\nstorage = "a"\ncatalog = "b"\n[[families]]\nname = "photos"\n'
    _write("mine", text + 'rules = [{ days = 3650, prefix = "/legal/" }, { days = 9, prefix = "new/" }]\n')
    (notice,) = profiles.load("mine").notices
    assert "“/legal/”" in notice and notice.endswith("Write “legal/”.")


def test_a_profile_that_is_no_text_says_so_in_plain_words() -> None:
    _write("mine", "")
    (places.profiles() / "mine.toml").write_bytes(b"\xe6\x00\xff")
    with pytest.raises(BadProfile, match=r"is not a text in UTF-8\.$"):
        profiles.load("mine")


def test_an_unknown_profile_names_those_there_are() -> None:
    _write("north", "")
    with pytest.raises(NotFound, match="south") as caught:
        profiles.load("south")
    assert "north" in caught.value.hint
    assert "practice" in caught.value.hint


def test_two_sources_over_one_table_have_two_names(tmp_path: Path) -> None:
    text = FULL.format(root=tmp_path.as_posix()).replace('table = "part_images"', 'table = "notes"')
    _write("mine", text)
    assert [s.name for s in profiles.load("mine").sources] == ["notes", "notes#2"]


def test_a_mapping_has_another_hash_when_anything_of_it_changes() -> None:
    source = Source("s", "t", ("id",), (ReferenceColumn("c", "path"),), bucket="b")
    others = [
        Source("s", "t", ("id",), (ReferenceColumn("c", "url"),), bucket="b"),
        Source("s", "t", ("id",), (ReferenceColumn("c", "path"),), bucket="b2"),
        Source("s", "t", ("id",), (ReferenceColumn("c", "path"),), bucket="b", describes=True),
    ]
    assert len({source.mapping, *(o.mapping for o in others)}) == 4
    assert Source("renamed", "t", ("id",), (ReferenceColumn("c", "path"),), bucket="b").mapping == source.mapping


def test_a_family_holds_its_numbered_buckets_and_no_lookalikes() -> None:
    family = Family("patient-images")
    assert [b for b in ("patient-images", "patient-images-1", "patient-images-x", "patient") if family.holds(b)] == [
        "patient-images",
        "patient-images-1",
    ]


def test_a_profile_that_was_made_reads_back_the_same(tmp_path: Path) -> None:
    source = Source("images", "images", ("id",), (ReferenceColumn("path", "path"),), describes=True, bucket="b")
    made = Profile("my photos", "local", tmp_path / "storage", tmp_path / "a.db", ("b",), (source,))
    path = profile_files.create(made)
    assert profiles.load("my photos") == made
    assert path.parent == places.profiles()
    with pytest.raises(AlreadyExists):
        profile_files.create(made)


@pytest.mark.parametrize("name", ["", "practice", "../up", "a/b", ".hidden", "x" * 65, "dot."])
def test_a_name_that_no_file_should_have_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(BadProfile, match="cannot be a profile"):
        profile_files.create(Profile(name, "local", tmp_path, tmp_path / "x.db"))


def test_a_project_is_its_storage_and_catalog_whatever_its_name(tmp_path: Path) -> None:
    one = Profile("a", "local", tmp_path / "s", tmp_path / "c.db")
    assert one.project == Profile("b", "local", tmp_path / "s", tmp_path / "c.db").project
    assert one.project != Profile("a", "local", tmp_path / "s2", tmp_path / "c.db").project


FAMILY = """
kind = "local"
[local]
storage = "/s"
catalog = "/c.db"
[[families]]
name = "patient-images"
"""


def test_a_family_says_how_it_is_kept_and_watched() -> None:
    _write(
        "mine",
        FAMILY
        + 'region = "eu"\nretention_share = 0.5\nautomatic = ["alert", "plan", "apply"]\n'
        + 'rules = [{ days = 90, prefix = "scans/", types = ["image/png"] }, { days = 7 }]\n'
        + 'recompress = { form = "jpeg", quality = 70 }\n[monitor]\nminutes = 15\n',
    )
    profile = profiles.load("mine")
    family = profile.families[0]
    assert (family.region, family.retention_share) == ("eu", 0.5)
    assert family.automatic == {"alert", "plan", "apply"}
    assert family.rules == (RetentionRule(90, "scans/", ("image/png",)), RetentionRule(7))
    assert family.recompress == Recompression(form="jpeg", quality=70)
    assert (profile.monitor_every, profile.notices) == (timedelta(minutes=15), ())


def test_a_family_of_listed_buckets_overflows_into_numbered_ones() -> None:
    family = Family("site", ("cms-images", "cms-thumbs"))
    held = [b for b in ("cms-images", "site", "site-1", "cms-images-1", "site-x") if family.holds(b)]
    assert held == ["cms-images", "site-1"]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("capacity_bytes = 0", "capacity_bytes.*at least 1"),
        ("capacity_bytes = -5", "capacity_bytes"),
        ("capacity_bytes = inf", "capacity_bytes"),
        ("retention_days = inf", "retention_days"),
        ("retention_days = nan", "retention_days"),
        ("cleanup_at = 0.97", "above overflow_at"),
        ("overflow_at = 1.5", "overflow_at.*at most 1"),
        ("cleanup_at = 0", "every bucket would be over it"),
        ('automatic = ["delete"]', "automatic names “delete”"),
        ('automatic = ["apply"]', "plans be applied that nobody makes"),
        ("rules = [{ prefix = 'a/' }]", "lacks “days”"),
        ("rules = [{ days = 0 }]", "days.*at least 1"),
        ("retention_share = 2", "retention_share"),
        ("recompress = { form = 'gif' }", "form is “gif”"),
        ("recompress = { quality = 0 }", "quality"),
    ],
)
def test_what_a_family_cannot_be_is_said_in_a_sentence(line: str, said: str) -> None:
    _write("mine", FAMILY + line)
    with pytest.raises(BadProfile, match=said) as caught:
        profiles.load("mine")
    assert "patient-images" in caught.value.message


def test_a_word_of_a_family_that_is_misspelt_is_told() -> None:
    _write("mine", FAMILY + "retention_shares = 0.5\nrules = [{ days = 3, prefixes = 'a/' }]\n[monitor]\nminute = 3")
    said = " ".join(profiles.load("mine").notices)
    assert "“retention_share”" in said
    assert "“prefix”" in said
    assert "“minutes”" in said
