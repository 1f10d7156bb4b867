"""Writing profiles back as TOML, with what other people wrote there left as it is."""

from __future__ import annotations

import contextlib
import os
import re
import tempfile
import tomllib
from pathlib import Path

import tomlkit

from core import places
from core.errors import AlreadyExists, BadProfile, WorkspaceError
from core.profile_document import write_families, write_into
from core.profiles import Family, Profile, check_name, load, names, read


def create(profile: Profile) -> Path:
    """Writes a new profile, readable by its owner only. Raises `AlreadyExists`, `BadProfile`."""
    path = places.profiles() / f"{check_name(profile.name)}.toml"
    if path.exists():
        raise AlreadyExists(f"There is a profile named “{profile.name}” already.", "Choose another name.")
    document = tomlkit.document()
    write_into(document, profile)
    text = re.sub(r"(?<=[^\n])\n(?=\[)", "\n\n", tomlkit.dumps(document))  # a line between tables, as people leave it
    return _write(path, text)


def edit(profile: Profile) -> Path:
    """Makes the file of the profile of this name say what `profile` says; what else stands there stays. The project
    that it is about can be changed as well, its kind cannot. Raises `NotFound`, `BadProfile`."""
    path, document = _open(profile.name)
    if document["kind"] != profile.kind:
        raise BadProfile(
            f"“{profile.name}” is a profile of kind “{document['kind']}” and stays one.", "Make a new one."
        )
    write_into(document, profile)
    return _write(path, tomlkit.dumps(document))


def replace_families(name: str, families: tuple[Family, ...]) -> Path:
    """Puts other families in place of a profile's; its other keys and comments stay. Raises `NotFound`,
    `BadProfile`."""
    path, document = _open(name)
    write_families(document, families)
    return _write(path, families_apart(tomlkit.dumps(document)))


def families_apart(text: str) -> str:
    """The TOML with an empty line before each family, as people leave it."""
    return re.sub(r"(?<=[^\n])\n(?=\[\[families\]\])", "\n\n", text.rstrip("\n") + "\n")


def forget(name: str) -> None:
    """Removes a profile's file; its secrets, workspace and quarantine stay. Raises `NotFound`."""
    check_there(name)
    try:
        (places.profiles() / f"{name}.toml").unlink()
    except OSError as exc:
        raise WorkspaceError(f"The profile “{name}” cannot be removed: {exc.strerror or exc}.") from exc


def check_there(name: str) -> None:
    """Raises `NotFound`, naming the profiles there are, unless somebody made one of this name, readable or not."""
    if name not in names():
        load(name)


def _open(name: str) -> tuple[Path, tomlkit.TOMLDocument]:
    load(name)
    path = places.profiles() / f"{name}.toml"
    return path, tomlkit.parse(path.read_text("utf-8"))


def _write(path: Path, text: str) -> Path:
    read(path.stem, tomllib.loads(text))  # what is written can be read again, or is not written
    return store(path, text)


def store(path: Path, text: str) -> Path:
    """Puts a text in place of a file, whole or not at all, readable by its owner only. Raises `WorkspaceError`."""
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
