"""Columns that point at objects by their id in storage.objects, told as `bucket/key` and asked for so."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from core.clients.supabase.session import Session
from core.models import RowPage, Value

_BATCH = 2_000
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class ObjectIds:
    """Translates between ids and names through the project's functions."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def named(self, page: RowPage, columns: Sequence[str]) -> RowPage:
        """The page with the names of objects in the place of their ids in these columns. An id that no object has
        stays as it is."""
        wanted = {str(v) for row in page.rows for c in columns if (v := row.values[c]) is not None}
        if not wanted:
            return page
        names = await self._names(sorted(wanted))
        rows = []
        for row in page.rows:
            told: dict[str, Value] = {c: names.get(str(row.values[c]), row.values[c]) for c in columns}
            rows.append(replace(row, values={**row.values, **told}))
        return replace(page, rows=tuple(rows))

    async def ids(self, names: Iterable[str]) -> Mapping[str, list[str]]:
        """The ids of objects, each with the names asked for that mean it. An id means itself."""
        found: dict[str, list[str]] = {}
        by_bucket: dict[str, list[str]] = {}
        for name in dict.fromkeys(names):
            bucket, slash, key = name.partition("/")
            if _UUID.fullmatch(name):
                found.setdefault(name, []).append(name)
            elif slash and bucket and key:
                by_bucket.setdefault(bucket, []).append(key)
        for bucket, keys in by_bucket.items():
            for start in range(0, len(keys), _BATCH):
                arguments = {"bucket": bucket, "names": keys[start : start + _BATCH]}
                answer: Any = await self._session.rpc("bucketdesk_object_ids", arguments)
                for key, number in (answer or {}).items():
                    found.setdefault(str(number), []).append(f"{bucket}/{key}")
        return found

    async def _names(self, ids: Sequence[str]) -> Mapping[str, str]:
        found: dict[str, str] = {}
        for start in range(0, len(ids), _BATCH):
            answer: Any = await self._session.rpc("bucketdesk_object_names", {"ids": ids[start : start + _BATCH]})
            found.update(answer or {})
        return found
