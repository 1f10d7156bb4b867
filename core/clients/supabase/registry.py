"""The project's register of buckets, by which its policies know what they cover."""

from __future__ import annotations

import contextlib
from typing import Any

from core.capabilities import Capabilities
from core.clients.supabase.rights import register_hint
from core.clients.supabase.session import Session
from core.errors import NotAllowed, NotFound, Unreadable

_LIST, _REGISTER, _OLDER = "bucketdesk_registry", "bucketdesk_register_bucket", "setup_image_bucket_policies"
_FORGET = "bucketdesk_forget_bucket"


class Registry:
    """Asked of our functions; a project without them has no register."""

    def __init__(self, session: Session, capabilities: Capabilities) -> None:
        self._session = session
        self._allowed = capabilities

    async def names(self) -> frozenset[str] | None:
        """The buckets in it; None where there is none, or this sign-in may not read it."""
        if not self._allowed.can(_LIST):
            return None
        try:
            told: Any = await self._session.rpc(_LIST, {})
        except (NotAllowed, NotFound):
            return None
        if not isinstance(told, list):
            raise Unreadable(f"The project's function {_LIST} answered with something else.")
        return frozenset(str(one["name"]) for one in told)

    async def forget(self, name: str) -> None:
        """Takes a bucket that is gone out of it. Where that fails, setting up or registering anew mends it."""
        if _FORGET in self._allowed.functions:
            with contextlib.suppress(NotAllowed, NotFound):
                await self._session.rpc(_FORGET, {"bucket": name})

    async def add(self, name: str, family: str) -> bool:
        """Registers a bucket, once or again; False where there is no register. Raises `NotAllowed` with what to do."""
        functions = self._allowed.functions
        asked = {"bucket": name, "family": family} if _REGISTER in functions else {"bucket": name}
        function = _REGISTER if _REGISTER in functions else _OLDER
        if function not in functions:
            return False
        try:
            await self._session.rpc(function, asked)
        except NotAllowed as exc:
            raise NotAllowed(
                f"The right to register the bucket {name} is missing, so its policies do not hold yet: it takes the"
                " role admin.",
                await register_hint(self._session, name),
            ) from exc
        return True
