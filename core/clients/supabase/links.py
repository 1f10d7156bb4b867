"""Signed links, a thousand at a time, each with its own end."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

from core.clients.supabase import keys as names
from core.clients.supabase.session import Session
from core.errors import Unreadable, Usage
from core.ports import SignedLink

_ABSENT = "There is no such object, or this sign-in may not read it."
_QUESTION_MARK = "Supabase makes no working link for a key with “?” in it: its links cut the key off there."


async def sign(
    session: Session, bucket: str, keys: Sequence[str], seconds: int, now: datetime
) -> tuple[SignedLink, ...]:
    """A link for each key that works until `now` + `seconds`, or the reason why there is none (facts.md E4)."""
    if seconds < 1:
        raise Usage("A link works for at least one second.")
    asked = list(dict.fromkeys(key for key in keys if not _why_not(key)))
    told: dict[str, Any] = {}
    if asked:
        path = f"/object/sign/{quote(bucket, safe='')}"
        body = {"expiresIn": seconds, "paths": asked}
        answer: Any = (await session.storage("POST", path, json=body, repeatable=True, what=bucket)).json()
        if not isinstance(answer, list) or len(answer) != len(asked):
            raise Unreadable("The service did not answer for every link that was asked for.")
        told = dict(zip(asked, answer, strict=True))
    until = now + timedelta(seconds=seconds)
    return tuple(_link(session.url, key, told.get(key), until) for key in keys)


def _link(url: str, key: str, told: Any, until: datetime) -> SignedLink:
    address = told and (told.get("signedURL") or told.get("signedUrl"))
    if not address:
        return SignedLink(key, reason=_why_not(key) or _ABSENT)
    path, _, query = str(address).partition("?")
    if path.startswith(("http://", "https://")):
        return SignedLink(key, str(address), until)
    # The service does not encode the key; a browser needs it so.
    return SignedLink(key, f"{url}/storage/v1/{quote(path.lstrip('/'), safe='/')}?{query}", until)


def _why_not(key: str) -> str:
    return _QUESTION_MARK if "?" in key else names.why_not(key)
