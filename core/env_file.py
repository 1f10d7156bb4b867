"""Reads a `.env` file: names and values, as the programs of the web write them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from core.errors import BadProfile

_MOST_BYTES = 1 << 20
_LINE = re.compile(r"(?:export\s+)?(?P<name>[A-Za-z_][A-Za-z0-9_.]*)\s*=\s*(?P<value>.*)", re.DOTALL)
_SINGLE = re.compile(r"'(?P<value>[^']*)'\s*(?:#.*)?")
_DOUBLE = re.compile(r'"(?P<value>(?:[^"\\]|\\.)*)"\s*(?:#.*)?')
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t"}
_OTHER = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")


def read_env_file(path: Path) -> dict[str, str]:
    """The variables of a file; of two of one name the later one. Raises `BadProfile` when it cannot be read, or holds a
    value over several lines, which programs read in different ways."""
    try:
        data = path.read_bytes() if path.stat().st_size <= _MOST_BYTES else None
    except OSError as exc:
        raise BadProfile(f"{path} cannot be read: {exc.strerror or exc}.") from exc
    try:
        text = data.decode("utf-8-sig") if data is not None else None
    except UnicodeDecodeError:
        text = None
    if text is None or "\0" in text:
        raise BadProfile(f"{path} is no file of variables.", "It has lines like SUPABASE_URL=https://abc.supabase.co.")
    return parse_env(text, str(path))


def parse_env(text: str, where: str = "the text") -> dict[str, str]:
    """The same from text. Lines that set nothing are left out."""
    found: dict[str, str] = {}
    for number, line in enumerate(re.split(r"\r\n|\n|\r", text), 1):
        match = _LINE.fullmatch(line.strip())
        if match is not None and not line.lstrip().startswith("#"):
            value = _value(match["value"], found)
            if value is None:
                raise BadProfile(
                    f"Line {number} of {where} opens a quotation that does not end on that line.",
                    "Values over several lines are not read: close the quotation, or take the line out.",
                )
            found[match["name"]] = value
    return found


def _value(written: str, known: Mapping[str, str]) -> str | None:
    """A value without its quotes and comment; None when its quotation does not end."""
    if written[:1] == "'":
        single = _SINGLE.fullmatch(written)
        return single["value"] if single else _unquoted(written, known) if "'" in written[1:] else None
    if written[:1] == '"':
        double = _DOUBLE.fullmatch(written)
        if double is None:
            return _unquoted(written, known) if re.search(r'(?<!\\)"', written[1:]) else None
        plain = re.sub(r"\\(.)", lambda m: _ESCAPES.get(m[1], m[1]), double["value"])
        return _with_others(plain, known)
    return _unquoted(written, known)


def _unquoted(written: str, known: Mapping[str, str]) -> str:
    bare = "" if written.startswith("#") else re.split(r"\s+#", written, maxsplit=1)[0]
    return _with_others(bare.strip(), known)


def _with_others(value: str, known: Mapping[str, str]) -> str:
    return _OTHER.sub(lambda m: known.get(m[1], m[0]), value)
