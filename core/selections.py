"""Filters and selections of findings as SQL: the same predicate for showing, keeping, planning and counting."""

from __future__ import annotations

import json
import sqlite3

from core.findings.identity import folded
from core.models import FindingFilter, Selection, State


def filter_sql(filter: FindingFilter) -> tuple[str, dict[str, object]]:
    """A condition on `findings f` with its named parameters. Without states, all but kept ones are meant."""
    conditions: list[str] = []
    parameters: dict[str, object] = {}

    def among(column: str, values: tuple[str, ...]) -> None:
        if values:
            slots = ", ".join(f":{column}{number}" for number in range(len(values)))
            conditions.append(f"f.{column} IN ({slots})")
            parameters.update({f"{column}{number}": str(value) for number, value in enumerate(values)})

    among("kind", filter.kinds)
    among("state", filter.states or tuple(s for s in State if s is not State.KEPT))
    among("bucket", filter.buckets)
    if filter.text:
        # One finding's text at a time: whoever goes through all of them begins with the texts (see browse/spans).
        conditions.append("(SELECT instr(text, :text) FROM finding_texts t WHERE t.n = f.n)")
        parameters["text"] = folded(filter.text)
    if filter.content_type:
        conditions.append("(f.type = :type OR substr(f.type, 1, length(:type) + 1) = :type || '/')")
        parameters["type"] = filter.content_type.rstrip("/*")
    for name, comparison, limit in (("least", ">=", filter.min_bytes), ("most", "<=", filter.max_bytes)):
        if limit is not None:
            conditions.append(f"f.bytes {comparison} :{name}")
            parameters[name] = limit
    return " AND ".join(conditions), parameters


def chosen_sql(selection: Selection) -> tuple[str, dict[str, object]]:
    """A condition on `findings f` with its named parameters: the listed ids alone, or the filter less exceptions."""
    if selection.only is not None:
        listed = json.dumps(sorted(selection.only - selection.without))
        return "f.id IN (SELECT value FROM json_each(:ids))", {"ids": listed}
    condition, parameters = filter_sql(selection.filter)
    if selection.without:
        condition += " AND f.id NOT IN (SELECT value FROM json_each(:ids))"
        parameters["ids"] = json.dumps(sorted(selection.without))
    return condition, parameters


def unknown_ids(connection: sqlite3.Connection, ids: frozenset[str]) -> tuple[str, ...]:
    """Those of the ids that no finding has."""
    found = connection.execute(
        "SELECT value FROM json_each(?) WHERE value NOT IN (SELECT id FROM findings) ORDER BY 1",
        (json.dumps(sorted(ids)),),
    )
    return tuple(id for (id,) in found)
