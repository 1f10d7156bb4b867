"""Taking out of an image file where it was taken, with every pixel untouched: of JPEG, PNG and WebP."""

from __future__ import annotations

import struct
import warnings
import zlib
from collections.abc import Iterator
from typing import Literal

BROKEN = (
    *(OSError, EOFError, LookupError, ValueError, TypeError, AttributeError, ArithmeticError, RuntimeError),
    *(SyntaxError, struct.error, zlib.error),
)
"""What Pillow raises over a file that is not as its format says; it has no error of its own for that."""
_GPS = 0x8825
_ORDERS: tuple[Literal["big", "little"], ...] = ("big", "little")
_PREFIX = b"Exif\0\0"
_PNG = b"\x89PNG\r\n\x1a\n"
_PNG_TEXTS = (b"XML:com.adobe.xmp\0", b"Raw profile type exif\0", b"Raw profile type APP1\0", b"Raw profile type xmp\0")
_HAS_XMP, _HAS_EXIF = 0x04, 0x08


def without_position(data: bytes) -> tuple[bytes, str]:
    """The file without its position, and its content type: GPS leaves the Exif, and XMP, which may repeat it, goes; so
    does Exif that nobody can read. What has no position, or is no such file, comes back as it is, the latter with ''
    as its type. Never raises."""
    if data[:2] == b"\xff\xd8":
        return _of_jpeg(data), "image/jpeg"
    if data.startswith(_PNG):
        return _of_png(data), "image/png"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return _of_webp(data), "image/webp"
    return data, ""


def _bare(exif: bytes) -> bytes:
    """Exif without GPS, and without the prefix that only JPEG has; empty where it cannot be read."""
    from PIL import Image

    if not any(_GPS.to_bytes(2, order) in exif for order in _ORDERS):
        return exif.removeprefix(_PREFIX)
    found = Image.Exif()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what is damaged, only what can be read is written anew
        try:
            found.load(exif)
            found.pop(_GPS, None)
            return found.tobytes().removeprefix(_PREFIX)
        except BROKEN:
            return b""


def _of_jpeg(data: bytes) -> bytes:
    parts, at = [data[:2]], 2
    while at + 4 <= len(data) and data[at] == 0xFF and data[at + 1] not in (0xDA, 0xD9):
        if data[at + 1] == 0xFF:  # filling
            at += 1
            continue
        size = int.from_bytes(data[at + 2 : at + 4]) + 2
        segment = data[at : at + size]
        at += size
        if segment[1] == 0xE1 and segment[4:10] == _PREFIX:
            body = _PREFIX + _bare(segment[4:])
            if body != _PREFIX and len(body) + 2 < 1 << 16:
                parts.append(b"\xff\xe1" + (len(body) + 2).to_bytes(2) + body)
        elif not (segment[1] == 0xE1 and segment[4:32].startswith(b"http://ns.adobe.com/")):
            parts.append(segment)
    return b"".join([*parts, data[at:]])


def _of_png(data: bytes) -> bytes:
    parts, at = [_PNG], len(_PNG)
    while at + 12 <= len(data):
        size, kind = int.from_bytes(data[at : at + 4]), data[at + 4 : at + 8]
        whole, body = data[at : at + 12 + size], data[at + 8 : at + 8 + size]
        at += 12 + size
        if kind == b"eXIf":
            if bare := _bare(body):
                check = zlib.crc32(kind + bare).to_bytes(4)
                parts.append(whole if bare == body else len(bare).to_bytes(4) + kind + bare + check)
        elif not (kind in (b"tEXt", b"zTXt", b"iTXt") and body.startswith(_PNG_TEXTS)):
            parts.append(whole)
    return b"".join([*parts, data[at:]])


def _of_webp(data: bytes) -> bytes:
    chunks = [(kind, body) for kind, body in _riff(data) if kind != b"XMP "]
    kept = [(kind, _bare(body) if kind == b"EXIF" else body) for kind, body in chunks]
    kept = [(kind, body) for kind, body in kept if kind != b"EXIF" or body]
    if kept == list(_riff(data)):
        return data
    flags = (_HAS_EXIF if any(kind == b"EXIF" for kind, _ in kept) else 0) | ~(_HAS_XMP | _HAS_EXIF) & 0xFF
    parts = []
    for kind, body in kept:
        told = bytes([body[0] & flags]) + body[1:] if kind == b"VP8X" and body else body
        parts.append(kind + len(told).to_bytes(4, "little") + told + b"\0" * (len(told) % 2))
    inner = b"WEBP" + b"".join(parts)
    return b"RIFF" + len(inner).to_bytes(4, "little") + inner


def _riff(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 12
    while at + 8 <= len(data):
        size = int.from_bytes(data[at + 4 : at + 8], "little")
        yield data[at : at + 4], data[at + 8 : at + 8 + size]
        at += 8 + size + size % 2
