"""Re-encoding images before they are uploaded: smaller, upright, without their position if asked, and never larger."""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.pictures import LIMIT_BYTES, LIMIT_PIXELS
from core.positions import BROKEN, without_position
from core.profiles import Recompression

if TYPE_CHECKING:
    from PIL import Image

ENDINGS = {"webp": ".webp", "jpeg": ".jpg"}
TYPES = {"webp": "image/webp", "jpeg": "image/jpeg"}
_SOURCES = ("JPEG", "PNG", "WEBP", "TIFF", "BMP", "MPO")
_LONGEST_SIDE = {"webp": 16_383, "jpeg": 65_535}
"""More pixels on a side the formats cannot hold."""
_GPS, _ORIENTATION = 0x8825, 0x0112
_SLIGHT = 0.98
"""Saving less than this is not worth another generation of loss."""


@dataclass(frozen=True, slots=True)
class Recompressed:
    """What to store instead of a file: `data` in `content_type`; or, without data, `why` it stays as it is. `turned`:
    its orientation was made real."""

    data: bytes | None = None
    content_type: str = ""
    why: str = ""
    turned: bool = False


def recompress(data: bytes, wanted: Recompression) -> Recompressed:
    """Re-encodes an image that is larger than the rule says; anything that would lose more than a little (animations,
    deep colour, transparency in a JPEG) or gain nothing stays as it is. What is no image, or a broken one, stays too.
    A JPEG, PNG or WebP that stays still loses its position if that is asked for, without being encoded anew; then there
    is data and a `why`. Blocks: call it in a worker."""
    from PIL import Image, UnidentifiedImageError

    if len(data) > LIMIT_BYTES:
        return _as_it_is(data, wanted, f"over {LIMIT_BYTES >> 20} MB")
    if len(data) <= wanted.above_bytes:
        return _as_it_is(data, wanted, "small enough")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow's bomb warning: our own limit is the one that counts
            with Image.open(io.BytesIO(data)) as image:
                if why := _obstacle(image, wanted):
                    return _as_it_is(data, wanted, why)
                made, turned = _encoded(image, wanted)
    except (UnidentifiedImageError, Image.DecompressionBombError):
        return Recompressed(why="not an image")
    except BROKEN as exc:
        return _as_it_is(data, wanted, f"a broken image: {exc}")
    if not made:
        return _as_it_is(data, wanted, "transparent, which a JPEG cannot be")
    if len(made) >= len(data) * _SLIGHT:
        return _as_it_is(data, wanted, "it would not become smaller")
    return Recompressed(made, TYPES[wanted.form], turned=turned)


def _obstacle(image: Image.Image, wanted: Recompression) -> str:
    if image.format not in _SOURCES:
        return f"{image.format or 'its format'} is left as it is"
    if getattr(image, "n_frames", 1) > 1 and image.format != "MPO":  # of an MPO the first is the picture
        return "animated, or of several pages"
    if image.width * image.height > LIMIT_PIXELS or max(image.size) > _LONGEST_SIDE[wanted.form]:
        return f"{image.width:,} × {image.height:,} pixels"
    if image.mode in ("I", "F", "LAB", "HSV") or image.mode.startswith("I;"):
        return "more than 8 bits a colour"
    return ""


def _encoded(image: Image.Image, wanted: Recompression) -> tuple[bytes, bool]:
    """The image in the wanted form, and whether it was turned; no bytes where a JPEG would lose its transparency."""
    from PIL import ImageOps

    exif = image.getexif()
    turned = exif.get(_ORIENTATION, 1) not in (0, 1)
    upright = ImageOps.exif_transpose(image)
    profile = image.info.get("icc_profile")
    if upright.mode == "CMYK":
        ready, profile = _rgb_of_cmyk(upright, profile), None
    elif "A" in upright.getbands() or "transparency" in upright.info:
        ready = upright.convert("RGBA")
        if ready.getchannel("A").getextrema() == (255, 255):
            ready = ready.convert("RGB")
        elif wanted.form == "jpeg":
            return b"", turned
    else:
        ready = upright.convert("L" if upright.mode in ("1", "L") and wanted.form == "jpeg" else "RGB")
    kept = upright.getexif()
    kept.pop(_ORIENTATION, None)
    if wanted.drop_position:
        kept.pop(_GPS, None)
    out = io.BytesIO()
    more: dict[str, object] = {"icc_profile": profile} if profile else {}
    if wanted.form == "webp":
        more["method"] = 4
    else:
        more |= {"optimize": True, "progressive": True}
    ready.save(out, wanted.form.upper(), quality=wanted.quality, exif=kept.tobytes(), **more)
    return out.getvalue(), turned


def _rgb_of_cmyk(image: Image.Image, profile: bytes | None) -> Image.Image:
    """By its own colour profile where it has one, else as screens show it."""
    from PIL import ImageCms

    if profile:
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            done = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
        except (ImageCms.PyCMSError, OSError):
            done = None  # a profile that nobody can read is none
        if done is not None:
            return done
    return image.convert("RGB")


def _as_it_is(data: bytes, wanted: Recompression, why: str) -> Recompressed:
    if wanted.drop_position:
        bare, kind = without_position(data)
        if bare != data:
            return Recompressed(bare, kind, why)
    return Recompressed(why=why)
