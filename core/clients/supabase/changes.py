"""Changing rows through `bucketdesk_apply_batch`: each change whole or not at all, and no answer that gets lost does
anything twice."""

from __future__ import annotations

import hashlib
import json
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from core.capabilities import Capabilities
from core.clients.supabase.cells import INTEGERS, is_storable, key_texts, to_text
from core.clients.supabase.database_failures import TookTooLong
from core.clients.supabase.described import Described
from core.clients.supabase.session import Session
from core.errors import CoreError, Unavailable
from core.models import Outcome, Result, RowAction, RowChange, Value

_BATCH_BYTES = 1_000_000
_BATCH_CHANGES = 500
"""One call's most (facts.md C2): it has to end within the database's eight seconds."""
_REMEMBERED_SECONDS = 600
"""A batch that is sent again later than this is another one: the world may have moved on in between."""
NO_FUNCTION = (
    "Rows of this project cannot be changed yet, because Bucketdesk's functions are not in its database: "
    "choose “Set up database” first."
)
NOT_ADMIN = "Changing rows takes the role admin, or a secret key."


class RowChanges:
    """Sends changes in batches. The ids of batches hold until every answer of a call has come: where one got lost, the
    call is made again, and what was done before is answered from memory, not done again. Another call about one of
    the same rows ends that: the rows are not what they were then (it may have undone the first)."""

    def __init__(self, session: Session, capabilities: Capabilities) -> None:
        self._session = session
        self._capabilities = capabilities
        self._calls: dict[str, _Call] = {}

    async def change(self, changes: Sequence[RowChange], tables: Mapping[str, Described]) -> tuple[Outcome, ...]:
        """Does each change. Raises when nothing was done, and `Unavailable` when an answer got lost: then only the same
        call again, or looking at the rows, tells what was done."""
        if not self._capabilities.writes_rows:
            there = "bucketdesk_apply_batch" in self._capabilities.functions
            return (Outcome(Result.FAILED, NOT_ADMIN if there else NO_FUNCTION),) * len(changes)
        outcomes: dict[int, Outcome] = {}
        waiting: list[tuple[int, dict[str, object]]] = []
        for number, change in enumerate(changes):
            wrong = _unfit(change, tables.get(change.table))
            if wrong is None:
                waiting.append((number, _coded(change)))
            else:
                outcomes[number] = wrong
        call, digest = self._begun([coded for _, coded in waiting])
        done = False
        for batch in _batches(waiting):
            try:
                answers = await self._send([coded for _, coded in batch], call)
            except CoreError as exc:
                if not done or _is_lost(exc):
                    raise
                answers = _refused(exc, len(batch))
            done = True
            for (number, _), answer in zip(batch, answers, strict=True):
                outcomes[number] = _outcome(answer, tables[changes[number].table])
        self._calls.pop(digest, None)
        return tuple(outcomes[number] for number in range(len(changes)))

    def _begun(self, changes: Sequence[Mapping[str, object]]) -> tuple[_Call, str]:
        """What is known of this very call where it was made just now without all its answers; and its digest."""
        now = time.monotonic()
        digest = _digest(changes)
        rows = frozenset(name for change in changes for name in _rows(change))
        self._calls = {
            other: call
            for other, call in self._calls.items()
            if now - call.at <= _REMEMBERED_SECONDS and (other == digest or not call.rows & rows)
        }
        return self._calls.setdefault(digest, _Call(now, rows)), digest

    async def _send(self, batch: Sequence[Mapping[str, object]], call: _Call) -> list[Mapping[str, Any]]:
        """One answer for each change, in halves where the database runs out of time over the whole: it has then taken
        everything back."""
        sent = call.batches.setdefault(_digest(batch), _Sent(str(uuid.uuid4())))
        if sent.is_split:
            return await self._send_halves(batch, call)
        try:
            answer: Any = await self._session.rpc("bucketdesk_apply_batch", {"batch_id": sent.id, "changes": batch})
        except TookTooLong:
            if len(batch) == 1:
                raise
            sent.is_split = True
            return await self._send_halves(batch, call)
        if not isinstance(answer, list) or len(answer) != len(batch):
            raise Unavailable("The project's answer about changed rows is incomplete.", "Apply the plan again.")
        return answer

    async def _send_halves(self, batch: Sequence[Mapping[str, object]], call: _Call) -> list[Mapping[str, Any]]:
        half = len(batch) // 2
        first = await self._send(batch[:half], call)
        try:
            return [*first, *await self._send(batch[half:], call)]
        except CoreError as exc:
            if _is_lost(exc):
                raise
            return [*first, *_refused(exc, len(batch) - half)]


