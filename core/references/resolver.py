"""Reads the cells of a source's reference columns: which objects they name, and what cannot be understood and why."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import unquote

from core.models import QUARANTINE, Value
from core.profiles import Profile, ReferenceColumn, Source
from core.references import locations, writings

PRIMARY, OTHER_FORM, TENTATIVE = 0, 1, 2
"""How a reference is meant: the likeliest reading of its place; another form of the same place, that names as well; a
text that names an object only if there is one of that key."""
EMPTY = "it is empty"


@dataclass(frozen=True, slots=True)
class Reference:
    """One reading of one place in a cell. `problem` says why it was not understood; bucket and key then hold what it
    seems to name, which is protected all the same. `judged`: counts when the mapping is doubted. `unlisted`: it was not
    understood only because what it names was not listed completely."""

    bucket: str | None
    key: str
    problem: str = ""
    element: int | None = None
    form: int = PRIMARY
    judged: bool = True
    unlisted: bool = False


def folders(profile: Profile, buckets: Iterable[str]) -> dict[str, Path]:
    """Where the buckets are kept as folders; nowhere, unless the profile is a local one."""
    if profile.storage is None:
        return {}
    if profile.buckets == (".",):
        return {profile.storage.resolve().name: profile.storage}
    return {name: profile.storage / name for name in buckets}


def not_listed(bucket: str) -> str:
    """Why a reference into a bucket whose listing is not complete was not understood."""
    return f"bucket “{bucket}” was not listed completely"


def resolver_of(
    profile: Profile,
    buckets: Collection[str],
    *,
    incomplete: Mapping[str, str] | None = None,
    unlisted: Mapping[str, Collection[str]] | None = None,
) -> Resolver:
    """What reads the references of a profile into these buckets: below the folders of a local one, at the hosts of a
    Supabase project and at no other's. The one place where a resolver is made."""
    roots = folders(profile, buckets)
    return Resolver(buckets, roots, incomplete=incomplete, unlisted=unlisted, hosts=profile.hosts)


