"""What the buckets of a project hold, counted by the database: one call, and no scan."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from core.capabilities import SET_UP, Capabilities
from core.capacity.models import Sample
from core.clients.supabase.session import Session
from core.errors import NotAllowed, NotFound, Unreadable

_FUNCTION = "bucketdesk_usage"
_HISTORY = "bucketdesk_usage_history"


class Use:
    """Asks the functions that count, where they are there and answer this person. Unless it `notes`, nothing is
    written down in the project for the history that its desks share."""

    def __init__(self, session: Session, capabilities: Capabilities, *, notes: bool = True) -> None:
        self._session = session
        self._notes = notes
        self._counts = capabilities.can(_FUNCTION)
        self._remembers = capabilities.can(_HISTORY)

    async def now(self) -> tuple[Sample, ...]:
        """One sample of each bucket, and of what waits in the quarantine. Raises `NotFound` without the function."""
        if not self._counts:
            raise NotFound("This project has no function that counts its objects.", SET_UP)
        try:
            told: Any = await self._session.rpc(_FUNCTION, {} if self._notes else {"note": False})
        except NotFound as exc:
            if self._notes:
                raise
            why = "This project's functions are of an earlier release: they cannot count without writing it down."
            raise NotFound(why, SET_UP) from exc
        if not isinstance(told, dict) or not isinstance(told.get("buckets"), list):
            raise _other(_FUNCTION)
        return _samples(told["buckets"], _FUNCTION)

    async def history(self, since: datetime) -> tuple[Sample, ...]:
        """What was noted from then on, by any desk; nothing where nobody notes it."""
        found: list[Sample] = []
        after = since.astimezone(UTC).isoformat()
        while self._remembers:
            try:
                told: Any = await self._session.rpc(_HISTORY, {"since": after})
            except (NotAllowed, NotFound):
                self._remembers = False  # it was taken away meanwhile
                break
            if not isinstance(told, dict) or not isinstance(told.get("samples"), list):
                raise _other(_HISTORY)
            found += _samples(told["samples"], _HISTORY)
            following = told.get("next")
            if not isinstance(following, str) or following == after:
                break
            after = following
        return tuple(dict.fromkeys(found))


def _samples(lines: Sequence[Any], function: str) -> tuple[Sample, ...]:
    try:
        return tuple(
            Sample(str(name), datetime.fromisoformat(at), int(objects), int(size), int(kept), int(kept_size))
            for name, at, objects, size, kept, kept_size in lines
        )
    except (TypeError, ValueError) as exc:
        raise _other(function) from exc


def _other(function: str) -> Unreadable:
    return Unreadable(f"The project's function {function} answered with something else.", SET_UP)
