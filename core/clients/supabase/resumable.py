"""Large files in chunks, by the tus protocol: another process can go on where this one stopped (facts.md A4.7, E7)."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import os
import random
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.clients.supabase.files import Body, Source
from core.clients.supabase.http import TRANSFER_TIMEOUT
from core.clients.supabase.session import Session
from core.errors import AlreadyExists, NotFound, ServiceError, Unavailable, Unreadable
from core.models import Attributes
from core.threads import in_thread

CHUNK_BYTES = 6 << 20
"""The one size that Supabase takes for every chunk but the last."""
_ATTEMPTS = 6
_ROUTE = "/upload/resumable"
_VERSION = {"Tus-Resumable": "1.0.0"}
_ID = re.compile(r"[A-Za-z0-9_=-]+")


@dataclass(frozen=True, slots=True)
class Sending:
    """What goes where."""

    bucket: str
    key: str
    source: Source
    attributes: Attributes
    metadata: Mapping[str, Any]

    @property
    def what(self) -> str:
        """Names it in a failure."""
        return f"{self.bucket}/{self.key}"


class Resumable:
    """Sends one file after another; the state of each lies in a file until it has arrived."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def send(self, sending: Sending, sent: Callable[[int], None]) -> None:
        """Returns once the service has it all. Raises `AlreadyExists` where something stands at the key, `Unavailable`
        when the service does not go on; the next call then does."""
        note = _Note(self._session.folder / "uploads", self._session.url, sending)
        earlier = await note.read() is not None
        try:
            await self._send(sending, note, sent)
        except _Twice as exc:
            await note.forget()
            raise Unavailable(f"An answer about {sending.what} got lost.", "Try again.") from exc
        except AlreadyExists as exc:
            await note.forget()
            if earlier:  # what stands there may be ours, finished by a process that did not live to see it
                raise Unavailable(f"An answer about {sending.what} got lost.", "Try again.") from exc
            raise
        await note.forget()

    async def _send(self, sending: Sending, note: _Note, sent: Callable[[int], None]) -> None:
        number, offset = await self._begin(sending, note)
        failures = 0
        while offset < sending.source.size_bytes:
            sent(offset)
            try:
                offset = await self._send_chunk(sending, number, offset, sent)
                failures = 0
            except NotFound:
                number, offset = await self._begin(sending, note)
            except (Unavailable, _Elsewhere) as exc:
                failures += 1
                if failures >= _ATTEMPTS:
                    raise Unavailable(
                        f"The upload of {sending.what} did not get on: {exc.message}", "Try again."
                    ) from exc
                await asyncio.sleep(random.uniform(0, 0.25 * 2.0**failures))
                try:
                    number, offset = await self._begin(sending, note)
                except AlreadyExists as again:
                    raise _Twice(again.message) from again
        sent(offset)

    async def _begin(self, sending: Sending, note: _Note) -> tuple[str, int]:
        """The upload to go on with, and where: an earlier one if the service still knows it, else a new one."""
        number = await note.read()
        if number is not None and (offset := await self._offset(sending, number)) is not None:
            return number, offset
        number = await self._create(sending)
        await note.write(number)
        return number, 0

    async def _create(self, sending: Sending) -> str:
        """Raises `AlreadyExists`, and what else the service refuses at once: bucket, size, type, right."""
        cache = (sending.attributes.cache_control or "").removeprefix("max-age=")
        told = {
            "bucketName": sending.bucket,
            "objectName": sending.key,
            "contentType": sending.attributes.content_type,
            "cacheControl": cache if cache.isdigit() else "",
            "metadata": json.dumps(dict(sending.metadata)) if sending.metadata else "",
        }
        pairs = [f"{name} {base64.b64encode(text.encode()).decode()}" for name, text in told.items() if text]
        headers = {"Upload-Length": str(sending.source.size_bytes), "Upload-Metadata": ",".join(pairs)}
        answer = await self._session.storage(
            "POST", _ROUTE, headers=_VERSION | headers, repeatable=True, what=sending.what
        )
        # Only the last part counts: the address may name another host, and none but ours gets our key.
        number = str(answer.headers.get("location", "")).rstrip("/").rpartition("/")[2]
        if not _ID.fullmatch(number):
            raise Unreadable("The service did not say where to send the file.")
        return number

    async def _offset(self, sending: Sending, number: str) -> int | None:
        """How much has arrived; None for an upload that the service does not know any more."""
        try:
            answer = await self._session.storage("HEAD", f"{_ROUTE}/{number}", headers=_VERSION, what=sending.what)
        except NotFound:
            return None
        text = str(answer.headers.get("upload-offset", ""))
        if not text.isdigit() or int(text) > sending.source.size_bytes:
            raise Unreadable("The service did not say how much of the file has arrived.")
        return int(text)

    async def _send_chunk(self, sending: Sending, number: str, offset: int, sent: Callable[[int], None]) -> int:
        data = await sending.source.read(offset, CHUNK_BYTES)
        headers = {
            "Upload-Offset": str(offset),
            "Content-Type": "application/offset+octet-stream",
            "Content-Length": str(len(data)),
        }
        try:
            answer = await self._session.storage(
                "PATCH",
                f"{_ROUTE}/{number}",
                content=Body(data, lambda count: sent(offset + count)),
                headers=_VERSION | headers,
                timeout=TRANSFER_TIMEOUT,
                repeatable=False,
                what=sending.what,
            )
        except AlreadyExists as exc:
            if "offset" in exc.hint.lower():
                raise _Elsewhere("the service has another part of it already.") from exc
            raise
        text = str(answer.headers.get("upload-offset", ""))
        return int(text) if text.isdigit() and int(text) > offset else offset + len(data)


class _Elsewhere(ServiceError):
    """The offset is not where we thought; the service knows better."""


class _Twice(ServiceError):
    """Something stands at the key after an answer got lost: most likely the file itself."""


class _Note:
    """The file that remembers an upload under way, for exactly this file as it is now and exactly this place."""

    def __init__(self, folder: Path, url: str, sending: Sending) -> None:
        source = sending.source
        words = [url, sending.bucket, sending.key, str(source.path.absolute()), source.size_bytes, source.changed_ns]
        name = hashlib.sha256(json.dumps([*words, dict(sending.metadata)]).encode()).hexdigest()[:32]
        self._path = folder / f"{name}.json"
        self._about = {"bucket": sending.bucket, "key": sending.key, "file": str(source.path.absolute())}

    async def read(self) -> str | None:
        """The number of the upload, None where none is known."""
        return await in_thread(self._read)

    async def write(self, number: str) -> None:
        """Remembers an upload. One that cannot be remembered can still be made."""
        await in_thread(self._write, number)

    async def forget(self) -> None:
        """It has arrived, or never will."""
        await in_thread(self._path.unlink, True)

    def _read(self) -> str | None:
        try:
            data = json.loads(self._path.read_text("utf-8"))
        except (OSError, ValueError):
            return None
        number = data.get("number") if isinstance(data, dict) else None
        return number if isinstance(number, str) and _ID.fullmatch(number) else None

    def _write(self, number: str) -> None:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            partial = self._path.with_suffix(f".{os.getpid()}")
            partial.write_text(json.dumps(self._about | {"number": number}), "utf-8")
            partial.replace(self._path)
        except OSError:
            return
