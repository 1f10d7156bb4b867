"""Which keys the Storage API takes (facts.md E3, "Keys")."""

from __future__ import annotations

import re

from tests.servers.supabase.settings import Settings
from tests.servers.supabase.storage_errors import StorageError, internal, invalid_key

ALLOWED = re.compile(r"[A-Za-z0-9_/!.*'() &$@=;:+,?-]+")
SEGMENT_BYTES = 255  # of the file system
KEY_BYTES = 1024  # of S3


def check_key(key: str, settings: Settings) -> None:
    """Raises what the service answers to a key that it does not take."""
    if not ALLOWED.fullmatch(key):
        raise invalid_key(key)
    segments = key.split("/")
    if any(segment in (".", "..") for segment in segments):
        message = f"Invalid key: {key} contains dot path segment"
        raise StorageError(400, "InvalidKey", "InvalidKey", message)
    if settings.hosted:
        if len(key) > KEY_BYTES:
            raise StorageError(400, "KeyTooLongError", "S3Error", "Your key is too long")
    elif any(len(segment) > SEGMENT_BYTES for segment in segments):
        raise internal()  # the file system says no, and nobody has thought of it
