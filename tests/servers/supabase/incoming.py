"""Bytes on their way in: straight to a file, counted and hashed, whether they come bare or in a form."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Self

from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import Request

from tests.servers.supabase.storage_errors import StorageError, too_large

CUSTOM_METADATA_BYTES = 1024 * 1024


@dataclass(slots=True)
class Arrival:
    """A file being written; what goes over the limit is counted and thrown away."""

    folder: Path
    limit: int
    in_parts: bool = False
    version: str = field(default_factory=lambda: str(uuid.uuid4()))
    size: int = 0
    mime_type: str = "application/octet-stream"
    cache_control: str = "no-cache"
    user_metadata: dict[str, object] | None = None
    _digest: hashlib._Hash = field(default_factory=lambda: hashlib.md5(usedforsecurity=False))
    _file: BinaryIO | None = None

    @property
    def path(self) -> Path:
        """Where the bytes are."""
        return self.folder / self.version

    @property
    def etag(self) -> str:
        """The MD5 of what has arrived, in hex; on S3 that of its parts' MD5s, with their number."""
        return part_etag(self._digest.digest()) if self.in_parts else self._digest.hexdigest()

    def __enter__(self) -> Self:
        self._file = self.path.open("wb", buffering=0)
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        assert self._file is not None
        self._file.close()
        if kind is not None:
            self.path.unlink(missing_ok=True)

    def write(self, data: bytes) -> None:
        """The next bytes."""
        self.size += len(data)
        if self.size <= self.limit:
            assert self._file is not None
            self._file.write(data)
            self._digest.update(data)


def part_etag(digest: bytes) -> str:
    """What S3 calls an object that was sent in one part."""
    return f"{hashlib.md5(digest, usedforsecurity=False).hexdigest()}-1"


async def receive(request: Request, arrival: Arrival) -> None:
    """Take in a request's whole body; raises what the service answers to one that is too large or unreadable."""
    content_type = request.headers.get("content-type", "")
    if content_type.startswith("multipart/form-data"):
        await _receive_form(request, arrival, content_type)
    else:
        arrival.mime_type = content_type or arrival.mime_type
        arrival.cache_control = request.headers.get("cache-control", arrival.cache_control)
        arrival.user_metadata = header_metadata(request)
        async for chunk in request.stream():
            arrival.write(chunk)
    if arrival.size > arrival.limit:
        raise too_large()


def header_metadata(request: Request) -> dict[str, object] | None:
    """The custom metadata of the header x-metadata: JSON in base64; None if it is neither."""
    try:
        decoded = json.loads(base64.b64decode(request.headers.get("x-metadata", "")))
    except (binascii.Error, ValueError):
        return None
    return decoded if isinstance(decoded, dict) else None


async def _receive_form(request: Request, arrival: Arrival, content_type: str) -> None:
    form = _Form(arrival)
    parser = form.parser(parse_options_header(content_type)[1].get(b"boundary", b""))
    async for chunk in request.stream():
        parser.write(chunk)
    parser.finalize()
    if not form.has_file:
        raise StorageError(400, "no_content_provided", "InvalidRequest", "No content provided")
    fields = form.fields
    arrival.cache_control = f"max-age={fields['cacheControl'].decode()}" if fields.get("cacheControl") else "no-cache"
    arrival.mime_type = fields["contentType"].decode() if fields.get("contentType") else form.mime_type
    custom = fields.get("metadata") or fields.get("userMetadata")
    if custom:
        if len(custom) > CUSTOM_METADATA_BYTES:
            raise too_large("user_metadata")
        try:
            decoded = json.loads(custom)
        except ValueError:
            decoded = None
        arrival.user_metadata = decoded if isinstance(decoded, dict) else None


class _Form:
    """Sorts the parts of a form: the one with a file name goes to disk, the others are fields."""

    def __init__(self, arrival: Arrival) -> None:
        self.arrival = arrival
        self.fields: dict[str, bytes] = {}
        self.mime_type = "application/octet-stream"
        self.has_file = False
        self._headers: dict[bytes, bytes] = {}
        self._name, self._value = b"", b""
        self._field: str | None = None

    def parser(self, boundary: bytes) -> MultipartParser:
        """The parser that calls the methods below."""
        return MultipartParser(
            boundary,
            {
                "on_part_begin": self._headers.clear,
                "on_header_field": self._on_header_name,
                "on_header_value": self._on_header_value,
                "on_header_end": self._on_header_end,
                "on_headers_finished": self._on_headers_finished,
                "on_part_data": self._on_data,
            },
        )

    def _on_header_name(self, data: bytes, start: int, end: int) -> None:
        self._name += data[start:end]

    def _on_header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _on_header_end(self) -> None:
        self._headers[self._name.lower()] = self._value
        self._name = self._value = b""

    def _on_headers_finished(self) -> None:
        options = parse_options_header(self._headers.get(b"content-disposition", b""))[1]
        if b"filename" in options:
            self.has_file, self._field = True, None
            self.mime_type = self._headers.get(b"content-type", self.mime_type.encode()).decode("latin-1")
        else:
            self._field = options.get(b"name", b"").decode()
            self.fields[self._field] = b""

    def _on_data(self, data: bytes, start: int, end: int) -> None:
        if self._field is None:
            self.arrival.write(data[start:end])
        else:
            self.fields[self._field] += data[start:end]
