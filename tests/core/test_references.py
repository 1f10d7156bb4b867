"""What a cell names, in every kind of column, and how one key can be spelt."""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from core.models import Value
from core.profiles import Profile, ReferenceColumn, Source, Supabase
from core.references import Reference, Resolver, fold, near_folds, resolver_of, spellings
from core.references.resolver import OTHER_FORM, PRIMARY, TENTATIVE

BUCKETS = ("cms-images", "sop-images", "images", "images2")
ROOTS = {name: Path("/srv/storage") / name for name in BUCKETS}
HOST = "https://abc.supabase.co"
KEYS = st.text(st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\\"), min_size=1, max_size=30).filter(
    lambda key: key.strip() and not key.startswith("/") and ".." not in key.split("/") and "://" not in key
)


def source(bucket: str | None = "cms-images", bucket_column: str | None = None) -> Source:
    return Source("t", "t", ("id",), (ReferenceColumn("c", "path"),), bucket=bucket, bucket_column=bucket_column)


def read(holds: str, value: Value, bucket: str | None = "cms-images") -> tuple[Reference, ...]:
    return Resolver(BUCKETS, ROOTS).read(source(bucket), ReferenceColumn("c", holds), value)


def named(holds: str, value: Value, bucket: str | None = "cms-images") -> list[tuple[str | None, str]]:
    """What is named and understood, likeliest readings only."""
    return [(r.bucket, r.key) for r in read(holds, value, bucket) if not r.problem and r.form == PRIMARY]


def every(holds: str, value: Value) -> set[tuple[str | None, str]]:
    """What counts as named in any form."""
    return {(r.bucket, r.key) for r in read(holds, value)}


@given(KEYS)
def test_a_path_names_itself_and_its_decoded_form(key: str) -> None:
    assert named("path", key) == [("cms-images", key)] or "%" in key or ":" in key
    assert ("cms-images", key) in every("path", quote(key, safe="/"))


@given(KEYS)
def test_a_storage_url_names_its_key_encoded_or_plain(key: str) -> None:
    for access in ("public", "sign", "authenticated"):
        url = f"{HOST}/storage/v1/object/{access}/sop-images/{quote(key, safe='/')}?token=abc"
        assert ("sop-images", key) in every("url", url)
    assert ("sop-images", key) in every("url", f"/storage/v1/object/public/sop-images/{quote(key, safe='/')}")


@given(st.lists(KEYS, max_size=5))
def test_a_json_array_names_every_element_in_its_place(keys: list[str]) -> None:
    found = [r for r in read("array", json.dumps(keys)) if r.form == PRIMARY]
    assert [r.element for r in found] == list(range(len(keys)))
    plain = [(r.bucket, r.key) for r in found]
    assert all(pair == ("cms-images", key) or ":" in key for pair, key in zip(plain, keys, strict=True))


@given(st.lists(KEYS.filter(lambda k: "\n" not in k), max_size=5))
def test_a_postgres_array_names_every_element(keys: list[str]) -> None:
    quoted = ",".join('"' + key.replace("\\", "\\\\").replace('"', '\\"') + '"' for key in keys)
    assert {("cms-images", key) for key in keys} <= every("array", "{" + quoted + "}") or any(":" in k for k in keys)


@given(KEYS.filter(lambda k: not set(k) & set("'\"<>&") and k == k.strip()))
def test_html_names_a_source_encoded_plain_or_escaped(key: str) -> None:
    if ":" in key or "#" in key or "?" in key or key.startswith("./"):
        return
    assert ("cms-images", key) in every("html", f'<p><img alt="x" src="{quote(key, safe="/")}"></p>')
    assert ("cms-images", key) in every("html", f"<img src='{key}'>")


@given(st.text())
def test_reading_never_fails_whatever_a_cell_holds(text: str) -> None:
    for holds in ("path", "bucket_path", "url", "array", "text", "json", "html"):
        for reference in read(holds, text):
            assert reference.problem or reference.bucket in BUCKETS
    Resolver(BUCKETS, ROOTS).names_in(text)


