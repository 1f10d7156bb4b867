"""`findings`, `keep`, `unkeep`: what disagrees, and what a person decided about it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Annotated

import typer
from rich.text import Text

from core.cli import documents, words
from core.cli.objects import SHOWN, Limit
from core.cli.session import Session
from core.engine import Engine
from core.models import Finding, FindingFilter, Kind, Selection, State

_PAGE = 1000
Kinds = Annotated[list[Kind] | None, typer.Option("--kind", "-k", help="Only this kind; may be repeated.")]
Ids = Annotated[list[str], typer.Argument(metavar="FINDING…", help="Ids, as `findings` shows them.")]


def findings(
    context: typer.Context,
    kind: Kinds = None,
    state: Annotated[
        list[State] | None, typer.Option("--state", "-s", help="Only this state; all but kept ones otherwise.")
    ] = None,
    limit: Limit = None,
    offset: Annotated[int, typer.Option("--offset", metavar="N", min=0, help="Leave out the first so many.")] = 0,
) -> None:
    """List what the last scan found: all with --json, some otherwise."""
    session = Session.of(context)
    wanted = FindingFilter(kinds=tuple(kind or ()), states=tuple(state or ()))

    async def answer(engine: Engine) -> None:
        numbers = await engine.browse.findings.numbers(wanted)
        most = limit if limit is not None or session.terminal.as_json else SHOWN
        chosen = numbers[offset : None if most is None else offset + most]
        if session.terminal.as_json:
            items = (documents.finding(found) async for found in _found(engine, chosen))
            await session.terminal.document_of_items({"total": len(numbers)}, items)
            return
        if not numbers:
            await session.say_why_empty(engine)
            return
        session.terminal.heading(words.count(len(numbers), "finding"))
        shown = [_cells(found) async for found in _found(engine, chosen)]
        session.terminal.table(["Id", "Kind", "State", "About"], shown)
        session.terminal.more(offset + len(shown), len(numbers))

    session.run(lambda engine, _: answer(engine))


def keep(
    context: typer.Context,
    finding: Ids,
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why they are to stay.")],
) -> None:
    """Keep what these findings are about: no plan touches it until it changes."""
    session = Session.of(context)
    kept = session.run(lambda engine, _: engine.keep(Selection(only=frozenset(finding)), reason))
    if session.terminal.as_json:
        session.terminal.document({"kept": kept})
    else:
        session.terminal.say(f"Kept: {words.count(kept, 'finding')}.")
        session.terminal.say(f"Undo with: {session.command('unkeep', *finding)}")


def unkeep(context: typer.Context, finding: Ids) -> None:
    """Take keep marks back."""
    session = Session.of(context)
    freed = session.run(lambda engine, _: engine.unkeep(Selection(only=frozenset(finding))))
    if session.terminal.as_json:
        session.terminal.document({"unkept": freed})
    else:
        session.terminal.say(f"No longer kept: {words.count(freed, 'finding')}.")


async def _found(engine: Engine, numbers: Sequence[int]) -> AsyncIterator[Finding]:
    for start in range(0, len(numbers), _PAGE):
        for found in await engine.browse.findings.page(numbers[start : start + _PAGE]):
            yield found


def _cells(found: Finding) -> Sequence[str | Text]:
    about = f"{found.bucket}/{found.key}" if found.bucket else found.key
    if found.table:
        row = ", ".join(str(value) for value in found.row_key)
        about = f"{found.table} {row} → {about}"
    lines = [words.plain(about), f"{found.state}: {words.plain(found.why)}" if found.why else ""]
    said = Text("\n".join(line for line in lines if line))
    said.append("\n" + words.plain("; ".join(found.evidence)), "dim")
    return found.id, str(found.kind), Text(str(found.state), words.COLORS[found.state]), said
