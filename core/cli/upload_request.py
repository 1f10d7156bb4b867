"""What `upload` was asked for, in the words of uploads."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from core.errors import Usage
from core.profiles import Destination, Profile
from core.uploads.sending.wishes import Override, with_asked
from core.uploads.status.state import absolute

OFF = "off"
_UNITS = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9}


@dataclass(frozen=True, slots=True)
class Request:
    """One run: which folders, where to, and how."""

    folders: tuple[Path, ...]
    destination: str
    asked: Mapping[str, str]
    override: Override
    every_seconds: float
    settle_seconds: float


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit that was asked for: a number, or None for no limit."""

    value: float | None


def destination_name(profile: Profile, to: str, family: str) -> str:
    """The destination that is meant by its name, or by that of a family or one of its buckets; '' where nothing was
    said. Raises `NotFound`."""
    if family:
        held = next((one for one in profile.families if one.name == family), None) or profile.family_of(family)
        return profile.destination(held.name if held is not None else family).name
    return profile.destination(to).name if to else ""


def asked_for(key: str, existing: str, duplicates: str, receipts: str) -> dict[str, str]:
    """What was asked for beside the destination. Raises `Usage` for what means nothing."""
    where = receipts if receipts in ("", "on", OFF) else absolute(receipts)
    said = {"key": key, "existing": existing, "duplicates": duplicates, "receipts": where}
    asked = {name: value for name, value in said.items() if value}
    with_asked(Destination("", ""), asked)
    return asked


def bytes_of(text: str, option: str) -> Limit | None:
    """`2M`, `500k`, `1.5G` or plain bytes; `off` for no limit; None where nothing was said. Raises `Usage`."""
    if text in ("", OFF):
        return Limit(None) if text else None
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([kmg]?)b?(?:/s)?", text.strip().lower())
    if match is None:
        raise Usage(
            f"{option} is “{text}”, which is no amount of bytes.", f"For example: {option} 2M, or {option} off."
        )
    return Limit(round(float(match[1]) * _UNITS[match[2]]))


def number_of(text: str, option: str, none: str = OFF) -> Limit | None:
    """A number, or the word that says that there is no limit; None where nothing was said. Raises `Usage`."""
    if text in ("", none):
        return Limit(None) if text else None
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value < 1e9:
        raise Usage(
            f"{option} is “{text}”, which is no number above 0.", f"For example: {option} 8, or {option} {none}."
        )
    return Limit(value)
