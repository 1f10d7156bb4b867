"""Profiles: which storage, which catalog, which tables name which objects, and how careful to be."""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from core import places
from core.errors import BadProfile, NotFound

HOLDS = ("path", "bucket_path", "url", "array", "text", "json", "html")
"""What a reference column may hold (design.md, ports and adapters)."""
PRACTICE = "practice"
"""The name of the built-in profile."""
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._-]{0,63}")


@dataclass(frozen=True, slots=True)
class ReferenceColumn:
    """A column that names objects, and how."""

    name: str
    holds: str


@dataclass(frozen=True, slots=True)
class Source:
    """A table that names objects. If it `describes`, one row is about one object, and only such rows may be deleted.
    The bucket is fixed, or read from `bucket_column`, or (both None) must be in the reference itself."""

    name: str
    table: str
    key: tuple[str, ...]
    columns: tuple[ReferenceColumn, ...]
    describes: bool = False
    bucket: str | None = None
    bucket_column: str | None = None
    url_column: str | None = None
    expires_column: str | None = None
    status_column: str | None = None
    size_column: str | None = None
    time_column: str | None = None
    error_status: str = "error"
    pending_status: str = "pending"

    @property
    def mapping(self) -> str:
        """A hash of the whole mapping: another one means that earlier findings do not count."""
        words = [getattr(self, name) for name in self.__slots__ if name != "name"]
        return hashlib.sha256(json.dumps(words, default=lambda c: [c.name, c.holds]).encode()).hexdigest()[:16]

    @property
    def read_columns(self) -> tuple[str, ...]:
        """Every column that a scan reads beside the key, once each."""
        extra = (
            self.bucket_column,
            self.url_column,
            self.expires_column,
            self.status_column,
            self.size_column,
            self.time_column,
        )
        return tuple(dict.fromkeys([*(c.name for c in self.columns), *(c for c in extra if c)]))


@dataclass(frozen=True, slots=True)
class Safety:
    """How careful to be. Folders are None for Bucketdesk's own."""

    grace: timedelta = timedelta(hours=24)
    guard_share: float = 0.2
    removal: str = "quarantine"
    quarantine_folder: Path | None = None
    archive_folder: Path | None = None
    exclude_tables: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Family:
    """Buckets that share a purpose: the name itself and it with -1, -2 …, or a list of names."""

    name: str
    buckets: tuple[str, ...] = ()
    capacity_bytes: int = 1 << 30
    cleanup_at: float = 0.85
    overflow_at: float = 0.95
    retention_days: int | None = None

    def holds(self, bucket: str) -> bool:
        """Whether a bucket belongs to this family."""
        if self.buckets:
            return bucket in self.buckets
        return bucket == self.name or re.fullmatch(re.escape(self.name) + r"-[0-9]+", bucket) is not None


@dataclass(frozen=True, slots=True)
class Profile:
    """Everything about one project but its secrets. `buckets` empty means all of them."""

    name: str
    kind: str
    storage: Path
    catalog: Path
    buckets: tuple[str, ...] = ()
    sources: tuple[Source, ...] = ()
    safety: Safety = field(default_factory=Safety)
    expiring: timedelta = timedelta(days=2)
    families: tuple[Family, ...] = ()
    production: bool = False

    @property
    def project(self) -> str:
        """Identifies storage and catalog, whatever the profile is called: plans and workspaces belong to it."""
        words = f"{self.kind}\n{self.storage.resolve()}\n{self.catalog.resolve()}"
        return hashlib.sha256(words.encode(errors="surrogateescape")).hexdigest()[:16]

    @property
    def quarantine(self) -> Path:
        """The folder that removed objects wait in."""
        if self.kind == PRACTICE:
            return self.safety.quarantine_folder or self.storage.parent / "quarantine"
        return self.safety.quarantine_folder or places.quarantine(self.name)

    @property
    def archive(self) -> Path:
        """The folder that archived objects go to."""
        return self.safety.archive_folder or places.archive(self.name)


