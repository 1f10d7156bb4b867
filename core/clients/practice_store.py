"""The practice project's storage: plain files, with the services' limits and attributes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from core.clients.local_store import LocalStore
from core.clients.practice_buckets import PracticeBuckets
from core.clients.practice_records import Name, PracticeRecords, Record
from core.errors import InvalidName, Refused
from core.models import QUARANTINE, Attributes, Bucket, Move, Object, Outcome, Result
from core.ports import DIGEST, StoreLimits, promised_hash

_KEY = re.compile(r"[A-Za-z0-9_/!.*'() &$@=;:+,?-]+")
_BUCKET = re.compile(r"[A-Za-z0-9_!.*'() &$@=;:+,?-]{1,100}")
_LONGEST_KEY_BYTES = 1_024


class PracticeStore(LocalStore):
    """A `LocalStore` that takes no more than Supabase would: 1,000 keys a call, ASCII keys. Content types, cache
    control, metadata and times are in the catalog; without a word there, an object has what its file has."""

    limits = StoreLimits(page_size=1_000, batch_size=1_000, key_bytes=_LONGEST_KEY_BYTES, lists_etags=False)

    def __init__(self, root: Path, quarantine: Path, catalog: Path) -> None:
        super().__init__(root, quarantine)
        self._kept = PracticeRecords(catalog)
        self._set_so = PracticeBuckets(catalog)

    async def drop_bucket(self, name: str) -> None:
        await super().drop_bucket(name)
        await self._run(lambda: self._set_so.forget(name))

    def _settings(self, names: Sequence[str]) -> tuple[Bucket, ...]:
        known = self._set_so.settings()
        return tuple(known.get(name, Bucket(name)) for name in names)

    def _check_settings(self, bucket: Bucket) -> None:
        if _BUCKET.fullmatch(bucket.name) is None or bucket.name != bucket.name.strip():
            raise InvalidName(f"A bucket cannot be called “{bucket.name}”.", "Use letters, digits, dashes and dots.")
        if bucket.size_limit_bytes is not None and bucket.size_limit_bytes < 1:
            raise Refused("A bucket that takes files of no bytes takes nothing.", "Write a larger limit, or none.")

    def _set(self, bucket: Bucket) -> Bucket:
        if bucket != self._set_so.one(bucket.name):
            self._set_so.write(bucket)
        return bucket

    def _refusal(self, key: str) -> str:
        if _KEY.fullmatch(key) is None:
            return "A key holds letters A to Z, digits, spaces and _/!.*'()&$@=;:+,?- only."
        return "A key is at most 1,024 bytes long." if len(key) > _LONGEST_KEY_BYTES else ""

    def _described(self, found: Sequence[Object | None]) -> tuple[Object | None, ...]:
        kept = self._kept.read([(one.bucket, one.key) for one in found if one is not None])
        return tuple(None if one is None else _with_record(one, kept.get((one.bucket, one.key))) for one in found)

    def _attributes_now(self, bucket: str, keys: Sequence[str]) -> tuple[Attributes | None, ...]:
        plain = super()._attributes_now(bucket, keys)
        kept = self._kept.read([(bucket, key) for key in keys])
        return tuple(
            own if own is None or (record := kept.get((bucket, key))) is None else _joined(own, record.attributes)
            for key, own in zip(keys, plain, strict=True)
        )

    def _move_now(self, moves: Sequence[Move]) -> tuple[Outcome, ...]:
        # The records go ahead of the files and are cleared behind them: wherever it is cut off, each file has one.
        pairs: list[tuple[Name, Name]] = [((m.bucket, m.key), (m.to_bucket, m.to_key)) for m in moves]
        free = [pair for pair in pairs if self._objects(pair[1][0], [pair[1][1]])[0] is None]
        self._kept.copy(free)
        outcomes = super()._move_now(moves)
        ended = list(zip(pairs, outcomes, strict=True))
        done = [old for (old, _), outcome in ended if outcome.result is Result.DONE]
        not_done = {new for (_, new), outcome in ended if outcome.result is not Result.DONE}
        self._kept.forget([*done, *(new for _, new in free if new in not_done)])
        return tuple(
            replace(outcome, object=self._described([outcome.object])[0]) if outcome.object else outcome
            for outcome in outcomes
        )

    def _remove_now(self, keys: Sequence[str]) -> tuple[Outcome, ...]:
        outcomes = super()._remove_now(keys)
        gone = [key for key, outcome in zip(keys, outcomes, strict=True) if outcome.result is not Result.FAILED]
        self._kept.forget([(QUARANTINE, key) for key in gone])
        return outcomes

    def _upload_now(self, bucket: str, key: str, path: Path, attributes: Attributes) -> Object:
        if bucket != QUARANTINE and path.is_file():
            self._set_so.check(bucket, key, path.stat().st_size, attributes.content_type)
        found = super()._upload_now(bucket, key, path, attributes)
        size, mtime_ns = found.version.split("-", 1)
        now = datetime.now(UTC)
        whole = replace(attributes, created=attributes.created or now, updated=attributes.updated or now)
        if promised_hash(attributes):  # not kept: anybody can change a file behind the record's back
            told = {name: value for name, value in attributes.metadata.items() if name != DIGEST}
            whole = replace(whole, metadata=told)
        self._kept.write((bucket, key), whole, int(size), int(mtime_ns))
        return self._described([found])[0] or found


def _joined(own: Attributes, kept: Attributes) -> Attributes:
    return replace(kept, content_type=kept.content_type or own.content_type, updated=kept.updated or own.updated)


def _with_record(found: Object, record: Record | None) -> Object:
    if record is None:
        return found
    kind = record.attributes.content_type or found.content_type
    times = [time for time in (record.attributes.created, record.attributes.updated) if time is not None]
    if not times or _was_replaced(found, record):
        return replace(found, content_type=kind)
    return replace(found, content_type=kind, changed=max(times))


def _was_replaced(found: Object, record: Record) -> bool:
    """Whether somebody put another file in its place since the record was written: then the file's own time counts."""
    return record.mtime_ns is not None and found.version != f"{record.size_bytes}-{record.mtime_ns}"
