"""What was asked for beside the command itself: which profile, how to answer, and whether anybody can be asked."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass

from core import places, profiles
from core.errors import Usage
from core.profiles import PRACTICE

_FLAGS = ("--practice", "--json", "--debug")
_VALUES = ("--profile",)


@dataclass(frozen=True, slots=True)
class Asked:
    """The options that go with every command."""

    profile: str = ""
    practice: bool = False
    as_json: bool = False
    debug: bool = False

    @property
    def profile_name(self) -> str:
        """The profile to work on: the one asked for, else the one the window had open last, else the practice
        project. Raises `Usage` when two are asked for."""
        if self.profile and self.practice:
            raise Usage("--profile and --practice exclude each other.", "Leave one of them out.")
        if self.practice:
            return PRACTICE
        return self.profile or _last_used()

    @property
    def chose_profile(self) -> bool:
        """Whether the command line says which project it means."""
        return self.practice or bool(self.profile)


def take_out(arguments: Sequence[str]) -> tuple[Asked, list[str]]:
    """Splits the options that go with every command from the others, wherever they stand: people type them before the
    command and after it. What follows `--` is left alone. Raises `Usage`."""
    found: dict[str, str | bool] = {}
    rest: list[str] = []
    waiting = list(arguments)
    while waiting:
        word = waiting.pop(0)
        name, equals, value = word.partition("=")
        if word == "--":
            rest += [word, *waiting]
            break
        if word in _FLAGS:
            found[word] = True
        elif name in _VALUES:
            if not equals and (not waiting or waiting[0].startswith("-")):
                raise Usage(f"{name} needs a value.", "For example: --profile practice")
            found[name] = value if equals else waiting.pop(0)
        else:
            rest.append(word)
    asked = Asked(
        profile=str(found.get("--profile", "")),
        practice="--practice" in found,
        as_json="--json" in found,
        debug="--debug" in found,
    )
    return asked, rest


def _last_used() -> str:
    """What the window remembers; a profile that is no more does not count."""
    try:
        words = tomllib.loads((places.profiles().parent / "window.toml").read_text("utf-8"))
    except (OSError, ValueError):
        return PRACTICE
    last = words.get("last_profile")
    return last if isinstance(last, str) and last in profiles.names() else PRACTICE
