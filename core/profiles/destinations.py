"""Reads destinations of uploads from parsed TOML, with a sentence about the first thing that does not hold."""

from __future__ import annotations

import enum
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar

from core.errors import BadProfile, Usage
from core.profiles.destination import ALL_FILES, IMAGES_ONLY, OFF, ON, Destination, Duplicates, RowMapping
from core.profiles.fields import Fields
from core.profiles.key_template import Template
from core.profiles.profile import Profile
from core.profiles.row_fields import OF_FOLDERS, OF_IMAGES, is_known

T = TypeVar("T", bound=enum.StrEnum)
_COUNTLESS = 1_000_000
_ROWS_HINT = 'For example: folder_rows = { table = "device_test", columns = { folder_path = "path" } }.'


def read_destinations(say: Fields, data: Mapping[str, object], profile: Profile) -> tuple[Destination, ...]:
    """All destinations, each with a name of its own. Raises `BadProfile`."""
    found = tuple(_destination(say, part, profile) for part in say.parts(data, "destinations"))
    often = [name for name, count in Counter(one.name for one in found).items() if count > 1]
    if often:
        hint = "Write all that holds for it in one [[destinations]], or give the other a name of its own."
        raise BadProfile(f"In the {say.what}, more than one destination is called “{often[0]}”.", hint)
    return found


def _destination(say: Fields, part: Mapping[str, object], profile: Profile) -> Destination:
    name = say.text(part, "name", "") or say.text(part, "family", "")
    if not name:
        hint = 'For example: name = "device tests" and family = "device-tests".'
        raise BadProfile(f"A destination of the {say.what} has no name.", hint)
    say = Fields(f"destination “{name}” of the {say.what}")
    family = say.text(part, "family", name)
    if not any(one.name == family for one in profile.families):
        known = ", ".join(one.name for one in profile.families) or "none yet"
        hint = f"Families: {known}. A family is made with [[families]]."
        raise BadProfile(f"The {say.what} goes to the family “{family}”, which the profile does not have.", hint)
    default = Destination(name, family, folder_rows=profile.implied_rows(family))
    return Destination(
        name=name,
        family=family,
        key=_template(say, part, default.key),
        spelling=_choice(say, part, "spelling", default.spelling),
        existing=_choice(say, part, "existing", default.existing),
        duplicates=_choice(say, part, "duplicates", Duplicates.ASK) if "duplicates" in part else None,
        files=_files(say, part),
        images=_endings(say, part, "images", default.images),
        stats=_file_name(say, part, "stats", default.stats),
        broken_stats=_choice(say, part, "broken_stats", default.broken_stats),
        disguised=_choice(say, part, "disguised", default.disguised),
        receipts=_receipts(say, part),
        batch_size=_whole(say, part, "batch_size", default.batch_size, 1),
        max_retries=_whole(say, part, "max_retries", default.max_retries, 1),
        delay=say.number(part, "delay", default.delay, low=0, high=86_400),
        folder_rows=_rows(say, part, "folder_rows", default.folder_rows, OF_FOLDERS),
        image_rows=_rows(say, part, "image_rows", None, OF_IMAGES),
    )


def _template(say: Fields, part: Mapping[str, object], default: str) -> str:
    text = say.text(part, "key", default)
    try:
        Template(text)
    except Usage as exc:
        raise BadProfile(f"In the {say.what}: {exc.message}", exc.hint) from exc
    return text


def _choice(say: Fields, part: Mapping[str, object], key: str, default: T) -> T:
    text = say.text(part, key, default)
    try:
        return type(default)(text)
    except ValueError as exc:
        hint = f"One of: {', '.join(type(default))}."
        raise BadProfile(f"In the {say.what}, {key} is “{text}”.", hint) from exc


def _whole(say: Fields, part: Mapping[str, object], key: str, default: int, low: int) -> int:
    value = say.number(part, key, default, low=low, high=_COUNTLESS)
    if value != int(value):
        raise BadProfile(f"In the {say.what}, “{key}” is {value:g}, no whole number.")
    return int(value)


def _files(say: Fields, part: Mapping[str, object]) -> str | tuple[str, ...]:
    said = part.get("files", IMAGES_ONLY)
    if isinstance(said, list):
        return _endings(say, part, "files", ())
    if said not in (IMAGES_ONLY, ALL_FILES):
        hint = 'Write “images”, “all”, or a list of endings: files = [".csv", ".pdf"].'
        raise BadProfile(f"In the {say.what}, files is “{said}”.", hint)
    return str(said)


def _endings(say: Fields, part: Mapping[str, object], key: str, default: tuple[str, ...]) -> tuple[str, ...]:
    """Endings in lower case, each with its dot."""
    if key not in part:
        return default
    found = []
    for word in say.words(part, key):
        ending = word.strip().lower().lstrip("*")
        ending = ending if ending.startswith(".") else f".{ending}"
        if len(ending) == 1 or "/" in ending:
            raise BadProfile(
                f"In the {say.what}, {key} has “{word}”, which is no ending of a file.", "For example: .jpg"
            )
        found.append(ending)
    if not found:
        hint = "Leave it out for the usual ones." if default else "Write “images” if nothing else is to go up."
        raise BadProfile(f"In the {say.what}, {key} is empty: nothing would be found.", hint)
    return tuple(dict.fromkeys(found))


def _file_name(say: Fields, part: Mapping[str, object], key: str, default: str) -> str:
    name = say.text(part, key, default)
    if not name or "/" in name or "\\" in name or name in (".", ".."):
        raise BadProfile(
            f"In the {say.what}, {key} is “{name}”, which is no name of a file.", f"For example: {default}"
        )
    return name


def _receipts(say: Fields, part: Mapping[str, object]) -> str:
    said = say.text(part, "receipts", ON)
    if said in (ON, OFF):
        return said
    folder = Path(said).expanduser()
    if not said or not folder.is_absolute():
        hint = "Write “on”, “off”, or the whole path of the folder that is to hold them."
        raise BadProfile(f"In the {say.what}, receipts is “{said}”.", hint)
    return said


def _rows(
    say: Fields, part: Mapping[str, object], key: str, default: RowMapping | None, known: Mapping[str, str]
) -> RowMapping | None:
    """`false` says that there are none."""
    if key not in part:
        return default
    if part[key] is False:
        return None
    inner = Fields(f"{key} of the {say.what}")
    said = say.part(part, key)
    table = inner.text(said, "table", "")
    if not table:
        raise BadProfile(f"The {inner.what} names no table.", _ROWS_HINT)
    columns = inner.part(said, "columns")
    fields = tuple((column, inner.text(columns, column)) for column in columns)
    if wrong := [(column, field) for column, field in fields if not is_known(field, known)]:
        raise BadProfile(
            f"In the {inner.what}, the column {wrong[0][0]} is to hold “{wrong[0][1]}”, which means nothing.",
            f"One of: {', '.join(known)}; stats.NAME for a part of stats.json; =WORDS for the words themselves.",
        )
    return RowMapping(table, fields, inner.words(said, "key"))
