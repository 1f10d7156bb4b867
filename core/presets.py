"""Ready mappings of tables that many projects have, to start a profile from."""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from importlib import resources

from core.errors import Usage
from core.profiles import Family, Profile, Source
from core.profiles.reading import read_families, read_sources


@dataclass(frozen=True, slots=True)
class Preset:
    """A mapping: what it is about in a sentence, its sources, and the bucket families that go with them."""

    name: str
    about: str
    sources: tuple[Source, ...]
    families: tuple[Family, ...]


@functools.cache
def presets() -> tuple[Preset, ...]:
    """Every preset there is, in the order people look for them."""
    data = tomllib.loads(resources.files("resources").joinpath("presets.toml").read_text("utf-8"))
    return tuple(
        Preset(name, part["about"], read_sources(f"preset “{name}”", part), read_families(f"preset “{name}”", part))
        for name, part in data.items()
    )


def preset(name: str) -> Preset:
    """One preset; `NAME=BUCKET` is the one of that name over another bucket. Raises `Usage`, naming those there are."""
    name, _, bucket = name.partition("=")
    for one in presets():
        if one.name == name:
            if not bucket:
                return one
            moved = {source.bucket for source in one.sources}
            homes = [replace(source, bucket=bucket) if source.bucket else source for source in one.sources]
            families = [replace(family, name=bucket) if family.name in moved else family for family in one.families]
            return replace(one, sources=tuple(homes), families=tuple(families))
    raise Usage(f"There is no preset “{name}”.", f"Presets: {', '.join(one.name for one in presets())}.")


def with_presets(profile: Profile, chosen: Sequence[Preset]) -> Profile:
    """The profile with what the presets bring, as far as it has no source or family of that name."""
    sources = {source.name for source in profile.sources}
    families = {family.name for family in profile.families}
    return replace(
        profile,
        sources=(*profile.sources, *(s for one in chosen for s in one.sources if s.name not in sources)),
        families=(*profile.families, *(f for one in chosen for f in one.families if f.name not in families)),
    )
