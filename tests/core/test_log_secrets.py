"""Whatever a secret is made of and wherever a log puts it, it does not stay readable."""

from __future__ import annotations

import json
import logging
import string
from urllib.parse import quote

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from core import log
from core.log import Masked, conceal, mask
from core.profiles import Supabase
from core.profiles.direct import parted

WORDS = st.text(st.characters(exclude_categories=("Cs",)), max_size=30)
PLAIN = st.text(string.ascii_letters + string.digits + "_-", min_size=12, max_size=40)
SIGNS = st.text(st.characters(codec="ascii", exclude_categories=("Cc",), exclude_characters=" \"'\\<>"), min_size=6)
PASSWORDS = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=8, max_size=30).filter(
    lambda text: len(set(text)) > 4
)
PARTS = st.text(string.ascii_letters + string.digits + "_-", min_size=20, max_size=60)
TOKENS = st.builds(lambda a, b, c: f"eyJ{a}.eyJ{b}.{c}", PARTS, PARTS, PARTS)
KEYS = PLAIN.map("sb_secret_".__add__)


@given(WORDS, KEYS | TOKENS, st.sampled_from([" ", "\n", '"', "'", ",", ";", "(", "=", ":", "<", "/", "|"]), WORDS)
def test_a_key_or_token_is_masked_between_any_words(before: str, secret: str, edge: str, after: str) -> None:
    assert secret not in mask(f"{before}{edge}{secret}{edge}{after}")


@given(WORDS, SIGNS, WORDS)
def test_the_password_of_a_direct_connection_is_masked_however_it_was_typed(
    before: str, password: str, after: str
) -> None:
    for written in (password, quote(password, safe="")):
        assume(f":{written}@" not in before + after)
        masked = mask(f"{before} postgresql://postgres.abc:{written}@db.abc.supabase.co:5432/postgres {after}")
        assert f":{written}@" not in masked
        assert "db.abc.supabase.co:5432/postgres" in masked


@given(
    st.sampled_from(
        ["password", "refresh_token", "access_token", "apiKey", "service_role_key", "PGPASSWORD", "secret"]
    ),
    PASSWORDS,
)
def test_a_value_by_a_telling_name_is_masked(name: str, value: str) -> None:
    for text in (json.dumps({name: value}), json.dumps({"a": [{name: value, "b": 1}]}, ensure_ascii=False)):
        masked = mask(text)
        assert json.dumps(value) not in masked
        assert json.dumps(value, ensure_ascii=False) not in masked


@given(PLAIN, WORDS)
def test_a_refresh_token_is_masked_in_urls_and_reprs(value: str, after: str) -> None:
    assume(value not in after)
    for text in (
        f"?grant_type=refresh_token&refresh_token={value}&x=1",
        f"Session(refresh_token='{value}', x=1) {after}",
    ):
        assert value not in mask(text)


@given(PASSWORDS, WORDS)
def test_what_was_given_as_a_secret_is_masked_in_any_form(secret: str, before: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(log, "_concealed", set())
        conceal(secret)
        for form in (secret, quote(secret, safe=""), json.dumps(secret), repr(secret)):
            record = logging.LogRecord("x", logging.INFO, "x.py", 1, "%s %s", (before, form), None)
            Masked().filter(record)
            masked = logging.Formatter("%(message)s").format(record)
            assert form.strip("\"'") not in masked.replace(before, "", 1)


@given(SIGNS)
def test_a_profile_never_holds_the_password_of_its_direct_connection(password: str) -> None:
    address, taken = parted(f"postgresql://postgres:{quote(password, safe='')}@host:5432/db")
    assert (address, taken) == ("postgresql://postgres@host:5432/db", password)
    assert "postgres@host" in repr(Supabase("https://abc.supabase.co", postgres=address))
