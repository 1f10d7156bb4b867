"""Images become smaller, stay upright and keep what cannot be re-encoded without losing more than a little."""

from __future__ import annotations

import io
import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from core.engine import open_engine
from core.positions import without_position
from core.practice import practice_profile, reset
from core.profiles import Recompression
from core.recompression import recompress

WEBP = Recompression(above_bytes=1_000)
JPEG = Recompression(form="jpeg", quality=70, above_bytes=1_000)


def photo(mode: str = "RGB", size: tuple[int, int] = (300, 200)) -> Image.Image:
    """A picture that has something to compress: a gradient with a little noise."""
    noise = random.Random(7)
    image = Image.new("RGB", size)
    image.putdata([(x % 256, (x // 7) % 256, noise.randrange(40)) for x in range(size[0] * size[1])])
    image.paste((250, 0, 0), (0, 0, 60, 40))  # a red corner, top left
    return image.convert(mode)


def encoded(image: Image.Image, form: str, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, form, **options)
    return out.getvalue()


def opened(data: bytes | None) -> Image.Image:
    assert data is not None
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def exif(**tags: int) -> Image.Exif:
    """Exif with a position, and an orientation where one is given."""
    found = Image.Exif()
    found[0x010F] = "Camera"
    found.get_ifd(0x8825)[1] = "N"
    found.get_ifd(0x8825)[2] = (48.0, 8.0, 0.0)
    if "orientation" in tags:
        found[0x0112] = tags["orientation"]
    return found


@pytest.mark.parametrize(("rule", "form", "kind"), [(WEBP, "WEBP", "image/webp"), (JPEG, "JPEG", "image/jpeg")])
def test_a_large_image_becomes_smaller_in_the_form_asked_for(rule: Recompression, form: str, kind: str) -> None:
    data = encoded(photo(), "PNG")
    made = recompress(data, rule)
    image = opened(made.data)
    assert (image.format, image.size, made.content_type, made.why) == (form, (300, 200), kind, "")
    assert len(made.data or b"") < len(data)


@pytest.mark.parametrize("rule", [WEBP, JPEG])
def test_an_image_is_turned_upright_and_says_so_no_more(rule: Recompression) -> None:
    data = encoded(photo(), "JPEG", quality=95, exif=exif(orientation=6))
    made = recompress(data, rule)
    image = opened(made.data)
    assert (image.size, made.turned) == ((200, 300), True)
    red = image.convert("RGB").getpixel((180, 20))  # the corner is at the top right now
    assert isinstance(red, tuple)
    assert red[0] > 180 and red[1] < 90
    assert image.getexif().get(0x0112) is None
    assert image.getexif().get(0x010F) == "Camera"


@pytest.mark.parametrize("rule", [WEBP, JPEG])
@pytest.mark.parametrize("drops", [True, False])
def test_the_position_goes_only_where_that_is_asked(rule: Recompression, drops: bool) -> None:
    data = encoded(photo(), "JPEG", quality=95, exif=exif())
    wanted = Recompression(rule.form, rule.quality, rule.above_bytes, drop_position=drops)
    image = opened(recompress(data, wanted).data)
    assert (0x8825 in image.getexif()) is not drops
    assert image.getexif().get(0x010F) == "Camera"


def test_a_jpeg_that_stays_loses_its_position_without_losing_a_pixel() -> None:
    data = encoded(photo(), "JPEG", quality=30, exif=exif(orientation=3)).replace(b"\xff\xdb", XMP + b"\xff\xdb", 1)
    wanted = Recompression("jpeg", 95, 1_000, drop_position=True)
    made = recompress(data, wanted)
    image = opened(made.data)
    assert made.why == "it would not become smaller"
    assert 0x8825 not in image.getexif() and image.getexif()[0x0112] == 3
    assert b"GPSLatitude" in data and b"GPSLatitude" not in (made.data or b"")
    assert image.tobytes() == opened(data).tobytes()
    assert recompress(data, Recompression("jpeg", 95, 1_000)).data is None


_PACKET = b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta><exif:GPSLatitude>48,8N</exif:GPSLatitude></x:xmpmeta>"
XMP = b"\xff\xe1" + (len(_PACKET) + 2).to_bytes(2) + _PACKET


def test_transparency_is_kept_or_the_image_stays() -> None:
    seen = photo("RGBA")
    seen.putalpha(Image.linear_gradient("L").resize(seen.size))
    data = encoded(seen, "PNG")
    image = opened(recompress(data, WEBP).data)
    assert image.mode == "RGBA"
    assert image.getchannel("A").getextrema() == (0, 255)
    assert recompress(data, JPEG).why == "transparent, which a JPEG cannot be"
    opaque = recompress(encoded(photo("RGBA"), "PNG"), JPEG)
    assert opened(opaque.data).mode == "RGB"


def test_colours_of_print_become_colours_of_screens() -> None:
    image = opened(recompress(encoded(photo("CMYK"), "TIFF"), JPEG).data)
    assert image.mode == "RGB"
    red = image.getpixel((20, 20))
    assert isinstance(red, tuple)
    assert red[0] > 180 and red[1] < 90


def test_what_would_be_spoilt_stays_as_it_is() -> None:
    frames = [photo(), photo().transpose(Image.Transpose.ROTATE_180)]
    animated = encoded(frames[0], "WEBP", save_all=True, append_images=frames[1:], lossless=True)
    assert recompress(animated, WEBP).why.startswith("animated")
    assert recompress(encoded(photo(), "GIF"), WEBP).why == "GIF is left as it is"
    deep = encoded(Image.new("I;16", (300, 300), 40_000), "PNG") + b"\0" * 2_000
    assert recompress(deep, WEBP).why == "more than 8 bits a colour"
    assert recompress(b"no image" * 500, WEBP).why == "not an image"
    assert "broken" in recompress(encoded(photo(), "PNG")[:3_000], WEBP).why
    assert recompress(encoded(photo(), "PNG"), Recompression(above_bytes=10_000_000)).why == "small enough"


@settings(max_examples=30, deadline=None)
@given(
    mode=st.sampled_from(["1", "L", "LA", "P", "RGB", "RGBA"]),
    form=st.sampled_from(["PNG", "WEBP", "JPEG", "TIFF", "BMP"]),
    to=st.sampled_from(["webp", "jpeg"]),
    quality=st.integers(1, 100),
)
def test_nothing_ever_becomes_larger_or_changes_its_size_in_pixels(mode: str, form: str, to: str, quality: int) -> None:
    image = photo(mode, (120, 80))
    if form in ("JPEG", "BMP") and mode in ("LA", "P", "RGBA"):
        image = image.convert("RGB")
    data = encoded(image, form)
    made = recompress(data, Recompression(to, quality, above_bytes=100))
    if made.data is None:
        assert made.why
    else:
        assert len(made.data) < len(data)
        assert opened(made.data).size == (120, 80)


@pytest.mark.parametrize("form", ["PNG", "WEBP"])
def test_so_does_a_png_or_a_webp(form: str) -> None:
    xmp = {"pnginfo": _png_xmp()} if form == "PNG" else {"xmp": _PACKET}
    lossless = {"lossless": True} if form == "WEBP" else {}
    data = encoded(photo(), form, exif=exif(orientation=3), **xmp, **lossless)
    made = recompress(data, Recompression(above_bytes=10_000_000, drop_position=True))
    image = opened(made.data)
    assert (made.why, made.content_type) == ("small enough", f"image/{form.lower()}")
    assert 0x8825 in opened(data).getexif() and 0x8825 not in image.getexif()
    assert (image.getexif()[0x010F], image.getexif()[0x0112]) == ("Camera", 3)
    assert b"GPSLatitude" in data and b"GPSLatitude" not in (made.data or b"")
    assert image.tobytes() == opened(data).tobytes()
    assert without_position(made.data or b"") == (made.data, made.content_type)


def _png_xmp() -> PngImagePlugin.PngInfo:
    found = PngImagePlugin.PngInfo()
    found.add_itxt("XML:com.adobe.xmp", _PACKET.decode())
    return found


@given(st.sampled_from([b"\xff\xd8", b"\x89PNG\r\n\x1a\n", b"RIFF\x10\0\0\0WEBP"]), st.binary(max_size=200))
def test_bytes_that_are_no_image_come_through(head: bytes, data: bytes) -> None:
    made, kind = without_position(head + data)
    assert made.startswith(head[:4]) and kind
    assert without_position(b"GIF89a" + data) == (b"GIF89a" + data, "")


_SOUND = tuple(
    encoded(photo(size=(24, 16)), form, exif=exif(orientation=6)) for form in ("JPEG", "PNG", "WEBP", "TIFF")
)


@settings(max_examples=150)
@given(
    st.sampled_from(_SOUND), st.lists(st.tuples(st.integers(0, 399), st.binary(max_size=3)), max_size=4), st.booleans()
)
def test_a_broken_image_is_no_fault_whatever_is_broken_in_it(
    sound: bytes, damage: list[tuple[int, bytes]], is_small: bool
) -> None:
    data = bytearray(sound)
    for at, other in damage:
        data[at : at + 1] = other
    made = recompress(bytes(data), Recompression(above_bytes=10**9 if is_small else 0, drop_position=True))
    assert made.why or made.data


def test_a_jpeg_without_a_position_stays_as_it_is() -> None:
    data = encoded(photo(), "JPEG", exif=b"Exif\0\0MM\0*\0\0\0\x08\0\0\0\0\0\0")
    assert recompress(data, Recompression(above_bytes=10_000_000, drop_position=True)).data is None


def test_a_jpeg_whose_exif_nobody_can_read_loses_it() -> None:
    data = encoded(photo(), "JPEG", exif=exif()).replace(b"Exif\0\0MM\0*", b"Exif\0\0MM\0x", 1)
    made = recompress(data, Recompression(above_bytes=10_000_000, drop_position=True))
    assert b"Exif" in data and b"Exif" not in (made.data or b"Exif")


async def test_what_it_would_have_saved_is_told_by_a_sample(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BUCKETDESK_HOME", str(tmp_path))
    await reset(objects=60, seed=3)
    engine = await open_engine(practice_profile())
    try:
        assert engine.profile.storage is not None
        large = [encoded(photo(size=(400, 300 + n)), "PNG") for n in range(3)]
        for n, data in enumerate(large):
            (engine.profile.storage / "sop-images" / f"large-{n}.png").write_bytes(data)
        await engine.scan()
        above = min(len(data) for data in large) - 1
        found = await engine.families.estimate_recompression("sop-images", Recompression(above_bytes=above))
        assert (found.objects, found.bytes) == (3, sum(len(data) for data in large))
        assert (found.sampled, found.sampled_bytes) == (3, found.bytes)
        assert 0 < found.saved_bytes == found.sampled_bytes - found.became_bytes
        (engine.profile.storage / "sop-images" / "large-1.png").unlink()
        again = await engine.families.estimate_recompression("sop-images", Recompression(above_bytes=above))
        assert again.sampled == 2
        none = await engine.families.estimate_recompression("sop-images", Recompression(above_bytes=10**9))
        assert (none.objects, none.saved_bytes) == (0, 0)
    finally:
        await engine.close()
