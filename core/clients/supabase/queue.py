"""The queue that `cleanup_old_images` fills: read it, and tell what was done."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from core.capabilities import SET_UP
from core.clients.supabase.session import Session
from core.errors import NotAllowed, NotFound, Unreadable
from core.retention.queue import Queued

_READ, _TELL = "bucketdesk_removals", "bucketdesk_removals_done"
_MOST = 20_000
"""More lines than this the function never tells at once; the rest comes when these are done."""


async def read_queue(session: Session) -> tuple[Queued, ...]:
    """What waits, the oldest first; nothing where nobody set it up, or this person may not read it. Raises
    `ServiceError`."""
    try:
        told: Any = await session.rpc(_READ, {"page_size": _MOST})
    except (NotAllowed, NotFound):
        return ()
    try:
        return tuple(
            Queued(int(one["id"]), str(one["bucket"]), str(one["name"]), datetime.fromisoformat(one["asked_at"]))
            for one in told
        )
    except (KeyError, TypeError, ValueError) as exc:
        raise Unreadable(f"The project's function {_READ} answered with something else.", SET_UP) from exc


async def tell_done(session: Session, ids: Sequence[int]) -> None:
    """Marks lines as dealt with. Raises `ServiceError`."""
    await session.rpc(_TELL, {"ids": list(ids)})
