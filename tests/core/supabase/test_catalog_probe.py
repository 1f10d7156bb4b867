"""Testing a connection: one clear error where nothing can be had, else a table with a next step in every line."""

from __future__ import annotations

import pytest

from core.capabilities import Capabilities, Capability
from core.clients.supabase.probe import probe, role_of
from core.errors import CoreError, NotAllowed, NotFound, Unavailable
from tests.core.supabase.scripted import Answer, Token, connected, says, serve

NO_FUNCTION = says({"code": "PGRST202", "message": "Could not find the function public.bucketdesk_about"}, 404)
FORBIDDEN = {"statusCode": "403", "error": "Unauthorized", "message": "new row violates row-level security policy"}
NOT_EXPOSED = {"code": "PGRST106", "message": "The schema must be one of the following: api"}
NO_CACHE = {"code": "PGRST002", "message": "Could not query the database for the schema cache. Retrying."}
WRONG_KEY = {"message": "Invalid API key", "hint": "Double check your Supabase anon or service_role API key."}


async def test_the_role_is_read_from_key_and_token() -> None:
    jwt = "e30.eyJyb2xlIjoiYXV0aGVudGljYXRlZCJ9.x"
    assert role_of("sb_secret_a", "sb_secret_a") == "service_role"
    assert role_of("sb_publishable_a", "sb_publishable_a") == "anon"
    assert role_of("sb_publishable_a", jwt) == role_of(jwt, jwt) == "authenticated"
    assert role_of("x", "x") == role_of("x", "a.%%%.b") == role_of("x", "a.W10.b") == ""


@pytest.mark.parametrize(
    ("answer", "error", "words"),
    [
        (says(WRONG_KEY, 401), NotAllowed, "key"),
        (says("<html>Welcome</html>", 200), CoreError, "Supabase"),
        (says("<html>not here</html>", 404), NotFound, "not a Supabase project"),
        (says(NOT_EXPOSED, 406), NotAllowed, "schema"),
        (
            says({"code": "PGRST002", "message": "Could not query the database for the schema cache"}, 503),
            Unavailable,
            "now",
        ),
    ],
)
async def test_what_is_wrong_altogether_is_one_sentence_and_a_next_step(
    answer: Answer, error: type[CoreError], words: str
) -> None:
    async with serve(answer) as script, connected(script.url) as session:
        with pytest.raises(error, match=words) as caught:
            await probe(session)
    assert caught.value.hint


async def test_no_network_is_one_sentence_too() -> None:
    async with serve(says([])) as script:
        url = script.url
    async with connected(url) as session:
        with pytest.raises(Unavailable) as caught:
            await probe(session)
    assert caught.value.message and caught.value.hint


async def test_a_right_that_is_missing_is_a_line_of_the_table() -> None:
    answers = (NO_FUNCTION, says([{"id": "photos"}]), says(FORBIDDEN, 400), says({"definitions": {}}))
    async with serve(*answers) as script, connected(script.url, Token(key="sb_secret_x")) as session:
        found = await probe(session)
    lines = {line.name: line for line in found.lines()}
    assert lines["List buckets"].state == "yes" and lines["List objects"].state == "no"
    assert "row-level security" in lines["List objects"].sentence
    assert lines["Database set-up"].state == "no" and "Set up database" in lines["Database set-up"].next_step
    assert lines["Change rows"].state == "no" and lines["See all rows"].state == "yes"
    assert lines["Read rows"].state == "unknown"


def test_every_line_that_is_not_yes_says_what_to_do() -> None:
    for found in (
        Capabilities(),
        Capabilities(user_role="anon", tried={"buckets": "No.", "objects": "No.", "tables": "No.", "rows": "No."}),
        Capabilities(
            user_role="authenticated", version=1, roles=frozenset({"staff"}), sources={"images": "Not there."}
        ),
        Capabilities(user_role="authenticated", functions=frozenset({"bucketdesk_apply_batch"}), version=1),
    ):
        for line in found.lines():
            assert line.sentence.endswith("."), line
            assert line.state != "no" or line.next_step, line


def test_roles_give_rights_and_a_service_key_gives_all() -> None:
    names = frozenset({"bucketdesk_list_objects", "bucketdesk_read_rows", "bucketdesk_apply_batch"})

    def able(role: str, *roles: str) -> set[str]:
        found = Capabilities(functions=names, version=1, user_role=role, roles=frozenset(roles))
        return {name.removeprefix("bucketdesk_") for name in names if found.can(name)}

    assert able("authenticated") == set()
    assert able("authenticated", "staff") == {"list_objects"}
    assert able("authenticated", "manager") == {"list_objects", "read_rows"}
    assert able("authenticated", "admin") == able("service_role") == {"list_objects", "read_rows", "apply_batch"}
    assert not Capabilities(user_role="service_role").can("bucketdesk_read_rows")
    admin = Capabilities(functions=names, version=1, user_role="authenticated", roles=frozenset({"admin"}))
    assert Capability("Change rows", "yes", admin.lines()[-3].sentence) in admin.lines()
