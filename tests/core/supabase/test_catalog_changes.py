"""Batches of changes: nothing is done twice, whatever becomes of the answer."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping
from typing import Any

import pytest

from core.capabilities import Capabilities
from core.clients.supabase.changes import RowChanges
from core.clients.supabase.tables import from_function
from core.errors import NotAllowed, ServiceError, Unavailable
from core.models import Result, RowAction, RowChange, Value
from tests.core.supabase.scripted import Script, breaks_off, connected, resets, says, serve

ABLE = Capabilities(functions=frozenset({"bucketdesk_apply_batch"}), version=1, user_role="service_role")
COLUMN = {"nullable": True, "generated": False, "identity": "", "has_default": False, "is_array": False}
COLUMNS = [{**COLUMN, "name": "id", "type": "bigint"}, {**COLUMN, "name": "path", "type": "text"}]
TABLES = {
    "images": from_function({"schema": "public", "name": "images", "columns": COLUMNS, "primary_key": ["id"]}),
}
DONE = {"result": "done", "reason": "", "row": {"id": "1", "path": "b"}}


def update(before: Mapping[str, Value], path: Value = "b", key: Value = 1) -> RowChange:
    return RowChange(RowAction.UPDATE, "images", ("id",), (key,), before, {"path": path})


CHANGE = update({"id": 1, "path": "a"})


def batches(script: Script) -> list[Mapping[str, Any]]:
    return [json.loads(asked.body) for asked in script.asked]


async def test_a_batch_whose_answer_is_lost_is_repeated_under_the_same_id() -> None:
    async with serve(resets, breaks_off, says([DONE])) as script, connected(script.url) as session:
        (ended,) = await RowChanges(session, ABLE).change([CHANGE], TABLES)
    assert ended.result is Result.DONE and ended.row == {"id": 1, "path": "b"}
    first, second, third = batches(script)
    assert first == second == third
    assert first["changes"] == [
        {
            "action": "update_row",
            "table": "images",
            "key_columns": ["id"],
            "key": ["1"],
            "before": {"id": "1", "path": "a"},
            "after": {"path": "b"},
        }
    ]


async def test_a_batch_that_never_got_an_answer_keeps_its_id_and_an_answered_one_does_not() -> None:
    answers = [*[resets] * 3, says([DONE])]
    async with serve(*answers) as script, connected(script.url) as session:
        changes = RowChanges(session, ABLE)
        with pytest.raises(Unavailable):
            await changes.change([CHANGE], TABLES)
        await changes.change([CHANGE], TABLES)
        await changes.change([CHANGE], TABLES)
    ids = [batch["batch_id"] for batch in batches(script)]
    assert len(set(ids[:4])) == 1 and ids[4] != ids[3]


BACK = RowChange(RowAction.UPDATE, "images", ("id",), (1,), {"id": 1, "path": "b"}, {"path": "a"})
INSERTED = RowChange(RowAction.INSERT, "images", ("id",), (), None, {"path": "b"})
REMOVED = RowChange(RowAction.DELETE, "images", ("id",), (7,), {"id": 7, "path": "b"}, None)


@pytest.mark.parametrize(("change", "undo"), [(CHANGE, BACK), (INSERTED, REMOVED)])
@pytest.mark.parametrize("undo_is_lost", [False, True])
async def test_a_batch_without_answer_that_was_undone_is_done_anew_the_next_time(
    change: RowChange, undo: RowChange, undo_is_lost: bool
) -> None:
    undone = [resets] * 3 if undo_is_lost else [says([DONE])]
    async with serve(*[resets] * 3, *undone, says([DONE])) as script, connected(script.url) as session:
        changes = RowChanges(session, ABLE)
        with pytest.raises(Unavailable):
            await changes.change([change], TABLES)
        with pytest.raises(Unavailable) if undo_is_lost else contextlib.nullcontext():
            await changes.change([undo], TABLES)
        await changes.change([change], TABLES)
    sent = batches(script)
    assert sent[-1]["changes"] == sent[0]["changes"]
    assert sent[-1]["batch_id"] != sent[0]["batch_id"]


async def test_a_batch_without_answer_keeps_its_id_while_other_rows_are_changed() -> None:
    other = update({"id": 2, "path": "a"}, key=2)
    async with serve(*[resets] * 3, says([DONE])) as script, connected(script.url) as session:
        changes = RowChanges(session, ABLE)
        with pytest.raises(Unavailable):
            await changes.change([CHANGE], TABLES)
        await changes.change([other], TABLES)
        await changes.change([CHANGE], TABLES)
    ids = [batch["batch_id"] for batch in batches(script)]
    assert ids[4] == ids[0] != ids[3]


async def test_what_takes_too_long_is_sent_in_halves_under_new_ids() -> None:
    slow = says({"code": "57014", "message": "canceling statement due to statement timeout"}, 500)
    two = [CHANGE, update({"id": 2, "path": "a"}, key=2)]
    async with serve(slow, says([DONE])) as script, connected(script.url) as session:
        ended = await RowChanges(session, ABLE).change(two, TABLES)
    assert [one.result for one in ended] == [Result.DONE, Result.DONE]
    sent = batches(script)
    assert [len(batch["changes"]) for batch in sent] == [2, 1, 1]
    assert len({batch["batch_id"] for batch in sent}) == 3


async def test_a_call_stays_under_a_megabyte_and_a_later_failure_is_told_item_by_item() -> None:
    long = "x" * 400_000
    many = [update({"path": long}, "y" * n) for n in range(4)]
    refused = says({"code": "42501", "message": "no more"}, 403)
    async with serve(says([DONE, DONE]), refused) as script, connected(script.url) as session:
        ended = await RowChanges(session, ABLE).change(many, TABLES)
    assert [one.result for one in ended] == [Result.DONE, Result.DONE, Result.FAILED, Result.FAILED]
    assert "no more" in ended[2].reason
    assert all(len(asked.body) < 1_100_000 for asked in script.asked)


async def test_a_lost_answer_in_the_middle_is_no_failure_and_the_same_call_again_does_nothing_twice() -> None:
    long = "x" * 400_000
    many = [update({"path": long}, "y" * n) for n in range(4)]
    answers = [says([DONE, DONE]), *[resets] * 3, says([DONE, DONE])]
    async with serve(*answers) as script, connected(script.url) as session:
        changes = RowChanges(session, ABLE)
        with pytest.raises(Unavailable):
            await changes.change(many, TABLES)
        ended = await changes.change(many, TABLES)
        assert [one.result for one in ended] == [Result.DONE] * 4
        await changes.change(many, TABLES)
    ids = [batch["batch_id"] for batch in batches(script)]
    first, second = ids[0], ids[1]
    assert ids[:6] == [first, second, second, second, first, second]
    assert not {first, second} & set(ids[6:])


async def test_halves_are_remembered_as_halves() -> None:
    slow = says({"code": "57014", "message": "canceling statement due to statement timeout"}, 500)
    two = [CHANGE, update({"id": 2, "path": "a"}, key=2)]
    async with serve(slow, says([DONE]), *[resets] * 3, says([DONE])) as script, connected(script.url) as session:
        changes = RowChanges(session, ABLE)
        with pytest.raises(Unavailable):
            await changes.change(two, TABLES)
        assert [one.result for one in await changes.change(two, TABLES)] == [Result.DONE, Result.DONE]
    sent = batches(script)
    assert [len(batch["changes"]) for batch in sent] == [2, 1, 1, 1, 1, 1, 1]
    ids = [batch["batch_id"] for batch in sent]
    assert ids[5] == ids[1] and ids[6] == ids[2] == ids[3] == ids[4]


async def test_a_batch_that_is_refused_whole_raises() -> None:
    refused = says({"code": "42501", "message": "This needs the role admin."}, 403)
    async with serve(refused) as script, connected(script.url) as session:
        with pytest.raises(NotAllowed, match="admin"):
            await RowChanges(session, ABLE).change([CHANGE], TABLES)


async def test_half_an_answer_is_no_answer() -> None:
    async with serve(says([])) as script, connected(script.url) as session:
        with pytest.raises(ServiceError, match="incomplete"):
            await RowChanges(session, ABLE).change([CHANGE], TABLES)


@pytest.mark.parametrize(
    ("change", "result", "reason"),
    [
        (update({"id": 1, "path": 5}), Result.DRIFTED, "path"),
        (update({"id": "1", "path": "a"}), Result.DRIFTED, "id"),
        (update({"id": 1}, key="1"), Result.DRIFTED, "any more"),
        (update({"id": 1}, "a\0b"), Result.FAILED, "UTF-8"),
        (update({"id": 1}, "\ud800"), Result.FAILED, "UTF-8"),
        (RowChange(RowAction.DELETE, "gone", ("id",), (1,), {"id": 1}, None), Result.FAILED, "no table"),
        (RowChange(RowAction.UPDATE, "images", ("id",), (1,), {"id": 1}, {"nope": 1}), Result.FAILED, "nope"),
    ],
)
async def test_what_can_never_be_is_not_sent(change: RowChange, result: Result, reason: str) -> None:
    async with serve(says([DONE])) as script, connected(script.url) as session:
        ended = await RowChanges(session, ABLE).change([change, CHANGE], TABLES)
    assert ended[0].result is result and reason in ended[0].reason
    assert ended[1].result is Result.DONE
    assert [len(batch["changes"]) for batch in batches(script)] == [1]


async def test_without_the_function_every_change_says_what_to_do() -> None:
    async with serve(says([])) as script, connected(script.url) as session:
        (ended,) = await RowChanges(session, Capabilities(user_role="service_role")).change([CHANGE], TABLES)
        (other,) = await RowChanges(
            session, Capabilities(functions=ABLE.functions, user_role="authenticated", roles=frozenset({"staff"}))
        ).change([CHANGE], TABLES)
    assert ended.result is Result.FAILED and "Set up database" in ended.reason
    assert other.result is Result.FAILED and "admin" in other.reason
    assert script.asked == []
