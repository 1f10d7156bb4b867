"""Findings under a filter, with their evidence."""

from __future__ import annotations

import sqlite3
from array import array
from collections.abc import Sequence
from dataclasses import replace

from core.browse.numbers import by_number, moment, numbers, order_by
from core.browse.spans import count_plain, is_plain, natural_numbers, object_bytes
from core.evidence import Witness, read_witness
from core.keeps import reasons
from core.models import Finding, FindingFilter, Kind, Selection, State
from core.selections import filter_sql
from core.values import decode_key, encode_key
from core.workspace import Workspace, from_micros

_SORTS = {
    "key": "f.key",
    "bucket": "f.bucket",
    "row": "f.tbl || f.row_key",
    "bytes": "f.bytes",
    "changed": "f.changed",
    "evidence": "f.state",
}
_FIELDS = (
    "n, id, kind, state, bucket, key, tbl, source, row_key, col, element, bytes, changed, aged, first_seen, last_seen,"
    " related, reason, facts"
)
_PAGE = f"SELECT {_FIELDS} FROM findings WHERE state <> 'settled' AND n IN"


class FindingsView:
    """Findings of the last scan. Their natural order is by kind, then by thing."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    async def totals(self) -> dict[tuple[Kind, State], int]:
        """How many findings there are of each kind in each state."""

        def ask(connection: sqlite3.Connection) -> dict[tuple[Kind, State], int]:
            found = connection.execute("SELECT kind, state, sum(items) FROM tallies GROUP BY 1, 2")
            return {(Kind(kind), State(state)): number for kind, state, number in found}

        return await self._workspace.inventory.read(ask)

    async def settled(self) -> dict[Kind, int]:
        """How many findings of each kind runs have settled since the scan; they are out of sight."""
        sql = "SELECT count(*) FROM findings WHERE kind = ? AND state = 'settled'"

        def ask(connection: sqlite3.Connection) -> dict[Kind, int]:
            counts = {kind: int(connection.execute(sql, (str(kind),)).fetchone()[0]) for kind in Kind}
            return {kind: count for kind, count in counts.items() if count}

        return await self._workspace.inventory.read(ask)

    async def count(self, filter: FindingFilter) -> int:
        """How many findings pass."""
        return await self._workspace.inventory.read(
            lambda c: count_plain(c, filter) if is_plain(filter) else len(natural_numbers(c, filter))
        )

    async def numbers(self, filter: FindingFilter, sort: str = "", descending: bool = False) -> array[int]:
        """The numbers of the findings that pass, sorted by key, bucket, row, bytes, changed or evidence."""
        if sort not in _SORTS:
            found = await self._workspace.inventory.read(lambda c: natural_numbers(c, filter))
            return found[::-1] if descending else found
        condition, parameters = filter_sql(filter)
        order = order_by(_SORTS, sort, "f.n", "f.n", descending)
        sql = f"SELECT f.n FROM findings f WHERE {condition} ORDER BY {order}"
        return await self._workspace.inventory.read(lambda c: numbers(c, sql, parameters))

    async def page(self, wanted: Sequence[int]) -> tuple[Finding, ...]:
        """The findings with these numbers, in their order, with their evidence."""

        def ask(connection: sqlite3.Connection) -> tuple[Finding, ...]:
            witness = read_witness(connection)
            return tuple(_finding(witness, row) for _, row in by_number(connection, _PAGE, wanted))

        found = await self._workspace.inventory.read(ask)
        return await self._with_reasons(found)

    async def ids(self, wanted: Sequence[int]) -> tuple[str, ...]:
        """The ids of the findings with these numbers."""
        sql = "SELECT n, id FROM findings WHERE n IN"
        return await self._workspace.inventory.read(
            lambda c: tuple(str(row[1]) for _, row in by_number(c, sql, wanted))
        )

    async def size(self, selection: Selection) -> int:
        """The bytes of the objects that a selection is about."""
        return await self._workspace.inventory.read(lambda c: object_bytes(c, selection))

    async def _with_reasons(self, found: tuple[Finding, ...]) -> tuple[Finding, ...]:
        kept = [thing_of(f) for f in found if f.state is State.KEPT]
        if not kept:
            return found
        known = await self._workspace.journal.read(lambda c: reasons(c, kept))
        return tuple(replace(f, why=known.get(thing_of(f), f.why)) if f.state is State.KEPT else f for f in found)


def thing_of(finding: Finding) -> str:
    """The thing that a keep mark binds, as the journal names it."""
    if finding.table:
        return f"r:{finding.table}:{encode_key(finding.row_key)}"
    return f"o:{finding.bucket}/{finding.key}"


def _finding(witness: Witness, row: tuple[object, ...]) -> Finding:
    (n, id_, kind, state, bucket, key, table, source, row_key, column, element, size, changed, aged, first, last,
     related, reason, facts) = row  # fmt: skip
    made = Finding(
        n=n,  # type: ignore[arg-type]
        id=str(id_),
        kind=Kind(str(kind)),
        state=State(str(state)),
        bucket=str(bucket),
        key=str(key),
        table=str(table),
        row_key=decode_key(str(row_key)),
        column=str(column),
        element=element,  # type: ignore[arg-type]
        size_bytes=size,  # type: ignore[arg-type]
        changed=moment(changed),  # type: ignore[arg-type]
        first_seen=from_micros(first),  # type: ignore[arg-type]
        last_seen=from_micros(last),  # type: ignore[arg-type]
        why="",
        related=str(related),
        evidence=(),
    )
    return witness.testify(made, str(source), str(reason), str(facts), moment(aged))  # type: ignore[arg-type]
