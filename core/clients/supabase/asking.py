"""What single objects are now: asked of our function in one call, or one by one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

from core.capabilities import Capabilities
from core.clients.supabase import keys as names
from core.clients.supabase.objects import attributes_of_array, attributes_of_info, of_arrays, of_info
from core.clients.supabase.pages import PlainPages
from core.clients.supabase.session import Session
from core.errors import NotAllowed, NotFound, Unreadable
from core.models import Attributes, Object
from core.parallel import side_by_side

T = TypeVar("T")
_AT_ONCE = 16


class Asking:
    """Objects and attributes by key, None where there is none."""

    def __init__(self, session: Session, capabilities: Capabilities) -> None:
        self._session = session
        self._by_function = capabilities.can("bucketdesk_stat_objects")
        self._function_sees_all = capabilities.sees_all_objects
        self._is_service = capabilities.is_service
        self._is_admin = not capabilities.is_service and "admin" in capabilities.roles
        self._closed_buckets: set[str] = set()
        self._plain = PlainPages(session, sees_all=capabilities.is_service)

    def proves_absence(self, bucket: str) -> bool:
        """Whether None means that there is no such object, and not that this sign-in may not see it."""
        return self._function_sees_all if self._asks_function(bucket) else self._is_service

    async def objects(self, bucket: str, keys: Sequence[str]) -> tuple[Object | None, ...]:
        """Each key's object."""
        return await self._each(bucket, keys, lambda told: of_arrays(bucket, [told])[0], self._object)

    async def attributes(self, bucket: str, keys: Sequence[str]) -> tuple[Attributes | None, ...]:
        """What is kept beside the bytes of each."""
        return await self._each(bucket, keys, attributes_of_array, self._attributes)

    async def _each(
        self,
        bucket: str,
        keys: Sequence[str],
        read: Callable[[Sequence[Any]], T],
        ask: Callable[[str, str], Awaitable[T | None]],
    ) -> tuple[T | None, ...]:
        askable = list(dict.fromkeys(key for key in keys if names.can_be_asked_for(key)))
        told = await self._told(bucket, askable) if askable and self._asks_function(bucket) else None
        if told is not None:
            found = {key: None if one is None else read(one) for key, one in zip(askable, told, strict=True)}
        else:
            each = await side_by_side([lambda key=key: ask(bucket, key) for key in askable], _AT_ONCE)  # type: ignore[misc]
            found = dict(zip(askable, each, strict=True))
        return tuple(found.get(key) for key in keys)

    def _asks_function(self, bucket: str) -> bool:
        return self._by_function and bucket not in self._closed_buckets

    async def _told(self, bucket: str, keys: Sequence[str]) -> list[Any] | None:
        """What our function says; None where it is not to be had any more. An administrator gets the refusal instead:
        of a bucket that is not registered, row level security shows nothing, and nothing is no proof of absence."""
        try:
            told = await self._session.rpc("bucketdesk_stat_objects", {"bucket": bucket, "names": list(keys)})
        except NotAllowed:
            if self._is_admin:
                raise
            self._closed_buckets.add(bucket)  # not registered: row level security decides
            return None
        except NotFound:
            if self._is_admin:
                raise
            self._by_function = False
            return None
        if not isinstance(told, list) or len(told) != len(keys):
            raise Unreadable("The project's function bucketdesk_stat_objects answered with something else.")
        return told

    async def _object(self, bucket: str, key: str) -> Object | None:
        """The first key behind the one before it is the key itself, if there is one. Unlike info, a listing tells a bad
        token from a missing object (facts.md E3)."""
        page = await self._plain.read(bucket, key, _before(key), 1)
        return page.items[0] if page.items and page.items[0].key == key else None

    async def fresh(self, bucket: str, key: str) -> Object | None:
        """The object itself, where a listing may not know yet that it is there."""
        told = await self._info(bucket, key) if names.can_be_asked_for(key) else None
        return None if told is None or not told.get("id") else of_info(bucket, key, told)

    async def _attributes(self, bucket: str, key: str) -> Attributes | None:
        told = await self._info(bucket, key)
        return None if told is None else attributes_of_info(told)

    async def _info(self, bucket: str, key: str) -> Any:
        path = f"/object/info/authenticated{names.place(bucket, key)}"
        try:
            return (await self._session.storage("GET", path, what=f"{bucket}/{key}")).json()
        except NotFound:
            return None


def _before(key: str) -> str:
    """A key that no object has, just before this one. The prefix alone would do, but for servers that take its `_` for
    any sign."""
    return f"{key[:-1]}{chr(ord(key[-1]) - 1)}\x7f" if key[-1].isascii() else ""
