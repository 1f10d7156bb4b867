"""What a person asked for by name and a plan still leaves out, with the reason."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator

from core.cleanup.choice import ELSEWHERE, kinds_for, repairs_for
from core.models import Kind, Refusal, Repair, Selection, State
from core.selections import chosen_sql


def left_out(connection: sqlite3.Connection, selection: Selection, repair: Repair | None) -> tuple[Refusal, ...]:
    """Findings chosen one by one that are not open, and open ones of kinds chosen by name (or one by one) about which
    nothing is done by itself."""
    return (*_not_open(connection, selection), *_not_usual(connection, selection, repair))


def _not_open(connection: sqlite3.Connection, selection: Selection) -> Iterator[Refusal]:
    if selection.only is None:
        return
    rows = connection.execute(
        "SELECT iif(tbl = '', bucket, tbl), state, count(*) FROM findings "
        "WHERE id IN (SELECT value FROM json_each(?)) AND state NOT IN ('open', 'settled') GROUP BY 1, 2 ORDER BY 1, 2",
        (json.dumps(sorted(selection.only - selection.without)),),
    )
    for where, state, count in rows:
        yield Refusal(where, _STATES[State(state)], count)


def _not_usual(connection: sqlite3.Connection, selection: Selection, repair: Repair | None) -> Iterator[Refusal]:
    if repair is not None or (selection.only is None and not selection.filter.kinds):
        return
    usual = kinds_for((), None)
    condition, parameters = chosen_sql(selection)
    rows = connection.execute(
        f"SELECT kind, iif(tbl = '', bucket, tbl), count(*) FROM findings f WHERE state = 'open' AND ({condition}) "
        "GROUP BY 1, 2 ORDER BY 1, 2",
        parameters,
    )
    for kind, where, count in rows:
        if Kind(kind) not in usual:
            asked = ", ".join(repairs_for(Kind(kind)))
            why = f"it is asked for with --do {asked}" if asked else ELSEWHERE[Kind(kind)]
            yield Refusal(where, f"nothing is done about {kind} by itself: {why}", count)


_STATES = {
    State.KEPT: "it was marked to be kept",
    State.YOUNG: "it or its mapping is younger than the grace period",
    State.UNPROVEN: "it is unproven, and only what is proven is repaired",
}
