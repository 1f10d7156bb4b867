"""The keys of the practice project's objects: orderly ones without end, and a few that bleed into one another."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from core.practice.mapping import OVERFLOW, PARTS, PATIENTS, SITE

FAMILIES = ("bolts", "nuts", "washers", "gears", "plates", "springs", "bearings", "valves")
VIEWS = ("front", "top", "side")
SITES = ("left-arm", "right-arm", "left-leg", "right-leg", "back", "chest")
FOLDERS = ("heroes", "gallery", "blog", "products")
SCENES = ("harbour", "meadow", "desert", "night", "forest", "dunes", "lake", "dawn", "snow")
_KINDS = ("png", "jpg", "webp", "jpg", "png")
_TYPES = {".png": "image/png", ".jpg": "image/jpeg", ".webp": "image/webp"}


@dataclass(frozen=True, slots=True)
class FileRules:
    """What the file system under the practice project can hold."""

    two_cases: bool
    """`Dir` and `dir` are two folders."""
    any_punctuation: bool
    """`?`, `:` and `*` may stand in a name."""


def content_type(key: str) -> str:
    """What a picture under this key is; a key without a telling end is a PNG."""
    return _TYPES.get(PurePosixPath(key).suffix, "image/png")


def orderly(bucket: str) -> Iterator[str]:
    """Keys for a bucket, all different, without end."""
    number = 0
    while True:
        number += 1
        end = _KINDS[number % len(_KINDS)]
        if bucket == PARTS:
            family, view = FAMILIES[number // 3 % len(FAMILIES)], VIEWS[number % 3]
            yield f"parts/{family}/{number // 3:05d}-{view}.{end}"
        elif bucket == SITE:
            yield f"{FOLDERS[number % 4]}/{SCENES[number % 9]}-{number:05d}.{end}"
        else:
            yield f"ward-{number % 6 + 1}/p{number // 2:05d}/{SITES[number % 6]}-{number % 2 + 1}.{end}"


def hard(bucket: str, rules: FileRules) -> tuple[str, ...]:
    """Keys that are easily taken for one another, or hard to write; each of them has a row."""
    if bucket == PARTS:
        cases = ("Dir/plan.png", "dir/plan.png") if rules.two_cases else ("Dir/plan.png",)
        odd = ("odd names/at 12:30, why? *.png",) if rules.any_punctuation else ()
        return ("a-1", "a/b", "images/front.png", *cases, "odd names/it's (1) & $2 @3=4;5+6,7!.png", *odd)
    if bucket == SITE:
        return ("images/banner.png", "odd names/two words.jpg", "odd names/one+one=2.webp")
    return ("ward-1/p/one.jpg", "ward-1/p-1/one.jpg") if bucket == OVERFLOW else ("ward-1/p-1/one.jpg",)


def hard_and_lost(bucket: str) -> tuple[str, ...]:
    """Keys just beside those of `hard`, here or in the bucket of nearly the same name, that no row names."""
    return {
        PARTS: ("a.bak", "images2/front.png", "a-1.png"),
        SITE: ("images2/banner.png", "images/banner.png.bak"),
        PATIENTS: ("ward-1/p/one.jpg",),
        OVERFLOW: ("ward-1/p.bak",),
    }[bucket]


def copy_of(key: str, number: int) -> str:
    """What somebody's second upload of the same picture is called."""
    path = PurePosixPath(key)
    mark = " (copy)" if number == 1 else f" (copy {number})"
    return str(path.with_name(f"{path.stem}{mark}{path.suffix}"))
