"""Buckets are made, set otherwise, and removed while they are empty."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from core.clients.supabase.buckets import Buckets
from core.clients.supabase.rights import change_hint, create_hint
from core.clients.supabase.session import Session
from core.errors import AlreadyExists, InvalidName, NotAllowed, NotFound, Refused, TooLarge, Unavailable, WrongType
from core.models import QUARANTINE, Bucket
from core.ports import BucketLimits


class BucketChanges:
    """Every failure names the bucket, and a missing right comes with the SQL that would give it."""

    def __init__(self, session: Session, buckets: Buckets, *, is_set_up: bool) -> None:
        self._session, self._buckets = session, buckets
        self._is_set_up = is_set_up

    async def create(self, bucket: Bucket) -> Bucket:
        """Makes it. An answer that got lost counts as ours when such a bucket is there: nobody can tell the two apart,
        and it is empty and set as was asked."""
        if bucket.name.startswith(QUARANTINE):
            raise InvalidName(f"A bucket cannot be called “{bucket.name}”.", "That name is Bucketdesk's own.")
        asked: dict[str, Any] = {"id": bucket.name, "name": bucket.name, **_settings(bucket)}
        try:
            await self._session.storage("POST", "/bucket", json=asked, repeatable=False, what=bucket.name)
        except NotAllowed as exc:
            raise NotAllowed(
                f"The right to make the bucket {bucket.name} is missing (insert on storage.buckets).",
                await create_hint(self._session, bucket, is_set_up=self._is_set_up),
            ) from exc
        except AlreadyExists as exc:
            raise AlreadyExists(f"There is a bucket “{bucket.name}” already.", "Choose another name.") from exc
        except TooLarge as exc:
            raise _too_much(bucket) from exc
        except WrongType as exc:
            raise _no_type(bucket.name, bucket.mime_types) from exc
        except Unavailable:
            if await self._standing(bucket.name) != bucket:
                raise
        return bucket

    async def update(self, name: str, public: bool | None, limits: BucketLimits | None) -> Bucket:
        """Changes what is not None."""
        asked: dict[str, Any] = {} if public is None else {"public": public}
        if limits is not None:
            asked |= {"file_size_limit": limits.size_bytes, "allowed_mime_types": list(limits.mime_types) or None}
        if asked:
            path = f"/bucket/{quote(name, safe='')}"
            try:
                await self._session.storage("PUT", path, json=asked, repeatable=True, what=name)
            except NotAllowed as exc:
                raise await self._may_not("change", "update", name) from exc
            except TooLarge as exc:
                raise _too_much(Bucket(name)) from exc
            except WrongType as exc:
                raise _no_type(name, limits.mime_types if limits else ()) from exc
            except NotFound:
                await self._buckets.one(name)  # it is there: then its row may not be changed, which is not said so
                raise await self._may_not("change", "update", name) from None
        return await self._buckets.one(name)

    async def drop(self, name: str) -> None:
        """Removes it, if nothing is in it."""
        path = f"/bucket/{quote(name, safe='')}"
        try:
            await self._session.storage("DELETE", path, repeatable=False, what=name)
        except AlreadyExists as exc:  # 409 ResourceNotEmpty (facts.md E3)
            raise Refused(f"The bucket {name} is not empty, so it stays.", "Empty it first.") from exc
        except NotAllowed as exc:
            raise await self._may_not("remove", "delete", name) from exc
        except NotFound:
            if await self._standing(name) is None:
                raise
            raise await self._may_not("remove", "delete", name) from None
        except Unavailable:
            if await self._standing(name) is not None:
                raise

    async def _standing(self, name: str) -> Bucket | None:
        try:
            return await self._buckets.one(name)
        except NotFound:
            return None

    async def _may_not(self, act: str, command: str, name: str) -> NotAllowed:
        return NotAllowed(
            f"The right to {act} the bucket {name} is missing ({command} on storage.buckets).",
            await change_hint(self._session, command, is_set_up=self._is_set_up),
        )


def _settings(bucket: Bucket) -> dict[str, Any]:
    return {
        "public": bucket.public,
        "file_size_limit": bucket.size_limit_bytes,
        "allowed_mime_types": list(bucket.mime_types) or None,
    }


def _too_much(bucket: Bucket) -> Refused:
    return Refused(
        f"The project lets no bucket take files as large as that, so {bucket.name} was not set so.",
        "Choose a smaller limit, or raise the project's own under Storage, Settings.",
    )


def _no_type(name: str, types: Sequence[str]) -> Refused:
    return Refused(
        f"The storage knows one of these types not, so {name} was not set so: {', '.join(types)}.",
        "Write types as image/png, or image/* for all images.",
    )