class Resolver:
    """Reads cells, given the buckets that were listed (`incomplete` ones with the reason, prefixes that could not be
    looked into in `unlisted`), the folders they are kept in, and the hosts that storage URLs may have (any when
    empty). Pure: asks nothing of the outside."""

    def __init__(
        self,
        buckets: Collection[str],
        roots: Mapping[str, Path],
        *,
        incomplete: Mapping[str, str] | None = None,
        unlisted: Mapping[str, Collection[str]] | None = None,
        hosts: Collection[str] = (),
    ) -> None:
        self.buckets = frozenset(b for b in buckets if not b.startswith(QUARANTINE))
        self._folders = locations.Folders(roots)
        self._incomplete = dict(incomplete or {})
        self._unlisted = {bucket: tuple(prefixes) for bucket, prefixes in (unlisted or {}).items() if prefixes}
        self._hosts = frozenset(hosts)
        self._readers = {
            "path": self._path,
            "bucket_path": self._bucket_path,
            "url": self._link,
            "array": self._array,
            "json": self._json,
            "text": self._text,
            "html": self._html,
        }

    def read(
        self, source: Source, column: ReferenceColumn, value: Value, bucket: str | None = None
    ) -> tuple[Reference, ...]:
        """Every reference in one cell, in order. `bucket` is the value of the row's bucket column, where the source has
        one. Places in arrays and writings are numbered from 0 as `element`."""
        home = bucket if source.bucket_column else source.bucket
        loose = column.holds in ("text", "json", "html")
        if value is None or value == "" or value == b"":
            return () if loose else (Reference(home, "", "it is NULL" if value is None else EMPTY, judged=False),)
        if isinstance(value, bytes):
            try:
                value = value.decode()
            except UnicodeDecodeError:
                return (Reference(None, "", "it is binary, not text", judged=not loose),)
        text = value if isinstance(value, str) else str(value)
        return tuple(self._readers[column.holds](text, home))

    def names_in(self, value: str) -> set[tuple[str | None, str]]:
        """What any text may name, for the radar: (bucket, key), with bucket None when it may be any of them."""
        found: set[tuple[str | None, str]] = set()
        if len(value) <= writings.LONGEST_KEY + 256:
            found.update((r.bucket, r.key) for r in self._key(value, None, None))
            found.add((None, unquote(value)))
            found.update((r.bucket, r.key) for r in self._bucket_path(value, None))
        within = writings.texts_in_json(value) if value.lstrip()[:1] in ("{", "[", '"') else None
        for inner in within or ():
            if inner != value:
                found |= self.names_in(inner)
        if "/" in value:
            for readings in writings.urls_in(value):
                found.update((r.bucket, r.key) for url in readings for r in self._url(url, None))
        if "<" in value or "[" in value:
            for readings in writings.names_in_text(value):
                found.update((r.bucket, r.key) for place in readings for r in self._target(place, None, None))
        return {(bucket, key) for bucket, key in found if key and (bucket is None or bucket in self.buckets)}

    # --- one method per kind of column -----------------------------------------------------------------------------

    def _path(self, text: str, home: str | None) -> Iterable[Reference]:
        return self._key(text, home, None)

    def _bucket_path(self, text: str, home: str | None, element: int | None = None) -> list[Reference]:
        if located := self._located(text, element):
            return located
        absolute = locations.is_absolute(text)
        bucket, slash, key = text.lstrip("/").partition("/")
        if not slash or not key:
            return [Reference(None, text, EMPTY if not text.strip() else "it names no bucket", element)]
        if bucket not in self.buckets and unquote(bucket) in self.buckets:
            bucket = unquote(bucket)
        return self._forms(bucket, "/" + key if absolute else key, element)

    def _link(self, text: str, home: str | None) -> list[Reference]:
        stripped = text.strip()
        if not stripped:
            return [Reference(home, "", EMPTY, judged=False)]
        if located := self._located(stripped, None):
            return located
        return [Reference(home, stripped, "it is not a URL")]

    def _array(self, text: str, home: str | None) -> Iterable[Reference]:
        if not text.strip():
            return [Reference(home, "", EMPTY, judged=False)]
        found: list[Reference] = []
        for number, item in enumerate(writings.elements(text)):
            if isinstance(item, str):
                found += self._key(item, home, number)
            else:
                empty = item is None
                found.append(
                    Reference(home, "", "it is NULL" if empty else "it is not a text", number, judged=not empty)
                )
        return found

    def _json(self, text: str, home: str | None) -> Iterable[Reference]:
        strings = writings.texts_in_json(text)
        if strings is None:
            return [
                Reference(home, text[: writings.LONGEST_KEY], "it is not JSON", judged=False),
                *self._text(text, home),
            ]
        found: list[Reference] = []
        number = 0
        for item in strings:
            if locations.has_scheme(item) or locations.storage_path(item) is not None:
                places: list[list[Reference]] = [self._target(item, home, number)]
            elif "://" in item or "/storage/v1/" in item or "<" in item:
                places = [self._text_place(r, home, number + i) for i, r in enumerate(writings.names_in_text(item))]
            elif writings.is_path_like(item):
                places = [self._key(item, home, number)]
            else:
                found += self._tentative(item, home)
                continue
            found += (reference for place in places for reference in place)
            number += len(places)
        return found

    def _text(self, text: str, home: str | None) -> Iterable[Reference]:
        found = self._places(writings.names_in_text(text), home)
        found += self._words(text, home, found)
        for target in writings.links_in_text(text):
            for form in dict.fromkeys((target, unquote(target), unquote(target.split("#")[0].split("?")[0]))):
                found += self._tentative(form.removeprefix("./"), home)
        return found

    def _html(self, text: str, home: str | None) -> Iterable[Reference]:
        found = self._places(writings.names_in_html(text), home)
        seen = {(r.bucket, r.key) for r in found}
        for readings in writings.urls_in(text) if "//" in text or "/storage/" in text else ():
            # A storage URL in the running text names its object too; other addresses there are no business of ours.
            place = self._text_place(readings, home, len(found))
            if not place[0].problem and not seen.intersection((r.bucket, r.key) for r in place):
                found += place
        return [*found, *self._words(text, home, found)]

    def _words(self, text: str, home: str | None, known: Iterable[Reference]) -> list[Reference]:
        """What stands in a writing in some notation that is not known here names an object if there is one."""
        words = writings.words_in(text).difference(reference.key for reference in known)
        return [reference for word in sorted(words) for reference in self._tentative(word, home)]

    def _places(self, places: Iterable[tuple[str, ...]], home: str | None) -> list[Reference]:
        found: list[Reference] = []
        number = 0
        for readings in places:
            if readings[0].lower().startswith(locations.IGNORED):
                continue
            found += self._text_place(readings, home, number)
            number += 1
        return found

    def _text_place(self, readings: tuple[str, ...], home: str | None, number: int) -> list[Reference]:
        found: list[Reference] = []
        for reading in readings:
            for reference in self._target(reading, home, number):
                form = OTHER_FORM if found else reference.form
                found.append(replace(reference, element=number, form=form))
        return found

    # --- one place -------------------------------------------------------------------------------------------------

    def _target(self, text: str, home: str | None, element: int | None) -> list[Reference]:
        """A src, href or Markdown target: a URL, or a key that may be encoded and may carry a query."""
        if located := self._located(text, element, judged=False):
            return located
        bare = text.split("#", 1)[0].split("?", 1)[0] or text
        readings = [form for reading in (bare, text) for form in (unquote(reading), reading)]
        readings += [form.removeprefix("./") for form in readings]
        if home is None:
            return [
                Reference(None, key, "it names no bucket", element, OTHER_FORM if number else PRIMARY, judged=False)
                for number, key in enumerate(dict.fromkeys(readings))
            ]
        return self._readings(home, readings, element, judged=False)

    def _key(self, text: str, home: str | None, element: int | None, *, judged: bool = True) -> list[Reference]:
        if ":" in text or text[:1] in ("/", "\\"):
            if located := self._located(text, element, judged=judged):
                return [*located, *self._as_it_stands(text, home, located)]
        elif not text.strip():
            return [Reference(home, text, EMPTY, element, judged=False)]
        if home is None:
            return [Reference(None, text, "it names no bucket", element, judged=judged)]
        return self._forms(home, text, element, judged=judged)

    def _as_it_stands(self, text: str, home: str | None, located: list[Reference]) -> list[Reference]:
        """A text that looks like an address of another place may all the same be the very key of an object, for
        example `//a.png`: that one is protected."""
        if home is None or not all(reference.problem for reference in located):
            return []
        return [replace(located[0], bucket=home, key=text, form=OTHER_FORM, judged=False)]

    def _located(self, text: str, element: int | None, *, judged: bool = True) -> list[Reference] | None:
        """What a URL or an absolute path below a bucket's folder names; None when the text is neither."""
        if (path := locations.file_path(text)) is not None or locations.is_absolute(text):
            place = self._folders.find(path if path is not None else text)
            if place and ".." not in place[1].split("/"):
                return self._forms(*place, element, judged=judged)
            if path is not None:
                return [Reference(None, text, "it is a file outside of the buckets’ folders", element, judged=judged)]
        if locations.has_scheme(text) or locations.storage_path(text) is not None:
            return self._url(text, element, judged=judged)
        return None

    def _url(self, url: str, element: int | None, *, judged: bool = True) -> list[Reference]:
        if locations.is_cloudinary(url):
            return [Reference(None, url, "it is a Cloudinary address", element, judged=judged)]
        place = locations.storage_path(url)
        host = locations.host_of(url)
        if place is None or (self._hosts and host and host not in self._hosts):
            problem = f"it is an address at {host or 'another place'}"
            bucket, key = locations.guessed(url, self.buckets) or (None, url)
            return [Reference(bucket, key, problem, element, judged=judged)]
        bucket, _, key = place.partition("/")
        return self._readings(unquote(bucket), (unquote(key), key), element, judged=judged)

    def _forms(self, bucket: str, key: str, element: int | None, *, judged: bool = True) -> list[Reference]:
        """A key as it stands, and decoded and without `./`, if that differs: each form counts as naming."""
        if "%" not in key and not key.startswith("./"):
            return [self._judge(bucket, key, element, PRIMARY, judged)]
        bare = key.removeprefix("./")
        return self._readings(bucket, (key, bare, unquote(key), unquote(bare)), element, judged=judged)

    def _readings(self, bucket: str, keys: Iterable[str], element: int | None, *, judged: bool) -> list[Reference]:
        """One place read in several ways, the likeliest first."""
        forms = dict.fromkeys(keys)
        return [
            self._judge(bucket, key, element, OTHER_FORM if number else PRIMARY, judged)
            for number, key in enumerate(forms)
        ]

    def _judge(self, bucket: str, key: str, element: int | None, form: int, judged: bool) -> Reference:
        problem, unlisted = _problem(key), ""
        if bucket not in self.buckets:
            problem = f"it names “{bucket}”, which is not among the listed buckets"
        elif not problem:
            problem = unlisted = self._unproven(bucket, key)
            judged = not unlisted
        return Reference(bucket, key, problem, element, form, judged, bool(unlisted))

    def _unproven(self, bucket: str, key: str) -> str:
        if bucket in self._incomplete:
            return not_listed(bucket)
        prefixes = self._unlisted.get(bucket, ())
        if any(key == prefix or (prefix.endswith("/") and key.startswith(prefix)) for prefix in prefixes):
            return f"it lies in a part of “{bucket}” that could not be listed"
        return ""

    def _tentative(self, text: str, home: str | None) -> list[Reference]:
        if home is None or home not in self.buckets or len(text) > writings.LONGEST_KEY or not text:
            return []
        return [Reference(home, text, form=TENTATIVE, judged=False)]


def _problem(key: str) -> str:
    if not key.strip():
        return EMPTY
    if locations.is_absolute(key):
        return "it is an absolute path"
    if "\\" in key and "/" not in key:
        return "it is written with backslashes"
    if ".." in key and ".." in key.replace("\\", "/").split("/"):
        return "it has “..” in it"
    if not key.isascii() and any("\ud800" <= c <= "\udfff" for c in key):
        return "it is not valid text"
    return ""
