"""A request to the REST half as PostgREST reads it: preferences, accepted kinds, schema and body."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NoReturn

from tests.servers.supabase.rest_errors import RestError
from tests.servers.supabase.rest_sql import Format

JSON = "application/json; charset=utf-8"
_READING = ("GET", "HEAD", "OPTIONS")
_CHOICES = {
    "resolution": ("merge-duplicates", "ignore-duplicates"),
    "return": ("representation", "minimal", "headers-only"),
    "count": ("exact", "planned", "estimated"),
    "tx": ("commit", "rollback"),
    "missing": ("default", "null"),
    "handling": ("strict", "lenient"),
}


@dataclass(frozen=True, slots=True)
class Preferences:
    """The Prefer headers: the first of each kind counts, "" where nothing is preferred."""

    resolution: str = ""
    returns: str = ""
    count: str = ""
    transaction: str = ""
    missing: str = ""
    handling: str = ""
    timezone: str = ""
    max_affected: int | None = None

    def applied(self, *kinds: str) -> str:
        """The Preference-Applied header, of these kinds and those that always apply."""
        written = {
            "resolution": self.resolution,
            "missing": self.missing,
            "return": self.returns,
            "count": self.count,
            "tx": self.transaction,
            "handling": self.handling,
            "timezone": self.timezone,
            "max-affected": "" if self.max_affected is None or self.handling != "strict" else str(self.max_affected),
        }
        always = ("count", "tx", "handling", "timezone")
        return ", ".join(f"{name}={value}" for name, value in written.items() if value and name in (*kinds, *always))


def read_preferences(headers: Sequence[str]) -> Preferences:
    """Understand Prefer headers.

    Raises:
        RestError: PGRST122, `handling=strict` came with a preference that there is not.
    """
    chosen: dict[str, str] = {}
    unknown: list[str] = []
    for preference in (part.strip() for header in headers for part in header.split(",")):
        name, _, value = preference.partition("=")
        known = name == "timezone" or (name == "max-affected" and value.isdigit()) or value in _CHOICES.get(name, ())
        if known:
            chosen.setdefault(name, value)
        elif preference:
            unknown.append(preference)
    if unknown and chosen.get("handling") == "strict":
        raise RestError(
            "PGRST122",
            "Invalid preferences given with handling=strict",
            details=f"Invalid preferences: {', '.join(unknown)}",
        )
    most = chosen.get("max-affected")
    return Preferences(
        resolution=chosen.get("resolution", ""),
        returns=chosen.get("return", ""),
        count=chosen.get("count", ""),
        transaction=chosen.get("tx", ""),
        missing=chosen.get("missing", ""),
        handling=chosen.get("handling", ""),
        timezone=chosen.get("timezone", ""),
        max_affected=None if most is None else int(most),
    )


def choose_format(accept: str | None, *, csv_too: bool = True) -> tuple[Format, str]:
    """The form of the answer and its Content-Type: the first accepted one that there is.

    Raises:
        RestError: PGRST107, there is none.
    """
    kinds = sorted((_accepted(part) for part in (accept or "*/*").split(",")), key=lambda kind: -kind[2])
    for kind, parameters, _ in kinds:
        stripped = parameters.get("nulls") == "stripped"
        end = ";nulls=stripped" if stripped else ""
        if kind in ("*/*", "application/*", "application/json"):
            return Format(), JSON
        if kind in ("application/vnd.pgrst.object+json", "application/vnd.pgrst.object"):
            return Format("object", stripped), f"application/vnd.pgrst.object+json{end}; charset=utf-8"
        if kind in ("application/vnd.pgrst.array+json", "application/vnd.pgrst.array"):
            return Format("json", stripped), f"application/vnd.pgrst.array+json{end}; charset=utf-8"
        if kind in ("text/csv", "text/*") and csv_too:
            return Format("csv"), "text/csv; charset=utf-8"
    listed = ", ".join(kind for kind, _, _ in kinds)
    raise RestError("PGRST107", f"None of these media types are available: {listed}")


def _accepted(part: str) -> tuple[str, dict[str, str], float]:
    kind, *given = (piece.strip() for piece in part.split(";"))
    parameters = dict(each.split("=", 1) for each in given if "=" in each)
    try:
        quality = float(parameters.pop("q", "1"))
    except ValueError:
        quality = 1.0
    return kind.lower(), parameters, quality


def choose_schema(method: str, headers: Mapping[str, str], exposed: Sequence[str]) -> tuple[str, bool]:
    """The schema that is meant, and whether a header chose it.

    Raises:
        RestError: PGRST106, it is not exposed.
    """
    profile = headers.get("accept-profile" if method in _READING else "content-profile")
    if profile is None:
        return exposed[0], len(exposed) > 1
    if profile not in exposed:
        hint = "Only the following schemas are exposed: " + ", ".join(exposed)
        raise RestError("PGRST106", f"Invalid schema: {profile}", hint=hint)
    return profile, True


@dataclass(frozen=True, slots=True)
class Payload:
    """A body for the database: its JSON text, which keys are in it, and whether it is one object."""

    text: str
    keys: tuple[str, ...]
    one: bool


def read_payload(body: bytes, content_type: str, columns: Sequence[str] | None) -> Payload:
    """Rows to write: objects of one and the same set of keys, unless the columns are named.

    Raises:
        RestError: PGRST102, it is no such thing.
    """
    kind = content_type.partition(";")[0].strip().lower() or "application/json"
    if kind == "text/csv":
        return _read_csv(body)
    if kind != "application/json":
        raise RestError("PGRST102", f"Content-Type not acceptable: {kind}")
    text = _text(body)
    if columns is not None:
        return Payload(text, tuple(columns), text.lstrip(" \t\r\n").startswith("{"))
    read = read_json(text)
    if isinstance(read, dict):
        return Payload(text, tuple(read), one=True)
    if not isinstance(read, list) or not read:
        return Payload("[]", (), one=False)
    keys = set(read[0]) if isinstance(read[0], dict) else None
    if keys is None or any(not isinstance(each, dict) or set(each) != keys for each in read):
        raise RestError("PGRST102", "All object keys must match")
    return Payload(text, tuple(read[0]), one=False)


def _text(body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError as error:
        raise RestError("PGRST102", "Empty or invalid json") from error


def read_json(text: str) -> object:
    """JSON, without the words that only JavaScript knows.

    Raises:
        RestError: PGRST102, it is none.
    """

    def refuse(word: str) -> NoReturn:
        raise ValueError(word)

    try:
        return json.loads(text, parse_constant=refuse)
    except ValueError as error:
        raise RestError("PGRST102", "Empty or invalid json") from error


def _read_csv(body: bytes) -> Payload:
    lines = list(csv.reader(io.StringIO(_text(body))))
    if not lines or any(len(line) != len(lines[0]) for line in lines):
        raise RestError("PGRST102", "All lines must have same number of fields")
    head, *rows = lines
    read = [{name: None if cell == "NULL" else cell for name, cell in zip(head, row, strict=True)} for row in rows]
    return Payload(json.dumps(read), tuple(head), one=False)
