"""Deleting for good, which only the quarantine allows: in batches, each key with its own end."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import quote

from core.clients.supabase import keys as names
from core.clients.supabase.asking import Asking
from core.clients.supabase.session import Session
from core.errors import CoreError, Unavailable, Unreadable
from core.models import QUARANTINE, Outcome, Result

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
                if not any(end.result is Result.DONE for end in ends.values()):
                    raise
                ends |= dict.fromkeys(part, Outcome(Result.FAILED, exc.message))
        return tuple(ends.get(key) or _absent(key) for key in keys)

    async def _remove(self, keys: Sequence[str]) -> dict[str, Outcome]:
        path = f"/object/{quote(QUARANTINE, safe='')}"
        lost = False
        try:
            answer = await self._session.storage(
                "DELETE", path, json={"prefixes": list(keys)}, repeatable=False, what=QUARANTINE
            )
            told: Any = answer.json()
            if not isinstance(told, list):
                raise Unreadable("The service did not say what it deleted.")
            gone = {str(one["name"]) for one in told}
        except Unavailable:
            gone, lost = set(), True  # the answer got lost: what is left of them tells
        unsure = [key for key in keys if key not in gone]
        standing = dict(zip(unsure, await self._asking.objects(QUARANTINE, unsure), strict=True))
        if lost and all(standing.values()):
            raise Unavailable("The quarantine could not be emptied: the connection was cut.", "Try again.")
        ends = dict.fromkeys(gone, Outcome(Result.DONE))
        for key, left in standing.items():
            if left is not None:
                ends[key] = Outcome(
                    Result.FAILED,
                    f"{key} could not be deleted from the quarantine: the service left it there, and the right to"
                    " delete it may be missing.",
                )
            else:
                ends[key] = Outcome(Result.DONE) if lost else _absent(key)
        return ends


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
