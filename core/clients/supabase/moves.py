"""Moving objects on the server, into the quarantine and back: never over another one, and safe to repeat."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator, Sequence
from dataclasses import replace

from core.clients.supabase import keys
from core.clients.supabase.asking import Asking
from core.clients.supabase.buckets import Buckets
from core.clients.supabase.session import Session
from core.errors import AlreadyExists, CoreError, NotFound, Unavailable
from core.models import QUARANTINE, Move, Object, Outcome, Result
from core.parallel import side_by_side

_AT_ONCE = 16
_ATTEMPTS = 3
_HIDDEN = (
    "The right to change objects of bucket “{bucket}” is missing: it has to be registered for Bucketdesk (Set up "
    "database), or changed with a secret key."
)
"""Our function shows what the policies of the storage do not let this person touch."""
Place = tuple[str, str]


class Moves:
    """A moved object keeps its row, and so its id: by that a move whose answer was lost is known (upstream's
    moveObject updates name, bucket and version of the row)."""

    def __init__(self, session: Session, asking: Asking, buckets: Buckets) -> None:
        self._session, self._asking, self._buckets = session, asking, buckets

    async def run(self, moves: Sequence[Move]) -> tuple[Outcome, ...]:
        """One outcome a move. Raises where nothing was moved, and `Unavailable` also where nobody can tell what was:
        the same moves may be asked for again."""
        if any(move.to_bucket == QUARANTINE for move in moves):
            await self._buckets.make_quarantine()
        outcomes: list[Outcome] = []
        for part in _independent(moves):
            try:
                outcomes += await self._move_together(part)
            except CoreError as exc:
                if isinstance(exc, Unavailable) or not any(outcome.result is Result.DONE for outcome in outcomes):
                    raise
                outcomes += [Outcome(Result.FAILED, exc.message)] * len(part)
        return tuple(outcomes)

    async def _move_together(self, moves: Sequence[Move]) -> list[Outcome]:
        here = await self._look([(move.bucket, move.key) for move in moves])
        ended = await side_by_side(
            [lambda move=move: self._ended(move, here.get((move.bucket, move.key))) for move in moves],  # type: ignore[misc]
            _AT_ONCE,
        )
        unsure = next((end for end in ended if isinstance(end, _Unsure)), None)
        if unsure is not None:
            raise unsure
        troubles = [end for end in ended if isinstance(end, Unavailable)]
        if troubles and all(not isinstance(end, Outcome) or end.result is Result.FAILED for end in ended):
            raise troubles[0]
        done = [
            (m.to_bucket, m.to_key) for m, e in zip(moves, ended, strict=True) if isinstance(e, Outcome) and _is_done(e)
        ]
        try:
            there = await self._look(done)
        except CoreError:
            there = {}  # they are moved all the same; where they are is known
        return [
            Outcome(Result.FAILED, end.message) if isinstance(end, CoreError) else _arrived(move, end, there)
            for move, end in zip(moves, ended, strict=True)
        ]

    async def _ended(self, move: Move, seen: Object | None) -> Outcome | CoreError:
        try:
            return await self._one(move, seen)
        except CoreError as exc:
            return exc

    async def _one(self, move: Move, seen: Object | None) -> Outcome | CoreError:
        if why := keys.why_not(move.to_key):
            return Outcome(Result.FAILED, f"{move.bucket}/{move.key} cannot go to {move.to_bucket}: {why}")
        if not keys.can_be_asked_for(move.key):
            return Outcome(Result.FAILED, f"“{move.key}” can be no object's key.")
        for attempt in range(1, _ATTEMPTS + 1):
            if seen is None:
                return await self._gone(move)
            if move.version is not None and seen.version != move.version:
                return Outcome(Result.DRIFTED, f"{move.bucket}/{move.key} has changed since it was looked at.")
            try:
                return await self._ask(move)
            except NotFound as exc:
                seen = await self._now_at(move.bucket, move.key)
                if seen is not None:
                    hidden = exc.message.startswith(f"{move.bucket}/{move.key} ")
                    return Outcome(Result.FAILED, _HIDDEN.format(bucket=move.bucket) if hidden else exc.message)
            except Unavailable as exc:
                await asyncio.sleep(random.uniform(0, 0.5 * 2**attempt))
                seen = await self._now_at(move.bucket, move.key)
                if seen is not None and attempt == _ATTEMPTS:
                    return exc
            except CoreError as exc:
                return Outcome(Result.FAILED, exc.message)
        return await self._gone(move)

    async def _ask(self, move: Move) -> Outcome:
        """Asks once. Raises what may have been carried out all the same."""
        asked = {
            "bucketId": move.bucket,
            "sourceKey": move.key,
            "destinationBucket": move.to_bucket,
            "destinationKey": move.to_key,
        }
        try:
            await self._session.storage(
                "POST", "/object/move", json=asked, repeatable=False, what=f"{move.bucket}/{move.key}"
            )
        except AlreadyExists:
            place = f"{move.to_bucket}/{move.to_key}"
            return Outcome(Result.DRIFTED, f"Another object stands at {place} already; both were left as they are.")
        return Outcome(Result.DONE)

    async def _gone(self, move: Move) -> Outcome:
        """What it means that nothing is at the old place."""
        standing = await self._now_at(move.to_bucket, move.to_key)
        if standing is None:
            return Outcome(Result.DRIFTED, f"{move.bucket}/{move.key} is not there any more.")
        if move.version is None or row_of(standing.version) == row_of(move.version):
            return Outcome(Result.DONE)
        place = f"{move.to_bucket}/{move.to_key}"
        return Outcome(
            Result.DRIFTED, f"{move.bucket}/{move.key} is not there any more, and another object stands at {place}."
        )

    async def _now_at(self, bucket: str, key: str) -> Object | None:
        """What is there after a move that may have been carried out, now or by an earlier process. Raises `_Unsure`:
        a move that failed is never looked for in the quarantine again, so none may be called so that did not."""
        try:
            return (await self._asking.objects(bucket, [key]))[0]
        except CoreError as exc:
            raise _Unsure(exc.message, exc.hint) from exc

    async def _look(self, places: Sequence[Place]) -> dict[Place, Object]:
        found: dict[Place, Object] = {}
        for bucket in dict.fromkeys(bucket for bucket, _ in places):
            some = [key for other, key in places if other == bucket]
            objects = await self._asking.objects(bucket, some)
            found |= {(bucket, key): item for key, item in zip(some, objects, strict=True) if item is not None}
        return found


class _Unsure(Unavailable):
    """A move may have been carried out: its answer was lost, and so was that to the question where the object is."""


def row_of(version: str) -> str:
    """The id of the row behind a version."""
    return version.partition("/")[0]


def _arrived(move: Move, end: Outcome, there: dict[Place, Object]) -> Outcome:
    return replace(end, object=there.get((move.to_bucket, move.to_key))) if _is_done(end) else end


def _is_done(end: Outcome) -> bool:
    return end.result is Result.DONE


def _independent(moves: Sequence[Move]) -> Iterator[list[Move]]:
    """The moves in parts within which no place occurs twice: what one does is no business of another's."""
    part: list[Move] = []
    taken: set[Place] = set()
    for move in moves:
        ends = {(move.bucket, move.key), (move.to_bucket, move.to_key)}
        if not taken.isdisjoint(ends):
            yield part
            part, taken = [], set()
        part.append(move)
        taken |= ends
    if part:
        yield part
