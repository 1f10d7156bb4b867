"""How auth.users keeps a password: salted and hashed quickly, for nobody's real password is ever here."""

from __future__ import annotations

import hashlib
import hmac
import secrets


def kept(password: str) -> str:
    """What the column encrypted_password holds."""
    salt = secrets.token_hex(8)
    return f"{salt}${_digest(salt, password)}"


def matches(password: str, stored: str | None) -> bool:
    """Whether this is the password that was kept."""
    salt, _, digest = (stored or "").partition("$")
    return bool(digest) and hmac.compare_digest(digest, _digest(salt, password))


def _digest(salt: str, password: str) -> str:
    return hashlib.sha256(f"{salt}:{password}".encode()).hexdigest()
