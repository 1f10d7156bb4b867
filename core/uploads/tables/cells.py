"""What a column holds of a value: text, number, list, JSON or time, in the form that its type asks for."""

from __future__ import annotations

import json
import math
import re
from datetime import date, datetime

from core.models import Column, Value
from core.values import same

_WHOLE = ("smallint", "integer", "bigint", "int", "int2", "int4", "int8", "tinyint", "mediumint")
_PARTS = ("real", "double", "numeric", "decimal", "float", "money")
_TIMES = ("timestamp", "date", "datetime", "time")
_FLAGS = ("boolean", "bool")
_JSON = ("json", "jsonb")
_SPECIAL = re.compile(r'[{},"\\\s]')


class DoesNotFit(Exception):
    """A column cannot hold a value; the words say why, as the end of a sentence."""


def cell(value: object, column: Column, *, service: bool) -> Value:
    """What goes into a column for a value: a text, a number, a flag, a time, a list, or any JSON. `service`: a table of
    PostgreSQL, in whose rows all but whole numbers are texts; else one of SQLite. Raises `DoesNotFit`."""
    if value is None:
        return None
    kind = column.type.lower()
    word = kind.replace("(", " ").split()[0] if kind.split() else ""
    if kind.endswith("[]"):
        return _list(value if isinstance(value, list) else [value], kind)
    if word in _JSON:
        return _json(value)
    if word in _WHOLE:
        return _number(value)
    if word in _FLAGS:
        return _flag(value, service=service)
    if word in _PARTS:
        found = _fraction(value)
        return repr(found) if service else found
    if word in _TIMES and isinstance(value, datetime):
        return value.isoformat(sep=" ")
    if not service and not word and isinstance(value, int | float) and not isinstance(value, bool):
        return value
    return _text(value)


def reads_same(one: Value, other: Value, column: Column) -> bool:
    """Whether two cells of a column say the same, however their JSON is written."""
    if isinstance(one, str) and isinstance(other, str) and one != other and column.type.lower() in _JSON:
        try:
            return bool(json.loads(one) == json.loads(other))
        except ValueError:
            return False
    return same(one, other)


def _number(value: object) -> int:
    """Times as whole seconds since 1970."""
    if isinstance(value, bool | int):
        return int(value)
    if isinstance(value, datetime):
        return int(value.timestamp())
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, str) and value.strip().lstrip("+-").isdecimal():
        return int(value)
    raise DoesNotFit(f"{_shown(value)} is no whole number")


def _fraction(value: object) -> float:
    if isinstance(value, datetime):
        return value.timestamp()
    if isinstance(value, int | float):
        return float(value)
    try:
        found = float(str(value))
    except ValueError:
        raise DoesNotFit(f"{_shown(value)} is no number") from None
    if not math.isfinite(found):
        raise DoesNotFit(f"{_shown(value)} is no number")
    return found


def _flag(value: object, *, service: bool) -> Value:
    words = {"true": True, "false": False, "yes": True, "no": False, "1": True, "0": False}
    found = words.get(str(value).lower())
    if found is None:
        raise DoesNotFit(f"{_shown(value)} is neither true nor false")
    return ("true" if found else "false") if service else int(found)


def _text(value: object) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, datetime | date):
        return value.isoformat()
    return _json(value)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=_text)


def _list(values: list[object], kind: str) -> str:
    """As PostgreSQL writes arrays: what is quoted may hold any sign."""
    one = Column("", kind.removesuffix("[]"), True, False, True)
    cells = [cell(value, one, service=True) for value in values]
    return "{" + ",".join("NULL" if text is None else _quoted(str(text)) for text in cells) + "}"


def _quoted(text: str) -> str:
    """As PostgreSQL prints it, so that what stands there already reads the same."""
    if text and text.lower() != "null" and not _SPECIAL.search(text):
        return text
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _shown(value: object) -> str:
    text = value if isinstance(value, str) else _json(value)
    return f"“{text if len(text) <= 40 else text[:39] + '…'}”"
