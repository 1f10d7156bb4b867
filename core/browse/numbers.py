"""What the three views share: a million row numbers in an array, and pages put into their order."""

from __future__ import annotations

import json
import sqlite3
from array import array
from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import chain

from core.workspace import from_micros


def numbers(connection: sqlite3.Connection, sql: str, parameters: Mapping[str, object]) -> array[int]:
    """The first column of a query, eight bytes a row."""
    found = array("q")
    found.extend(chain.from_iterable(connection.execute(sql, parameters)))
    return found


def by_number(connection: sqlite3.Connection, sql: str, wanted: Sequence[int]) -> list[tuple[int, tuple[object, ...]]]:
    """The rows of a query that ends in `IN (…)` over its first column, in the order of `wanted`."""
    listed = json.dumps(list(wanted))
    found = {row[0]: row for row in connection.execute(f"{sql} (SELECT value FROM json_each(?))", (listed,))}
    return [(number, found[number]) for number in wanted if number in found]


def order_by(columns: Mapping[str, str], sort: str, natural: str, number: str, descending: bool) -> str:
    """The ORDER BY clause for one of the known sort names; "" and unknown ones mean the natural order."""
    direction = "DESC" if descending else "ASC"
    column = columns.get(sort)
    return f"{column} {direction}, {number}" if column else f"{natural} {direction}"


def moment(micros: int | None) -> datetime | None:
    """A stored time, if there is one."""
    return None if micros is None else from_micros(micros)
