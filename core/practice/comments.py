"""Comments inside picture files: two files may show the same and still differ in their bytes."""

from __future__ import annotations

import struct
import zlib

_PNG = b"\x89PNG\r\n\x1a\n"
_PNG_START = len(_PNG) + 25
"""The signature, and the header chunk that must come first (PNG specification, 5.6)."""


def with_comment(picture: bytes, text: str) -> bytes:
    """The same picture with an ASCII comment in it, as PNG, JPEG and WebP each allow it."""
    words = text.encode("ascii")
    if picture.startswith(_PNG):
        return picture[:_PNG_START] + _png_chunk(b"tEXt", b"Comment\0" + words) + picture[_PNG_START:]
    if picture.startswith(b"\xff\xd8"):
        # behind the first segment: readers expect JFIF's own one right at the start
        start = 4 + struct.unpack(">H", picture[4:6])[0]
        return picture[:start] + b"\xff\xfe" + struct.pack(">H", len(words) + 2) + words + picture[start:]
    return _webp_with_comment(picture, words)


def _png_chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def _webp_with_comment(picture: bytes, words: bytes) -> bytes:
    """A WebP in extended form whose XMP chunk, which comes last in it, gets the words as an XML comment."""
    at = picture.rindex(b"XMP ")
    data = picture[at + 8 : at + 8 + struct.unpack("<I", picture[at + 4 : at + 8])[0]] + b"<!-- " + words + b" -->"
    chunk = b"XMP " + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)
    body = picture[8:at] + chunk
    return b"RIFF" + struct.pack("<I", len(body)) + body
