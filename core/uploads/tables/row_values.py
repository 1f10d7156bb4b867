"""The fields of a folder and of its images, as rows are filled with them (see core.profiles.row_fields)."""

from __future__ import annotations

import mimetypes
import platform
import warnings
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath

from core.profiles.key_template import Home
from core.uploads.scanning.stats import Stats
from core.uploads.tables.addresses import FREE, Names

SIZES = ("width", "height")


@dataclass(frozen=True, slots=True)
class Placed:
    """A file of a folder, and where it is stored."""

    name: str
    bucket: str
    key: str
    size_bytes: int
    sha256: str
    is_image: bool


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder whose files are stored. `at`: when that was."""

    path: str
    home: Home
    destination: str
    files: tuple[Placed, ...]
    stats: Stats | None
    at: datetime


def folder_values(folder: Folder, names: Names = FREE) -> dict[str, object]:
    """Every field of a row for a folder."""
    images = [one for one in folder.files if one.is_image]
    bucket = next((one.bucket for one in (*images, *folder.files)), None)
    return {
        **_common(folder, images, names, bucket),
        "bucket": bucket,
        "bytes": sum(one.size_bytes for one in folder.files),
        "files": [
            {"name": one.name, "bucket": one.bucket, "key": one.key, "bytes": one.size_bytes, "sha256": one.sha256}
            for one in folder.files
        ],
    }


def image_values(
    folder: Folder, needed: Collection[str], url: Callable[[str, str], str | None], names: Names = FREE
) -> dict[str, dict[str, object]]:
    """The fields of a row for each image, by its name. Only where width or height is `needed` are the files looked
    into. Blocks."""
    images = [one for one in folder.files if one.is_image]
    found: dict[str, dict[str, object]] = {}
    for one in images:
        path = PurePosixPath(one.name)
        width, height = size_of(Path(folder.path, one.name)) if set(SIZES) & set(needed) else (None, None)
        found[one.name] = {
            **_common(folder, images, names, one.bucket),
            "name": one.name,
            "stem": path.stem,
            "ending": path.suffix,
            "key": names.name(one.bucket, one.key, one.bucket),
            "bucket": one.bucket,
            "bucket_path": f"{one.bucket}/{one.key}",
            "url": url(one.bucket, one.key) if "url" in needed else None,
            "bytes": one.size_bytes,
            "type": mimetypes.guess_type(one.key)[0] or "application/octet-stream",
            "sha256": one.sha256,
            "width": width,
            "height": height,
        }
    return found


def size_of(path: Path) -> tuple[int | None, int | None]:
    """Width and height that a picture's head tells, in pixels; None where it tells none. Blocks."""
    from PIL import Image

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(path) as image:
                return image.size
    except Exception:  # whatever a broken picture does to the library: it is stored, and has no size
        return None, None


def _common(folder: Folder, images: Sequence[Placed], names: Names, bucket: str | None) -> Mapping[str, object]:
    home, stats = folder.home, folder.stats or Stats()
    return {
        "folder": home.folder,
        "path": folder.path,
        "relative": home.relative,
        "parent": home.parent,
        "root": home.root,
        "computer": platform.node(),
        "destination": folder.destination,
        "batch": home.batch,
        "date": folder.at,
        "created": folder.at,
        "status": stats.status,
        "stats": stats.data,
        "stats_note": stats.reason or None,
        "image_count": len(images),
        "file_count": len(folder.files),
        "image_paths": [names.name(one.bucket, one.key, bucket) for one in images],
        "image_bucket_paths": [f"{one.bucket}/{one.key}" for one in images],
        "file_paths": [names.name(one.bucket, one.key, bucket) for one in folder.files],
        "file_bucket_paths": [f"{one.bucket}/{one.key}" for one in folder.files],
    }
