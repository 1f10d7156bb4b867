"""Finds keys of a profile that look like known ones, written wrongly or in the wrong place."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping

_KNOWN: dict[str, tuple[str, ...]] = {
    "": (
        "kind",
        "local",
        "supabase",
        "cloudinary",
        "sources",
        "safety",
        "links",
        "families",
        "monitor",
        "destinations",
        "production",
        "read_only",
    ),
    "local": ("storage", "catalog", "buckets", "production", "read_only"),
    "supabase": ("url", "sign_in", "email", "postgres", "hosts", "buckets", "production", "read_only"),
    "sources": (
        *("name", "table", "key", "columns", "describes", "bucket", "bucket_column", "url_column", "expires_column"),
        *("status_column", "size_column", "time_column", "error_status", "pending_status", "goes_along"),
    ),
    "columns": ("name", "holds"),
    "safety": ("grace_hours", "guard_share", "removal", "quarantine_folder", "archive_folder", "exclude_tables"),
    "links": ("expiring_days",),
    "families": (
        *("name", "buckets", "capacity_bytes", "cleanup_at", "overflow_at", "retention_days", "region", "rules"),
        *("retention_share", "automatic", "recompress"),
    ),
    "rules": ("days", "prefix", "types"),
    "recompress": ("form", "quality", "above_bytes", "keep_originals", "drop_position"),
    "monitor": ("minutes",),
    "destinations": (
        *("name", "family", "key", "spelling", "existing", "duplicates", "files", "images", "stats", "broken_stats"),
        *("disguised", "receipts", "batch_size", "max_retries", "delay", "folder_rows", "image_rows"),
    ),
    "folder_rows": ("table", "columns", "key"),
    "image_rows": ("table", "columns", "key"),
}
_INSIDE = {
    "columns": "sources",
    "rules": "families",
    "recompress": "families",
    "folder_rows": "destinations",
    "image_rows": "destinations",
}
"""Tables that stand inside others."""
_SECRETS = ("key", "api_key", "apikey", "secret", "password", "service_role_key", "service_key", "token")
_ALIKE = 0.75
"""How alike two keys must be (0 to 1, difflib's ratio) for one to be taken for the other misspelt."""


def notices(data: Mapping[str, object]) -> tuple[str, ...]:
    """A sentence about each key that looks misspelt or misplaced. Other unknown keys are somebody else's business."""
    return tuple(sentence for where, part in _tables(data) for sentence in _of_table(where, part))


def _tables(data: Mapping[str, object]) -> Iterator[tuple[str, Mapping[str, object]]]:
    yield "", data
    for name in (known for known in _KNOWN if known not in _INSIDE):
        for part in _parts(data.get(name)):
            yield name, part
            for inner, outer in _INSIDE.items():
                if outer == name:
                    yield from ((inner, one) for one in _parts(part.get(inner)))


def _parts(value: object) -> list[Mapping[str, object]]:
    return [part for part in (value if isinstance(value, list) else [value]) if isinstance(part, dict)]


def _of_table(where: str, part: Mapping[str, object]) -> Iterator[str]:
    place = f"In [{where}] of the profile" if where else "In the profile"
    for key in part:
        if key in _KNOWN[where]:
            continue
        if where == "supabase" and key.lower() in _SECRETS:
            yield f"{place}, “{key}” is not read: secrets belong in the keyring or the environment. Take it out."
        elif near := difflib.get_close_matches(key.lower(), _KNOWN[where], 1, _ALIKE):
            yield f"{place}, “{key}” means nothing; did you mean “{near[0]}”?"
        elif key not in ("name", "region") and (
            elsewhere := [name for name, known in _KNOWN.items() if name and name not in _INSIDE and key in known]
        ):
            yield f"{place}, “{key}” means nothing here; it belongs in [{elsewhere[0]}]."
