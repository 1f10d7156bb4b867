"""Puts a profile into its TOML document: only what differs is written, so that comments and unknown keys stay."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import TypeVar

import tomlkit
from tomlkit.items import AoT, InlineTable, Table

from core.profiles import AUTOMATIC, Destination, Family, Profile, Recompression, RowMapping, Safety, Source

T = TypeVar("T")
Values = Mapping[str, object]
"""What is to stand in a table; None for what is to be taken out there."""
Part = tomlkit.TOMLDocument | Table | InlineTable

_WHOLE = ("folder_rows", "image_rows", "columns")
"""Tables that hold what they are told to hold and nothing else."""
_DEFAULT_FAMILY = Family("")
_DEFAULT_SAFETY = Safety()
_DEFAULT_SOURCE = Source("", "", (), ())
_OPTIONAL = ("bucket", "bucket_column", "url_column", "expires_column", "status_column", "size_column", "time_column")


def write_into(document: tomlkit.TOMLDocument, profile: Profile) -> None:
    """Makes the document say what the profile says."""
    _put(document, {"kind": profile.kind})
    flags = {"production": _if_any(profile.production), "read_only": _if_any(profile.read_only)}
    place = _table(document, profile.kind)
    _put(place, {**_place(profile), "buckets": _if_any(list(profile.buckets))})
    at_top = profile.supabase is None or any(name in document for name in flags)
    _put(document if at_top else place, flags)
    if at_top:
        _put(place, dict.fromkeys(flags))
    for name, values in (
        ("safety", _safety(profile.safety)),
        ("links", _days(profile.expiring)),
        ("monitor", _minutes(profile.monitor_every)),
    ):
        if name in document or not all(isinstance(v, _Default) or v is None for v in values.values()):
            _put(_table(document, name), values)
    write_families(document, profile.families)
    write_sources(document, profile.sources)
    _put_all(
        document,
        "destinations",
        profile.destinations,
        lambda d: d.name,
        lambda e: e.get("name", e.get("family")),
        lambda d: _destination(d, profile.implied_rows(d.family)),
    )


def write_families(document: tomlkit.TOMLDocument, families: Iterable[Family]) -> None:
    """Puts families in place of those in the document; one of the same name keeps its unknown keys and comments."""
    _put_all(document, "families", families, lambda f: f.name, lambda e: e.get("name"), _family)


def write_sources(document: tomlkit.TOMLDocument, sources: Iterable[Source]) -> None:
    """Puts sources in place of those in the document; one of the same name keeps its unknown keys and comments."""
    _put_all(document, "sources", sources, lambda s: s.name, lambda e: e.get("name", e.get("table")), _source)


def _place(profile: Profile) -> Values:
    project = profile.supabase
    if project is None:
        return {"storage": str(profile.storage), "catalog": str(profile.catalog)}
    return {
        "url": project.url,
        "sign_in": project.sign_in,
        "email": _if_any(project.email),
        "postgres": _if_any(project.postgres),
        "hosts": _if_any(list(project.hosts)),
    }


def _safety(safety: Safety) -> Values:
    default = _DEFAULT_SAFETY
    folders = {"quarantine_folder": safety.quarantine_folder, "archive_folder": safety.archive_folder}
    return {
        "grace_hours": _unless(default.grace, safety.grace, _number(safety.grace / timedelta(hours=1))),
        "guard_share": _unless(default.guard_share, safety.guard_share, safety.guard_share),
        "removal": _unless(default.removal, safety.removal, safety.removal),
        **{name: None if folder is None else str(folder) for name, folder in folders.items()},
        "exclude_tables": _if_any(list(safety.exclude_tables)),
    }


def _days(expiring: timedelta) -> Values:
    days = expiring / timedelta(days=1)
    return {"expiring_days": _unless(2, days, _number(days))}


def _minutes(every: timedelta) -> Values:
    minutes = every / timedelta(minutes=1)
    return {"minutes": _unless(5, minutes, _number(minutes))}


def _family(family: Family) -> Values:
    default = _DEFAULT_FAMILY
    rules = [{"days": r.days, "prefix": r.prefix, "types": list(r.types)} for r in family.rules]
    return {
        "name": family.name,
        "buckets": _if_any(list(family.buckets)),
        **{
            name: _unless(getattr(default, name), getattr(family, name), getattr(family, name))
            for name in ("capacity_bytes", "cleanup_at", "overflow_at", "retention_days", "region", "retention_share")
        },
        "rules": _if_any([{name: value for name, value in rule.items() if value} for rule in rules]),
        "automatic": _unless(default.automatic, family.automatic, sorted(family.automatic, key=AUTOMATIC.index)),
        "recompress": None if family.recompress is None else _recompression(family.recompress),
    }


def _recompression(wanted: Recompression) -> Values:
    default = asdict(Recompression())
    return {name: _unless(default[name], value, value) for name, value in asdict(wanted).items()}


def _source(source: Source) -> Values:
    columns = [{"name": column.name, "holds": column.holds} for column in source.columns]
    return {
        "describes": _if_any(source.describes),
        "name": _unless(source.table, source.name, source.name),
        "table": source.table,
        "key": list(source.key),
        **{name: getattr(source, name) for name in _OPTIONAL},
        **{
            name: _unless(getattr(_DEFAULT_SOURCE, name), getattr(source, name), getattr(source, name))
            for name in ("error_status", "pending_status")
        },
        "goes_along": source.goes_along,
        "columns": columns,
    }


def _destination(wanted: Destination, implied: RowMapping | None) -> Values:
    default = Destination(wanted.name, wanted.family)
    same = {name: _plainly(getattr(wanted, name)) for name in wanted.__slots__ if not name.endswith("_rows")}
    folder_rows = _rows(wanted.folder_rows)
    return {
        **{name: _unless(_plainly(getattr(default, name)), value, value) for name, value in same.items()},
        "duplicates": None if wanted.duplicates is None else str(wanted.duplicates),
        "name": wanted.name,
        "family": _unless(wanted.name, wanted.family, wanted.family),
        "folder_rows": _Default(folder_rows) if wanted.folder_rows == implied else folder_rows,
        "image_rows": _unless(False, _rows(wanted.image_rows), _rows(wanted.image_rows)),
    }


def _rows(rows: RowMapping | None) -> object:
    if rows is None:
        return False
    said = {"table": rows.table, "columns": dict(rows.columns), "key": list(rows.key)}
    return {name: value for name, value in said.items() if value}


def _plainly(value: object) -> object:
    """As TOML knows it."""
    return list(value) if isinstance(value, tuple) else str(value) if isinstance(value, str) else value


@dataclass(frozen=True, slots=True)
class _Default:
    """A value that goes without saying: it stays where it is written, and is not written where it is not."""

    value: object


def _unless(default: object, value: object, written: object) -> object:
    return _Default(written) if value == default else written


def _if_any(value: object) -> object:
    return value or _Default(value)


def _number(value: float) -> float | int:
    return int(value) if value == int(value) else value


def _table(document: tomlkit.TOMLDocument, name: str) -> Part:
    if name not in document:
        document[name] = tomlkit.table()
    found = document[name]
    assert isinstance(found, Table | InlineTable), name  # reading it beforehand made sure
    return found


def _put(part: Part, values: Values) -> None:
    for name, value in values.items():
        if value is None or isinstance(value, _Default):
            if name in part and (value is None or _plain(part[name]) != value.value):
                part.remove(name)
        elif isinstance(value, dict) and isinstance(part.get(name), Table | InlineTable):
            gone = dict.fromkeys(part[name].keys() - value.keys()) if name in _WHOLE else {}
            _put(part[name], {**value, **gone})
        elif name not in part or _plain(part[name]) != value:
            part[name] = _inline(value)


def _plain(value: object) -> object:
    unwrap = getattr(value, "unwrap", None)
    return unwrap() if unwrap else value


def _inline(value: object) -> object:
    """Tables, and lists of them, on the line of their key; anything else as it is."""
    if isinstance(value, dict):
        inline = tomlkit.inline_table()
        inline.update({name: one for name, one in value.items() if not isinstance(one, _Default)})
        return inline
    if not isinstance(value, list) or not any(isinstance(one, dict) for one in value):
        return value
    array = tomlkit.array()
    for one in value:
        array.append(_inline(one))
    return array


def _put_all(
    document: tomlkit.TOMLDocument,
    name: str,
    wanted: Iterable[T],
    name_of: Callable[[T], str],
    name_in: Callable[[Values], object],
    values: Callable[[T], Values],
) -> None:
    """Makes a list of tables hold exactly the wanted ones; a table that stays is changed where it stands."""
    things = list(wanted)
    if not isinstance(document.get(name), AoT):
        document.pop(name, None)
        if not things:
            return
        document[name] = tomlkit.aot()
    entries = document[name]
    assert isinstance(entries, AoT)
    names = [name_of(thing) for thing in things]
    kept = [entry for entry in entries if name_in(entry) in names]
    if [name_in(entry) for entry in kept] != names[: len(kept)]:
        kept = []  # in another order, or of one name: they are written anew
    for number in reversed(range(len(entries))):
        if not any(entries[number] is entry for entry in kept):
            del entries[number]
    for number, thing in enumerate(things):
        if number == len(entries):
            entries.append(tomlkit.table())
        _put(entries[number], values(thing))
    if not things:
        document.pop(name)
