"""Repairs of rows that change some of their columns: mark, clear, rewrite."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.cells import read_array, replace_in_array
from core.cleanup.chosen import Chosen
from core.cleanup.ground import Ground
from core.cleanup.planning import GONE, NOT_MAPPED, Planning
from core.cleanup.relations import pointed_at
from core.cleanup.wording import Wording, wording_of
from core.inventory.cells import size as size_of
from core.models import Repair, Row, Table, Value
from core.profiles import ReferenceColumn, Source
from core.threads import in_thread
from core.values import decode_key

EDITABLE = ("path", "bucket_path", "array")
"""What a column must hold for a reference in it to be rewritten; what people wrote is theirs to rewrite."""


class NotOffered(Exception):
    """This repair cannot be made; the text is the sentence that says why."""


@dataclass(frozen=True, slots=True)
class Case:
    """A finding about a row, with the row as it is now (None when it is gone)."""

    finding: Chosen
    source: Source
    table: Table
    row: Row


async def change_rows(
    planning: Planning, findings: Sequence[Chosen], repair: Repair, *, arrays_only: bool = False
) -> None:
    """At most one `update_row` step for each row, whatever number of findings is about it. `arrays_only` leaves cells
    alone that hold a single name where an array might be."""
    cases = await read_cases(planning, findings)
    listed = await planning.ground.listed({(c.finding.bucket, c.finding.key) for c in cases})
    sizes = {place: one.size_bytes for place, one in listed.items()}

    def think() -> None:
        for case in cases:
            if arrays_only and not _is_array(case.row.values.get(case.finding.column)):
                planning.refuse(case.table.name, f"column “{case.finding.column}” holds a single name, not an array")
            else:
                _change(planning, case, repair, sizes.get((case.finding.bucket, case.finding.key)))

    await in_thread(think)


async def read_cases(planning: Planning, findings: Sequence[Chosen]) -> list[Case]:
    """The findings whose source is mapped and whose row is there, read now; the others are refused."""
    ground = planning.ground
    by_source: dict[str, list[Chosen]] = defaultdict(list)
    for finding in findings:
        if finding.source in ground.sources:
            by_source[finding.source].append(finding)
        else:
            planning.refuse(finding.table, NOT_MAPPED)
    cases: list[Case] = []
    for name, group in by_source.items():
        source = ground.sources[name]
        table = await ground.table(source.table)
        rows = await ground.rows(
            source.table, source.key, [decode_key(k) for k in dict.fromkeys(f.row_key for f in group)]
        )
        for finding in group:
            if finding.row_key in rows:
                cases.append(Case(finding, source, table, rows[finding.row_key]))
            else:
                planning.refuse(finding.table, GONE)
    return cases


def edit(
    ground: Ground, source: Source, table: Table, row: Row, column: str, target: tuple[str, str], new: str | None
) -> dict[str, Value]:
    """The change to one reference column that points whatever names `target` there at the key `new` of the same bucket,
    or takes it out. Empty when nothing there names it. Raises `NotOffered`."""
    mapped = next((c for c in source.columns if c.name == column), None)
    if mapped is None or column not in row.values:
        raise NotOffered(f"column “{column}” cannot be written")
    if target not in {(r.bucket, r.key) for _, r in ground.read(source, row, column)}:
        return {}
    if mapped.holds not in EDITABLE and not (new is None and mapped.holds == "url"):
        raise NotOffered(f"column “{column}” holds {_HOLDS[mapped.holds]}, which is not rewritten")
    cell = row.values[column]
    array = read_array(cell) if mapped.holds == "array" and isinstance(cell, str) else None
    if array is not None and isinstance(cell, str):
        return {column: _edit_array(ground, source, mapped, row, cell, target, new)}
    if new is None:
        if not _is_nullable(table, column):
            raise NotOffered(f"column “{column}” may not be empty")
        return {column: None}
    if isinstance(cell, str) and _is_url(cell):
        raise NotOffered(f"column “{column}” holds {_HOLDS['url']}, which is not rewritten")
    return {column: _written(ground, source, mapped, row, cell, target, new)}


def names_by_id(table: Table, source: Source) -> str:
    """A reference column that holds ids of objects, which a catalog tells as names but keeps as ids; '' if none."""
    mapped = {column.name for column in source.columns}
    return next((c.name for c in table.columns if c.name in mapped and c.text_like and c.type == "uuid"), "")


def check_writable(table: Table, row: Row, changes: Mapping[str, Value]) -> None:
    """Raises `NotOffered` unless these columns of the row can be changed without reaching further."""
    for name in changes:
        if name not in row.values:
            raise NotOffered(f"column “{name}” cannot be written")
    if why := pointed_at(table, frozenset(changes)):
        raise NotOffered(why)


def _edit_array(
    ground: Ground,
    source: Source,
    mapped: ReferenceColumn,
    row: Row,
    cell: str,
    target: tuple[str, str],
    new: str | None,
) -> str:
    array = read_array(cell)
    texts = {e.text for e in array.elements if e.text is not None} if array else set()
    old = [text for text in sorted(texts) if target in _readings(ground, source, mapped, row, text)]
    if not old:
        raise NotOffered(f"the array in column “{mapped.name}” is written in a way that is not rewritten")
    if new is not None and any(map(_is_url, old)):
        raise NotOffered(f"column “{mapped.name}” holds {_HOLDS['url']}, which is not rewritten")
    written = None if new is None else str(_written(ground, source, mapped, row, old[0], target, new))
    changed = replace_in_array(cell, old, written)
    if changed is None or target in _readings(ground, source, mapped, row, changed):
        raise NotOffered(f"the array in column “{mapped.name}” is written in a way that is not rewritten")
    return changed


def _written(
    ground: Ground,
    source: Source,
    mapped: ReferenceColumn,
    row: Row,
    cell: Value,
    target: tuple[str, str],
    key: str,
) -> Value:
    """A value that names the key in the place of what `cell` holds: written alike where it can be, else plainly, and
    checked by reading it back."""
    bucket = target[0]
    plain = Wording(as_bytes=isinstance(cell, bytes))
    alike = wording_of(cell, target[1]) or plain
    texts = (f"{bucket}/{key}",) if mapped.holds == "bucket_path" else (key, f"{bucket}/{key}")
    for text in (alike.write(key), *map(plain.write, texts)):
        readings = _readings(ground, source, mapped, row, text)
        if readings and readings[0] == (bucket, key):
            return text
    raise NotOffered(f"column “{mapped.name}” cannot name the right key without being misread")


def _readings(
    ground: Ground, source: Source, mapped: ReferenceColumn, row: Row, text: Value
) -> list[tuple[str | None, str]]:
    trial = Row(row.key, {**row.values, mapped.name: text})
    return [(r.bucket, r.key) for _, r in ground.read(source, trial, mapped.name)]


def _change(planning: Planning, case: Case, repair: Repair, size_bytes: int | None) -> None:
    row = planning.as_planned(case.table, case.source.key, case.row)
    if row is None:
        return
    try:
        changes = _changes(planning.ground, case, row, repair, size_bytes)
        check_writable(case.table, row, changes or {})
    except NotOffered as exc:
        planning.refuse(case.table.name, str(exc))
        return
    if changes is None:
        planning.refuse(case.table.name, GONE)
        return
    planning.change_row(case.table, case.source.key, case.row, changes, case.finding.id)


def _changes(
    ground: Ground, case: Case, row: Row, repair: Repair, size_bytes: int | None
) -> Mapping[str, Value] | None:
    """The columns to change; None when the row does not show the trouble any more. Raises `NotOffered`."""
    finding, source = case.finding, case.source
    target = (finding.bucket, finding.key)
    if repair is Repair.MARK_PENDING:
        if source.size_column is None or size_of(row.values.get(source.size_column)) == size_bytes:
            return None
        return _mark(source, source.pending_status)
    if target not in {(r.bucket, r.key) for _, r in ground.read(source, case.row, finding.column or None)}:
        return None
    if repair is Repair.MARK_ERROR:
        return _mark(source, source.error_status)
    if repair is Repair.REWRITE and not finding.related:
        raise NotOffered("the right key is not known")
    new = finding.related if repair is Repair.REWRITE else None
    return edit(ground, source, case.table, row, finding.column, target, new)


def _mark(source: Source, status: str) -> dict[str, Value]:
    if source.status_column is None:
        raise NotOffered(f"source “{source.name}” has no status column")
    return {source.status_column: status}


def _is_array(cell: Value) -> bool:
    return isinstance(cell, str) and read_array(cell) is not None


def _is_url(text: str) -> bool:
    return "://" in text or "/storage/v1/" in text


def _is_nullable(table: Table, name: str) -> bool:
    return any(column.nullable and not column.generated for column in table.columns if column.name == name)


_HOLDS = {"url": "a URL", "text": "text", "json": "JSON", "html": "HTML"}
