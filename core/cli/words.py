"""Numbers, sizes, times and kinds as people read them in a terminal."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from datetime import datetime

from core.models import Kind, State, StepKind
from core.retention import BucketTaking

_UNITS = ("bytes", "KB", "MB", "GB", "TB", "PB")
KINDS: Mapping[Kind, str] = {
    Kind.FILE_WITHOUT_ROW: "files without a row",
    Kind.ROW_WITHOUT_FILE: "rows without a file",
    Kind.WRONG_PREFIX: "wrong bucket prefixes",
    Kind.STALE_METADATA: "stale metadata",
    Kind.DUPLICATE_CONTENT: "duplicate content",
    Kind.LINK_MISSING: "missing links",
    Kind.LINK_EXPIRED: "expired links",
    Kind.LINK_EXPIRING: "expiring links",
    Kind.OVER_AGE: "over age",
}
COLORS: Mapping[State, str] = {
    State.OPEN: "yellow",
    State.YOUNG: "cyan",
    State.UNPROVEN: "magenta",
    State.KEPT: "green",
}
_STEPS: Mapping[StepKind, tuple[str, str, str]] = {
    StepKind.DELETE_OBJECT: ("move", "object", "to quarantine"),
    StepKind.INSERT_ROW: ("insert", "row", ""),
    StepKind.UPDATE_ROW: ("change", "row", ""),
    StepKind.DELETE_ROW: ("delete", "row", ""),
    StepKind.PURGE_OBJECT: ("remove", "object", "for good"),
    StepKind.RESTORE_OBJECT: ("restore", "object", ""),
    StepKind.UPLOAD: ("upload", "object", ""),
    StepKind.CREATE_BUCKET: ("make", "bucket", ""),
    StepKind.UPDATE_BUCKET: ("change", "bucket", ""),
    StepKind.DROP_BUCKET: ("remove", "bucket", ""),
}


def number(value: int) -> str:
    """12480 as "12,480"."""
    return f"{value:,}"


def count(value: int, word: str) -> str:
    """ "1 object", "12,480 objects"."""
    return f"{number(value)} {word}{'' if value == 1 else 's'}"


def size(size_bytes: int | None) -> str:
    """4300000 as "4.3 MB"; whole numbers below a megabyte."""
    if size_bytes is None:
        return ""
    value, unit = float(size_bytes), 0
    while value >= 1000 and unit < len(_UNITS) - 1:
        value, unit = value / 1000, unit + 1
    if unit == 0:
        return "1 byte" if size_bytes == 1 else f"{size_bytes} bytes"
    return f"{value:.0f} {_UNITS[unit]}" if unit == 1 else f"{value:.1f} {_UNITS[unit]}"


def moment(when: datetime | None) -> str:
    """The local time, to the minute."""
    return "" if when is None else f"{when.astimezone():%Y-%m-%d %H:%M}"


def duration(seconds: float) -> str:
    """5.21 as "5.2 s", 3725 as "1:02:05"."""
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def steps(by_kind: Mapping[str, int], size_bytes: int = 0, removal: str = "") -> str:
    """What a plan does, as “move 40 objects (1.2 MB) to quarantine, change 20 rows”."""
    said = []
    for name, amount in by_kind.items():
        verb, thing, where = _STEPS[StepKind(name)]
        if removal == "archive" and name == StepKind.DELETE_OBJECT:
            where = "to the archive"
        whole = f"({size(size_bytes)})" if thing == "object" and size_bytes else ""
        said.append(" ".join(part for part in (verb, count(amount, thing), whole, where) if part))
    return ", ".join(said)


def taking(found: BucketTaking) -> str:
    """ "patient-images: 40 objects, 1.2 MB, 61 associated rows" """
    rows = f", {count(found.rows, 'associated row')}" if found.rows else ""
    return f"{found.bucket}: {count(found.objects, 'object')}, {size(found.bytes)}{rows}"


def takings(found: Sequence[BucketTaking]) -> str:
    """ "In all: 26 objects of 2 buckets, 76 KB, 55 associated rows" """
    objects, rows = sum(one.objects for one in found), sum(one.rows for one in found)
    along = f", {count(rows, 'associated row')}" if rows else ""
    return f"In all: {count(objects, 'object')} of {len(found)} buckets, {size(sum(one.bytes for one in found))}{along}"


def sentence(text: str, end: str = ".") -> str:
    """The words with a capital in front and an end behind."""
    return text[:1].upper() + text[1:] + end


def plain(text: str) -> str:
    """A name that is safe to print: what could steer a terminal or is no character at all is shown as its number."""
    return "".join(c if _is_printable(c) else c.encode("unicode_escape").decode() for c in text)


def _is_printable(character: str) -> bool:
    return character.isprintable() or unicodedata.category(character) == "Zs"
