"""Stores of a project for tests: opened with little patience, with the functions or without, as whom they like."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

from core.clients.supabase.patience import Patience
from core.clients.supabase.probe import about
from core.clients.supabase.session import Session
from core.clients.supabase.store import SupabaseStore
from tests.core.supabase.scripted import SHORT, Token
from tests.servers.project import SupabaseProject


def cleared(project: SupabaseProject) -> SupabaseProject:
    """The project as if nothing had happened in it: one empty bucket `photos`, nobody, no trouble, nothing asked."""
    project.faults.clear()
    project.requests.clear()
    for table in ("storage.objects", "storage.buckets", "auth.users"):
        project.objects.connection.execute(f"delete from {table}".encode())
    project.make_bucket("photos")
    return project


async def open_store(
    project: SupabaseProject, key: str = "", token: str = "", folder: Path | None = None, *, read_only: bool = False
) -> SupabaseStore:
    """A storage of a project, signed in with its service key, or with this key and token."""
    key = key or project.service_key
    folder = folder or Path(tempfile.gettempdir())
    session = await Session.open(project.url, Token(token or key, key=key), folder=folder, patience=Patience(**SHORT))  # type: ignore[arg-type]
    try:
        return SupabaseStore(session, await about(session), read_only=read_only)
    except BaseException:
        await session.close()
        raise


@contextlib.asynccontextmanager
async def opened(
    project: SupabaseProject, key: str = "", token: str = "", folder: Path | None = None, *, read_only: bool = False
) -> AsyncIterator[SupabaseStore]:
    """The same, closed afterwards."""
    store = await open_store(project, key, token, folder, read_only=read_only)
    try:
        yield store
    finally:
        await store.close()
