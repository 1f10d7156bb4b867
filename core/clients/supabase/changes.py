"""Changing rows through `bucketdesk_apply_batch`: each change whole or not at all, and no answer that gets lost does
anything twice."""

from __future__ import annotations

import hashlib
import json
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
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
    """Sends changes in batches. A batch whose answer never came keeps its id for the next time it is sent."""

    def __init__(self, session: Session, capabilities: Capabilities) -> None:
        self._session = session
        self._capabilities = capabilities
        self._unanswered: dict[str, tuple[str, float]] = {}

    async def change(self, changes: Sequence[RowChange], tables: Mapping[str, Described]) -> tuple[Outcome, ...]:
        """Does each change; raises only when nothing of it was done."""
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
        for batch in _batches(waiting):
            try:
                answers = await self._send([coded for _, coded in batch])
            except CoreError as exc:
                if not any(number in outcomes for number, _ in waiting):
                    raise
                self._unanswered.clear()
                answers = [{"result": "failed", "reason": exc.message}] * len(batch)
            for (number, _), answer in zip(batch, answers, strict=True):
                outcomes[number] = _outcome(answer, tables[changes[number].table])
        return tuple(outcomes[number] for number in range(len(changes)))

    async def _send(self, batch: Sequence[Mapping[str, object]]) -> list[Mapping[str, Any]]:
        """One answer for each change, in halves where the database runs out of time over the whole: it has then taken
        everything back. Raises only when nothing was done."""
        digest = hashlib.sha256(json.dumps(batch, sort_keys=True).encode()).hexdigest()
        number = self._number(digest)
        try:
            answer: Any = await self._session.rpc("bucketdesk_apply_batch", {"batch_id": number, "changes": batch})
            if not isinstance(answer, list) or len(answer) != len(batch):
                raise Unavailable("The project's answer about changed rows is incomplete.", "Apply the plan again.")
        except TookTooLong:
            del self._unanswered[digest]
            if len(batch) == 1:
                raise
            return await self._send_halves(batch)
        except Unavailable:
            raise  # the answer may have got lost on its way: the same batch goes under the same id again
        except CoreError:
            del self._unanswered[digest]
            raise
        del self._unanswered[digest]
        return answer

    def _number(self, digest: str) -> str:
        """The id that a batch goes under: a new one, or the one that it went under just now without an answer."""
        now = time.monotonic()
        number, since = self._unanswered.get(digest, ("", 0.0))
        if not number or now - since > _REMEMBERED_SECONDS:
            number = str(uuid.uuid4())
        self._unanswered[digest] = (number, now)
        return number

    async def _send_halves(self, batch: Sequence[Mapping[str, object]]) -> list[Mapping[str, Any]]:
        half = len(batch) // 2
        first = await self._send(batch[:half])
        try:
            return [*first, *await self._send(batch[half:])]
        except CoreError as exc:
            return [*first, *[{"result": "failed", "reason": exc.message}] * (len(batch) - half)]


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
