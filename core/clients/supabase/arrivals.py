"""What has just been stored, looked at many at a time: uploads that end together ask together."""

from __future__ import annotations

import asyncio

from core.clients.supabase.asking import Asking
from core.errors import Unavailable
from core.models import Object
from core.ports import DIGEST

_MOST = 500


class Arrivals:
    """One question is under way for a bucket at a time; whoever comes meanwhile shares the next."""

    def __init__(self, asking: Asking) -> None:
        self._asking = asking
        self._waiting: dict[str, dict[str, list[asyncio.Future[Object | None]]]] = {}
        self._busy: dict[str, asyncio.Task[None]] = {}

    async def seen(self, bucket: str, key: str) -> Object | None:
        """The object that is there now, whether or not a listing knows it yet."""
        future: asyncio.Future[Object | None] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(bucket, {}).setdefault(key, []).append(future)
        if bucket not in self._busy:
            self._busy[bucket] = asyncio.get_running_loop().create_task(self._work_off(bucket))
        found = await future
        return found if found is not None else await self._asking.fresh(bucket, key)

    async def kept_hash(self, bucket: str, key: str) -> str:
        """The hash that was kept when it was stored, '' where there is none."""
        kept = (await self._asking.attributes(bucket, [key]))[0]
        return "" if kept is None else kept.metadata.get(DIGEST, "")

    async def close(self) -> None:
        """Stops asking."""
        tasks = list(self._busy.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _work_off(self, bucket: str) -> None:
        asked: dict[str, list[asyncio.Future[Object | None]]] = {}
        try:
            while waiting := self._waiting.get(bucket):
                asked = {key: waiting.pop(key) for key in list(waiting)[:_MOST]}
                await self._ask(bucket, asked)
        finally:
            del self._busy[bucket]
            for futures in (*asked.values(), *self._waiting.pop(bucket, {}).values()):
                for future in futures:
                    if not future.done():
                        future.set_exception(Unavailable("The connection to the project has been closed."))

    async def _ask(self, bucket: str, asked: dict[str, list[asyncio.Future[Object | None]]]) -> None:
        try:
            found = await self._asking.objects(bucket, list(asked))
        except Exception as exc:  # whoever waits gets it, be it a refusal or a bug
            for future in [one for futures in asked.values() for one in futures if not one.done()]:
                future.set_exception(exc)
            return
        for item, futures in zip(found, asked.values(), strict=True):
            for future in [one for one in futures if not one.done()]:
                future.set_result(item)
