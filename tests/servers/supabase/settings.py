"""What a project of the stand-in is set to: its keys, its limits, and how strict it is."""

from __future__ import annotations

import functools
import secrets
from dataclasses import dataclass, field

import jwt

FAR_AWAY = 4_102_444_800  # the first second of 2100
MEBIBYTE = 1024 * 1024


def _secret() -> str:
    return secrets.token_urlsafe(40)


@dataclass(slots=True)
class Settings:
    """Changed by a test at any time, read at every request."""

    jwt_secret: str = field(default_factory=_secret, repr=False)
    secret_key: str = field(default_factory=lambda: f"sb_secret_{secrets.token_urlsafe(24)}", repr=False)
    publishable_key: str = field(default_factory=lambda: f"sb_publishable_{secrets.token_urlsafe(24)}")
    given_anon_key: str = field(default="", repr=False)  # JWTs that somebody made with the secret already
    given_service_key: str = field(default="", repr=False)
    # Hosted has a gateway that knows the new keys (facts.md A2); without one they are no JWT and are refused as such.
    gateway: bool = True
    # Hosted keeps bytes on S3: TUS chunks are of exactly 6 MiB but for the last (A4.7), a key has at most 1,024 bytes,
    # and an ETag has a "-1" behind it and is no MD5 of the content (A7).
    hosted: bool = False
    clock_seconds: float = 0.0  # how far the service's clock is ahead: the Date header, and tokens' expiry
    storage_url: str = ""  # somebody else's Storage server, which answers under /storage/v1 then
    # Storage (facts.md E2, E3, E5)
    file_size_limit_bytes: int = 500 * MEBIBYTE
    standard_upload_limit_bytes: int = 50 * MEBIBYTE
    json_body_limit_bytes: int = MEBIBYTE
    remove_limit: int = 1000
    sign_limit: int = 1000
    empty_bucket_limit: int = 200_000
    # REST (A5)
    max_rows: int = 1000
    schemas: tuple[str, ...] = ("public",)  # what is exposed; the first is meant when none is named
    # Auth
    access_token_seconds: int = 3600
    refresh_reuse_seconds: float = 10.0  # how long a refresh token that was used already still gives the new one

    @property
    def anon_key(self) -> str:
        """The legacy key of everybody."""
        return self.given_anon_key or _key("anon", self.jwt_secret)

    @property
    def service_key(self) -> str:
        """The legacy key that may do everything."""
        return self.given_service_key or _key("service_role", self.jwt_secret)

    def sign(self, claims: dict[str, object]) -> str:
        """A JWT of this project; valid until 2100 if the claims do not say otherwise."""
        return _signed(claims, self.jwt_secret)


@functools.lru_cache(64)
def _key(role: str, secret: str) -> str:
    return _signed({"role": role}, secret)


def _signed(claims: dict[str, object], secret: str) -> str:
    whole = {"iss": "supabase", "iat": 1_700_000_000, "exp": FAR_AWAY, **claims}
    return jwt.encode(whole, secret, algorithm="HS256")
