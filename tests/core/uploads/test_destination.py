"""Keys of files: told apart wherever names are, carried by the storage, or refused in a sentence."""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import Usage
from core.uploads.destination import Home, Spelling, Template, keys_of
from core.uploads.scanning.names import ANY, SERVICE, KeyRules, why_not

HOME = Home("incoming", "site/DEV-1", "night 7", datetime(2026, 11, 21, 23, 5, tzinfo=UTC))
NAMES = st.text(st.characters(exclude_characters="/\0"), min_size=1, max_size=20).filter(lambda n: n not in (".", ".."))
TEMPLATES = st.sampled_from(["{folder}/{name}", "{relative}/{name}", "{batch}/{date}/{stem}{ending}", "x {name}"])
RULES = st.sampled_from([ANY, SERVICE, KeyRules(part_bytes=12, key_bytes=30)])


@pytest.mark.parametrize(
    ("template", "key"),
    [
        ("{folder}/{name}", "DEV-1/a.b.jpg"),
        ("{relative}/{name}", "site/DEV-1/a.b.jpg"),
        ("{root}/{parent}/{stem}-{batch}{ending}", "incoming/site/a.b-night 7.jpg"),
        ("{date}/{name}", "2026-11-21/a.b.jpg"),
        ("{date:%Y/%m}/{name}", "2026/11/a.b.jpg"),
        ("/raw//{name}", "raw/a.b.jpg"),
    ],
)
def test_templates_say_where_files_go(template: str, key: str) -> None:
    assert Template(template).key(HOME, "a.b.jpg") == key


def test_the_scanned_folder_itself_leaves_no_empty_part() -> None:
    home = Home("incoming", "", "", HOME.at)
    assert Template("{relative}/{parent}/{name}").key(home, "a.jpg") == "a.jpg"
    assert Template("{folder}/{name}").key(home, "a.jpg") == "incoming/a.jpg"


@pytest.mark.parametrize(
    "template", ["", "{folder}", "{name", "{nonsense}/{name}", "{name!r}", "{name:>9}", "{0}", "{date:%Z}{name}"]
)
def test_a_template_that_cannot_be_meant_is_refused(template: str) -> None:
    with pytest.raises(Usage, match="key template"):
        Template(template)


@given(st.lists(NAMES, unique=True, max_size=6), TEMPLATES, RULES, st.sampled_from(Spelling))
def test_no_two_files_share_a_key_and_every_refusal_has_a_reason(
    names: list[str], template: str, rules: KeyRules, spelling: Spelling
) -> None:
    made = keys_of(Template(template), HOME, names, rules, spelling)
    keys = [one.key for one in made if one.key]
    assert [one.name for one in made] == names
    assert len(keys) == len(set(keys))
    assert all(bool(one.key) != bool(one.why_not) for one in made)
    assert not any(why_not(key, rules) for key in keys)


@given(NAMES, TEMPLATES, RULES)
def test_an_exact_key_holds_the_name_byte_for_byte(name: str, template: str, rules: KeyRules) -> None:
    (made,) = keys_of(Template(template), HOME, [name], rules)
    assert made.why_not or made.key.endswith(name)


def test_what_a_name_holds_is_no_template() -> None:
    (made,) = keys_of(Template(), Home("r", "{date}", "", HOME.at), ["{folder}.jpg"])
    assert made.key == "{date}/{folder}.jpg"


def test_twins_that_differ_in_unicode_form_stay_two_or_are_both_refused() -> None:
    twins = [unicodedata.normalize(form, "Grün.jpg") for form in ("NFC", "NFD")]
    assert [one.key for one in keys_of(Template(), HOME, twins)] == [f"DEV-1/{name}" for name in twins]
    for one in keys_of(Template(), HOME, twins, SERVICE):
        assert "takes no" in one.why_not
    for one in keys_of(Template(), HOME, twins, SERVICE, Spelling.PLAIN):
        assert "the same key" in one.why_not
    (alone,) = keys_of(Template(), HOME, twins[1:], SERVICE, Spelling.PLAIN)
    assert alone.key == "DEV-1/Grun.jpg"


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("a" * 300, "255 bytes"),
        ("ü" * 128, "255 bytes"),
        (" a.jpg", "space"),
        ("a\n.jpg", "takes no “\\n”"),
        ("\udcff.jpg", "not text"),
    ],
)
def test_names_that_no_storage_carries_say_why(name: str, why: str) -> None:
    assert why in keys_of(Template(), HOME, [name])[0].why_not


def test_a_long_path_is_measured_in_bytes() -> None:
    deep = Home("r", "/".join(["ordner"] * 200), "", HOME.at)
    assert "1,024 bytes" in keys_of(Template("{relative}/{name}"), deep, ["a.jpg"])[0].why_not
    assert keys_of(Template(), deep, ["a.jpg"])[0].key == "ordner/a.jpg"