def names() -> tuple[str, ...]:
    """The profiles that people made, by name; the practice project is always there beside them."""
    folder = places.profiles()
    return tuple(sorted(p.stem for p in folder.glob("*.toml"))) if folder.is_dir() else ()


def load(name: str) -> Profile:
    """Reads a profile. Raises `NotFound`, or `BadProfile` with a sentence about the first thing that does not hold."""
    path = places.profiles() / f"{name}.toml"
    unknown = NotFound(f"There is no profile named “{name}”.", f"Profiles here: {', '.join((*names(), PRACTICE))}.")
    if not _NAME.fullmatch(name):
        raise unknown
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError as exc:
        raise unknown from exc
    except (OSError, UnicodeDecodeError) as exc:
        raise BadProfile(f"The profile {path} cannot be read: {exc}.") from exc
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as exc:
        raise BadProfile(f"The profile “{name}” is not valid TOML: {exc}.", f"Correct {path}.") from exc
    return read(name, data)


def check_name(name: str) -> str:
    """The name, if a profile may have it."""
    if not _NAME.fullmatch(name) or name == PRACTICE or name.endswith((".", " ")):
        raise BadProfile(
            f"“{name}” cannot be a profile's name.",
            f"Letters, digits, space, dot, dash and underscore, at most 64, and not “{PRACTICE}”.",
        )
    return name


def read(name: str, data: Mapping[str, object]) -> Profile:
    """A profile from its parsed TOML; unknown keys are left alone."""
    say = _Reader(f"profile “{name}”")
    kind = say.text(data, "kind", "")
    if kind != "local":
        hint = "This release opens local profiles." if kind == "supabase" else 'Write kind = "local" at the top.'
        raise BadProfile(f"The profile “{name}” is of kind “{kind}”, which cannot be opened.", hint)
    local = say.part(data, "local")
    safety = say.part(data, "safety")
    links = say.part(data, "links")
    profile = Profile(
        name=name,
        kind=kind,
        storage=say.folder(local, "storage"),
        catalog=say.folder(local, "catalog"),
        buckets=say.words(local, "buckets"),
        sources=_sources(say, data),
        safety=_safety(say, safety),
        expiring=timedelta(days=say.number(links, "expiring_days", 2, low=0)),
        families=tuple(_family(say, part) for part in say.parts(data, "families")),
        production=say.flag(data, "production"),
    )
    _check_folders(profile)
    return profile


def _check_folders(profile: Profile) -> None:
    storage = profile.storage.resolve()
    for what, folder in (("quarantine", profile.quarantine), ("archive", profile.archive)):
        if folder.resolve().is_relative_to(storage):
            raise BadProfile(
                f"The {what} folder {folder} lies under the storage folder {profile.storage}.",
                "Removed objects must not be listed as objects again: choose a folder outside of it.",
            )


def _safety(say: _Reader, part: Mapping[str, object]) -> Safety:
    removal = say.text(part, "removal", "quarantine")
    if removal not in ("quarantine", "archive"):
        raise BadProfile(f"In the {say.what}, removal is “{removal}”.", "Write “quarantine” or “archive”.")
    return Safety(
        grace=timedelta(hours=say.number(part, "grace_hours", 24, low=0)),
        guard_share=say.number(part, "guard_share", 0.2, low=0, high=1),
        removal=removal,
        quarantine_folder=say.folder(part, "quarantine_folder") if "quarantine_folder" in part else None,
        archive_folder=say.folder(part, "archive_folder") if "archive_folder" in part else None,
        exclude_tables=say.words(part, "exclude_tables"),
    )


def _family(say: _Reader, part: Mapping[str, object]) -> Family:
    days = part.get("retention_days")
    return Family(
        name=say.text(part, "name"),
        buckets=say.words(part, "buckets"),
        capacity_bytes=int(say.number(part, "capacity_bytes", 1 << 30, low=1)),
        cleanup_at=say.number(part, "cleanup_at", 0.85, low=0, high=1),
        overflow_at=say.number(part, "overflow_at", 0.95, low=0, high=1),
        retention_days=None if days is None else int(say.number(part, "retention_days", 0, low=1)),
    )


