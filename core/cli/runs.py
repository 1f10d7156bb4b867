"""`runs`: what was applied and undone here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer
from rich.text import Text

from core.cli import documents, words
from core.cli.apply import show_troubles
from core.cli.session import Session
from core.engine import Engine
from core.errors import NotFound
from core.models import Run, RunState
from core.runs import Trouble

_STYLES = {RunState.DONE: "green", RunState.UNDONE: "dim", RunState.RUNNING: "cyan"}
_COLUMNS = ["Run", "Kind", "Started", "State", "#Done", "#Skipped", "#Failed", "#Drifted", ""]


def runs(
    context: typer.Context,
    run: Annotated[str | None, typer.Argument(metavar="RUN", help="Only this one, with what went wrong.")] = None,
) -> None:
    """List what was applied and undone, newest first."""
    session = Session.of(context)
    terminal = session.terminal

    async def work(engine: Engine) -> tuple[Sequence[Run], Sequence[Trouble]]:
        found = await engine.runs()
        if run is None:
            return found, ()
        one = [one for one in found if one.run_id == run]
        if not one:
            raise NotFound(f"There is no run {run} here.", f"{session.command('runs')} lists them.")
        return one, await engine.run_troubles(run)

    found, troubles = session.run(lambda engine, _: work(engine))
    if terminal.as_json:
        more = {} if run is None else {"troubles": documents.troubles(troubles)}
        terminal.document({"runs": [{**documents.run(one), **more} for one in found]})
    elif found:
        terminal.table(_COLUMNS, [_cells(one) for one in found])
        show_troubles(terminal, troubles)
    else:
        terminal.say("Nothing was changed here yet.")


def _cells(run: Run) -> Sequence[str | Text]:
    counts = (words.number(amount) for amount in (run.done, run.skipped, run.failed, run.drifted))
    state = Text(str(run.state), _STYLES.get(run.state, "yellow"))
    more = f"undoes {run.undo_of}" if run.undo_of else ("can be undone" if run.undoable else "")
    return run.run_id, run.kind, words.moment(run.started), state, *counts, more
