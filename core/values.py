"""Catalog values as JSON and back, with nothing lost: type, sign, every byte."""

from __future__ import annotations

import base64
import binascii
import json
import math
from collections.abc import Callable, Mapping

from core.models import RowKey, Value

_BLOB = "$blob"
_BYTES = "$bytes"
_WTF8 = "$wtf8"
_FLOAT = "$float"


def encode(value: Value) -> object:
    """What `json.dumps` should be given. Plain for what JSON can hold; else an object of one key: `$blob` (base64 of a
    blob), `$bytes` (base64 of text that is not UTF-8, surrogateescaped), `$wtf8` (base64 of text with other lone
    surrogates), `$float` (inf, -inf, nan)."""
    if isinstance(value, str):
        return value if _is_utf8(value) else _encode_broken(value)
    if isinstance(value, bytes | bytearray | memoryview):
        return {_BLOB: _base64(bytes(value))}
    if isinstance(value, float) and not math.isfinite(value):
        return {_FLOAT: str(value)}
    return value


def decode(data: object) -> Value:
    """The value that `encode` was given. Raises `ValueError` for anything that `encode` never returns."""
    if data is None or isinstance(data, str | int | float):
        return data
    if isinstance(data, dict) and len(data) == 1:
        ((tag, text),) = data.items()
        if isinstance(text, str) and tag in _DECODERS:
            return _DECODERS[tag](text)
    raise ValueError("not a coded value")


def encode_key(key: RowKey) -> str:
    """A row key as the workspace stores it: equal texts for equal keys, and only for those (1, 1.0 and "1" differ)."""
    return json.dumps([encode(value) for value in key], ensure_ascii=False, separators=(",", ":"))


def decode_key(text: str) -> RowKey:
    """The key that `encode_key` was given. Raises `ValueError`."""
    data = json.loads(text)
    if not isinstance(data, list):
        raise ValueError("not a row key")
    return tuple(decode(item) for item in data)


def encode_row(row: Mapping[str, Value]) -> dict[str, object]:
    """A row's columns, ready for `json.dumps`."""
    return {name: encode(value) for name, value in row.items()}


def decode_row(data: object) -> dict[str, Value]:
    """The columns that `encode_row` was given. Raises `ValueError`."""
    if not isinstance(data, dict):
        raise ValueError("not a row")
    return {str(name): decode(value) for name, value in data.items()}


def same(one: Value, other: Value) -> bool:
    """Whether two cells hold the same value: type counts, so does the sign of zero, and nan is itself."""
    if type(one) is not type(other):
        return False
    if isinstance(one, float) and isinstance(other, float):
        return one.hex() == other.hex()
    return one == other


def _is_utf8(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _encode_broken(text: str) -> object:
    try:
        raw = text.encode(errors="surrogateescape")
    except UnicodeEncodeError:
        raw = b""
    if raw.decode(errors="surrogateescape") == text:
        return {_BYTES: _base64(raw)}
    return {_WTF8: _base64(text.encode(errors="surrogatepass"))}


def _base64(raw: bytes) -> str:
    return base64.b64encode(raw).decode("ascii")


def _blob(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error as exc:
        raise ValueError("not base64") from exc


_DECODERS: dict[str, Callable[[str], Value]] = {
    _BLOB: _blob,
    _BYTES: lambda text: _blob(text).decode(errors="surrogateescape"),
    _WTF8: lambda text: _blob(text).decode(errors="surrogatepass"),
    _FLOAT: float,
}
