"""Reading the `stats.json` of a folder: any JSON, or the reason why it is none that a table can hold."""

from __future__ import annotations

import json
import math
import os
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

LIMIT_BYTES = 4 << 20
"""A larger one is no test result, and millions of them are read."""
STATUS_NAMES = ("status", "test_status", "result")
"""What a test's outcome is called, in the order in which it is looked for."""


@dataclass(frozen=True, slots=True)
class Stats:
    """What a `stats.json` says: `data` is its JSON, `status` the test's outcome where it names one. With a `reason`, it
    says nothing that can be stored; `lacking`: because there is none."""

    data: object = None
    status: str | None = None
    reason: str = ""
    lacking: bool = False


def read_stats(path: Path, names: Sequence[str] = STATUS_NAMES) -> Stats:
    """Reads one. Blocks; raises nothing: what is wrong with it is the reason, in a sentence."""
    try:
        raw = _bytes(path)
    except FileNotFoundError:
        return Stats(reason=f"There is no {path.name}.", lacking=True)
    except OSError as exc:
        return Stats(reason=f"{path.name} cannot be read: {exc.strerror or exc}.")
    if raw is None:
        return Stats(reason=f"{path.name} is no file.")
    if len(raw) > LIMIT_BYTES:
        return Stats(reason=f"{path.name} is larger than {LIMIT_BYTES >> 20} MB.")
    if not raw.strip():
        return Stats(reason=f"{path.name} is empty.")
    try:
        data: object = json.loads(raw, parse_constant=_refuse)
    except json.JSONDecodeError as exc:
        return Stats(reason=f"{path.name} is no JSON: {exc.msg}, in line {exc.lineno}.")
    except RecursionError:
        return Stats(reason=f"{path.name} is nested too deeply.")
    except UnicodeDecodeError:
        return Stats(reason=f"{path.name} is no JSON: its bytes are no text in UTF-8.")
    except _NoNumber as exc:
        return Stats(reason=f"{path.name} is no JSON: it has {exc}, which is no number.")
    except ValueError:  # Python reads no more than 4,300 digits
        return Stats(reason=f"{path.name} holds a number of thousands of digits, which no table takes.")
    if not _fits_a_table(data):
        return Stats(reason=f"{path.name} holds a number or a sign that no table takes.")
    return Stats(data, _status(data, names))


def _bytes(path: Path) -> bytes | None:
    """The content, up to a byte more than allowed; None for what is no file. A pipe of that name stops nobody."""
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    number = os.open(path, flags)
    with os.fdopen(number, "rb") as file:
        return file.read(LIMIT_BYTES + 1) if stat.S_ISREG(os.fstat(number).st_mode) else None


def _status(data: object, names: Sequence[str]) -> str | None:
    if not isinstance(data, dict):
        return None
    by_name = {str(name).lower(): value for name, value in reversed(data.items())}
    for name in names:
        value = by_name.get(name)
        if isinstance(value, bool):
            return "passed" if value else "failed"
        if isinstance(value, str | int | float):
            return str(value)
    return None


def _fits_a_table(data: object) -> bool:
    """Whether Postgres takes it as `jsonb`: no NUL, no half of a surrogate pair, no infinite number."""
    waiting: list[object] = [data]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            waiting += [*one, *one.values()]
        elif isinstance(one, list):
            waiting += one
        elif isinstance(one, str):
            if "\0" in one or any("\ud800" <= sign <= "\udfff" for sign in one):
                return False
        elif isinstance(one, float) and not math.isfinite(one):
            return False  # 1e999
    return True


class _NoNumber(ValueError):
    """NaN or Infinity, which other programs do not read."""


def _refuse(name: str) -> object:
    raise _NoNumber(name)
