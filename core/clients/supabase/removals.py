"""Deleting for good, which only the quarantine allows: in batches, each key with its own end."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import quote

from core.clients.supabase import keys as names
from core.clients.supabase.asking import Asking
from core.clients.supabase.session import Session
from core.errors import CoreError, Unavailable, Unreadable
from core.models import QUARANTINE, Object, Outcome, Result

_ATTEMPTS = 3
_BODY_BYTES = 900_000
"""Under the 1 MiB that the service takes (facts.md E3)."""


class Removals:
    """What the service leaves out of its answer without a word was not there, or may not be deleted: both are told."""

    def __init__(self, session: Session, asking: Asking) -> None:
        self._session, self._asking = session, asking

    async def run(self, keys: Sequence[str]) -> tuple[Outcome, ...]:
        """One outcome a key of the quarantine. Raises only where nothing was deleted."""
        ends: dict[str, Outcome] = {}
        askable = list(dict.fromkeys(key for key in keys if names.can_be_asked_for(key)))
        for part in _small_enough(askable):
            try:
                ends |= await self._remove(part)
            except CoreError as exc:
                if isinstance(exc, Unavailable) or not any(end.result is Result.DONE for end in ends.values()):
                    raise
                ends |= dict.fromkeys(part, Outcome(Result.FAILED, exc.message))
        return tuple(ends.get(key) or _absent(key) for key in keys)

    async def _remove(self, keys: Sequence[str]) -> dict[str, Outcome]:
        ends: dict[str, Outcome] = {}
        left = list(keys)
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                gone = await self._ask(left)
            except Unavailable:
                # The answer got lost: what is left of them tells how far it went.
                standing = await self._asking.objects(QUARANTINE, left)
                ends |= {key: Outcome(Result.DONE) for key, one in zip(left, standing, strict=True) if one is None}
                left = [key for key in left if key not in ends]
                if not left:
                    return ends
                if attempt == _ATTEMPTS:
                    raise
                await asyncio.sleep(random.uniform(0, 0.25 * 2.0**attempt))
            else:
                ends |= dict.fromkeys(gone, Outcome(Result.DONE))
                break
        unsure = [key for key in left if key not in ends]
        standing = await self._asking.objects(QUARANTINE, unsure)
        return ends | {key: self._left(key, one) for key, one in zip(unsure, standing, strict=True)}

    async def _ask(self, keys: Sequence[str]) -> set[str]:
        """Asks once; the keys that were deleted."""
        path = f"/object/{quote(QUARANTINE, safe='')}"
        answer = await self._session.storage(
            "DELETE", path, json={"prefixes": list(keys)}, repeatable=False, what=QUARANTINE
        )
        told: Any = answer.json()
        if not isinstance(told, list):
            raise Unreadable("The service did not say what it deleted.")
        return {str(one["name"]) for one in told}

    def _left(self, key: str, standing: Object | None) -> Outcome:
        """What it means that the service left a key out of its answer."""
        if standing is None and self._asking.proves_absence(QUARANTINE):
            return _absent(key)
        return Outcome(
            Result.FAILED,
            f"{key} was not deleted from the quarantine: the right to delete it, or to see it, is missing.",
        )


def _absent(key: str) -> Outcome:
    return Outcome(Result.SKIPPED, f"{key} is not in the quarantine any more.")


def _small_enough(keys: Sequence[str]) -> Iterator[list[str]]:
    part: list[str] = []
    size = 0
    for key in keys:
        bytes_more = len(json.dumps(key)) + 2
        if part and size + bytes_more > _BODY_BYTES:
            yield part
            part, size = [], 0
        part.append(key)
        size += bytes_more
    if part:
        yield part
