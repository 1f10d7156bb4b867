"""Writing profiles back as TOML, with what other people wrote there left as it is."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path

import tomlkit
from tomlkit.items import Table

from core import places
from core.errors import AlreadyExists, BadProfile, WorkspaceError
from core.profiles import Profile, Source, check_name, load

_OPTIONAL = ("bucket", "bucket_column", "url_column", "expires_column", "status_column", "size_column", "time_column")


def create(profile: Profile) -> Path:
    """Writes a new local profile, readable by its owner only. Raises `AlreadyExists`, `BadProfile`."""
    path = places.profiles() / f"{check_name(profile.name)}.toml"
    if path.exists():
        raise AlreadyExists(f"There is a profile named “{profile.name}” already.", "Choose another name.")
    document = tomlkit.document()
    document["kind"] = profile.kind
    local = tomlkit.table()
    local["storage"] = str(profile.storage)
    local["catalog"] = str(profile.catalog)
    if profile.buckets:
        local["buckets"] = list(profile.buckets)
    document["local"] = local
    safety = tomlkit.table()
    safety["removal"] = profile.safety.removal
    document["safety"] = safety
    _put_sources(document, profile.sources)
    return _write(path, tomlkit.dumps(document))


def replace_sources(name: str, sources: tuple[Source, ...]) -> Path:
    """Puts other sources in place of a profile's; its other keys and comments stay. Raises `NotFound`, `BadProfile`."""
    load(name)
    path = places.profiles() / f"{name}.toml"
    document = tomlkit.parse(path.read_text("utf-8"))
    document.pop("sources", None)
    _put_sources(document, sources)
    return _write(path, tomlkit.dumps(document))


def forget(name: str) -> None:
    """Removes a profile; its workspace and quarantine stay. Raises `NotFound`."""
    load(name)
    (places.profiles() / f"{name}.toml").unlink()


def _put_sources(document: tomlkit.TOMLDocument, sources: tuple[Source, ...]) -> None:
    if not sources:
        return
    entries = tomlkit.aot()
    for source in sources:
        entries.append(_source(source))
    document["sources"] = entries


def _source(source: Source) -> Table:
    entry = tomlkit.table()
    if source.describes:
        entry["describes"] = True
    if source.name != source.table:
        entry["name"] = source.name
    entry["table"] = source.table
    entry["key"] = list(source.key)
    for name in _OPTIONAL:
        value = getattr(source, name)
        if value is not None:
            entry[name] = value
    columns = tomlkit.array()
    for column in source.columns:
        inline = tomlkit.inline_table()
        inline.update({"name": column.name, "holds": column.holds})
        columns.append(inline)
    entry["columns"] = columns
    return entry


def _write(path: Path, text: str) -> Path:
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=".profile-")
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            Path(temporary).replace(path)
        except BaseException:
            with contextlib.suppress(OSError):
                Path(temporary).unlink()
            raise
    except UnicodeEncodeError as exc:
        raise BadProfile("A profile can only name folders whose names are valid text.") from exc
    except OSError as exc:
        raise WorkspaceError(f"The profile {path} cannot be written: {exc.strerror or exc}.") from exc
    return path
