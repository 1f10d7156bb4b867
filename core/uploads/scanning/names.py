"""Which names and keys a storage can carry, told before anything is sent."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass

_SERVICE = r"[A-Za-z0-9_/!.*'() &$@=;:+,-]+"
"""What Supabase takes (facts.md E3) but for `?`, which breaks every signed link to the object."""


@dataclass(frozen=True, slots=True)
class KeyRules:
    """What a key may be: made of `signs` (a pattern; '' for any), each part between slashes of at most `part_bytes`,
    in all of at most `key_bytes`."""

    signs: str = ""
    part_bytes: int = 255
    key_bytes: int = 1024


SERVICE = KeyRules(_SERVICE)
"""Supabase, and the practice project, which is as strict."""
ANY = KeyRules()
"""A folder of this machine."""


def why_not(key: str, rules: KeyRules) -> str:
    """Why no object can be stored under this key, in a sentence; '' when it can."""
    if not key or key.startswith("/") or key.endswith("/") or "//" in key:
        return "A part of the key would be empty."
    try:
        size = len(key.encode())
    except UnicodeEncodeError:
        return "The name is not text (its bytes are no UTF-8)."
    parts = key.split("/")
    if any(part in (".", "..") for part in parts):
        return "No part of a key can be “.” or “..”."
    if wrong := _wrong_sign(key, rules.signs):
        return f"The storage takes no “{wrong}” in a name."
    if any(part != part.strip() for part in parts):
        return "A name that begins or ends with a space would be lost on its way."
    if any(len(part.encode()) > rules.part_bytes for part in parts):
        return f"A name has at most {rules.part_bytes} bytes there."
    return f"A key has at most {rules.key_bytes:,} bytes." if size > rules.key_bytes else ""


def _wrong_sign(key: str, signs: str) -> str:
    """The first sign that must not be there, printable."""
    for sign in key:
        if ord(sign) < 32 or ord(sign) == 127:
            return repr(sign)[1:-1]
    if not signs or _pattern(signs).fullmatch(key):
        return ""
    return next(sign for sign in key if not _pattern(signs).fullmatch(sign))


@functools.cache
def _pattern(signs: str) -> re.Pattern[str]:
    return re.compile(signs)
