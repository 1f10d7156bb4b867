"""One connection to a Supabase project: who we are there, and every way to ask it something."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import importlib
import sys
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx

from core.clients.supabase.courier import REPEATABLE, STREAMED, Courier, Tokens, repeatable_calls
from core.clients.supabase.failures import Answer, of_answer, translate
from core.clients.supabase.http import open_client, open_transport
from core.clients.supabase.patience import Patience
from core.errors import NotAllowed, Unavailable
from core.threads import in_thread

if TYPE_CHECKING:
    from supabase import AsyncClient

__all__ = ["Session", "Tokens"]


class Session:
    """Open one with `open`, close it with `close`. Everything asked through it is signed with the token valid now,
    repeated where that is harmless, and every failure is a `CoreError`. `client` is supabase-py over the same
    connections: ask through it at call time, because what one keeps of it keeps an old sign-in (facts.md A1)."""

    def __init__(
        self, url: str, courier: Courier, tokens: Tokens, client: AsyncClient, folder: Path, patience: Patience
    ) -> None:
        self.url = url
        self.http: httpx.AsyncClient = client.options.httpx_client  # type: ignore[assignment]
        self.client = client
        self.tokens = tokens
        self.folder = folder
        """Where uploads under way keep their state, so that another process can go on with them."""
        self._courier = courier
        self._patience = patience
        self._closed = False

    @classmethod
    async def open(cls, url: str, tokens: Tokens, *, folder: Path, patience: Patience | None = None) -> Session:
        """Connects nothing yet. Raises `NotAllowed` where there is no key."""
        if not tokens.key:
            raise NotAllowed("There is no key for this project.", "Give this profile a key, or sign in.")
        supabase: Any = await in_thread(_load)
        url = url.rstrip("/")
        patience = patience or Patience()
        courier = Courier(await in_thread(open_transport, url), url, tokens, patience)
        http = open_client(courier)
        options = supabase.AsyncClientOptions(
            auto_refresh_token=False, persist_session=False, postgrest_client_retry=False, httpx_client=http
        )
        try:
            client = await supabase.acreate_client(url, tokens.key, options)
        except BaseException:
            await http.aclose()
            raise
        return cls(url, courier, tokens, client, folder, patience)

    @property
    def server_date(self) -> str:
        """The `Date` of the latest answer, empty before the first."""
        return self._courier.server_date

    async def headers(self) -> dict[str, str]:
        """What signs a request that goes another way than through here."""
        return {"apikey": self.tokens.key, "Authorization": f"Bearer {await self.tokens.bearer()}"}

    async def rpc(self, name: str, arguments: Mapping[str, object], *, repeatable: bool = True) -> object:
        """Calls a function of the database; its JSON. Raises `ServiceError`: `NotFound` where there is no such
        function, `NotAllowed` where the right is missing."""
        self._check_open()
        token = repeatable_calls.set(repeatable)
        try:
            answer = await self.client.rpc(name, dict(arguments)).execute()
        except Exception as exc:
            raise translate(exc, name, wait=self._patience.refused_seconds) from exc
        finally:
            repeatable_calls.reset(token)
        data: object = answer.data
        if isinstance(data, str) and data.lstrip()[:1] == "<":
            raise of_answer(Answer(200, foreign=True))
        return data

    async def rest(
        self,
        method: str,
        path: str,
        *,
        params: Any = None,
        headers: Mapping[str, str] | None = None,
        json: Any = None,
        repeatable: bool | None = None,
        what: str = "",
    ) -> httpx.Response:
        """Asks PostgREST: `path` is `/table` or `/rpc/function`. The answer is a success; anything else raises."""
        options: dict[str, Any] = {"params": params, "headers": headers, "what": what or path.rpartition("/")[2]}
        return await self._ask(method, f"/rest/v1{path}", repeatable, json=json, **options)

    async def storage(
        self, method: str, path: str, *, repeatable: bool | None = None, what: str = "", **options: Any
    ) -> httpx.Response:
        """Asks Storage: `path` is quoted already. `what` names the thing in a failure. Other options are httpx's."""
        return await self._ask(method, f"/storage/v1{path}", repeatable, what=what, **options)

    @contextlib.asynccontextmanager
    async def streamed(
        self, method: str, path: str, *, what: str = "", **options: Any
    ) -> AsyncIterator[httpx.Response]:
        """Like `storage`, with the body left to be read piece by piece; what breaks off then raises `Unavailable`."""
        self._check_open()
        extensions = {STREAMED: True}
        try:
            async with self.http.stream(
                method, f"{self.url}/storage/v1{path}", extensions=extensions, **options
            ) as got:
                if not (got.is_success or got.status_code == 416):
                    await got.aread()
                    raise translate(got, what)
                yield got
        except (httpx.HTTPError, httpx.InvalidURL) as exc:
            raise translate(exc, what) from exc

    async def close(self) -> None:
        """Lets go of everything, in order: channels, the timer of the sign-in, connections. Twice is harmless."""
        if self._closed:
            return
        self._closed = True
        with contextlib.suppress(Exception):  # a socket that fails to close politely is closed below all the same
            await self.client.remove_all_channels()
        timer = getattr(self.client.auth, "_refresh_token_timer", None)  # no public way to stop it (facts.md A1)
        if timer is not None:
            timer.cancel()
        await self.http.aclose()
        await asyncio.sleep(0)  # aiohttp's sockets end one turn of the loop later

    async def _ask(
        self, method: str, path: str, repeatable: bool | None, *, what: str = "", **options: Any
    ) -> httpx.Response:
        self._check_open()
        extensions = {} if repeatable is None else {REPEATABLE: repeatable}
        try:
            response = await self.http.request(method, self.url + path, extensions=extensions, **options)
        except (httpx.HTTPError, httpx.InvalidURL) as exc:
            raise translate(exc, what) from exc
        if not response.is_success or "html" in response.headers.get("content-type", ""):
            raise translate(response, what)
        return response

    def _check_open(self) -> None:
        if self._closed:
            raise Unavailable("The connection to the project has been closed.")


def _load() -> Any:
    """supabase-py, which takes 0.7 s to import: not on the loop. What it brought stays for good: without the freeze
    each full collection of garbage walks through all of it, 40 ms in which the window is deaf."""
    loaded = "supabase" in sys.modules
    module = importlib.import_module("supabase")
    if not loaded:
        gc.freeze()
    return module
