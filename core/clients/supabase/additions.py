"""Adding and updating rows through plain PostgREST, with the rights of whoever is signed in and nothing else."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from core.clients.supabase import quoting
from core.clients.supabase.answers import read
from core.clients.supabase.cells import is_storable, key_texts, to_text
from core.clients.supabase.described import PUBLIC, Described
from core.clients.supabase.openapi import table_path
from core.clients.supabase.session import Session
from core.errors import CoreError, Unavailable
from core.models import Outcome, Result, Row, RowChange, Value
from core.values import same

_BATCH_ROWS = 500
_BATCH_BYTES = 1_000_000
"""One call's most: it has to end within the database's eight seconds (facts.md C2)."""
_JSON = ("json", "jsonb")
Body = Mapping[str, object]


async def add_rows(session: Session, described: Described, rows: Sequence[Mapping[str, Value]]) -> tuple[Outcome, ...]:
    """Inserts rows; where a batch is refused, each of its rows by itself. Raises `Unavailable` where nobody knows what
    was done."""
    outcomes: dict[int, Outcome] = {}
    waiting: list[tuple[int, Body]] = []
    for number, row in enumerate(rows):
        wrong = next((name for name, value in row.items() if isinstance(value, str) and not is_storable(value)), None)
        if wrong is None:
            waiting.append((number, {name: _body(value, described.kinds[name]) for name, value in row.items()}))
        else:
            reason = f"{wrong} of {described.table.name} cannot hold this text: it is no valid UTF-8."
            outcomes[number] = Outcome(Result.FAILED, reason)
    for batch in _batches(waiting):
        found = await _sent(session, described, [body for _, body in batch])
        outcomes.update((number, one) for (number, _), one in zip(batch, found, strict=True))
    return tuple(outcomes[number] for number in range(len(rows)))


async def update_row(session: Session, described: Described, change: RowChange, now: Row | None) -> Outcome:
    """Changes one row, which is this `now`, if it still is as recorded."""
    name = described.table.name
    if now is None:
        return Outcome(Result.DRIFTED, f"The row is not in {name} any more.")
    for column, value in (change.before or {}).items():
        if column not in now.values or not same(now.values[column], value):
            return Outcome(Result.DRIFTED, f"{column} of the row in {name} is not what it was.")
    texts = key_texts(change.key, described.types(change.key_columns))
    if texts is None:
        return Outcome(Result.DRIFTED, f"{name} holds no such key.")
    body = {column: _body(value, described.kinds[column]) for column, value in (change.after or {}).items()}
    params = {"and": f"({quoting.equal(change.key_columns, texts)})"}
    try:
        made = await _asked(session, described, "PATCH", params, body)
    except Unavailable:
        raise
    except CoreError as exc:
        if exc.trouble is not None:  # an ended sign-in, for example, says nothing about this row
            raise
        return Outcome(Result.FAILED, f"{name} does not allow it: {exc.message}")
    if len(made) != 1:
        return Outcome(Result.FAILED, f"You may not change this row of {name}.")
    return Outcome(Result.DONE, row=made[0].values)


async def _sent(session: Session, described: Described, bodies: Sequence[Body]) -> list[Outcome]:
    try:
        return await _insert(session, described, bodies)
    except Unavailable:
        raise
    except CoreError as exc:
        if exc.trouble is not None:
            raise
        if len(bodies) == 1:
            reason = f"{described.table.name} does not allow it: {exc.message}"
            return [Outcome(Result.FAILED, reason)]
        return [one for body in bodies for one in await _sent(session, described, [body])]


async def _insert(session: Session, described: Described, bodies: Sequence[Body]) -> list[Outcome]:
    params = {"columns": ",".join(quoting.name(name) for name in bodies[0])}
    made = await _asked(session, described, "POST", params, list(bodies))
    if len(made) != len(bodies):
        raise Unavailable("The project's answer about added rows is incomplete.", "Try again.")
    return [Outcome(Result.DONE, row=row.values) for row in made]


async def _asked(
    session: Session, described: Described, method: str, params: Mapping[str, str], body: object
) -> list[Row]:
    """The rows as they are then, in their order."""
    names = described.stored
    told = {"select": ",".join(f"c{n}:{quoting.name(name)}::text" for n, name in enumerate(names))}
    headers = {"Prefer": "return=representation,timezone=UTC"}
    if described.schema != PUBLIC:
        headers |= {"Content-Profile": described.schema}
    path = table_path(described.bare)
    response = await session.rest(method, path, params={**params, **told}, headers=headers, json=body, repeatable=False)

    def understand(answer: Any) -> list[Row]:
        return [described.row((), names, [one[f"c{n}"] for n in range(len(names))]) for one in answer]

    return await read(response, understand)


def _body(value: Value, kind: str) -> object:
    """A value as PostgREST takes it: JSON as JSON, all else as the text that PostgreSQL reads."""
    text = to_text(value)
    if text is None or kind not in _JSON:
        return text
    decoded: object = json.loads(text)
    return decoded


def _batches(waiting: Sequence[tuple[int, Body]]) -> Iterator[list[tuple[int, Body]]]:
    """Rows of the same columns, as many as one call bears."""
    batch: list[tuple[int, Body]] = []
    size = 0
    for one in waiting:
        cost = len(json.dumps(one[1]))
        full = len(batch) == _BATCH_ROWS or size + cost > _BATCH_BYTES
        if batch and (full or batch[0][1].keys() != one[1].keys()):
            yield batch
            batch, size = [], 0
        batch.append(one)
        size += cost
    if batch:
        yield batch
