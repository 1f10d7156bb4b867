"""The address of a project: what people paste is corrected, and what can be none is refused in a sentence."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import BadProfile
from core.profiles import Profile, Supabase, normal_address
from core.profiles.addresses import is_open_to_listeners
from core.profiles.direct import parted

REF = "abcdefghijklmnopqrst"
HOSTED = f"https://{REF}.supabase.co"


@pytest.mark.parametrize(
    ("pasted", "meant"),
    [
        (HOSTED, HOSTED),
        (f"  {HOSTED}/ \n", HOSTED),
        (f"'{HOSTED}'", HOSTED),
        (f"HTTPS://{REF.upper()}.SUPABASE.CO:443", HOSTED),
        (f"http://{REF}.supabase.co", HOSTED),
        (f"{REF}.supabase.co", HOSTED),
        (REF, HOSTED),
        (f"{HOSTED}/rest/v1/", HOSTED),
        (f"{HOSTED}/storage/v1/object/public/a/b.png?x=1", HOSTED),
        (f"https://{REF}.storage.supabase.co/storage/v1/upload/resumable", HOSTED),
        (f"https://db.{REF}.supabase.co", HOSTED),
        (f"https://supabase.com/dashboard/project/{REF}", HOSTED),
        (f"https://supabase.com/dashboard/project/{REF}/settings/api-keys", HOSTED),
        (f"https://app.supabase.com/project/{REF}?x=y", HOSTED),
        ("localhost:54321", "http://localhost:54321"),
        ("http://127.0.0.1:54321/", "http://127.0.0.1:54321"),
        ("http://[::1]:80/", "http://[::1]"),
        ("https://pictures.example.org/supabase/rest/v1", "https://pictures.example.org/supabase"),
        ("https://kong:8443", "https://kong:8443"),
    ],
)
def test_what_people_paste_becomes_the_one_address(pasted: str, meant: str) -> None:
    assert normal_address(pasted) == meant
    assert normal_address(meant) == meant


@pytest.mark.parametrize(
    ("pasted", "said"),
    [
        ("", "missing"),
        ("https://supabase.com/dashboard/projects", "own site"),
        ("postgresql://postgres:pw@db.abc.supabase.co:5432/postgres", "of the project's database"),
        ("ftp://abc.supabase.co", "not the address"),
        ("https://", "not the address"),
        ("https://a b.example.org", "not the address"),
        ("https://host:notaport", "not the address"),
        ("https://me:hunter2@abc.supabase.co", "no user or password"),
        ("https://[::1", "not the address"),
    ],
)
def test_what_can_be_no_project_is_refused_with_the_next_step(pasted: str, said: str) -> None:
    with pytest.raises(BadProfile, match=said) as caught:
        normal_address(pasted)
    assert caught.value.hint
    assert "hunter2" not in caught.value.message


@given(st.text(max_size=40) | st.from_regex(r"https?://[a-z0-9.:@/\[\]?#-]{0,30}", fullmatch=True))
def test_any_text_is_an_address_that_stays_or_a_sentence(text: str) -> None:
    try:
        address = normal_address(text)
    except BadProfile as refused:
        assert refused.message.endswith((".", "…"))
        return
    assert normal_address(address) == address


def supabase(url: str) -> Profile:
    return Profile("p", "supabase", supabase=Supabase(url))


def test_a_project_is_its_address_however_it_is_written() -> None:
    one = supabase(HOSTED).project
    assert supabase(f"{HOSTED.upper()}/").project == one
    assert supabase("https://ponmlkjihgfedcbaxyzw.supabase.co").project != one


def test_the_hosts_of_a_project_are_its_own_and_nobody_elses() -> None:
    assert supabase(HOSTED).hosts == {f"{REF}.supabase.co", f"{REF}.storage.supabase.co"}
    assert "127.0.0.1:54321" in supabase("http://localhost:54321").hosts
    assert supabase("https://pictures.example.org").hosts == {"pictures.example.org"}


def test_only_what_leaves_the_house_unencrypted_is_open_to_listeners() -> None:
    assert is_open_to_listeners("http://pictures.example.org")
    assert is_open_to_listeners("http://8.8.8.8:8000")
    for address in (HOSTED, "http://localhost:54321", "http://127.0.0.1:1", "http://192.168.0.7", "http://kong:8000"):
        assert not is_open_to_listeners(address)


@pytest.mark.parametrize(
    ("written", "kept", "password"),
    [
        ("postgresql://postgres@host/db", "postgresql://postgres@host/db", None),
        ("postgresql://postgres:s3cret@host:5432/db", "postgresql://postgres@host:5432/db", "s3cret"),
        ("postgres://u.ref:p%40ss%2F@pool.example.org/db", "postgres://u.ref@pool.example.org/db", "p@ss/"),
        ("postgresql://u:p@ss@host/db", "postgresql://u@host/db", "p@ss"),
        ("postgresql://u@host/db?password=x%20y&sslmode=require", "postgresql://u@host/db?sslmode=require", "x y"),
        ("host=h user=u password='a \\'b' dbname=d", "host=h user=u dbname=d", "a 'b"),
        ("host=h password=x", "host=h", "x"),
        ("", "", None),
    ],
)
def test_the_password_of_a_direct_connection_is_taken_out(written: str, kept: str, password: str | None) -> None:
    assert parted(written) == (kept, password)
