"""Destinations are read as the profile says them, written back without loss, and there without anybody saying so."""

from __future__ import annotations

import tomllib
from dataclasses import replace

import pytest
import tomlkit
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import BadProfile, NotFound
from core.profile_document import write_into
from core.profiles import Broken, Destination, Duplicates, Existing, Profile, RowMapping, Spelling, read
from core.profiles.row_fields import OF_FOLDERS, OF_IMAGES

BASE = """
kind = "local"
[local]
storage = "/s"
catalog = "/c"
[[families]]
name = "devices"
[[families]]
name = "tests"
"""
SOURCE = """
[[sources]]
table = "device_test"
key = ["id"]
bucket = "devices-1"
columns = [{ name = "image_paths", holds = "array" }]
"""


def _profile(text: str, base: str = BASE) -> Profile:
    return read("mine", tomllib.loads(base + text))


def test_a_destination_is_read_as_written() -> None:
    profile = _profile("""
    [[destinations]]
    name = "bench"
    family = "devices"
    key = "{relative}/{name}"
    spelling = "plain"
    existing = "version"
    duplicates = "skip"
    files = ["CSV", ".pdf"]
    images = [".TIF", "jpg"]
    stats = "result.json"
    broken_stats = "fail"
    disguised = "fail"
    receipts = "/var/receipts"
    batch_size = 10
    max_retries = 5
    delay = 0.5
    folder_rows = { table = "runs", columns = { place = "path", kind = "=bench", load = "stats.load.max" } }
    image_rows = { table = "shots", columns = { path = "key" }, key = ["nr"] }
    """)
    assert profile.destinations == (
        Destination(
            *("bench", "devices", "{relative}/{name}"),
            Spelling.PLAIN,
            Existing.VERSION,
            Duplicates.SKIP,
            files=(".csv", ".pdf"),
            images=(".tif", ".jpg"),
            stats="result.json",
            broken_stats=Broken.FAIL,
            disguised=Broken.FAIL,
            receipts="/var/receipts",
            batch_size=10,
            max_retries=5,
            delay=0.5,
            folder_rows=RowMapping("runs", (("place", "path"), ("kind", "=bench"), ("load", "stats.load.max"))),
            image_rows=RowMapping("shots", (("path", "key"),), ("nr",)),
        ),
    )
    assert not profile.notices


def test_every_family_is_a_destination_without_anybody_saying_so() -> None:
    profile = _profile('[[destinations]]\nname = "tests"\nfamily = "devices"\nduplicates = "upload"\n')
    assert [(one.name, one.family) for one in profile.all_destinations] == [
        ("tests", "devices"),
        ("devices", "devices"),
    ]
    assert profile.destination("devices") == Destination("devices", "devices")
    with pytest.raises(NotFound, match="no destination “other”") as caught:
        profile.destination("other")
    assert "tests, devices" in caught.value.hint


def test_folders_get_rows_where_the_project_maps_the_usual_table() -> None:
    profile = _profile('[[destinations]]\nname = "bare"\nfamily = "devices"\nfolder_rows = false\n' + SOURCE)
    assert profile.destination("devices").folder_rows == RowMapping("device_test", key=("id",))
    assert profile.destination("tests").folder_rows is None
    assert profile.destination("bare").folder_rows is None