@pytest.mark.parametrize(
    ("holds", "value", "expected"),
    [
        ("path", "a-1", [("cms-images", "a-1")]),
        ("path", "/srv/storage/sop-images/a/b.jpg", [("sop-images", "a/b.jpg")]),
        ("path", "file:///srv/storage/images2/a%20b.jpg", [("images2", "a b.jpg")]),
        ("path", 17, [("cms-images", "17")]),
        ("bucket_path", "images/a.jpg", [("images", "a.jpg")]),
        ("bucket_path", "images2/images/a.jpg", [("images2", "images/a.jpg")]),
        ("array", "{}", []),
        ("array", "[]", []),
        ("array", "one.jpg", [("cms-images", "one.jpg")]),
        ("array", '["a.jpg", ["b.jpg"]]', [("cms-images", "a.jpg"), ("cms-images", "b.jpg")]),
        ("text", "see ![it](pics/a.jpg) there", [("cms-images", "pics/a.jpg")]),
        ("text", f"(at {HOST}/storage/v1/object/public/images/a.jpg).", [("images", "a.jpg")]),
        (
            "text",
            "[a page](about) [a file](pics/b.pdf) [mail](mailto:a@b.cd)\n\n[x]: c.png",
            [("cms-images", "pics/b.pdf"), ("cms-images", "c.png")],
        ),
        ("json", '["3.14", "n/a", "example.com", "a@b.org", "and/or", "v1.2"]', []),
        ("html", "<img src=a.jpg><a href='b.pdf'>", [("cms-images", "a.jpg"), ("cms-images", "b.pdf")]),
        ("html", '<img srcset="a.jpg 1x, b.jpg 2x">', [("cms-images", "a.jpg"), ("cms-images", "b.jpg")]),
        ("html", "<i style=\"background:url('c.jpg')\">", [("cms-images", "c.jpg")]),
        ("html", "<a href='mailto:x@y.z'><img src='data:image/png;base64,AA=='>", []),
        ("json", '{"a": {"b": ["x/y.jpg"]}, "n": 3}', [("cms-images", "x/y.jpg")]),
        ("json", f'{{"u": "{HOST}/storage/v1/object/sign/images/z.jpg?token=t"}}', [("images", "z.jpg")]),
    ],
)
def test_each_kind_of_column_is_read_in_its_own_way(holds: str, value: Value, expected: list[tuple[str, str]]) -> None:
    assert named(holds, value) == expected


@pytest.mark.parametrize(
    ("holds", "value"),
    [
        ("path", None), ("path", ""), ("path", "  "), ("path", b""), ("path", b"\xff\xfe"), ("path", "/etc/x.jpg"),
        ("path", "../x.jpg"), ("path", "a/../x.jpg"), ("path", "dir\\x.jpg"), ("path", "C:\\pics\\x.jpg"),
        ("path", "https://elsewhere.example/x.jpg"), ("path", "a\udcffb.jpg"),
        ("path", "/srv/storage/sop-images/../x.jpg"), ("path", "file:///elsewhere/x.jpg"),
        ("bucket_path", "nowhere/x.jpg"), ("bucket_path", "x.jpg"), ("bucket_path", "/images/x.jpg"),
        ("url", "https://elsewhere.example/x.jpg"), ("url", "x.jpg"), ("url", ""),
        ("url", f"{HOST}/storage/v1/object/public/nowhere/x.jpg"),
        ("url", "https://res.cloudinary.com/demo/image/upload/v1/x.jpg"),
        ("array", None), ("array", ""), ("array", "[null]"), ("array", "[3]"),
    ],
)  # fmt: skip
def test_what_is_not_understood_says_why_and_yields_nothing(holds: str, value: Value) -> None:
    found = read(holds, value)
    assert len(found) >= 1
    assert all(reference.problem for reference in found)


@pytest.mark.parametrize("holds", ["text", "json", "html"])
@pytest.mark.parametrize("value", [None, ""])
def test_an_empty_writing_names_nothing_and_is_no_trouble(holds: str, value: Value) -> None:
    assert read(holds, value) == ()


def test_what_was_not_listed_completely_is_not_understood_and_not_judged() -> None:
    resolver = Resolver(
        BUCKETS, ROOTS, incomplete={"images": "It broke off."}, unlisted={"cms-images": ["secret/", "one.jpg"]}
    )
    column = ReferenceColumn("c", "path")
    for home, path in (("images", "a.jpg"), ("cms-images", "secret/a.jpg"), ("cms-images", "one.jpg")):
        (reference,) = resolver.read(source(home), column, path)
        assert (reference.bucket, reference.key, reference.judged) == (home, path, False)
        assert reference.problem
    (open_one,) = resolver.read(source(), column, "secretive/a.jpg")
    assert not open_one.problem


def test_the_bucket_is_taken_from_the_row_where_the_source_says_so() -> None:
    resolver = Resolver(BUCKETS, ROOTS)
    mapped, column = source(None, "where"), ReferenceColumn("c", "path")
    assert resolver.read(mapped, column, "a.jpg", "images")[0].bucket == "images"
    assert resolver.read(mapped, column, "a.jpg", None)[0].problem
    assert resolver.read(mapped, column, "a.jpg", "bucketdesk-quarantine")[0].problem


def test_a_json_word_names_an_object_only_if_there_is_one() -> None:
    (reference,) = read("json", '{"name": "Fred"}')
    assert (reference.key, reference.form) == ("Fred", TENTATIVE)


