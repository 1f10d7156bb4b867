"""What goes along when a row is deleted: the rows that foreign keys lead to, each once, or the reason to leave it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from core.cleanup.ground import Ground
from core.errors import NotFound, Unreadable
from core.models import ForeignKey, Row, StepKind, Table, Value
from core.things import row_thing

MOST_ROWS = 10_000
"""A row on which more than this hangs is not deleted by a clean-up."""
_DEEPEST = 150


class Held(Exception):
    """A row has to stay; the text is the sentence that says why, the same for all rows of its kind."""


@dataclass(slots=True)
class RelatedRow:
    """One row of a unit: deleted, or (with `after`) updated. `needs` are the things whose steps come first."""

    kind: StepKind
    table: str
    key_columns: tuple[str, ...]
    row: Row
    parent: str | None
    after: dict[str, Value] = field(default_factory=dict)
    needs: set[str] = field(default_factory=set)


async def unit_of(ground: Ground, table: str, key_columns: tuple[str, ...], row: Row) -> dict[str, RelatedRow]:
    """The row and everything that its deletion reaches, by thing. Raises `Held`."""
    unit: dict[str, RelatedRow] = {}
    await _delete(ground, unit, RelatedRow(StepKind.DELETE_ROW, table, key_columns, row, None), ())
    return unit


def identity(table: Table, key_columns: tuple[str, ...], row: Row) -> str:
    """One name for a row whichever unique columns it was reached by: by the declared primary key, if there is one."""
    columns = table.primary_key
    if columns and all(column in row.values for column in columns):
        return row_thing(table.name, tuple(row.values[column] for column in columns))
    return row_thing(table.name, row.key)


async def _delete(ground: Ground, unit: dict[str, RelatedRow], one: RelatedRow, above: tuple[str, ...]) -> None:
    table = await _table(ground, one.table)
    thing = identity(table, one.key_columns, one.row)
    if table.delete_trigger:
        raise Held(f"table “{one.table}” has a trigger on deletion, whose effects cannot be seen beforehand")
    unit[thing] = one
    if len(unit) > MOST_ROWS or len(above) > _DEEPEST:
        raise Held(f"over {MOST_ROWS:,} rows hang on it, or a chain of over {_DEEPEST}")
    if not table.referenced_by:
        return
    try:
        dependents = await ground.catalog.dependents(one.table, one.row)
    except Unreadable as exc:
        raise Held(f"what points at table “{one.table}” cannot be read: {exc.message}") from exc
    for name, key_columns, row, action in dependents:
        child_table = await _table(ground, name)
        child = identity(child_table, key_columns, row)
        if child == thing:
            continue  # a row that points at itself goes with itself
        if child in above:
            raise Held(f"rows of “{one.table}” and “{name}” point at each other in a circle")
        one.needs.add(child)
        known = unit.get(child)
        if action == "cascade":
            if known is None or known.kind is not StepKind.DELETE_ROW:
                dead = RelatedRow(StepKind.DELETE_ROW, name, key_columns, row, thing)
                await _delete(ground, unit, dead, (*above, thing))
        elif action == "set null":
            if known is None:
                known = unit[child] = RelatedRow(StepKind.UPDATE_ROW, name, key_columns, row, thing)
            if known.kind is StepKind.UPDATE_ROW:
                known.after.update(_cleared(table, one.row, child_table, row))
        else:
            raise Held(f"rows of “{name}” point at it, and they would not let it go ({action})")


def _cleared(table: Table, row: Row, child_table: Table, child: Row) -> Mapping[str, Value]:
    """The columns of a child row that SET NULL empties when `row` goes."""
    keys = [fk for fk in table.referenced_by if fk.table == child_table.name and fk.on_delete == "set null"]
    pointing = [fk for fk in keys if len(keys) == 1 or _points(fk, table, row, child)]
    columns = {column for fk in pointing for column in fk.columns}
    strict = {column.name for column in child_table.columns if not column.nullable or column.generated}
    if not columns or columns & strict:
        raise Held(f"rows of “{child_table.name}” point at it by a column that cannot be emptied")
    return dict.fromkeys(sorted(columns))


def _points(fk: ForeignKey, table: Table, row: Row, child: Row) -> bool:
    targets = fk.to_columns or table.primary_key
    # As text: an integer may be held as text on one side, and the catalog takes them for the same.
    return [str(child.values.get(c)) for c in fk.columns] == [str(row.values.get(c)) for c in targets]


async def _table(ground: Ground, name: str) -> Table:
    try:
        table = await ground.table(name)
    except NotFound as exc:
        raise Held(f"table “{name}” cannot be read: {exc.message}") from exc
    if not table.columns:
        raise Held(f"table “{name}” cannot be described, so what hangs on it is not known")
    return table


def pointed_at(table: Table, columns: frozenset[str]) -> str:
    """Why these columns of a table's rows cannot be rewritten: a sentence about what points at them; '' if nothing."""
    for fk in table.referenced_by:
        if columns.intersection(fk.to_columns or table.primary_key):
            return f"rows of “{fk.table}” may point at the column that would change"
    return ""