def _sources(say: _Reader, data: Mapping[str, object]) -> tuple[Source, ...]:
    found: list[Source] = []
    for part in say.parts(data, "sources"):
        table = say.text(part, "table")
        taken = {s.name for s in found}
        name = say.text(part, "name", table)
        number = 2
        while name in taken:
            name, number = f"{table}#{number}", number + 1
        columns = tuple(
            ReferenceColumn(say.text(c, "name"), say.text(c, "holds", "path")) for c in say.parts(part, "columns")
        )
        wrong = [c.holds for c in columns if c.holds not in HOLDS]
        if wrong:
            raise BadProfile(f"In source “{name}”, holds is “{wrong[0]}”.", f"One of: {', '.join(HOLDS)}.")
        key = say.words(part, "key")
        if not columns or not key:
            raise BadProfile(f"Source “{name}” of the {say.what} lacks its key or its columns.", _SOURCE_HINT)
        describes = say.flag(part, "describes")
        if describes and any(c.holds in ("text", "json", "html") for c in columns):
            raise BadProfile(
                f"Source “{name}” describes objects, but a text column can only mention them.",
                "Leave out describes = true, or name the path column alone.",
            )
        found.append(
            Source(
                name=name,
                table=table,
                key=key,
                columns=columns,
                describes=describes,
                bucket=say.optional(part, "bucket"),
                bucket_column=say.optional(part, "bucket_column"),
                url_column=say.optional(part, "url_column"),
                expires_column=say.optional(part, "expires_column"),
                status_column=say.optional(part, "status_column"),
                size_column=say.optional(part, "size_column"),
                time_column=say.optional(part, "time_column"),
                error_status=say.text(part, "error_status", "error"),
                pending_status=say.text(part, "pending_status", "pending"),
            )
        )
    return tuple(found)


_SOURCE_HINT = 'For example: key = ["id"] and columns = [{ name = "storage_path", holds = "path" }].'


class _Reader:
    """Takes declared fields out of parsed TOML, each with a sentence when it is of the wrong kind."""

    def __init__(self, what: str) -> None:
        self.what = what

    def _bad(self, key: str, wanted: str) -> BadProfile:
        return BadProfile(f"In the {self.what}, “{key}” is not {wanted}.")

    def text(self, part: Mapping[str, object], key: str, default: str | None = None) -> str:
        value = part.get(key, default)
        if value is None:
            raise BadProfile(f"The {self.what} lacks “{key}”.")
        if not isinstance(value, str):
            raise self._bad(key, "a text")
        return value

    def optional(self, part: Mapping[str, object], key: str) -> str | None:
        return self.text(part, key) if part.get(key) not in (None, "") else None

    def folder(self, part: Mapping[str, object], key: str) -> Path:
        return Path(self.text(part, key)).expanduser()

    def flag(self, part: Mapping[str, object], key: str) -> bool:
        value = part.get(key, False)
        if not isinstance(value, bool):
            raise self._bad(key, "true or false")
        return value

    def number(
        self, part: Mapping[str, object], key: str, default: float, low: float = 0, high: float = float("inf")
    ) -> float:
        value = part.get(key, default)
        if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
            raise self._bad(key, f"a number of at least {low:g}" + (f" and at most {high:g}" if high < 1e9 else ""))
        return float(value)

    def words(self, part: Mapping[str, object], key: str) -> tuple[str, ...]:
        value = part.get(key, [])
        if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
            raise self._bad(key, "a list of texts")
        return tuple(value)

    def part(self, data: Mapping[str, object], key: str) -> Mapping[str, object]:
        value = data.get(key, {})
        if not isinstance(value, dict):
            raise self._bad(key, "a table")
        return value

    def parts(self, data: Mapping[str, object], key: str) -> Iterable[Mapping[str, object]]:
        value = data.get(key, [])
        if not isinstance(value, list) or not all(isinstance(v, dict) for v in value):
            raise self._bad(key, "a list of tables")
        return value
