"""JSON web tokens for tests, signed by nobody."""

from __future__ import annotations

import base64
import json


def token(**claims: object) -> str:
    """A token with these claims."""
    parts = [json.dumps(part).encode() for part in ({"alg": "HS256", "typ": "JWT"}, claims)]
    return ".".join([*(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts), "c2lnbmF0dXJl"])
