"""Reads what else a row says about its object: a time, a size, when its link expires."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import math
import re
from collections.abc import Iterable
from datetime import UTC, datetime

from core.models import Value
from core.workspace import to_micros

_TOKEN = re.compile(r"[?&]token=[A-Za-z0-9_-]+\.([A-Za-z0-9_-]+)\.")
_LATEST = 1 << 62
_UNITS = ((10**11, 1_000_000), (10**14, 1_000), (10**17, 1))
"""Below which number an epoch counts in seconds, milliseconds, microseconds; beyond the last in nanoseconds."""


def moment(value: Value) -> int | None:
    """The time a cell holds, in microseconds since 1970 UTC: ISO text (UTC where it names no zone) or an epoch in
    seconds, milliseconds, microseconds or nanoseconds. None for anything else, and for zero."""
    if isinstance(value, str):
        text = value.strip()
        try:
            return to_micros(_aware(datetime.fromisoformat(text)))
        except (ValueError, OverflowError):
            return _epoch(text)
    return None if isinstance(value, bytes) or value is None else _epoch(value)


def _aware(when: datetime) -> datetime:
    return when if when.tzinfo else when.replace(tzinfo=UTC)


def _epoch(value: str | float) -> int | None:
    try:
        number = float(value)
    except ValueError:
        return None
    if not math.isfinite(number) or number <= 0:
        return None
    for limit, factor in _UNITS:
        if number < limit:
            return int(number * factor)
    micros = int(number / 1000)
    return micros if micros < _LATEST else None


def size(value: Value) -> int | None:
    """The number of bytes a cell holds; None when it is no whole number."""
    if isinstance(value, bytes) or value is None:
        return None
    try:
        number = float(value)
    except ValueError:
        return None
    return int(number) if math.isfinite(number) and number == int(number) and abs(number) < _LATEST else None


def is_empty(value: Value) -> bool:
    """Whether a cell holds nothing that a person could read."""
    return value is None or (isinstance(value, str) and not value.strip()) or value == b""


def token_expiry(url: Value) -> int | None:
    """When the token in a signed URL expires, as the token itself says; its signature is not looked at."""
    match = _TOKEN.search(url) if isinstance(url, str) else None
    if match is None:
        return None
    try:
        claims = json.loads(base64.urlsafe_b64decode(match[1] + "=" * (-len(match[1]) % 4)))
    except (binascii.Error, ValueError, RecursionError):
        return None
    expires = claims.get("exp") if isinstance(claims, dict) else None
    return _epoch(expires) if isinstance(expires, int | float) else None


def fingerprint(values: Iterable[Value]) -> int:
    """A 64-bit number that changes when one of the values does."""
    digest = hashlib.blake2b(repr(tuple(values)).encode(errors="surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)
