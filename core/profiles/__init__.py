"""Profiles: which storage, which catalog, which tables name which objects, and how careful to be."""

from __future__ import annotations

from core.profiles.addresses import normal_address
from core.profiles.destination import Broken, Destination, Duplicates, Existing, RowMapping, Spelling
from core.profiles.family import AUTOMATIC, FORMS, Family, Recompression, RetentionRule
from core.profiles.profile import (
    HOLDS,
    KEY,
    PASSWORD,
    PRACTICE,
    SUPABASE,
    Profile,
    ReferenceColumn,
    Safety,
    Source,
    Supabase,
)
from core.profiles.reading import read
from core.profiles.stored import check_name, load, names

__all__ = [
    "AUTOMATIC",
    "FORMS",
    "HOLDS",
    "KEY",
    "PASSWORD",
    "PRACTICE",
    "SUPABASE",
    "Broken",
    "Destination",
    "Duplicates",
    "Existing",
    "Family",
    "Profile",
    "Recompression",
    "ReferenceColumn",
    "RetentionRule",
    "RowMapping",
    "Safety",
    "Source",
    "Spelling",
    "Supabase",
    "check_name",
    "load",
    "names",
    "normal_address",
    "read",
]
