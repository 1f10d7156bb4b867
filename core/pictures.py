"""Decoding stored pictures small enough to show: bounded in bytes, pixels and time, never on the event loop."""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass

from core.errors import CoreError

LIMIT_BYTES = 64 << 20
"""A larger file is not read for a preview."""
LIMIT_PIXELS = 120_000_000
"""A picture that says it is larger is not decoded: it may be a bomb."""


class NoPreview(CoreError):
    """The object cannot be shown as a picture: broken, too large, or not a picture at all."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A decoded preview: `rgba` holds width × height × 4 bytes; the full size is the stored picture's."""

    width: int
    height: int
    rgba: bytes
    full_width: int
    full_height: int
    form: str


def decode(data: bytes, side: int) -> Picture:
    """The first frame of an encoded picture, turned upright, at most `side` pixels on its longer side.

    Raises `NoPreview` with a sentence. Blocks; call it in a worker thread."""
    from PIL import Image, ImageOps, UnidentifiedImageError

    if len(data) > LIMIT_BYTES:
        raise NoPreview(f"Too large to preview: over {LIMIT_BYTES >> 20} MB.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow's bomb warning: our own limit below is the one that counts
            with Image.open(io.BytesIO(data)) as image:
                full_width, full_height = image.size
                if full_width * full_height > LIMIT_PIXELS:
                    raise NoPreview(f"Too large to preview: {full_width:,} × {full_height:,} pixels.")
                image.draft("RGB", (side, side))
                small = ImageOps.exif_transpose(image)
                small.thumbnail((side, side), reducing_gap=2.0)
                ready = small.convert("RGBA")
                form = image.format or ""
    except NoPreview:
        raise
    except UnidentifiedImageError as exc:
        raise NoPreview("Not a picture, or one of a kind that cannot be shown here.") from exc
    except Image.DecompressionBombError as exc:
        raise NoPreview(f"Too large to preview: over {LIMIT_PIXELS // 1_000_000} million pixels.") from exc
    except (OSError, ValueError, SyntaxError, EOFError, IndexError) as exc:
        raise NoPreview(f"Broken picture: {exc}.") from exc
    return Picture(ready.width, ready.height, ready.tobytes(), full_width, full_height, form)
