"""A walk through a listing that reads ahead, several parts of it side by side, and still hands out one ordered page
after another."""

from __future__ import annotations

import asyncio
import time
from bisect import bisect_right
from collections import deque
from collections.abc import Sequence

from core.clients.supabase.cuts import cuts, share
from core.clients.supabase.pages import Page, Pages, PlainPages
from core.errors import CoreError

READERS = 4
"""Parts read at once."""
_PARTS = 64
_PART_OBJECTS = 8_000
"""About as many objects as one part holds, and may be ahead of the reader."""
_STALE_SECONDS = 60.0


class _Part:
    """The keys behind `after`, up to and including `until` (None: to the end)."""

    def __init__(self, after: str, until: str | None) -> None:
        self.after = after
        self.until = until
        self.pages: deque[Page] = deque()
        self.closed = False
        self.handed_out = 0
        self.hidden = ""
        self.trouble: Exception | None = None
        self.task: asyncio.Task[None] | None = None

    def take(self, page: Page) -> None:
        """Keeps what of a page belongs here."""
        items, last = page.items, page.last
        if self.until is not None and (last is None or last >= self.until):
            items, last = items[: bisect_right(items, self.until, key=lambda item: item.key)], None
        self.closed = last is None
        self.after = last if last is not None else self.after
        self.hidden = self.hidden or page.hidden
        if items:
            self.pages.append(Page(items, last))


class Walk:
    """Goes on behind a page that has been read already. Whoever gives it up must `close` it."""

    def __init__(self, pages: Pages, ends: PlainPages, bucket: str, prefix: str, sample: Sequence[str]) -> None:
        self.next_after = sample[-1]
        """The key behind which the next page begins."""
        self._pages, self._ends = pages, ends
        self._bucket, self._prefix = bucket, prefix
        self._sample = list(sample)
        self._parts: deque[_Part] = deque([_Part(sample[-1], None)])
        self._part_pages = max(1, _PART_OBJECTS // pages.size)
        self._last: str | None = None
        self._moved = asyncio.Event()
        self._splitting: asyncio.Task[None] | None = asyncio.get_running_loop().create_task(self._split())
        self._used = time.monotonic()
        self._given_up = False
        self._start_readers()

    @property
    def is_stale(self) -> bool:
        """Whether what was read ahead is too old to be handed out as what there is."""
        return time.monotonic() - self._used > _STALE_SECONDS

    async def next_page(self) -> Page:
        """The page behind `next_after`. Raises what reading it raised; the walk is at its end then."""
        while True:
            self._moved.clear()
            part = self._parts[0]
            if part.pages:
                page = part.pages.popleft()
                part.handed_out += 1
                self._start_readers()
                return self._handed_out(part, page)
            if part.trouble is not None:
                raise part.trouble
            if part.closed and len(self._parts) > 1:
                self._parts.popleft()
                self._start_readers()
                continue
            if part.closed:
                return Page((), None, part.hidden)
            await self._moved.wait()

    async def close(self) -> None:
        """Stops reading ahead."""
        self._given_up = True
        tasks = [task for task in (self._splitting, *(part.task for part in self._parts)) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _handed_out(self, part: _Part, page: Page) -> Page:
        self._used = time.monotonic()
        self.next_after = page.items[-1].key
        self._sample = [item.key for item in page.items]
        at_end = part.closed and not part.pages and len(self._parts) == 1
        if part.handed_out > 2 * self._part_pages and not part.closed and self._splitting is None:
            part.handed_out = 0
            self._splitting = asyncio.get_running_loop().create_task(self._split())
        return Page(page.items, None if at_end else self.next_after, part.hidden)

    def _start_readers(self) -> None:
        if self._given_up:
            return
        busy = sum(part.task is not None for part in self._parts)
        for place, part in enumerate(self._parts):
            if busy >= READERS:
                return
            if part.task is None and not part.closed and part.trouble is None and self._has_room(place, part):
                part.task = asyncio.get_running_loop().create_task(self._read(part))
                busy += 1

    def _has_room(self, place: int, part: _Part) -> bool:
        return len(part.pages) < self._part_pages and place < 2 * READERS

    async def _read(self, part: _Part) -> None:
        try:
            while not part.closed and len(part.pages) < self._part_pages:
                page = await self._pages.read(self._bucket, self._prefix, part.after, self._pages.size, part.until)
                part.take(page)
                self._moved.set()
        except Exception as exc:  # a bug too must reach whoever waits for the page
            part.trouble = exc
        finally:
            part.task = None
            self._moved.set()
        self._start_readers()

    async def _split(self) -> None:
        """Cuts the first part, when there is more in it than a few pages, into several."""
        part = self._parts[0]
        try:
            if self._last is None:
                self._last = await self._ends.last_key(self._bucket, self._prefix)
            end = part.until if part.until is not None else self._last
            sample = [key for key in self._sample if key <= part.after] or self._sample
            if not end or end <= part.after:
                return
            wanted = min(_PARTS, int(1 / share(sample, end) / self._part_pages))
            found = [cut for cut in cuts(sample, end, wanted) if cut > part.after]
            if found and not part.closed and part is self._parts[0]:
                ends = [*found[1:], part.until]
                part.until = found[0]
                for start, until in reversed(list(zip(found, ends, strict=True))):
                    self._parts.insert(1, _Part(start, until))
        except CoreError:
            return  # the walk goes on undivided
        finally:
            self._splitting = None
            self._moved.set()
            self._start_readers()
