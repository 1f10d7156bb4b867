"""Turns the parsed TOML of a profile into what it says, with a sentence about the first thing that does not hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from core.errors import BadProfile
from core.profiles import direct
from core.profiles.addresses import is_open_to_listeners, normal_address
from core.profiles.destinations import read_destinations
from core.profiles.families import idle_rules, shared_buckets
from core.profiles.families import read_families as _families
from core.profiles.family import Family
from core.profiles.fields import Fields
from core.profiles.misspelt import notices
from core.profiles.profile import (
    HOLDS,
    KEY,
    PASSWORD,
    SUPABASE,
    Profile,
    ReferenceColumn,
    Safety,
    Source,
    Supabase,
)

_KINDS = ("local", SUPABASE)


def read(name: str, data: Mapping[str, object]) -> Profile:
    """A profile from its parsed TOML; unknown keys are left alone, and told of where they look like known ones.
    Raises `BadProfile`."""
    say = Fields(f"profile “{name}”")
    kind = say.text(data, "kind", "")
    if kind not in _KINDS:
        raise BadProfile(
            f"The profile “{name}” is of kind “{kind}”, which cannot be opened.",
            'Write kind = "local" or kind = "supabase" at the top.',
        )
    place = say.part(data, kind)
    links = say.part(data, "links")
    families = _families(say, data)
    project, remarks = _supabase(say, place) if kind == SUPABASE else (None, [])
    profile = Profile(
        name=name,
        kind=kind,
        storage=None if project else say.folder(place, "storage"),
        catalog=None if project else say.folder(place, "catalog"),
        buckets=say.words(place, "buckets"),
        sources=_sources(say, data),
        safety=_safety(say, say.part(data, "safety")),
        expiring=timedelta(days=say.number(links, "expiring_days", 2, low=0, high=36_500)),
        families=families,
        production=say.flag(data, "production") or say.flag(place, "production"),
        read_only=say.flag(data, "read_only") or say.flag(place, "read_only"),
        supabase=project,
        monitor_every=timedelta(minutes=say.number(say.part(data, "monitor"), "minutes", 5, low=1, high=525_600)),
        notices=(*remarks, *notices(data), *shared_buckets(families), *idle_rules(families)),
    )
    _check_folders(profile)
    return replace(profile, destinations=read_destinations(say, data, profile))


def read_sources(what: str, data: Mapping[str, object]) -> tuple[Source, ...]:
    """The sources in parsed TOML; `what` names it in sentences. Raises `BadProfile`."""
    return _sources(Fields(what), data)


def read_families(what: str, data: Mapping[str, object]) -> tuple[Family, ...]:
    """The bucket families in parsed TOML. Raises `BadProfile`."""
    return _families(Fields(what), data)


def _supabase(say: Fields, part: Mapping[str, object]) -> tuple[Supabase, list[str]]:
    """The project, and what there is to remark about how it is written down."""
    url = normal_address(say.text(part, "url"))
    sign_in = say.text(part, "sign_in", KEY)
    email = say.text(part, "email", "")
    if sign_in not in (KEY, PASSWORD):
        raise BadProfile(f"In the {say.what}, sign_in is “{sign_in}”.", "Write “key” or “password”.")
    if sign_in == PASSWORD and not email:
        raise BadProfile(f"The {say.what} signs in by password, but lacks “email”.", 'For example: email = "me@a.org".')
    written = say.text(part, "postgres", "")
    postgres, password = direct.parted(written)
    remarks = []
    if password is not None:
        remarks.append(
            "The profile's file holds the password of the direct connection, which is not read from there: take it out"
            " of the file and store it as the secret “postgres_password”."
        )
    if is_open_to_listeners(url):
        remarks.append(f"{url} is not encrypted: whoever listens on the way can read the key. Use https:// if you can.")
    return Supabase(url, sign_in, email, postgres, say.words(part, "hosts")), remarks


def _check_folders(profile: Profile) -> None:
    if profile.storage is None:
        return
    storage = profile.storage.resolve()
    for what, folder in (("quarantine", profile.quarantine), ("archive", profile.archive)):
        if folder.resolve().is_relative_to(storage):
            raise BadProfile(
                f"The {what} folder {folder} lies under the storage folder {profile.storage}.",
                "Removed objects must not be listed as objects again: choose a folder outside of it.",
            )


def _safety(say: Fields, part: Mapping[str, object]) -> Safety:
    removal = say.text(part, "removal", "quarantine")
    if removal not in ("quarantine", "archive"):
        raise BadProfile(f"In the {say.what}, removal is “{removal}”.", "Write “quarantine” or “archive”.")
    return Safety(
        grace=timedelta(hours=say.number(part, "grace_hours", 24, low=0, high=876_000)),
        guard_share=say.number(part, "guard_share", 0.2, low=0, high=1),
        removal=removal,
        quarantine_folder=say.folder(part, "quarantine_folder") if "quarantine_folder" in part else None,
        archive_folder=say.folder(part, "archive_folder") if "archive_folder" in part else None,
        exclude_tables=say.words(part, "exclude_tables"),
    )


def _sources(say: Fields, data: Mapping[str, object]) -> tuple[Source, ...]:
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
                goes_along=say.flag(part, "goes_along") if "goes_along" in part else None,
            )
        )
    return tuple(found)


_SOURCE_HINT = 'For example: key = ["id"] and columns = [{ name = "storage_path", holds = "path" }].'
