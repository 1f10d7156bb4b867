"""Uploads of a Django site and its SQLite: what django-unused-media and Django's own storage say of them."""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from pathlib import Path

import django
from django.apps import AppConfig
from django.conf import settings
from django.core.files.base import ContentFile
from pictures import png

PROFILE = """kind = "local"
[local]
storage = {folder}
catalog = {catalog}
buckets = ["media"]
[[sources]]
describes = true
table = "desk_picture"
key = ["id"]
bucket = "media"
columns = [{{ name = "image", holds = "path" }}]
size_column = "bytes"
[[sources]]
table = "desk_report"
key = ["id"]
bucket = "media"
columns = [{{ name = "file", holds = "path" }}]
[[sources]]
table = "desk_article"
key = ["slug"]
bucket = "media"
columns = [
  {{ name = "body", holds = "html" }},
  {{ name = "gallery", holds = "array" }},
  {{ name = "extra", holds = "json" }},
]
[safety]
grace_hours = 0
"""
UPLOADED = ("cat.png", "two words.png", "ünï.png", "a-1.png", "a.png", "UPPER.PNG", "100%.png", "x+y (1).png")
IMPORTED = ("with space.png", "日本.png", "per%20cent.png", "fish & chips.png", "it's.png", "deep/er/still.png")
NOWHERE = ("left behind.png", "a.bak", "images2/x.png", "photos.png", "photos/deep/er.png", "photos/gone too.PNG")
LOST = ("photos/lost.png", "photos/verloren ß.png", "photos/lost%20too.png", "photos/lost+3.png")
# Files that only an article or a table without a FileField names: the package looks at FileFields alone.
NAMED = {
    "inline/plain.png": "a src in an article's body",
    "inline/with space.png": "a percent-encoded src in an article's body",
    "inline/slash.png": "a src that begins with MEDIA_URL, /media/",
    "inline/absolute.png": "a src with the site's own host, which no bucket is known by",
    "inline/gallery 1.png": "an element of a JSONField's array",
    "inline/gallery 2.png": "an element of a JSONField's array",
    "inline/cover.png": "a value inside a JSONField's object",
    "inline/cached.png": "a value in a table that no source maps",
}
EXTRA_LOST = {
    "inline/no gallery.png": "an array's element without a file",
    "inline/no such.png": "a src without a file",
}


class Desk(AppConfig):
    """The application that the models belong to."""

    name = "__main__"
    label = "desk"


def start(folder: Path) -> None:
    """Starts Django on the folder and defines the models."""
    database = {"ENGINE": "django.db.backends.sqlite3", "NAME": str(folder / "site.sqlite3")}
    settings.configure(
        INSTALLED_APPS=["django_unused_media", "__main__.Desk"],
        DATABASES={"default": database},
        MEDIA_ROOT=str(folder / "media"),
        MEDIA_URL="/media/",
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        USE_TZ=True,
    )
    django.setup()
    from django.db import models

    class Picture(models.Model):
        image = models.ImageField(upload_to="photos")
        bytes = models.IntegerField(null=True)

        class Meta:
            app_label = "desk"

    class Caption(models.Model):
        picture = models.ForeignKey(Picture, on_delete=models.CASCADE)
        words = models.TextField()

        class Meta:
            app_label = "desk"

    class Report(models.Model):
        file = models.FileField(upload_to="reports/%Y", blank=True, null=True)

        class Meta:
            app_label = "desk"

    class Article(models.Model):
        slug = models.SlugField(primary_key=True)
        body = models.TextField()
        gallery = models.JSONField(default=list)
        extra = models.JSONField(default=dict)

        class Meta:
            app_label = "desk"

    class Remembered(models.Model):
        what = models.TextField()

        class Meta:
            app_label = "desk"


def model(name: str) -> type:
    """One of the models above."""
    from django.apps import apps

    return apps.get_model("desk", name)


def build(folder: Path, seed: int) -> None:
    """Makes tables, uploads, rows without file, files without row, and names inside text."""
    from django.apps import apps
    from django.db import connection

    chance = random.Random(seed)
    with connection.schema_editor() as editor:
        for each in apps.get_app_config("desk").get_models():
            editor.create_model(each)
    upload_pictures(chance)
    for name in UPLOADED[:3]:
        model("Report")().file.save(f"{name}.pdf", ContentFile(png(chance)))
    model("Report").objects.create(file=None)
    model("Report").objects.create(file="")
    for name in (*NOWHERE, *NAMED):
        put(folder / "media" / name, png(chance))
    write_articles()
    model("Remembered").objects.create(what="inline/cached.png")
    connection.close()


def upload_pictures(chance: random.Random) -> None:
    """Pictures as an upload form stores them, as an import does, some whose row and some whose file then goes."""
    picture, storage = model("Picture"), model("Picture")._meta.get_field("image").storage
    for name in UPLOADED:
        data = png(chance)
        row = picture(bytes=len(data))
        row.image.save(name, ContentFile(data))
        model("Caption").objects.create(picture=row, words=f"about {name}")
    for name in IMPORTED:
        data = png(chance)
        put(Path(storage.path(f"photos/{name}")), data)
        picture.objects.create(image=f"photos/{name}", bytes=len(data))
    for name in LOST:
        picture.objects.create(image=name, bytes=1)
    for name in ("deleted row 1.png", "deleted row 2.png"):
        row = picture(bytes=0)
        row.image.save(name, ContentFile(png(chance)))
        row.delete()
    row = picture(bytes=0)
    row.image.save("deleted file.png", ContentFile(png(chance)))
    Path(row.image.path).unlink()


def write_articles() -> None:
    """Bodies, arrays and objects that name files."""
    article = model("Article").objects
    body = '<p>text</p><img src="inline/plain.png"><img src="inline/with%20space.png"><img src="inline/no such.png">'
    article.create(slug="plain", body=body)
    article.create(slug="rooted", body='<img src="/media/inline/slash.png">')
    article.create(slug="absolute", body='<img src="https://example.org/media/inline/absolute.png">')
    gallery = ["inline/gallery 1.png", "inline/gallery 2.png", "inline/no gallery.png"]
    article.create(slug="gallery", body="", gallery=gallery, extra={"cover": {"path": "inline/cover.png"}})


def put(path: Path, data: bytes) -> None:
    """A file that Django did not store."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def ask(folder: Path) -> dict[str, object]:
    """What the package calls unused; missing is what a FileField names and its storage does not have."""
    from django_unused_media.cleanup import get_unused_media
    from django_unused_media.utils import get_file_fields

    media = folder / "media"
    unused = sorted(Path(p).relative_to(media).as_posix() for p in get_unused_media())
    missing = set()
    for field in get_file_fields():
        for name in field.model._base_manager.values_list(field.name, flat=True):
            if name and not field.storage.exists(name):
                missing.add(name)
    profile = PROFILE.format(folder=json.dumps(str(folder)), catalog=json.dumps(str(folder / "site.sqlite3")))
    program = f"Django {django.__version__} with django-unused-media"
    answer = {"unused": unused, "missing": sorted(missing)}
    known, spare = {**NAMED, **EXTRA_LOST}, sorted(NAMED.keys() - {"inline/absolute.png"})
    return {"program": program, **answer, "known": known, "spare": spare, "profile": profile}


def hold(seconds: float) -> None:
    """Keeps writing rows, as a site under load does."""
    print("open", flush=True)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        model("Remembered").objects.create(what="nothing of interest")
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
