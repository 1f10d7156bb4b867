"""Draws the practice project's pictures: parts, patients' arms and legs, landscapes, each with its number on it."""

from __future__ import annotations

import colorsys
import io
from functools import cache
from math import cos, pi, sin
from pathlib import PurePosixPath
from random import Random

from PIL import Image, ImageDraw, ImageFont

from core.practice.mapping import OVERFLOW, PARTS, SITE
from core.practice.names import FAMILIES

_SIZES_PX = ((160, 120), (128, 128), (200, 140), (120, 160), (240, 135))
_INK = (38, 42, 48)
_XMP = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"/>'
Color = tuple[int, int, int]


def draw(bucket: str, key: str, number: int, dice: Random) -> bytes:
    """A little picture of what the key speaks of, in the format that its end asks for."""
    size = _SIZES_PX[dice.randrange(len(_SIZES_PX))]
    image = Image.new("RGB", size)
    pen = ImageDraw.Draw(image)
    if bucket == PARTS:
        _part(pen, size, key, dice)
    elif bucket == SITE:
        _landscape(pen, size, dice)
    else:
        _ward(pen, size, key, bucket == OVERFLOW, dice)
    _label(pen, size, key, number)
    return _encode(image, PurePosixPath(key).suffix)


def _encode(image: Image.Image, end: str) -> bytes:
    out = io.BytesIO()
    if end == ".jpg":
        image.save(out, "JPEG", quality=82)
    elif end == ".webp":
        image.save(out, "WEBP", quality=80, method=0, xmp=_XMP)
    else:
        image.save(out, "PNG", compress_level=6)
    return out.getvalue()


def _label(pen: ImageDraw.ImageDraw, size: tuple[int, int], key: str, number: int) -> None:
    width, height = size
    pen.rectangle((0, height - 30, width, height), fill=(250, 250, 248))
    words = PurePosixPath(key).stem[:22]
    pen.text((5, height - 29), f"{number:05d}", fill=_INK, font=_font(15))
    pen.text((5, height - 13), words, fill=(95, 100, 108), font=_font(10))


@cache
def _font(height_px: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(height_px)


def _tint(hue: float, lightness: float, strength: float = 0.5) -> Color:
    red, green, blue = colorsys.hls_to_rgb(hue % 1, lightness, strength)
    return int(red * 255), int(green * 255), int(blue * 255)


def _part(pen: ImageDraw.ImageDraw, size: tuple[int, int], key: str, dice: Random) -> None:
    width, height = size[0], size[1] - 30
    folder = PurePosixPath(key).parent.name
    family = FAMILIES.index(folder) if folder in FAMILIES else dice.randrange(len(FAMILIES))
    hue = family / len(FAMILIES) + dice.uniform(-0.03, 0.03)
    pen.rectangle((0, 0, width, height), fill=_tint(hue, 0.93, 0.35))
    middle = (width / 2 + dice.uniform(-8, 8), height / 2 + dice.uniform(-4, 4))
    radius = min(width, height) * dice.uniform(0.3, 0.44)
    metal, edge = _tint(hue, 0.55, 0.35), _tint(hue, 0.3, 0.4)
    corners = {0: 6, 1: 6, 3: dice.choice((16, 20, 24)), 4: 4}.get(family, 0)
    if corners:
        dent = 0.8 if family == 3 else 1.0
        pen.polygon(_star(middle, radius, corners, dent, dice.uniform(0, pi)), fill=metal, outline=edge)
    else:
        pen.ellipse(_round(middle, radius), fill=metal, outline=edge, width=2)
    for ring in range(1, dice.randrange(2, 5)):
        light = (250, 250, 248) if ring % 2 else metal
        pen.ellipse(_round(middle, radius * (0.72 - ring * 0.16)), fill=light, outline=edge)


def _star(
    middle: tuple[float, float], radius: float, corners: int, dent: float, turn: float
) -> list[tuple[float, float]]:
    points = []
    for corner in range(corners):
        reach = radius * (dent if corner % 2 else 1)
        angle = turn + 2 * pi * corner / corners
        points.append((middle[0] + reach * cos(angle), middle[1] + reach * sin(angle)))
    return points


def _round(middle: tuple[float, float], radius: float) -> tuple[float, float, float, float]:
    return middle[0] - radius, middle[1] - radius, middle[0] + radius, middle[1] + radius


def _landscape(pen: ImageDraw.ImageDraw, size: tuple[int, int], dice: Random) -> None:
    width, height = size[0], size[1] - 30
    hue = dice.random()
    for band in range(6):
        pen.rectangle((0, height * band / 6, width, height), fill=_tint(hue + band * 0.012, 0.62 + band * 0.05, 0.6))
    sun = (dice.uniform(0.15, 0.85) * width, dice.uniform(0.18, 0.5) * height)
    pen.ellipse(_round(sun, dice.uniform(9, 20)), fill=_tint(dice.uniform(0.08, 0.16), 0.72, 0.95))
    for hill in range(3):
        level = height * (0.58 + 0.13 * hill)
        swing, phase = dice.uniform(6, 16), dice.uniform(0, 2 * pi)
        ridge = [(x, level + swing * sin(phase + x * pi / width * (1.5 + hill))) for x in range(0, width + 8, 8)]
        pen.polygon([(0, height), *ridge, (width, height)], fill=_tint(hue + 0.33, 0.5 - 0.12 * hill, 0.35))


def _ward(pen: ImageDraw.ImageDraw, size: tuple[int, int], key: str, overflow: bool, dice: Random) -> None:
    width, height = size[0], size[1] - 30
    digits = [c for c in key.split("/")[0] if c.isdigit()]
    ward = int(digits[0]) if digits else 0
    skin = _tint(dice.uniform(0.055, 0.085), dice.uniform(0.45, 0.8), dice.uniform(0.35, 0.6))
    pen.rectangle((0, 0, width, height), fill=(222, 232, 236) if overflow else (232, 236, 232))
    top = dice.uniform(0.25, 0.4) * height
    pen.rounded_rectangle((-12, top, width * dice.uniform(0.75, 0.95), top + height * 0.42), 22, fill=skin)
    for _ in range(dice.randrange(1, 4)):
        spot = (dice.uniform(0.15, 0.65) * width, top + height * dice.uniform(0.14, 0.3))
        pen.ellipse(_round(spot, dice.uniform(4, 10)), fill=_tint(dice.uniform(0.93, 1.0), 0.42, 0.6))
    pen.rectangle((width - 34, 0, width, 18), fill=_tint(ward / 7, 0.42, 0.6))
    pen.text((width - 30, 2), f"W {ward}", fill=(255, 255, 255), font=_font(12))