@pytest.mark.parametrize(
    ("said", "complaint"),
    [
        ('family = "devices"\n[[destinations]]\nfamily = "devices"', "more than one destination is called “devices”"),
        ("batch_size = 3", "has no name"),
        ('name = "x"', "goes to the family “x”, which the profile does not have"),
        ('family = "devices"\nkey = "{folder}"', "gives all files of a folder the same key"),
        ('family = "devices"\nexisting = "overwrite"', "existing is “overwrite”"),
        ('family = "devices"\nfiles = "some"', "files is “some”"),
        ('family = "devices"\nfiles = []', "files is empty"),
        ('family = "devices"\nimages = ["."]', "no ending of a file"),
        ('family = "devices"\nstats = "a/b.json"', "no name of a file"),
        ('family = "devices"\nreceipts = "beside"', "receipts is “beside”"),
        ('family = "devices"\nbatch_size = 0', "“batch_size” is not a number of at least 1"),
        ('family = "devices"\nbatch_size = 1.5', "no whole number"),
        ('family = "devices"\nfolder_rows = { columns = {} }', "names no table"),
        ('family = "devices"\nfolder_rows = { table = "t", columns = { a = "colour" } }', "which means nothing"),
        ('family = "devices"\nfolder_rows = { table = "t", columns = { a = "width" } }', "which means nothing"),
    ],
)
def test_what_is_wrong_with_a_destination_is_said(said: str, complaint: str) -> None:
    with pytest.raises(BadProfile) as caught:
        _profile(f"[[destinations]]\n{said}\n")
    assert complaint in str(caught.value)


def test_a_misspelt_key_of_a_destination_is_noticed() -> None:
    profile = _profile(
        '[[destinations]]\nfamily = "devices"\nduplicate = "skip"\nfolder_rows = { tabel = "t", table = "t" }'
    )
    assert [sentence for sentence in profile.notices if "“duplicates”" in sentence]
    assert [sentence for sentence in profile.notices if "“tabel”" in sentence]


WORDS = st.text("abcdefgh_", min_size=1, max_size=8)
ENDINGS = st.lists(st.sampled_from([".csv", ".tif", ".x"]), unique=True, min_size=1).map(tuple)


def _rows(fields: list[str]) -> st.SearchStrategy[RowMapping]:
    columns = st.dictionaries(WORDS, st.sampled_from([*fields, "=fixed", "stats.a.0"]), max_size=4)
    return st.builds(RowMapping, WORDS, columns.map(lambda found: tuple(found.items())), st.sampled_from([(), ("id",)]))


DESTINATIONS = st.lists(
    st.builds(
        Destination,
        WORDS,
        st.sampled_from(["devices", "tests"]),
        st.sampled_from(["{folder}/{name}", "{date:%Y}/{stem}{ending}"]),
        st.sampled_from(Spelling),
        st.sampled_from(Existing),
        st.none() | st.sampled_from(Duplicates),
        files=st.sampled_from(["images", "all"]) | ENDINGS,
        images=ENDINGS,
        broken_stats=st.sampled_from(Broken),
        receipts=st.sampled_from(["on", "off", "/r"]),
        batch_size=st.integers(1, 500),
        delay=st.sampled_from([0.0, 0.5, 3.0]),
        folder_rows=st.none() | _rows(list(OF_FOLDERS)),
        image_rows=st.none() | _rows(list(OF_IMAGES)),
    ),
    unique_by=lambda one: one.name,
    max_size=3,
)


@settings(max_examples=25)
@given(DESTINATIONS, DESTINATIONS)
def test_destinations_are_written_back_without_loss(first: list[Destination], then: list[Destination]) -> None:
    document = tomlkit.parse(BASE + SOURCE)
    for wanted in (first, then):
        profile = read("mine", tomllib.loads(tomlkit.dumps(document)))
        write_into(document, replace(profile, destinations=tuple(wanted)))
        assert read("mine", tomllib.loads(tomlkit.dumps(document))).destinations == tuple(wanted)


def test_a_comment_and_a_stranger_s_key_stay_beside_a_destination() -> None:
    text = BASE + '[[destinations]]\nfamily = "devices" # the bench\ncolour = "green"\nkey = "{folder}/{name}"\n'
    document = tomlkit.parse(text)
    profile = read("mine", tomllib.loads(text))
    write_into(document, replace(profile, destinations=(replace(profile.destinations[0], batch_size=7),)))
    written = tomlkit.dumps(document)
    assert '# the bench\ncolour = "green"\nkey = "{folder}/{name}"\n' in written
    assert "batch_size = 7" in written
