"""What a profile says: which storage, which catalog, which tables name which objects, and how careful to be."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from core import places
from core.errors import NotFound
from core.profiles.addresses import hosts_of, normal_address, reference_of
from core.profiles.destination import FOLDER_TABLE, Destination, RowMapping
from core.profiles.family import Family

HOLDS = ("path", "bucket_path", "url", "array", "text", "json", "html")
"""What a reference column may hold (design.md, ports and adapters)."""
PRACTICE = "practice"
"""The name, and the kind, of the built-in profile."""
SUPABASE = "supabase"
"""The kind of a profile of a Supabase project."""
ASSOCIATIONS = "image_patient_associations"
"""The table whose rows only say which patient an image belongs to."""
KEY, PASSWORD = "key", "password"
"""The two ways to sign in to a Supabase project."""


@dataclass(frozen=True, slots=True)
class ReferenceColumn:
    """A column that names objects, and how."""

    name: str
    holds: str


@dataclass(frozen=True, slots=True)
class Source:
    """A table that names objects. If it `describes`, one row is about one object, and only such rows may be deleted.
    The bucket is fixed, or read from `bucket_column`, or (both None) must be in the reference itself. `goes_along`: its
    rows go when retention removes their object; None where the profile does not say."""

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
    goes_along: bool | None = None

    @property
    def goes_with_object(self) -> bool:
        """Whether its rows go along with an object that retention removes. Unless the profile says otherwise, only
        associations do; any other row keeps its object."""
        return self.table == ASSOCIATIONS if self.goes_along is None else self.goes_along

    @property
    def mapping(self) -> str:
        """A hash of all that says what is named: another one means that earlier findings do not count."""
        words = [getattr(self, name) for name in self.__slots__ if name not in ("name", "goes_along")]
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
class Supabase:
    """Where a Supabase project is and how to sign in there; its secrets are in the keyring or the environment.
    `postgres` is the address of the direct connection, without a password, '' for none. `hosts` are further names by
    which the project's URLs may go, for example a custom domain."""

    url: str
    sign_in: str = KEY
    email: str = ""
    postgres: str = ""
    hosts: tuple[str, ...] = ()

    @property
    def reference(self) -> str:
        """The reference of a hosted project, '' for any other."""
        return reference_of(self.url)

    @property
    def all_hosts(self) -> frozenset[str]:
        """Every host (with its port) that a URL into this project's storage may have."""
        return hosts_of(self.url) | {host.lower() for host in self.hosts}


@dataclass(frozen=True, slots=True)
class Profile:
    """Everything about one project but its secrets. `buckets` empty means all of them. Storage and catalog are None
    unless they are a folder and a file (kinds `local` and `practice`); `supabase` is None unless the kind says so.
    `notices` are sentences about what the profile's file says and nobody understands."""

    name: str
    kind: str
    storage: Path | None = None
    catalog: Path | None = None
    buckets: tuple[str, ...] = ()
    sources: tuple[Source, ...] = ()
    safety: Safety = field(default_factory=Safety)
    expiring: timedelta = timedelta(days=2)
    families: tuple[Family, ...] = ()
    production: bool = False
    read_only: bool = False
    supabase: Supabase | None = None
    monitor_every: timedelta = timedelta(minutes=5)
    destinations: tuple[Destination, ...] = ()
    notices: tuple[str, ...] = field(default=(), compare=False)

    @property
    def project(self) -> str:
        """Identifies storage and catalog, whatever the profile is called: plans and workspaces belong to it."""
        if self.supabase is not None:
            words = f"{self.kind}\n{normal_address(self.supabase.url)}"
        else:
            paths = [str(path.resolve()) for path in (self.storage, self.catalog) if path is not None]
            words = "\n".join([self.kind, *paths])
        return hashlib.sha256(words.encode(errors="surrogateescape")).hexdigest()[:16]

    @property
    def hosts(self) -> frozenset[str]:
        """The hosts whose storage URLs mean this project's objects; empty when any host's do."""
        return frozenset() if self.supabase is None else self.supabase.all_hosts

    def family_of(self, bucket: str) -> Family | None:
        """The first family that a bucket belongs to, which is the one that counts; None for a bucket of none."""
        return next((family for family in self.families if family.holds(bucket)), None)

    @property
    def all_destinations(self) -> tuple[Destination, ...]:
        """Where folders can be uploaded to: what the profile says, and each family under its own name."""
        said = {one.name for one in self.destinations}
        rest = [family.name for family in self.families if family.name not in said]
        implied = [Destination(name, name, folder_rows=self.implied_rows(name)) for name in rest]
        return (*self.destinations, *implied)

    def destination(self, name: str) -> Destination:
        """One of them. Raises `NotFound`, naming those there are."""
        for one in self.all_destinations:
            if one.name == name:
                return one
        known = ", ".join(one.name for one in self.all_destinations) or "none yet"
        raise NotFound(f"The profile has no destination “{name}”.", f"Destinations of this profile: {known}.")

    def implied_rows(self, family: str) -> RowMapping | None:
        """The rows that folders of a family get without anybody saying so: where the project maps the usual table to a
        bucket of that family."""
        for source in self.sources:
            home = self.family_of(source.bucket) if source.bucket else None
            alone = self.families[0] if source.bucket_column and len(self.families) == 1 else None
            found = home or alone
            if source.table == FOLDER_TABLE and found is not None and found.name == family:
                return RowMapping(source.table, key=source.key)
        return None

    def looks_after(self, bucket: str) -> bool:
        """Whether a bucket of the storage is among those that were chosen, or belongs to a family; all of them where
        none was. Of folders, the storage itself shows no others."""
        return not (self.supabase and self.buckets) or bucket in self.buckets or self.family_of(bucket) is not None

    @property
    def quarantine(self) -> Path:
        """The folder that removed objects wait in, of a profile whose storage is a folder."""
        if self.kind == PRACTICE and self.storage is not None:
            return self.safety.quarantine_folder or self.storage.parent / "quarantine"
        return self.safety.quarantine_folder or places.quarantine(self.name)

    @property
    def archive(self) -> Path:
        """The folder that archived objects go to."""
        return self.safety.archive_folder or places.archive(self.name)
