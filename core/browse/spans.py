"""Numbers of findings without reading the findings: those of a kind lie in a row, and texts lie apart."""

from __future__ import annotations

import json
import sqlite3
from array import array
from collections.abc import Iterable

from core.browse.numbers import numbers
from core.models import FindingFilter, Kind, Selection
from core.selections import chosen_sql, filter_sql


def is_plain(filter: FindingFilter) -> bool:
    """Whether a filter asks for no more than kinds, states and buckets, which are counted already."""
    return not (filter.text or filter.content_type) and filter.min_bytes is None and filter.max_bytes is None


def count_plain(connection: sqlite3.Connection, filter: FindingFilter) -> int:
    """How many findings a plain filter lets through."""
    return sum(items for _, _, items in _tallies(connection, filter))


def object_bytes(connection: sqlite3.Connection, selection: Selection) -> int:
    """The bytes of the objects that a selection is about. All that match cost no more than a few: they are counted."""
    condition, parameters = chosen_sql(selection)
    of_chosen = "SELECT coalesce(sum(f.bytes), 0) FROM findings f WHERE {} AND f.source = ''"
    if selection.only is not None or not is_plain(selection.filter):
        return int(connection.execute(of_chosen.format(condition), parameters).fetchone()[0])
    condition, parameters = filter_sql(selection.filter)
    kinds = ", ".join(f"'{kind.value}'" for kind in _ABOUT_OBJECTS)
    every = f"SELECT coalesce(sum(f.bytes), 0) FROM tallies f WHERE {condition} AND f.kind IN ({kinds})"
    whole = int(connection.execute(every, parameters).fetchone()[0])
    excepted = f"f.id IN (SELECT value FROM json_each(:ids)) AND {condition}"
    ids = json.dumps(sorted(selection.without))
    return whole - int(connection.execute(of_chosen.format(excepted), {**parameters, "ids": ids}).fetchone()[0])


_ABOUT_OBJECTS = (Kind.FILE_WITHOUT_ROW, Kind.DUPLICATE_CONTENT, Kind.OVER_AGE)


def natural_numbers(connection: sqlite3.Connection, filter: FindingFilter) -> array[int]:
    """The numbers that a filter lets through, in their natural order."""
    if filter.text:
        return _merged(_texts(connection, filter, *span) for span in _spans(connection, filter))
    if is_plain(filter) and not filter.buckets:
        return _merged(_run(connection, *tally) for tally in _tallies(connection, filter))
    condition, parameters = filter_sql(filter)
    return numbers(connection, f"SELECT f.n FROM findings f WHERE {condition} ORDER BY f.n", parameters)


def _tallies(connection: sqlite3.Connection, filter: FindingFilter) -> list[tuple[str, str, int]]:
    """(kind, state, how many) of what the kinds, states and buckets of a filter let through."""
    condition, parameters = filter_sql(FindingFilter(kinds=filter.kinds, states=filter.states, buckets=filter.buckets))
    return connection.execute(
        f"SELECT f.kind, f.state, sum(f.items) FROM tallies f WHERE {condition} GROUP BY 1, 2", parameters
    ).fetchall()


def _run(connection: sqlite3.Connection, kind: str, state: str, items: int) -> array[int]:
    """The numbers of one kind in one state; nothing is read when they follow each other."""
    first, last = _ends(connection, kind, state)
    if last - first + 1 == items:
        return array("q", range(first, last + 1))
    sql = "SELECT n FROM findings WHERE kind = :kind AND state = :state ORDER BY n"
    return numbers(connection, sql, {"kind": kind, "state": state})


def _spans(connection: sqlite3.Connection, filter: FindingFilter) -> list[tuple[int, int, bool]]:
    """For each wanted kind its first and last number, and whether every finding between is wanted but for its text."""
    wanted = _tallies(connection, FindingFilter(kinds=filter.kinds, states=filter.states))
    every = dict(connection.execute("SELECT kind, sum(items) FROM tallies GROUP BY kind").fetchall())
    text_only = is_plain(FindingFilter(content_type=filter.content_type, min_bytes=filter.min_bytes,
                                       max_bytes=filter.max_bytes)) and not filter.buckets  # fmt: skip
    spans: list[tuple[int, int, bool]] = []
    for kind in dict.fromkeys(kind for kind, _, _ in wanted):
        ends = [_ends(connection, kind, state) for k, state, _ in wanted if k == kind]
        whole = text_only and every[kind] == sum(items for k, _, items in wanted if k == kind)
        spans.append((min(first for first, _ in ends), max(last for _, last in ends), whole))
    return spans


def _texts(connection: sqlite3.Connection, filter: FindingFilter, first: int, last: int, whole: bool) -> array[int]:
    """The numbers between two whose text matches. The findings themselves are read only if more than that is asked."""
    condition, parameters = filter_sql(filter)
    join = "" if whole else f"CROSS JOIN findings f ON f.n = t.n AND {condition}"
    sql = (
        f"SELECT t.n FROM finding_texts t {join}"
        " WHERE t.n BETWEEN :first AND :last AND instr(t.text, :text) ORDER BY t.n"
    )
    return numbers(connection, sql, {**parameters, "first": first, "last": last})


def _ends(connection: sqlite3.Connection, kind: str, state: str) -> tuple[int, int]:
    sql = "SELECT n FROM findings WHERE kind = ? AND state = ? ORDER BY n {} LIMIT 1"
    (first,) = connection.execute(sql.format("ASC"), (kind, state)).fetchone()
    (last,) = connection.execute(sql.format("DESC"), (kind, state)).fetchone()
    return first, last


def _merged(runs: Iterable[array[int]]) -> array[int]:
    found = list(runs)
    if len(found) == 1:
        return found[0]
    whole = array("q")
    for run in found:
        whole.extend(run)
    return array("q", sorted(whole))
