"""Links as a Supabase project would have signed them: web tokens with an end, worth nothing anywhere."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import datetime, timedelta
from urllib.parse import quote

_HOST = "https://practice.supabase.co/storage/v1/object"
_WEEK = timedelta(days=7)


def signed_url(bucket: str, key: str, expires: datetime) -> str:
    """A link that says in its token until when it is good."""
    end = int(expires.timestamp())
    claims = {"url": f"{bucket}/{key}", "iat": end - int(_WEEK.total_seconds()), "exp": end}
    head = _word(json.dumps({"alg": "HS256", "typ": "JWT"}, separators=(",", ":")).encode())
    body = _word(json.dumps(claims, separators=(",", ":")).encode())
    seal = hmac.digest(b"practice", f"{head}.{body}".encode(), hashlib.sha256)
    return f"{_HOST}/sign/{bucket}/{quote(key)}?token={head}.{body}.{_word(seal)}"


def public_url(bucket: str, key: str) -> str:
    """The link of an object in a public bucket."""
    return f"{_HOST}/public/{bucket}/{quote(key)}"


def cloud_url(public_id: str, end: str) -> str:
    """Where the Cloudinary twin delivers a picture."""
    return f"https://res.cloudinary.com/practice/image/upload/v1/{quote(public_id)}{end}"


def _word(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
