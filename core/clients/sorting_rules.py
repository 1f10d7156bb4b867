"""Sorting rules that only another program has: reading past them, where nothing needs to be compared by them."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from core.clients.local_tables import quote
from core.errors import Unreadable

_OWN = frozenset({"BINARY", "NOCASE", "RTRIM"})


def is_about_rules(exc: sqlite3.Error) -> bool:
    """Whether SQLite stopped at a sorting rule that it does not have."""
    return "no such collation" in str(exc) or "no query solution" in str(exc)


@contextmanager
def stood_in(connection: sqlite3.Connection) -> Iterator[None]:
    """Names a stand-in for every missing rule, so that SQLite walks tables that are laid out by one. It lays nothing
    out anew: raises `Unreadable` when anything was compared by a stand-in, for then the answer may be wrong. Only for
    reading."""
    compared: list[str] = []
    missing = _missing_rules(connection)
    try:
        for name in missing:
            connection.create_collation(name, _noting(name, compared))
        yield
    finally:
        for name in missing:
            connection.create_collation(name, None)
    if compared:
        raise Unreadable(
            f"The rule “{compared[0]}” that this is sorted by is known only to the program it belongs to.",
            "Choose another key or column, or leave the table out.",
        )


def _noting(name: str, compared: list[str]) -> Callable[[str, str], int]:
    def compare(one: str, other: str) -> int:
        compared.append(name)
        return 0

    return compare


def _missing_rules(connection: sqlite3.Connection) -> list[str]:
    # Not `PRAGMA collation_list`: it lists the missing ones, too.
    named: dict[str, str] = {}
    for (index,) in connection.execute(
        "SELECT i.name FROM sqlite_master t JOIN pragma_index_list(t.name) i WHERE t.type = 'table'"
    ).fetchall():
        for _, _, _, _, rule, _ in connection.execute(f"PRAGMA index_xinfo({quote(index)})").fetchall():
            if rule is not None and rule.upper() not in _OWN:
                named.setdefault(rule.upper(), rule)
    return list(named.values())
