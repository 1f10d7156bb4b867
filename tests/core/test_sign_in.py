"""What can be told of a key without asking anybody."""

from __future__ import annotations

import time

import pytest

from core.errors import CoreError
from core.profiles import KEY, PASSWORD, Supabase
from core.sign_in import KeyKind, SignInState, check_key, clean_key, describe_key, key_kind
from tests.core.test_addresses import HOSTED, REF
from tests.core.tokens import token

BY_KEY, BY_PASSWORD = Supabase(HOSTED), Supabase(HOSTED, PASSWORD, "jo@example.org")


@pytest.mark.parametrize(
    ("key", "kind"),
    [
        ("sb_secret_0123", KeyKind.SECRET),
        ("sb_publishable_0123", KeyKind.PUBLISHABLE),
        (token(role="service_role", ref=REF), KeyKind.SERVICE),
        (token(role="anon", ref=REF), KeyKind.ANON),
        (token(role="authenticated"), KeyKind.USER),
        ("something", KeyKind.UNKNOWN),
        ("a.b.c", KeyKind.UNKNOWN),
        ("a.é.c", KeyKind.UNKNOWN),
    ],
)
def test_the_kind_of_a_key_is_told_from_its_looks(key: str, kind: KeyKind) -> None:
    assert key_kind(key) is kind
    assert key not in describe_key(key)


def test_a_key_is_taken_as_it_was_copied() -> None:
    assert clean_key(' "sb_secret_01\n23" \n') == "sb_secret_0123"


@pytest.mark.parametrize(
    ("key", "project", "said"),
    [
        ("", BY_KEY, "empty"),
        ("https://abc.supabase.co", BY_KEY, "address, not a key"),
        ("sbp_0123456789", BY_KEY, "account"),
        ("schlüssel", BY_KEY, "not a key"),
        (token(role="authenticated"), BY_KEY, "signed-in user"),
        (token(role="service_role", ref="ponmlkjihgfedcbaxyzw"), BY_KEY, "belongs to the project “ponml"),
        (token(role="service_role", exp=1), BY_KEY, "expired"),
        ("sb_secret_0123", BY_PASSWORD, "opens everything"),
        (token(role="service_role", ref=REF), BY_PASSWORD, "opens everything"),
    ],
)
def test_what_cannot_be_the_key_is_refused_with_the_next_step(key: str, project: Supabase, said: str) -> None:
    with pytest.raises(CoreError, match=said) as caught:
        check_key(key, project)
    assert caught.value.hint


def test_what_may_be_the_key_is_left_to_the_service() -> None:
    check_key("sb_secret_0123", BY_KEY)
    check_key("sb_publishable_0123", BY_PASSWORD)
    check_key(token(role="service_role", ref=REF, exp=time.time() + 60), BY_KEY)
    check_key(token(role="service_role", iss="supabase-demo"), Supabase("http://localhost:54321"))


def test_a_state_is_a_sentence() -> None:
    assert SignInState(KEY, "a secret key").sentence == "Connected with a secret key."
    state = SignInState(PASSWORD, "jo@example.org", "admin")
    assert state.sentence == "Signed in as jo@example.org (admin)."
    assert state.is_signed_in
    assert not SignInState(PASSWORD, "jo@example.org", trouble="Signed out.").is_signed_in
