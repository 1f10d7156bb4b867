"""The rows of the practice project's web site: images, media assets, collections, articles and newsletters."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import PurePosixPath
from random import Random
from urllib.parse import quote
from uuid import UUID

from core.models import Kind
from core.practice.links import cloud_url, public_url
from core.practice.mapping import PARTS, SITE
from core.practice.names import content_type
from core.practice.quotas import Role
from core.practice.registers import NOT_UNDERSTOOD, Cells, Moment
from core.practice.world import World

COLLECTION = "00000000-0000-0000-0000-000000000001"
_DAY = timedelta(days=1)
_PREFIXES = (SITE, "user-images")
"""What some rows put before a key of this bucket: its own name, and a bucket that is no more."""
_TAGS = ("summer", "print", "portrait", "press", "banner")
_PER_ARTICLE = 3
_PER_COLLECTION = 12


class Website:
    """The rows about one bucket of pictures. `sizes` holds each item's size in bytes, by its number."""

    def __init__(self, world: World, moment: Moment, sizes: Sequence[int]) -> None:
        self._world = world
        self._moment = moment
        self._sizes = sizes
        ordinary = list(world.of(Role.ORDINARY, bucket=SITE))
        self._in_text = ordinary[5::12]
        """Named by articles and by nothing else."""
        apart = {item.number for item in self._in_text}
        self._listed = [item for item in ordinary if item.number not in apart]
        self._ids: dict[int, str] = {}
        self._dice_for_ids = world.dice("ids")

    def collections(self) -> Iterator[Cells]:
        """`collections`: two of them."""
        yield COLLECTION, "Default"
        yield COLLECTION[:-1] + "2", "Archive"

    def images(self) -> Iterator[Cells]:
        """`images`: a row for each picture but those in articles only; stale sizes, wrong prefixes, missing files."""
        dice, quotas = self._world.dice("images"), self._world.quotas
        stale = {i.number for i in dice.sample(self._listed, quotas.planted[Kind.STALE_METADATA])}
        for item in [*self._listed, *self._world.of(Role.COPY, bucket=SITE)]:
            size: int | None = self._sizes[item.number] if dice.random() < 0.95 else None
            if item.number in stale:
                size = self._sizes[item.number] + dice.choice((-1, 1)) * dice.randrange(1, 400)
            status = "pending" if size is None else "ready"
            yield self._image(item.number, item.key, item.key, size, status, item.age, dice)
        for turn, item in enumerate(self._world.of(Role.PREFIXED, bucket=SITE)):
            path = f"{_PREFIXES[turn % 2]}/{item.key}"
            yield self._image(item.number, path, item.key, self._sizes[item.number], "ready", item.age, dice)
        for item in self._world.of(Role.DOUBLE, bucket=SITE):
            path = f"{PARTS}/{item.key}"
            yield self._image(item.number, path, item.key, self._sizes[item.number], "ready", item.age, dice)
        nobody = len(self._world.items)
        for missing in range(quotas.missing["images"]):
            key = f"gallery/lost-{missing + 1:04d}.jpg"
            age = _DAY * dice.uniform(3, 300)
            yield self._image(nobody + missing, key, key, dice.randrange(2000, 9000), "ready", age, dice)
        for number, odd in enumerate(NOT_UNDERSTOOD, nobody + quotas.missing["images"]):
            yield self._image(number, odd, "unknown.png", None, "error", _DAY * 60, dice)

    def _image(
        self, number: int, path: str | None, key: str, size: int | None, status: str, age: timedelta, dice: Random
    ) -> Cells:
        collection = COLLECTION if dice.random() < 0.8 else COLLECTION[:-1] + "2"
        title = PurePosixPath(key).stem.replace("-", " ").capitalize()
        created = self._moment.ago(age)
        return self._id(number), collection, path, title, content_type(key), size, status, created

    def _id(self, number: int) -> str:
        if number not in self._ids:
            self._ids[number] = str(UUID(int=self._dice_for_ids.getrandbits(128), version=4))
        return self._ids[number]

    def image_tags(self) -> Iterator[Cells]:
        """`image_tags`: rows that go when their image's row goes. Ask for them after `images`."""
        for number, image in enumerate(list(self._ids.values())[::3], 1):
            yield number, image, _TAGS[number % len(_TAGS)]

    def media_assets(self) -> Iterator[Cells]:
        """`media_assets`: what the media library knows of most pictures."""
        dice = self._world.dice("media_assets")
        for item in self._listed:
            path = PurePosixPath(item.key)
            public_id = str(path.with_suffix(""))
            tags = json.dumps(sorted(dice.sample(_TAGS, dice.randrange(3))))
            url = cloud_url(public_id, path.suffix)
            size, created = self._sizes[item.number], self._moment.ago(item.age)
            kind, place = path.suffix.lstrip("."), f"{SITE}/{item.key}"
            yield public_id, str(path.parent), tags, url, place, kind, size, "synced", created

    def media_collections(self) -> Iterator[Cells]:
        """`media_collections`: arrays of keys; some of their elements are gone."""
        gone = [f"gallery/withdrawn-{n + 1:04d}.jpg" for n in range(self._world.quotas.missing["media_collections"])]
        shown = self._listed[::2]
        groups = [[i.key for i in shown[at : at + _PER_COLLECTION]] for at in range(0, len(shown), _PER_COLLECTION)]
        for number, group in enumerate(groups, 1):
            rest = len(groups) - number + 1
            share = [gone.pop() for _ in range(-(-len(gone) // rest))]
            yield number, f"Selection {number}", json.dumps(group + share), self._moment.ago(_DAY * (5 + number % 200))

    def articles(self) -> Iterator[Cells]:
        """`articles`: HTML that shows pictures, in every way that HTML can name one."""
        gone = [f"blog/removed-{n + 1:04d}.jpg" for n in range(self._world.quotas.missing["articles"])]
        shown = [*self._in_text, *self._listed[::4]]
        starts = range(0, len(shown), _PER_ARTICLE)
        for number, at in enumerate(starts, 1):
            lost = [gone.pop() for _ in range(-(-len(gone) // (len(starts) - number + 1)))]
            keys = [item.key for item in shown[at : at + _PER_ARTICLE]] + lost
            figures = "\n".join(_figure(key, number + place) for place, key in enumerate(keys))
            body = f'<h1>Article {number}</h1>\n{figures}\n<p><a href="https://example.org/{number}">More</a></p>'
            yield number, f"article-{number}", body, self._moment.ago(_DAY * (4 + number % 300))

    def newsletters(self) -> Iterator[Cells]:
        """`newsletters`: not mapped, and the only place that names some pictures."""
        for number, item in enumerate(self._world.of(Role.MENTIONED, bucket=SITE), 1):
            hero = (f"{SITE}/{item.key}", public_url(SITE, item.key), item.key)[number % 3]
            yield number, f"Newsletter {number}", hero, self._moment.ago(item.age)


def _figure(key: str, way: int) -> str:
    if way % 4 == 0:
        return f'<img src="{public_url(SITE, key)}" alt="">'
    if way % 4 == 1:
        return f"<p><img alt='' src='{quote(key)}'></p>"
    if way % 4 == 2:
        return f'<a href="{public_url(SITE, key)}">Full size</a>'
    return f'<img src="{key}" alt="">'
