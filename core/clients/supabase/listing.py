"""Listing a bucket page by page: directly, or by a walk that reads ahead once a reader turns the second page."""

from __future__ import annotations

from collections.abc import Sequence

from core.capabilities import Capabilities
from core.clients.supabase.pages import FunctionPages, Page, Pages, PlainPages
from core.clients.supabase.session import Session
from core.clients.supabase.walk import Walk
from core.errors import NotAllowed, NotFound
from core.models import ObjectPage

_WALKS = 4


class Listing:
    """Everybody may go on from any key; who reads whole pages one after another is read ahead for."""

    def __init__(self, session: Session, capabilities: Capabilities) -> None:
        self._plain = PlainPages(session, sees_all=capabilities.sees_all_objects and capabilities.is_service)
        self._pages: Pages = FunctionPages(session) if capabilities.can("bucketdesk_list_objects") else self._plain
        self._walks: dict[tuple[str, str], Walk] = {}
        self._seen: dict[tuple[str, str], Sequence[str]] = {}

    @property
    def size(self) -> int:
        """Most objects that one page holds."""
        return self._pages.size

    async def page(self, bucket: str, prefix: str, cursor: str, limit: int) -> ObjectPage:
        """The page behind the key `cursor`."""
        if limit < self.size:
            return _told(await self._read(bucket, prefix, cursor, limit))
        walk = await self._walk_to(bucket, prefix, cursor)
        if walk is None:
            page = await self._read(bucket, prefix, cursor, min(limit, self.size))
            if page.last is not None and len(page.items) == self.size:
                self._remember(bucket, prefix, [item.key for item in page.items])
            return _told(page)
        try:
            page = await walk.next_page()
        except BaseException:
            await self._forget((bucket, prefix))
            raise
        if page.last is None:
            await self._forget((bucket, prefix))
        return _told(page)

    async def close(self) -> None:
        """Stops all reading ahead."""
        for place in list(self._walks):
            await self._forget(place)

    async def _walk_to(self, bucket: str, prefix: str, cursor: str) -> Walk | None:
        place = (bucket, prefix)
        walk = self._walks.get(place)
        if walk is not None and (walk.next_after != cursor or walk.is_stale):
            await self._forget(place)
            walk = None
        seen = self._seen.pop(place, ())
        if walk is None and cursor and seen and seen[-1] == cursor:
            while len(self._walks) >= _WALKS:
                await self._forget(next(iter(self._walks)))
            walk = self._walks[place] = Walk(self._pages, self._plain, bucket, prefix, seen)
        return walk

    async def _read(self, bucket: str, prefix: str, after: str, limit: int) -> Page:
        if self._pages is not self._plain:
            try:
                return await self._pages.read(bucket, prefix, after, limit)
            except NotFound:
                self._pages = self._plain  # the function went away
            except NotAllowed:
                pass  # not registered: what row level security lets through is still worth a look
        return await self._plain.read(bucket, prefix, after, min(limit, self._plain.size))

    def _remember(self, bucket: str, prefix: str, keys: Sequence[str]) -> None:
        while len(self._seen) >= _WALKS:
            self._seen.pop(next(iter(self._seen)))
        self._seen[bucket, prefix] = keys

    async def _forget(self, place: tuple[str, str]) -> None:
        walk = self._walks.pop(place, None)
        if walk is not None:
            await walk.close()


def _told(page: Page) -> ObjectPage:
    return ObjectPage(page.items, page.last, hidden=page.hidden)
