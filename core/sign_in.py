"""Who we are to a Supabase project: what kind of key a text is, and how a sign-in stands."""

from __future__ import annotations

import base64
import binascii
import enum
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from core.errors import BadProfile, NotAllowed
from core.profiles import KEY, PASSWORD, Supabase
from core.profiles.addresses import reference_of

_WHERE = "Project Settings → API Keys shows the keys of a project."


class KeyKind(enum.StrEnum):
    """What a key opens. A secret or service key sees and changes everything; a publishable or anon key nothing that
    policies do not allow."""

    SECRET = "secret"
    SERVICE = "service_role"
    PUBLISHABLE = "publishable"
    ANON = "anon"
    USER = "user"
    UNKNOWN = "unknown"

    @property
    def opens_everything(self) -> bool:
        """Whether row level security does not bind whoever has it."""
        return self in (KeyKind.SECRET, KeyKind.SERVICE)


@dataclass(frozen=True, slots=True)
class SignInState:
    """How a sign-in stands: by `key` or by `password`, as whom, until when the token of now lasts (it is renewed before
    that), and, in `trouble`, why nobody is signed in any more."""

    way: str
    who: str
    role: str = ""
    until: datetime | None = None
    trouble: str = ""

    @property
    def is_signed_in(self) -> bool:
        """Whether the project can be asked for anything."""
        return not self.trouble

    @property
    def sentence(self) -> str:
        """The state for a person."""
        if self.trouble:
            return self.trouble
        if self.way == KEY:
            return f"Connected with {self.who}."
        role = f" ({self.role})" if self.role else ""
        until = "" if self.until is None else f", until {self.until:%H:%M} UTC, then renewed"
        return f"Signed in as {self.who}{role}{until}."


def clean_key(text: str) -> str:
    """A key as it was copied, without quotes, blanks and line ends around and inside it."""
    return "".join(text.split()).strip("\"'“”")


def key_kind(key: str) -> KeyKind:
    """What kind of key a text looks like; nothing of it is proven."""
    if key.startswith("sb_secret_"):
        return KeyKind.SECRET
    if key.startswith("sb_publishable_"):
        return KeyKind.PUBLISHABLE
    role = claims_of(key).get("role")
    kinds = {"service_role": KeyKind.SERVICE, "anon": KeyKind.ANON, "authenticated": KeyKind.USER}
    return kinds.get(str(role), KeyKind.UNKNOWN)


def describe_key(key: str) -> str:
    """A key in words, without anything of it."""
    kind = key_kind(key)
    words = {KeyKind.SERVICE: "a service_role key", KeyKind.ANON: "an anon key", KeyKind.UNKNOWN: "a key"}
    return words.get(kind, f"a {kind} key")


def claims_of(token: str) -> Mapping[str, object]:
    """What a JSON web token says of itself, unproven; nothing of what is none."""
    parts = token.split(".")
    if len(parts) != 3:
        return {}
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (binascii.Error, ValueError):
        return {}
    return claims if isinstance(claims, dict) else {}


def check_key(key: str, project: Supabase) -> None:
    """Says what can be told without asking anybody: this cannot be the key that the profile wants. Raises `BadProfile`
    where it is no key, `NotAllowed` where it is one of another project, or not the kind for this way of signing in."""
    if not key:
        raise BadProfile("The key is empty.", _WHERE)
    if "://" in key:
        raise BadProfile("That is an address, not a key.", _WHERE)
    if key.startswith("sbp_"):
        raise BadProfile("That is an access token of a Supabase account, not a key of the project.", _WHERE)
    if not key.isascii() or not key.isprintable():
        raise BadProfile("That is not a key: keys have only plain letters, digits and signs.", _WHERE)
    kind, claims = key_kind(key), claims_of(key)
    if kind is KeyKind.USER:
        raise BadProfile("That is the token of a signed-in user, not a key of the project.", _WHERE)
    reference, meant = claims.get("ref"), reference_of(project.url)
    if isinstance(reference, str) and meant and reference != meant:
        raise NotAllowed(
            f"This key belongs to the project “{reference}”, but the address is that of “{meant}”.",
            "Use the address and the key of one project.",
        )
    ends = claims.get("exp")
    if isinstance(ends, int | float) and ends < time.time():
        raise NotAllowed("This key has expired.", _WHERE)
    if project.sign_in == PASSWORD and kind.opens_everything:
        raise NotAllowed(
            "A secret key opens everything, whoever signs in: signing in by password wants the publishable (or anon) "
            "key.",
            "Store the publishable key instead, or let this profile sign in by key.",
        )
