"""What a new profile can take from the environment or from a `.env` file: values found, and names that are missing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from core.errors import BadProfile
from core.profiles import normal_address
from core.profiles.direct import parted
from core.sign_in import KeyKind, clean_key, describe_key, key_kind

URL = ("SUPABASE_URL", "VITE_SUPABASE_URL", "NEXT_PUBLIC_SUPABASE_URL")
SECRET_KEY = ("SUPABASE_SERVICE_ROLE_KEY", "SUPABASE_SECRET_KEY", "SUPABASE_SERVICE_KEY")
PUBLIC_KEY = (
    *("SUPABASE_PUBLISHABLE_KEY", "VITE_SUPABASE_PUBLISHABLE_KEY", "NEXT_PUBLIC_SUPABASE_PUBLISHABLE_KEY"),
    *("SUPABASE_ANON_KEY", "VITE_SUPABASE_ANON_KEY", "NEXT_PUBLIC_SUPABASE_ANON_KEY"),
)
POSTGRES = ("SUPABASE_DB_URL", "SUPABASE_CONNECTION_STRING")
CLOUDINARY_URL = ("CLOUDINARY_URL",)
CLOUDINARY_NAME = ("CLOUDINARY_CLOUD_NAME", "NEXT_PUBLIC_CLOUDINARY_CLOUD_NAME")
CLOUDINARY_KEY = ("CLOUDINARY_API_KEY",)
CLOUDINARY_SECRET = ("CLOUDINARY_API_SECRET",)
_WANTED = (URL, SECRET_KEY, POSTGRES, CLOUDINARY_URL)
_INSTEAD = (CLOUDINARY_KEY, CLOUDINARY_SECRET, CLOUDINARY_NAME)
"""Three variables that together say what CLOUDINARY_URL says."""
_PLACEHOLDER = re.compile(r"(?i)<.*>|\[.*\]|your[-_ ].*|.*\byour-(?:project|key)\b.*|x{4,}|\.{3}|changeme|todo")


@dataclass(frozen=True, slots=True)
class Found:
    """A variable that was found, and what is shown of its value: all of it, unless it opens a door."""

    name: str
    shown: str


@dataclass(frozen=True, slots=True)
class Prefill:
    """What was found. Addresses are in the form that a profile keeps them in; secrets show in no repr. `missing` names
    each thing that was not found, by the names it may have, the usual one first. `notices` are sentences about what was
    found and cannot be used."""

    url: str = ""
    key: str = field(default="", repr=False)
    public_key: str = field(default="", repr=False)
    postgres: str = ""
    postgres_password: str = field(default="", repr=False)
    cloudinary_url: str = field(default="", repr=False)
    found: tuple[Found, ...] = ()
    missing: tuple[tuple[str, ...], ...] = ()
    notices: tuple[str, ...] = ()


def prefill(variables: Mapping[str, str]) -> Prefill:
    """Reads what a profile needs out of variables. Of two names for one thing the one that spec.md A2 names first."""
    reading = _Reading(variables)
    url = reading.url()
    postgres, password = reading.postgres()
    key = reading.key(SECRET_KEY, opens_everything=True)
    public = reading.key(PUBLIC_KEY, opens_everything=False)
    cloudinary = reading.cloudinary()
    missing = [names for names in _WANTED if not reading.has(names)]
    if reading.has_some_of_cloudinary or cloudinary:
        missing = [names for names in missing if names != CLOUDINARY_URL]
        missing += [] if cloudinary else [names for names in _INSTEAD if not reading.has(names)]
    return Prefill(
        url, key, public, postgres, password, cloudinary, tuple(reading.found), tuple(missing), tuple(reading.notices)
    )


class _Reading:
    """One look at the variables, with what is to be told of them."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        self._variables = {
            name: value.strip()
            for name, value in variables.items()
            if value.strip() and not _PLACEHOLDER.fullmatch(value.strip())
        }
        self.found: list[Found] = []
        self.notices: list[str] = []

    def has(self, names: tuple[str, ...]) -> bool:
        """Whether one of the names has a value."""
        return any(name in self._variables for name in names)

    @property
    def has_some_of_cloudinary(self) -> bool:
        """Whether at least one of the three names is there."""
        return any(self.has(names) for names in _INSTEAD)

    def url(self) -> str:
        """The project's address."""
        name, value = self._first(URL)
        if not name:
            return ""
        try:
            address = normal_address(value)
        except BadProfile as wrong:
            self.notices.append(f"{name}: {wrong.message}")
            return ""
        others = {other for other in URL if other in self._variables and _same(self._variables[other]) != address}
        if others:
            self.notices.append(f"{', '.join(sorted(others))} names another project than {name}, which is taken.")
        self.found.append(Found(name, address))
        return address

    def postgres(self) -> tuple[str, str]:
        """The address of the direct connection without its password, and the password."""
        name, value = self._first(POSTGRES)
        if not name:
            return "", ""
        address, password = parted(value)
        if password is not None and _PLACEHOLDER.fullmatch(password):
            self.notices.append(f"{name}: the password in it is a placeholder.")
            password = None
        self.found.append(Found(name, f"{address}, {'with a password' if password else 'without a password'}"))
        return address, password or ""

    def key(self, names: tuple[str, ...], *, opens_everything: bool) -> str:
        """A key of the kind that these names promise."""
        name, value = self._first(names)
        if not name:
            return ""
        key = clean_key(value)
        kind = key_kind(key)
        if kind is not KeyKind.UNKNOWN and kind.opens_everything is not opens_everything:
            self.notices.append(f"{name} holds {describe_key(key)}, which belongs under another name.")
            return ""
        self.found.append(Found(name, f"{describe_key(key)}, {len(key)} characters"))
        return key

    def cloudinary(self) -> str:
        """Cloudinary's address with key and secret, from the one variable or from the three."""
        name, value = self._first(CLOUDINARY_URL)
        if name:
            if not re.fullmatch(r"cloudinary://[^:@/\s]+:[^@/\s]+@[\w.-]+.*", value):
                self.notices.append(f"{name} does not look like cloudinary://KEY:SECRET@NAME.")
                return ""
            self.found.append(Found(name, f"the library “{value.rpartition('@')[2].split('?')[0]}”"))
            return value
        if not all(self.has(names) for names in _INSTEAD):
            return ""
        (key_name, key), (secret_name, secret), (cloud_name, cloud) = map(self._first, _INSTEAD)
        self.found += [Found(cloud_name, cloud), Found(key_name, "a key"), Found(secret_name, "a secret")]
        return f"cloudinary://{key}:{secret}@{cloud}"

    def _first(self, names: tuple[str, ...]) -> tuple[str, str]:
        for name in names:
            if name in self._variables:
                return name, self._variables[name]
        return "", ""


def _same(value: str) -> str:
    try:
        return normal_address(value)
    except BadProfile:
        return ""