@pytest.mark.parametrize(
    ("holds", "value", "key"),
    [
        ("text", "see [this](albums/summer)", "albums/summer"),
        ("text", "see [this](albums/late%20summer#top)", "albums/late summer"),
        ("json", '{"folder": "albums/summer"}', "albums/summer"),
        ("json", '["README"]', "README"),
        ("html", "{{audio: my bell.wav}} and [anki:play:q.mp3]", "q.mp3"),
        ("html", "{{audio: my bell.wav}} and [anki:play:q.mp3]", "bell.wav"),
        ("html", '<img data-lazy="pics/one two.png">', "pics/one two.png"),
        ("text", "as in fig-3.png, say", "fig-3.png"),
    ],
)
def test_what_may_be_a_page_or_a_word_protects_an_object_of_that_name(holds: str, value: str, key: str) -> None:
    assert ("cms-images", TENTATIVE, key) in {(r.bucket, r.form, r.key) for r in read(holds, value)}


def test_other_forms_of_one_place_share_its_element() -> None:
    found = read("html", '<img src="a%20b.jpg">')
    assert [(r.key, r.form, r.element) for r in found] == [("a b.jpg", PRIMARY, 0), ("a%20b.jpg", OTHER_FORM, 0)]


# --- spellings --------------------------------------------------------------------------------------------------------


@given(st.text(max_size=40))
def test_folding_a_folded_key_changes_nothing(key: str) -> None:
    assert fold(fold(key)) == fold(key)


@given(KEYS)
def test_spellings_that_mean_the_same_fold_to_the_same(key: str) -> None:
    folded = fold(key)
    assert fold("/" + key) == folded
    assert fold(unicodedata.normalize("NFD", key)) == folded
    assert fold(quote(key, safe="/")) == folded
    assert fold(quote(quote(key, safe="/"), safe="/")) == folded
    assert fold(key.replace(" ", "+")) == folded


@pytest.mark.parametrize(("one", "other"), [("a", "a-1"), ("a", "a.bak"), ("a/b", "a"), ("images/x", "images2/x")])
def test_names_that_bleed_do_not_fold_together(one: str, other: str) -> None:
    assert fold(one) != fold(other)


@given(KEYS)
@example(".")
def test_every_spelling_of_a_key_is_read_back_as_it_or_as_near_it(key: str) -> None:
    for value in spellings("cms-images", key, "path"):
        found = read("path", value)
        exact = any((r.bucket, r.key) == ("cms-images", key) for r in found)
        near = any(fold(key) in near_folds("cms-images", r.key) for r in found)
        assert exact or near or ":" in key


@pytest.mark.parametrize("key", ["a b.jpg", "Ünïcode/x.jpg", "100%.jpg", "a+b.jpg"])
def test_spellings_hold_the_forms_that_columns_really_have(key: str) -> None:
    paths = spellings("cms-images", key, "path", prefixes=["user-images"])
    assert {key, quote(key), f"/{key}", f"cms-images/{key}", f"user-images/{key}"} <= set(paths)
    assert {f"cms-images/{key}", f"/cms-images/{key}", f"cms-images/cms-images/{key}"} <= set(
        spellings("cms-images", key, "bucket_path")
    )
    assert key not in spellings("cms-images", key, "bucket_path")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("pics/a.jpg", (None, "pics/a.jpg")),
        ("images/a.jpg", ("images", "a.jpg")),
        (f'{{"x": "{HOST}/storage/v1/object/public/images/q.jpg"}}', ("images", "q.jpg")),
        (f"look: {HOST}/storage/v1/object/public/images/q.jpg!", ("images", "q.jpg")),
        ("a%20b.jpg", (None, "a b.jpg")),
        ('<img src="x/y.png">', (None, "x/y.png")),
    ],
)
def test_the_radar_sees_names_in_any_text(value: str, expected: tuple[str | None, str]) -> None:
    assert expected in Resolver(BUCKETS, ROOTS).names_in(value)


@pytest.mark.parametrize(
    ("host", "understood"),
    [
        ("https://abcdefghijklmnopqrst.supabase.co", True),
        ("https://ABCDEFGHIJKLMNOPQRST.supabase.co:443", True),
        ("https://abcdefghijklmnopqrst.storage.supabase.co", True),
        ("https://pictures.example.org", True),
        ("", True),
        ("https://zyxwvutsrqponmlkjihg.supabase.co", False),
        ("https://zyxwvutsrqponmlkjihg.storage.supabase.co", False),
        ("https://abcdefghijklmnopqrst.supabase.co.example.org", False),
        ("http://localhost:54321", False),
    ],
)
def test_a_storage_url_of_another_project_is_not_understood_and_protects_all_the_same(
    host: str, understood: bool
) -> None:
    project = Supabase("https://abcdefghijklmnopqrst.supabase.co", hosts=("Pictures.example.org",))
    resolver = resolver_of(Profile("p", "supabase", supabase=project), ["photos"])
    url = f"{host}/storage/v1/object/sign/photos/a%20b.png?token=x"
    (found, *_) = resolver.read(source("photos"), ReferenceColumn("c", "url"), url)
    assert (found.bucket, found.key) == ("photos", "a b.png")
    assert bool(found.problem) is not understood
