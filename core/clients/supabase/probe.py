"""Finds out what a project lets this person do, by real reads and nothing else."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import quote

from core.capabilities import SERVICE, Capabilities
from core.clients.supabase.answers import decoded
from core.clients.supabase.catalog import SupabaseCatalog
from core.clients.supabase.database_failures import EXPOSE, TookTooLong
from core.clients.supabase.failures import CHECK_KEY, CHECK_URL, SIGN_IN
from core.clients.supabase.session import Session
from core.errors import CoreError, NotAllowed, NotFound, Unavailable
from core.models import Table

_SECRET = "sb_secret_"


async def probe(session: Session, sources: Sequence[str] = (), found: Capabilities | None = None) -> Capabilities:
    """What there is and what this person may do. `sources`: tables that the profile maps, each of which is read from;
    `found`: what `about` said just now. Raises `CoreError` when the project cannot be talked to at all: a wrong key, a
    wrong URL, no network."""
    found = found or await about(session)
    found = await _look_at_storage(session, found)
    return await _look_at_tables(session, found, sources)


async def about(session: Session) -> Capabilities:
    """Who asks, and which functions of ours are there: one question, nothing tried. Raises like `probe`."""
    headers = await session.headers()
    role = role_of(headers.get("apikey", ""), headers.get("Authorization", "").removeprefix("Bearer "))
    try:
        about: Any = await session.rpc("bucketdesk_about", {})
    except NotFound as exc:
        if _is_about_everything(exc):
            raise
        return Capabilities(user_role=role, sees_all_objects=role == SERVICE)
    except NotAllowed as exc:
        if role != "anon" or _is_about_everything(exc):
            raise
        # The functions may be there; somebody who is not signed in may not even ask.
        return Capabilities(user_role=role)
    schema: Mapping[str, Any] = about.get("schema") or {}
    return Capabilities(
        functions=frozenset(about.get("functions") or ()),
        version=int(about.get("version") or 0),
        user_role=str(about.get("user_role") or role),
        roles=frozenset(about.get("roles") or ()),
        sees_all_objects=bool(about.get("sees_all_objects")),
        object_columns=frozenset(schema.get("objects") or ()),
        bucket_columns=frozenset(schema.get("buckets") or ()),
    )


def role_of(key: str, bearer: str) -> str:
    """The database role that a request signed so runs under, as far as key and token tell."""
    if bearer == key and key.startswith("sb_"):
        return SERVICE if key.startswith(_SECRET) else "anon"
    parts = bearer.split(".")
    if len(parts) != 3:
        return ""
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (binascii.Error, ValueError):
        return ""
    return str(claims.get("role") or "") if isinstance(claims, dict) else ""


async def _look_at_storage(session: Session, found: Capabilities) -> Capabilities:
    tried = dict(found.tried)
    buckets: list[str] = []

    async def list_buckets() -> None:
        answer: Any = await decoded(await session.storage("GET", "/bucket", params={"limit": "100"}))
        buckets.extend(str(one["id"]) for one in answer)

    async def list_objects() -> None:
        if found.can("bucketdesk_list_objects"):
            arguments = {"bucket": buckets[0], "prefix": "", "after": "", "page_size": 1}
            await session.rpc("bucketdesk_list_objects", arguments)
        else:
            place = f"/object/list-v2/{quote(buckets[0], safe='')}"
            await session.storage("POST", place, json={"limit": 1}, repeatable=True)

    tried["buckets"] = await _why_not(list_buckets)
    if buckets:
        tried["objects"] = await _why_not(list_objects)
    return replace(found, tried=tried)


@dataclass(slots=True)
class _Looks:
    tables: dict[str, Table] = field(default_factory=dict)
    sources: dict[str, str] = field(default_factory=dict)


async def _look_at_tables(session: Session, found: Capabilities, sources: Sequence[str]) -> Capabilities:
    catalog = SupabaseCatalog(session, found)
    looks, tried = _Looks(), dict(found.tried)

    async def describe() -> None:
        looks.tables.update({table.name: table for table in await catalog.tables()})

    tried["tables"] = await _why_not(describe)
    for name in dict.fromkeys(sources):
        looks.sources[name] = await _why_not(lambda name=name: _read_from(catalog, name, looks.tables))  # type: ignore[misc]
    first = next((name for name in looks.tables if name not in looks.sources), "")
    if looks.sources:
        tried["rows"] = "" if "" in looks.sources.values() else next(iter(looks.sources.values()))
    elif first:
        tried["rows"] = await _why_not(lambda: _read_from(catalog, first, looks.tables))
    return replace(found, tried=tried, tables=tuple(looks.tables), sources=looks.sources)


async def _read_from(catalog: SupabaseCatalog, name: str, known: Mapping[str, Table]) -> None:
    table = known.get(name) or await catalog.table(name)
    key = table.primary_key or tuple(column.name for column in table.columns[:1])
    await catalog.read(name, key, (), limit=1)


async def _why_not(read: Callable[[], Awaitable[None]]) -> str:
    """Why a read failed, "" when it did not. Raises what is not about this read alone: out of reach, a wrong key."""
    try:
        await read()
    except CoreError as exc:
        out_of_reach = isinstance(exc, Unavailable) and not isinstance(exc, TookTooLong)
        if out_of_reach or _is_about_everything(exc):
            raise
        return exc.message
    return ""


def _is_about_everything(exc: CoreError) -> bool:
    """Whether the key, the sign-in or the address itself is wrong, so that nothing else need be tried."""
    return exc.hint in (CHECK_KEY, SIGN_IN, CHECK_URL, EXPOSE)
