"""`objects`: the inventory of stored objects."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Annotated

import typer

from core.browse import ObjectFilter, ObjectRow
from core.cli import documents, words
from core.cli.session import Session
from core.engine import Engine

_PAGE = 1000
SHOWN = 50
"""How many are shown when nobody says how many."""
Limit = Annotated[int | None, typer.Option("--limit", metavar="N", min=0, help="At most so many.")]


def objects(
    context: typer.Context,
    bucket: Annotated[str, typer.Option("--bucket", "-b", metavar="B", help="Only this bucket.")] = "",
    prefix: Annotated[str, typer.Option("--prefix", metavar="P", help="Only keys that begin so.")] = "",
    limit: Limit = None,
) -> None:
    """List stored objects as the last scan saw them: all with --json, some otherwise."""
    session = Session.of(context)
    wanted = ObjectFilter(bucket=bucket, prefix=prefix)

    async def answer(engine: Engine) -> None:
        numbers = await engine.browse.objects.numbers(wanted)
        chosen = numbers[: limit if limit is not None or session.terminal.as_json else SHOWN]
        if session.terminal.as_json:
            items = (documents.object_row(row) async for row in _rows(engine, chosen))
            await session.terminal.document_of_items({"total": len(numbers)}, items)
            return
        if not numbers:
            await session.say_why_empty(engine)
            return
        session.terminal.heading(words.count(len(numbers), "object"))
        shown = [_cells(row) async for row in _rows(engine, chosen)]
        session.terminal.table(["Bucket", "Key", "#Size", "Type", "Changed", "#Rows"], shown)
        session.terminal.more(len(shown), len(numbers))

    session.run(lambda engine, _: answer(engine))


async def _rows(engine: Engine, numbers: Sequence[int]) -> AsyncIterator[ObjectRow]:
    for start in range(0, len(numbers), _PAGE):
        for row in await engine.browse.objects.page(numbers[start : start + _PAGE]):
            yield row


def _cells(row: ObjectRow) -> Sequence[str]:
    changed = words.moment(row.changed)
    return row.bucket, row.key, words.size(row.size_bytes), row.content_type, changed, words.number(row.rows)
