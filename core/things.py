"""What a keep mark or a step is about, as one text: an object, or a row of a table."""

from __future__ import annotations

from core.models import RowKey
from core.values import encode_key


def object_thing(bucket: str, key: str) -> str:
    """The name of an object."""
    return f"o:{bucket}/{key}"


def row_thing(table: str, key: RowKey) -> str:
    """The name of a row."""
    return f"r:{table}:{encode_key(key)}"
