"""What makes a finding the same one from scan to scan, and a thing the same thing for a keep mark."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import unicodedata

THING = "iif({f}source = '', 'o:' || {f}bucket || '/' || {f}key, 'r:' || {f}tbl || ':' || {f}row_key)"
"""SQL for the thing that a finding is about: its object, or its row."""


def identify(kind: str, bucket: str, key: str, table: str, row_key: str, column: str, element: int | None) -> str:
    """The id of a finding: equal in every scan that finds the same trouble with the same thing."""
    text = json.dumps([kind, bucket, key, table, row_key, column, element])
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def folded(text: str) -> str:
    """The letters that a text filter compares: without regard to case and Unicode form."""
    return text.lower() if text.isascii() else unicodedata.normalize("NFC", text.casefold())


def register(connection: sqlite3.Connection) -> None:
    """Makes `identify` and `folded` callable in SQL on this connection."""
    connection.create_function("identify", 7, identify, deterministic=True)
    connection.create_function("folded", 1, folded, deterministic=True)
