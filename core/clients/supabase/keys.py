"""Which keys Storage can hold, and how they are written into an address (facts.md E3)."""

from __future__ import annotations

import re
from urllib.parse import quote

from core.errors import InvalidName

KEY_BYTES = 1024
"""Longest key of the hosted service, whose files lie on S3."""
_SEGMENT_BYTES = 255
_ALLOWED = re.compile(r"[A-Za-z0-9_/!.*'() &$@=;:+,?-]+")
_SIGNS = "! - _ . * ' ( ) & $ @ = ; : + , ? and space"


def why_not(key: str) -> str:
    """Why Storage cannot hold an object under this key, as a sentence; empty when it can."""
    if not key:
        return "A key cannot be empty."
    if not _ALLOWED.fullmatch(key):
        wrong = next(sign for sign in key if not _ALLOWED.fullmatch(sign))
        return f"Supabase takes only unaccented letters, digits and {_SIGNS} in a key, not “{_shown(wrong)}”."
    if len(key) > KEY_BYTES:
        return f"A key has at most {KEY_BYTES:,} bytes."
    segments = key.split("/")
    if any(segment in (".", "..") for segment in segments):
        return "No part of a key between slashes can be “.” or “..”."
    if any(len(segment) > _SEGMENT_BYTES for segment in segments):
        return f"Each part of a key between slashes has at most {_SEGMENT_BYTES} bytes."
    return ""


def check(bucket: str, key: str) -> None:
    """Raises `InvalidName` for a key that Storage cannot hold."""
    if why := why_not(key):
        raise InvalidName(f"The key “{_shown(key)}” cannot be in {bucket}: {why}", "Give the file another name.")


def can_be_asked_for(key: str) -> bool:
    """Whether an address can name this key at all; what cannot be asked for is not there."""
    if not key or "\0" in key or any(segment in (".", "..") for segment in key.split("/")):
        return False
    return key.encode(errors="replace").decode() == key


def place(bucket: str, key: str) -> str:
    """`/bucket/key` for an address, byte for byte: nothing is stripped, decoded or joined, as storage3 would."""
    return f"/{quote(bucket, safe='')}/{quote(key, safe='/')}"


def _shown(text: str) -> str:
    return text.encode("utf-8", "backslashreplace").decode()
