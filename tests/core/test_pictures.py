"""Previews are bounded, and a bad picture is a sentence."""

from __future__ import annotations

import io
import struct
import zlib

import pytest
from PIL import Image

from core.pictures import LIMIT_BYTES, NoPreview, decode


def _encoded(size: tuple[int, int], form: str = "PNG", **options: object) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, (200, 40, 40)).save(out, form, **options)
    return out.getvalue()


def _claims(width: int, height: int) -> bytes:
    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP"])
def test_a_picture_is_made_small_and_keeps_its_shape(form: str) -> None:
    picture = decode(_encoded((400, 200), form), 100)
    assert (picture.width, picture.height) == (100, 50)
    assert (picture.full_width, picture.full_height) == (400, 200)
    assert len(picture.rgba) == 100 * 50 * 4
    assert picture.rgba[0] > 150 > picture.rgba[1]


def test_a_small_picture_is_not_blown_up() -> None:
    assert decode(_encoded((20, 10)), 100).width == 20


def test_a_bomb_is_refused_by_its_claimed_size_without_decoding() -> None:
    with pytest.raises(NoPreview, match="Too large to preview"):
        decode(_claims(50_000, 50_000), 100)


def test_a_cut_picture_is_called_broken() -> None:
    with pytest.raises(NoPreview, match="Broken"):
        decode(_encoded((300, 300), "JPEG")[:400], 100)


def test_text_is_not_a_picture() -> None:
    with pytest.raises(NoPreview, match="Not a picture"):
        decode(b"hello there" * 100, 100)


def test_a_huge_file_is_not_even_looked_at() -> None:
    with pytest.raises(NoPreview, match="Too large"):
        decode(bytes(LIMIT_BYTES + 1), 100)


def test_a_turned_photograph_is_shown_upright() -> None:
    exif = Image.Exif()
    exif[274] = 6
    picture = decode(_encoded((400, 200), "JPEG", exif=exif), 100)
    assert (picture.width, picture.height) == (50, 100)
