"""A library of Photologue's, a photo manager for Django, its SQLite in WAL mode: what belongs to none of its photos."""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from importlib.metadata import version
from pathlib import Path

import django
from django.conf import settings
from django.core.files.base import ContentFile
from pictures import png

PROFILE = """kind = "local"
[local]
storage = {storage}
catalog = {catalog}
buckets = ["photologue"]
[[sources]]
describes = true
table = "photologue_photo"
key = ["id"]
columns = [{{ name = "image", holds = "bucket_path" }}]
[[sources]]
table = "photologue_watermark"
key = ["id"]
columns = [{{ name = "image", holds = "bucket_path" }}]
[safety]
grace_hours = 0
"""
TAKEN = ("beach.png", "two words.png", "fjörd.png", "a.png", "a-1.png", "IMG_1.PNG", "IMG_2.PNG", "dir.png")
STRAY = ("photos/never imported.png", "photos/beach (copy).png", "watermarks/unused.png", "temp/upload.zip")


def start(folder: Path) -> None:
    """Starts Django with Photologue on the folder."""
    options = {"init_command": "PRAGMA journal_mode=WAL"}
    database = {"ENGINE": "django.db.backends.sqlite3", "NAME": str(folder / "photos.sqlite3"), "OPTIONS": options}
    settings.configure(
        INSTALLED_APPS=["django.contrib.sites", "django.contrib.contenttypes", "sortedm2m", "photologue"],
        DATABASES={"default": database},
        MEDIA_ROOT=str(folder / "media"),
        MEDIA_URL="/media/",
        SITE_ID=1,
        DEFAULT_AUTO_FIELD="django.db.models.AutoField",
        USE_TZ=True,
    )
    django.setup()


def build(folder: Path, seed: int) -> None:
    """Imports photos and a watermark; deletes rows behind Photologue's back, files too, and leaves strays."""
    from django.core.management import call_command
    from django.db import connection
    from photologue.models import Photo, PhotoSize, Watermark

    chance = random.Random(seed)
    call_command("migrate", verbosity=0)
    PhotoSize.objects.exclude(name="thumbnail").delete()
    PhotoSize.objects.filter(name="thumbnail").update(width=12, height=8, pre_cache=True)
    for name in (*TAKEN, "lost.png", "lost ü.png", "row gone.png"):
        photo = Photo(title=name, slug=f"photo-{Photo.objects.count()}")
        photo.image.save(name, ContentFile(png(chance)))
    mark = Watermark(name="mark", style="tile", opacity=1)
    mark.image.save("mark.png", ContentFile(png(chance)))
    for title in ("lost.png", "lost ü.png"):
        Path(Photo.objects.get(title=title).image.path).unlink()
    gone = Photo.objects.filter(title="row gone.png")
    gone.get().sites.clear()
    gone._raw_delete("default")
    for name in STRAY:
        path = folder / "media" / "photologue" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(png(chance))
    connection.close()


def ask(folder: Path) -> dict[str, object]:
    """Unused is what Photologue attributes to no photo or watermark; missing is an image that its storage has not."""
    from photologue.models import Photo, PhotoSize, Watermark

    owned, missing, derived = set(), set(), set()
    for each in (*Photo.objects.all(), *Watermark.objects.all()):
        owned.add(each.image.name)
        if not each.image.storage.exists(each.image.name):
            missing.add(each.image.name)
        for size in PhotoSize.objects.all() if isinstance(each, Photo) else ():
            derived.add(getattr(each, f"get_{size.name}_filename")())
    media = folder / "media"
    there = {p.relative_to(media).as_posix() for p in media.rglob("*") if p.is_file()}
    why = "a thumbnail: Photologue works its name out from the photo's, no column has it"
    known = dict.fromkeys(sorted(map(inside, derived & there)), why)
    profile = PROFILE.format(storage=json.dumps(str(media)), catalog=json.dumps(str(folder / "photos.sqlite3")))
    return {
        "program": f"Photologue {version('django-photologue')} (Django {django.__version__})",
        "unused": sorted(map(inside, there - owned - derived)),
        "missing": sorted(map(inside, missing)),
        "known": known,
        "profile": profile,
    }


def inside(name: str) -> str:
    """A name as the bucket `photologue` knows it."""
    return name.removeprefix("photologue/")


def hold(seconds: float) -> None:
    """Keeps the library open and writes to it, as visitors who look at photos do."""
    from photologue.models import Photo

    print("open", flush=True)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        Photo.objects.order_by("id").first().increment_count()
        time.sleep(0.05)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--ask", action="store_true", help="ask a collection that is there already")
    parser.add_argument("--hold", type=float, metavar="SECONDS", help="keep it open and write")
    args = parser.parse_args()
    folder = args.folder.absolute()
    folder.mkdir(parents=True, exist_ok=True)
    start(folder)
    if args.hold:
        hold(args.hold)
        return
    if not args.ask:
        build(folder, args.seed)
    json.dump(ask(folder), sys.stdout, ensure_ascii=False, indent=1)


if __name__ == "__main__":
    main()
