"""The profile files that people made: their names, and reading one of them."""

from __future__ import annotations

import re
import tomllib

from core import places
from core.errors import BadProfile, NotFound
from core.profiles.profile import PRACTICE, Profile
from core.profiles.reading import read

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._-]{0,63}")


def names() -> tuple[str, ...]:
    """The profiles that people made, by name; the practice project is always there beside them."""
    folder = places.profiles()
    return tuple(sorted(p.stem for p in folder.glob("*.toml"))) if folder.is_dir() else ()


def load(name: str) -> Profile:
    """Reads a profile. Raises `NotFound`, or `BadProfile` with a sentence about the first thing that does not hold."""
    path = places.profiles() / f"{name}.toml"
    unknown = NotFound(f"There is no profile named “{name}”.", f"Profiles here: {', '.join((*names(), PRACTICE))}.")
    if not _NAME.fullmatch(name):
        raise unknown
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError as exc:
        raise unknown from exc
    except OSError as exc:
        raise BadProfile(f"The profile {path} cannot be read: {exc.strerror or exc}.", "Check its rights.") from exc
    except UnicodeDecodeError as exc:
        hint = "Save it as UTF-8, or take it out of the folder."
        raise BadProfile(f"The profile {path} is not a text in UTF-8.", hint) from exc
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as exc:
        raise BadProfile(f"The profile “{name}” is not valid TOML: {exc}.", f"Correct {path}.") from exc
    return read(name, data)


def check_name(name: str) -> str:
    """The name, if a profile may have it."""
    if not _NAME.fullmatch(name) or name == PRACTICE or name.endswith((".", " ")):
        raise BadProfile(
            f"“{name}” cannot be a profile's name.",
            f"Letters, digits, space, dot, dash and underscore, at most 64, and not “{PRACTICE}”.",
        )
    return name
