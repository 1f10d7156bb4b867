"""The buckets of a project, and the one of ours that removed objects wait in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from core.clients.supabase.session import Session
from core.errors import AlreadyExists, CoreError, NotAllowed, NotFound, Refused, Unreadable
from core.models import QUARANTINE, Bucket

_PAGE = 100
_MAKE_IT = (
    f"Make a private bucket named {QUARANTINE} in the dashboard under Storage, or run this in the SQL editor: insert"
    f" into storage.buckets (id, name, public) values ('{QUARANTINE}', '{QUARANTINE}', false);"
)


class Buckets:
    """Read as plain JSON: storage3 gives up on a bucket whose owner is null (facts.md A4.1)."""

    def __init__(self, session: Session, *, is_service: bool) -> None:
        self._session = session
        self._is_service = is_service

    async def all(self) -> tuple[Bucket, ...]:
        """All buckets but our own, by name."""
        found: dict[str, Bucket] = {}
        while True:
            page = await self._page(len(found))
            fresh = {str(told["id"]): _bucket(told) for told in page if str(told["id"]) not in found}
            found |= fresh
            if not fresh or len(page) > _PAGE:  # an older server takes no notice of limit and offset
                break
        return tuple(found[name] for name in sorted(found) if not name.startswith(QUARANTINE))

    async def one(self, name: str) -> Bucket:
        """Raises `NotFound`, naming those there are."""
        try:
            answer = await self._session.storage("GET", f"/bucket/{quote(name, safe='')}", what=name)
            return _bucket(answer.json())
        except NotFound:
            pass
        if await self._is_known_to_function(name):
            return Bucket(name)
        known = ", ".join(bucket.name for bucket in await self.all()) or "none"
        doubt = "" if self._is_service else " that this sign-in may see"
        raise NotFound(f"There is no bucket “{name}”{doubt}.", f"There are: {known}.")

    async def make_quarantine(self) -> None:
        """Sees to it that the quarantine is there: private, for files of any size and type. Looks each time, before a
        batch goes there: somebody may have taken it away or opened it since. Raises `NotAllowed` with what to do,
        `Refused` where it stands open to everybody."""
        if await self._look_at_quarantine() is None:
            await self._create_quarantine()

    async def _look_at_quarantine(self) -> Bucket | None:
        try:
            found = await self.one(QUARANTINE)
        except NotFound:
            return None
        if found.public:
            raise Refused(
                f"The bucket {QUARANTINE} is public: what is removed would stay open to everybody.",
                "Make it private in the dashboard under Storage, and go on.",
            )
        return found

    async def _create_quarantine(self) -> None:
        asked = {"id": QUARANTINE, "name": QUARANTINE, "public": False}
        try:
            await self._session.storage("POST", "/bucket", json=asked, repeatable=True, what=QUARANTINE)
        except AlreadyExists:
            await self._look_at_quarantine()  # another desk was faster
        except NotAllowed as exc:
            raise NotAllowed(f"The right to make the bucket {QUARANTINE} is missing.", _MAKE_IT) from exc

    async def _is_known_to_function(self, name: str) -> bool:
        """Whether a bucket is there that row level security keeps from this sign-in."""
        if self._is_service:
            return False
        asked = {"bucket": name, "prefix": "", "after": "", "page_size": 1}
        try:
            told: Any = await self._session.rpc("bucketdesk_list_objects", asked)
        except CoreError:
            return False
        return isinstance(told, Mapping) and told.get("bucket") is True

    async def _page(self, offset: int) -> list[Mapping[str, Any]]:
        order = {"limit": _PAGE, "offset": offset, "sortColumn": "name", "sortOrder": "asc"}
        told: Any = (await self._session.storage("GET", "/bucket", params=order)).json()
        if not isinstance(told, list):
            raise Unreadable("The service did not answer with a list of buckets.")
        return told


def _bucket(told: Mapping[str, Any]) -> Bucket:
    size, kinds = told.get("file_size_limit"), told.get("allowed_mime_types")
    return Bucket(str(told["id"]), bool(told.get("public")), int(size) if size else None, tuple(kinds or ()))
