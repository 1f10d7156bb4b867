"""What a page of a listing looks like, to those who spoil one."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode

SIZES = ("limit", "page_size")
START = base64.b64encode(b"l:").decode()  # a cursor of list-v2 before every name
CREATED_COLUMN = 5  # of a row of bucketdesk_list_objects: name, id, size, etag, mimetype, created_at, …


def capped_body(body: bytes, most: int) -> bytes:
    """A request that asks for no more than so many."""
    try:
        asked = json.loads(body)
    except ValueError:
        return body
    if not isinstance(asked, dict):
        return body
    for name in SIZES:
        if isinstance(asked.get(name), int):
            asked[name] = min(asked[name], most)
    return json.dumps(asked).encode()


def capped_query(query: bytes, most: int) -> bytes:
    """A query with a limit that is no higher than this."""
    pairs = parse_qsl(query.decode("latin-1"), keep_blank_values=True)
    if not any(name == "limit" for name, _ in pairs):
        return query
    capped = [(name, str(min(int(value), most)) if name == "limit" else value) for name, value in pairs]
    return urlencode(capped).encode()


def without_young(body: bytes, seconds: float) -> bytes:
    """A listing as it was so long ago: what has been made since is not in it."""
    then = time.time() - seconds

    def is_old(entry: Any) -> bool:
        created = entry[CREATED_COLUMN] if isinstance(entry, list) else entry.get("created_at")
        return not created or datetime.fromisoformat(created).timestamp() <= then

    return _edited(body, lambda entries: [entry for entry in entries if is_old(entry)])


def emptied(body: bytes, asked: bytes) -> bytes:
    """A page with nothing on it that says there is more: its cursor leads to where the page was to begin."""
    answer = json.loads(body)
    if isinstance(answer, list):
        return b"[]"
    answer["objects"] = []
    if "hasNext" in answer:
        cursor = json.loads(asked or b"{}").get("cursor") or START
        answer |= {"folders": [], "hasNext": True, "nextCursor": cursor, "nextCursorKey": ""}
    if "more" in answer:
        answer["more"] = True
    return json.dumps(answer).encode()


def _edited(body: bytes, change: Callable[[list[Any]], list[Any]]) -> bytes:
    try:
        answer = json.loads(body)
    except ValueError:
        return body
    if isinstance(answer, list):
        answer = change(answer)
    elif isinstance(answer, dict) and isinstance(answer.get("objects"), list):
        answer["objects"] = change(answer["objects"])
    return json.dumps(answer).encode()
