"""What a connected Supabase project lets this person do: facts that were tried, and the sentences that tell them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

State = Literal["yes", "no", "unknown"]
SERVICE = "service_role"
"""The database role behind a secret key: it passes by row level security."""
SET_UP = "Choose “Set up database”, or ask whoever owns the project to do it."
VERSION = 1
"""The version of our functions that this program was made for."""
_READERS = frozenset({"manager", "admin"})
_ANYBODY = frozenset({"staff", "manager", "admin"})
_ROLES: Mapping[str, frozenset[str]] = {
    "bucketdesk_list_objects": _ANYBODY,
    "bucketdesk_stat_objects": _ANYBODY,
    "bucketdesk_object_names": _ANYBODY,
    "bucketdesk_object_ids": _ANYBODY,
    "bucketdesk_usage": _ANYBODY,
    "bucketdesk_usage_history": _ANYBODY,
    "bucketdesk_registry": _ANYBODY,
    "bucketdesk_tables": _READERS,
    "bucketdesk_read_rows": _READERS,
    "bucketdesk_count_rows": _READERS,
    "bucketdesk_check_key": _READERS,
    "bucketdesk_rows_by_key": _READERS,
    "bucketdesk_find_rows": _READERS,
    "bucketdesk_dependents": _READERS,
}
"""Which roles a function answers; those not named here answer only admins."""


@dataclass(frozen=True, slots=True)
class Capability:
    """One line of the table that *Test connection* shows. `next_step` is "" where there is nothing to do."""

    name: str
    state: State
    sentence: str
    next_step: str = ""


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a probe found. `functions`: ours that are there; `version`: theirs, 0 where they are not set up. `roles`:
    what `app_metadata` gives the person. `*_columns`: of the storage schema, empty where they are not known. `tried`:
    what was read for real, by name, each with why it failed ("" when it did not); `sources`: the same for tables."""

    functions: frozenset[str] = frozenset()
    version: int = 0
    user_role: str = ""
    roles: frozenset[str] = frozenset()
    sees_all_objects: bool = False
    tables: tuple[str, ...] = ()
    object_columns: frozenset[str] = frozenset()
    bucket_columns: frozenset[str] = frozenset()
    tried: Mapping[str, str] = field(default_factory=dict)
    sources: Mapping[str, str] = field(default_factory=dict)

    def can(self, function: str) -> bool:
        """Whether a function of ours is there and answers this person."""
        if function not in self.functions:
            return False
        return self.is_service or bool(self.roles & (_ROLES.get(function, frozenset()) | {"admin"}))

    @property
    def is_service(self) -> bool:
        """Whether the key itself passes by row level security."""
        return self.user_role == SERVICE

    @property
    def reads_all_rows(self) -> bool:
        """Whether what is read of tables is proven to be all of it."""
        return self.is_service or self.can("bucketdesk_read_rows")

    @property
    def writes_rows(self) -> bool:
        """Whether rows can be changed."""
        return self.can("bucketdesk_apply_batch")

    def lines(self) -> tuple[Capability, ...]:
        """The whole table, in the order people read it."""
        return tuple(self._lines())

    def _lines(self) -> Iterator[Capability]:
        yield self._who()
        yield self._set_up()
        yield self._attempt("List buckets", "buckets", "The buckets can be listed.")
        yield self._attempt("List objects", "objects", "Objects can be listed.")
        yield self._sees_all()
        yield self._describes()
        yield self._attempt("Read rows", "rows", "Rows can be read.")
        for table, why in self.sources.items():
            yield _line(
                f"Table {table}", why, "It is there and can be read.", "Correct the source, or the right to it."
            )
        yield self._all_rows()
        yield self._writes()
        yield self._creates()
        yield self._versions()

    def _who(self) -> Capability:
        name = "Who you are"
        if self.is_service:
            return Capability(name, "yes", "The key is a secret key: it sees everything and may change everything.")
        if self.user_role != "authenticated":
            return Capability(
                name,
                "no",
                "The key is a publishable key, and nobody is signed in with it.",
                "Sign in with e-mail and password, or use a secret key.",
            )
        if self.roles:
            return Capability(name, "yes", f"You are signed in with the role {' and '.join(sorted(self.roles))}.")
        state: State = "no" if self.version else "unknown"
        return Capability(
            name,
            state,
            "You are signed in, but no role is known for you.",
            "Ask an administrator of the project to put “role”: “staff”, “manager” or “admin” into your app_metadata.",
        )

    def _set_up(self) -> Capability:
        name = "Database set-up"
        if not self.version:
            return Capability(
                name,
                "no",
                "Bucketdesk's functions are not in this database: reading is slower, rows cannot be changed, and what"
                " names an object by its id, or lies outside of the API's schemas, is not seen.",
                SET_UP,
            )
        if self.version < VERSION:
            return Capability(name, "no", f"Bucketdesk's functions are of an older version ({self.version}).", SET_UP)
        if self.version > VERSION:
            return Capability(
                name,
                "yes",
                f"Bucketdesk's functions are of a newer version ({self.version}) than this program.",
                "Update this program when you can.",
            )
        return Capability(name, "yes", f"Bucketdesk's functions are there, version {self.version}.")

    def _attempt(self, name: str, what: str, success: str) -> Capability:
        if what == "objects" and what not in self.tried and not self.is_service and "buckets" in self.tried:
            return Capability(
                name,
                "unknown",
                "No bucket is shown to you, so there was nothing to try it on.",
                "If there are any, an administrator registers them: “bucketdesk-cli database setup --register BUCKET”.",
            )
        if what not in self.tried:
            return Capability(name, "unknown", "There was nothing to try it on.")
        return _line(name, self.tried[what], success, _STEPS[what])

    def _describes(self) -> Capability:
        name = "Describe tables"
        if why := self.tried.get("tables", ""):
            return Capability(name, "no", why, SET_UP if not self.version else _AS_MANAGER)
        return self._attempt(name, "tables", f"{len(self.tables):,} tables can be described.")

    def _sees_all(self) -> Capability:
        name = "See all objects"
        if self.sees_all_objects:
            return Capability(name, "yes", "Every object is shown to you.")
        return Capability(
            name,
            "no",
            "Policies may hide objects from you, so nothing is deleted on the strength of a listing.",
            SET_UP if not self.version else "Use a secret key, or an account with the role admin.",
        )

    def _all_rows(self) -> Capability:
        name = "See all rows"
        if self.reads_all_rows:
            return Capability(name, "yes", "Every row is shown to you.")
        return Capability(
            name,
            "no",
            "Policies may hide rows from you, so no object counts as unnamed.",
            SET_UP if not self.version else _AS_MANAGER,
        )

    def _writes(self) -> Capability:
        name = "Change rows"
        if self.writes_rows:
            return Capability(name, "yes", "Rows can be changed, one by one and checked, and put back.")
        if "bucketdesk_apply_batch" not in self.functions:
            return Capability(name, "no", "Rows cannot be changed without Bucketdesk's functions.", SET_UP)
        return Capability(
            name, "no", "Changing rows takes the role admin.", "Use a secret key, or an account with the role admin."
        )

    def _creates(self) -> Capability:
        name = "Create buckets"
        if self.is_service:
            return Capability(name, "yes", "A secret key may create buckets, the quarantine among them.")
        return Capability(
            name,
            "unknown",
            "Whether your account may create buckets shows only when one is created.",
            "If it may not, create a private bucket “bucketdesk-quarantine” with a secret key once.",
        )

    def _versions(self) -> Capability:
        name = "Versions of objects"
        if not self.object_columns:
            return Capability(name, "unknown", "The columns of the storage tables could not be looked at.")
        if {"archived_at", "is_delete_marker"} <= self.object_columns:
            return Capability(name, "yes", "Archived versions and delete markers are told from objects.")
        return Capability(name, "yes", "This Storage keeps no versions of objects.")


_AS_MANAGER = "Use a secret key, or an account with the role manager or admin."
_STEPS: Mapping[str, str] = {
    "buckets": "Use a secret key, or let a policy allow you to read storage.buckets.",
    "objects": "Use a secret key, or let a policy allow you to read storage.objects.",
    "tables": SET_UP,
    "rows": "Use a secret key, or let a policy allow you to read the table.",
}


def _line(name: str, why: str, success: str, next_step: str) -> Capability:
    return Capability(name, "no", why, next_step) if why else Capability(name, "yes", success)