@dataclass(slots=True)
class _Sent:
    """A batch that is under way: its id, and whether it was sent in halves."""

    id: str
    is_split: bool = False


@dataclass(slots=True)
class _Call:
    """A call that is under way: when it was first made, the rows it is about, its batches by their digest."""

    at: float
    rows: frozenset[str]
    batches: dict[str, _Sent] = field(default_factory=dict)


def _digest(changes: Sequence[Mapping[str, object]]) -> str:
    return hashlib.sha256(json.dumps(changes, sort_keys=True).encode()).hexdigest()


def _rows(change: Mapping[str, object]) -> Iterator[str]:
    """What a change is about: its row, and where a key comes into being or goes, the table's new rows: nobody knows
    beforehand which of them an insert without a key will have made."""
    action, table, key = change["action"], change["table"], change["key"]
    unknown = not isinstance(key, list) or None in key
    if not unknown:
        yield json.dumps([table, key])
    if unknown or action == RowAction.DELETE.value:
        yield json.dumps([table])


def _is_lost(exc: CoreError) -> bool:
    """Whether nobody knows what was done: what took too long was taken back, and what was refused not done."""
    return isinstance(exc, Unavailable) and not isinstance(exc, TookTooLong)


def _refused(exc: CoreError, count: int) -> list[Mapping[str, Any]]:
    return [{"result": "failed", "reason": exc.message}] * count


def _unfit(change: RowChange, described: Described | None) -> Outcome | None:
    """How a change ends that no database needs to be asked about."""
    if described is None:
        return Outcome(Result.FAILED, f"The catalog has no table “{change.table}”.")
    kinds = described.kinds
    missing = next((c for c in (*change.key_columns, *(change.after or {})) if c not in kinds), None)
    if missing is not None:
        return Outcome(Result.FAILED, f"{change.table} has no column “{missing}” that could be written.")
    for name, value in (change.after or {}).items():
        if isinstance(value, str) and not is_storable(value):
            return Outcome(Result.FAILED, f"{name} of {change.table} cannot hold this text: it is no valid UTF-8.")
    for name, value in (change.before or {}).items():
        if value is not None and not _may_stand(value, kinds.get(name, "")):
            return Outcome(Result.DRIFTED, f"{name} of the row in {change.table} is not what it was.")
    numbered = change.action is RowAction.INSERT and (not change.key or None in change.key)
    if not numbered and key_texts(change.key, described.types(change.key_columns)) is None:
        gone = change.action is not RowAction.INSERT
        reason = f"The row is not in {change.table} any more." if gone else f"{change.table} holds no such key."
        return Outcome(Result.DRIFTED if gone else Result.FAILED, reason)
    return None


def _may_stand(value: Value, kind: str) -> bool:
    """Whether a column of this type can have told this value: numbers and texts are never equal."""
    return isinstance(value, int if kind in INTEGERS else str) and (not isinstance(value, str) or is_storable(value))


def _coded(change: RowChange) -> dict[str, object]:
    return {
        "action": change.action.value,
        "table": change.table,
        "key_columns": list(change.key_columns),
        "key": [to_text(value) for value in change.key] or [None] * len(change.key_columns),
        "before": None if change.before is None else _texts(change.before),
        "after": None if change.after is None else _texts(change.after),
        **({"loose": list(change.loose)} if change.loose else {}),
    }


def _texts(values: Mapping[str, Value]) -> dict[str, str | None]:
    return {name: to_text(value) for name, value in values.items()}


def _batches(waiting: Sequence[tuple[int, dict[str, object]]]) -> Iterator[list[tuple[int, dict[str, object]]]]:
    batch: list[tuple[int, dict[str, object]]] = []
    size = 0
    for one in waiting:
        cost = len(json.dumps(one[1], ensure_ascii=False).encode())
        if batch and (len(batch) == _BATCH_CHANGES or size + cost > _BATCH_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(one)
        size += cost
    if batch:
        yield batch


def _outcome(answer: Mapping[str, Any], described: Described) -> Outcome:
    result = Result(str(answer["result"]))
    row = answer.get("row")
    values = described.values(row) if result is Result.DONE and isinstance(row, Mapping) else None
    reason = "" if result is Result.DONE else str(answer.get("reason") or "The database gave no reason.")
    return Outcome(result, reason, values)
