"""One page of a bucket's listing, asked of our function or, without it, of flat list-v2; never of v1, never with a
delimiter: both lose objects (facts.md E1)."""

from __future__ import annotations

import base64
import binascii
import itertools
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import quote

from core.clients.supabase.objects import of_arrays, of_listing
from core.clients.supabase.session import Session
from core.errors import Unreadable
from core.models import Object
from core.threads import in_thread

_IN_LOOP_BYTES = 20_000
_ATTEMPTS = 3
HIDDEN = (
    "This sign-in may see only some of the objects: nothing proves that the listing is complete. Use a secret key, or"
    " have the database set up for Bucketdesk."
)


@dataclass(frozen=True, slots=True)
class Page:
    """Objects behind a key, in bytewise order. `last` is the key to go on behind, None at the end."""

    items: tuple[Object, ...]
    last: str | None
    hidden: str = ""


class Pages(Protocol):
    """Where pages come from."""

    size: int
    """Most objects that one page holds."""

    async def read(self, bucket: str, prefix: str, after: str, limit: int, until: str | None = None) -> Page:
        """The page behind the key `after`; it may leave out what is behind `until`. Raises `Unreadable` for one that
        cannot be gone on from."""
        ...


class FunctionPages:
    """By the project's function `bucketdesk_list_objects`."""

    size = 2_000

    def __init__(self, session: Session) -> None:
        self._session = session

    async def read(self, bucket: str, prefix: str, after: str, limit: int, until: str | None = None) -> Page:
        asked = {"bucket": bucket, "prefix": prefix, "after": after, "page_size": limit}
        if until is not None:
            asked["until"] = until

        async def ask() -> Page:
            told = await self._session.rest(
                "POST", "/rpc/bucketdesk_list_objects", json=asked, repeatable=True, what="bucketdesk_list_objects"
            )
            return await _decoded(_page_of_function, told.content, bucket, after)

        return await _again_if_spoiled(ask)


class PlainPages:
    """By flat list-v2. `sees_all` says whether the key passes by row level security."""

    size = 1_000

    def __init__(self, session: Session, *, sees_all: bool) -> None:
        self._session = session
        self._hidden = "" if sees_all else HIDDEN

    async def read(self, bucket: str, prefix: str, after: str, limit: int, until: str | None = None) -> Page:
        asked: dict[str, Any] = {"prefix": prefix, "limit": limit}
        if after:
            asked["cursor"] = _cursor(after)

        async def ask() -> Page:
            return await _decoded(_page_of_list, await self._ask(bucket, asked), bucket, after, self._hidden)

        return await _again_if_spoiled(ask)

    async def last_key(self, bucket: str, prefix: str) -> str:
        """The last key of the listing, empty where there is none or an older server cannot sort backwards."""
        asked = {"prefix": prefix, "limit": 1, "sortBy": {"column": "name", "order": "desc"}}
        content = await self._ask(bucket, asked)
        try:
            found = json.loads(content)["objects"]
            return str(found[0]["name"]) if found else ""
        except (ValueError, KeyError, TypeError, IndexError) as exc:
            raise Unreadable(f"The end of {bucket} came garbled.", "Try again.") from exc

    async def _ask(self, bucket: str, asked: Mapping[str, Any]) -> bytes:
        path = f"/object/list-v2/{quote(bucket, safe='')}"
        answer = await self._session.storage("POST", path, json=asked, repeatable=True, what=bucket)
        return answer.content


class _Spoiled(Unreadable):
    """A page that nobody can go on from; the next try may bring a good one."""


async def _again_if_spoiled(ask: Callable[[], Awaitable[Page]]) -> Page:
    for _ in range(_ATTEMPTS - 1):
        try:
            return await ask()
        except _Spoiled:
            continue
    return await ask()


async def _decoded(decode: Any, content: bytes, *rest: str) -> Page:
    """Large answers are decoded beside the loop (performance.md P9)."""
    try:
        page: Page = (
            await in_thread(decode, content, *rest) if len(content) > _IN_LOOP_BYTES else decode(content, *rest)
        )
    except (ValueError, KeyError, TypeError, IndexError) as exc:
        raise _Spoiled(
            "A page of a listing came garbled.", "Try again; if it stays so, the server is at fault."
        ) from exc
    return page


def _page_of_function(content: bytes, bucket: str, after: str) -> Page:
    data = json.loads(content)
    items = _behind(of_arrays(bucket, data["objects"]), after)
    if data["more"] and not items:
        raise _Spoiled(f"The listing of {bucket} does not go on.")
    return Page(items, items[-1].key if data["more"] else None, "" if data["sees_all"] else HIDDEN)


def _page_of_list(content: bytes, bucket: str, after: str, hidden: str) -> Page:
    data = json.loads(content)
    items = _behind(of_listing(bucket, data["objects"]), after)
    if not data["hasNext"]:
        return Page(items, None, hidden)
    last = items[-1].key if items else _read_cursor(data)
    if last <= after:
        raise _Spoiled(f"The listing of {bucket} does not go on: it came back to where it was.")
    return Page(items, last, hidden)


def _behind(items: Sequence[Object], after: str) -> tuple[Object, ...]:
    """The objects that are new on this page: a server may send one again, but never in another order."""
    found = tuple(item for item in items if item.key > after) if items and items[0].key <= after else tuple(items)
    if any(one.key >= other.key for one, other in itertools.pairwise(found)):
        raise _Spoiled("A page of the listing came out of order.")
    return found


def _cursor(after: str) -> str:
    """Our own: it says which key to start behind, does not expire, and anybody may make one (facts.md E2)."""
    return base64.b64encode(f"l:{after}".encode()).decode()


def _read_cursor(data: Mapping[str, Any]) -> str:
    """Where an empty page wants to be gone on from, empty when it does not say."""
    if data.get("nextCursorKey"):
        return str(data["nextCursorKey"])
    try:
        lines = base64.b64decode(data.get("nextCursor") or "").decode().split("\n")
    except (binascii.Error, UnicodeDecodeError):
        return ""
    return next((line[2:] for line in lines if line.startswith("l:")), "")
