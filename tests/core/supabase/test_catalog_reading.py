"""How much is asked for at once: as much as comes in time and holds nothing up."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pytest

from core.capabilities import Capabilities
from core.clients.supabase.answers import TARGET_BYTES
from core.clients.supabase.catalog import SupabaseCatalog
from core.errors import Unavailable
from tests.core.supabase.scripted import Answer, Script, connected, says, serve

NAMES = ("tables", "read_rows", "rows_by_key", "check_key", "count_rows", "find_rows")
ABLE = Capabilities(functions=frozenset(f"bucketdesk_{name}" for name in NAMES), version=1, user_role="service_role")
COLUMN = {"nullable": False, "generated": False, "identity": "", "has_default": False, "is_array": False}
TABLES = says(
    [
        {
            "schema": "public",
            "name": "t",
            "columns": [{**COLUMN, "name": "id", "type": "integer"}, {**COLUMN, "name": "a", "type": "text"}],
            "primary_key": ["id"],
        }
    ]
)
SLOW = says({"code": "57014", "message": "canceling statement due to statement timeout"}, 500)


def rows(numbers: Sequence[int], text: str = "x") -> Answer:
    return says({"rows": [[str(number), text] for number in numbers], "sees_all": True})


def sizes(script: Script) -> list[int]:
    return [json.loads(asked.body)["page_size"] for asked in script.asked if asked.path.endswith("read_rows")]


async def test_a_page_that_takes_too_long_is_asked_for_again_smaller_and_stays_so() -> None:
    async with serve(TABLES, SLOW, SLOW, rows([1]), rows([2])) as script, connected(script.url) as session:
        catalog = SupabaseCatalog(session, ABLE)
        page = await catalog.read("t", ["id"], ["a"])
        assert [row.key for row in page.rows] == [(1,)]
        await catalog.read("t", ["id"], ["a"], page.cursor)
    first, second, third, fourth = sizes(script)
    assert first > second > third == fourth


async def test_a_single_row_that_takes_too_long_is_an_error() -> None:
    async with serve(TABLES, SLOW) as script, connected(script.url) as session:
        with pytest.raises(Unavailable, match="too long"):
            await SupabaseCatalog(session, ABLE).read("t", ["id"], ["a"])
    assert sizes(script)[-1] == 1 and len(sizes(script)) < 8


async def test_long_rows_come_in_small_pages_and_short_ones_in_large_ones() -> None:
    long = rows(range(100), "x" * 20_000)
    async with serve(TABLES, long, rows(range(100, 110)), rows([200])) as script, connected(script.url) as session:
        catalog = SupabaseCatalog(session, ABLE)
        for after in (None, (99,), (109,)):
            await catalog.read("t", ["id"], ["a"], after)
    first, after_long, after_short = sizes(script)
    assert after_long * 20_000 <= TARGET_BYTES < first * 20_000
    assert after_short > first


@pytest.mark.parametrize("answer", [says({"rows": [["1"]]}), says({"rows": 5}), says([]), says("{"), says("null")])
async def test_what_is_no_page_is_never_taken_for_an_empty_one(answer: Answer) -> None:
    async with serve(TABLES, answer) as script, connected(script.url) as session:
        with pytest.raises(Unavailable):
            await SupabaseCatalog(session, ABLE).read("t", ["id"], ["a"])
