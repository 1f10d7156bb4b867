"""Small real pictures for the collections, drawn with nothing but the standard library."""

from __future__ import annotations

import random
import struct
import zlib


def png(chance: random.Random, width: int = 24, height: int = 16) -> bytes:
    """A valid PNG of one random colour and a random stripe, so that no two are alike."""
    ground, stripe = (bytes(chance.randrange(256) for _ in range(3)) for _ in range(2))
    at = chance.randrange(height)
    rows = b"".join(b"\0" + (stripe if y == at else ground) * width for y in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    note = b"Comment\0" + chance.randbytes(8).hex().encode()
    parts = ((b"IHDR", header), (b"tEXt", note), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*part) for part in parts)


def wav(chance: random.Random, samples: int = 400) -> bytes:
    """A valid WAV of noise: 8 bit, mono, 8 kHz."""
    head = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, 8000, 8000, 1, 8) + struct.pack("<4sI", b"data", samples)
    return b"RIFF" + struct.pack("<I", 4 + len(head) + samples) + b"WAVE" + head + chance.randbytes(samples)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
