"""The practice project's profile: which of its tables name which of its objects."""

from __future__ import annotations

import tomllib
from dataclasses import replace

from core import places
from core.errors import BadProfile
from core.profiles import PRACTICE, Family, Profile, ReferenceColumn, Safety, Source
from core.profiles.destination import FOLDER_TABLE
from core.profiles.reading import read_families

PARTS = "sop-images"
PATIENTS = "patient-images"
OVERFLOW = "patient-images-1"
SITE = "cms-images"
DEVICES = "device-tests"
"""The family that folders are uploaded to; it has no bucket yet."""
BUCKETS = (SITE, PATIENTS, OVERFLOW, PARTS)
"""The four buckets, by name."""
RETENTION_DAYS = 30

_SOURCES = (
    Source(
        name="part_images",
        table="part_images",
        key=("id",),
        columns=(ReferenceColumn("storage_path", "path"),),
        describes=True,
        bucket=PARTS,
        url_column="signed_url",
        expires_column="url_expires_at",
        time_column="created_at",
    ),
    Source(
        name="images",
        table="images",
        key=("id",),
        columns=(ReferenceColumn("path", "path"),),
        describes=True,
        bucket=SITE,
        status_column="metadata_status",
        size_column="file_size",
        time_column="created_at",
    ),
    Source(
        name="image_patient_associations",
        table="image_patient_associations",
        key=("id",),
        columns=(ReferenceColumn("image_path", "path"),),
        bucket_column="bucket_name",
        time_column="created_at",
    ),
    Source(
        name="media_assets",
        table="media_assets",
        key=("public_id",),
        columns=(ReferenceColumn("storage_path", "bucket_path"),),
        time_column="created_at",
    ),
    Source(
        name="media_collections",
        table="media_collections",
        key=("id",),
        columns=(ReferenceColumn("image_paths", "array"),),
        bucket=SITE,
        time_column="created_at",
    ),
    Source(
        name="articles",
        table="articles",
        key=("id",),
        columns=(ReferenceColumn("body_html", "html"),),
        bucket=SITE,
        time_column="created_at",
    ),
    Source(
        name=FOLDER_TABLE,
        table=FOLDER_TABLE,
        key=("id",),
        columns=(ReferenceColumn("image_paths", "array"),),
        bucket=DEVICES,
        status_column="test_status",
        time_column="created_at",
    ),
)
MAPPED = tuple(source.table for source in _SOURCES)
"""The tables that the profile maps, each by one source."""


FAMILIES_FILE = "families.toml"


def practice_profile() -> Profile:
    """The built-in profile of the practice project. All it has lies in one folder of Bucketdesk's own, where a file
    that people may change tells its bucket families. What its buckets held before it was made is planted history, in
    the journal of its workspace (core/practice/history.py). Raises `BadProfile` when that file says something that does
    not hold."""
    profile = profile_as_built()
    path = places.practice() / FAMILIES_FILE
    what = f"file {path}"
    try:
        data = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return profile
    except (OSError, ValueError) as exc:  # both a wrong encoding and wrong TOML are a ValueError
        raise BadProfile(f"The {what} cannot be read: {exc}.", _MEND) from exc
    return replace(profile, families=read_families(what, data))


_MEND = "Correct it, or delete it: without it, the families are as they come. “practice reset” makes it anew."


def profile_as_built() -> Profile:
    """The same, whatever the file says."""
    folder = places.practice()
    return Profile(
        name=PRACTICE,
        kind=PRACTICE,
        storage=folder / "storage",
        catalog=folder / "catalog.db",
        sources=_SOURCES,
        safety=Safety(archive_folder=folder / "archive"),
        families=(Family(name=PATIENTS, retention_days=RETENTION_DAYS),),
    )
