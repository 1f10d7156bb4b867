"""`profiles`: the projects there are."""

from __future__ import annotations

from collections.abc import Sequence

import typer
from rich.text import Text

from core import profiles as stored
from core.cli.session import Session
from core.errors import BadProfile
from core.profiles import PRACTICE, Profile


def profiles(context: typer.Context) -> None:
    """List the projects that can be opened with --profile."""
    session = Session.of(context)
    found = [(name, *_read(name)) for name in (*stored.names(), PRACTICE)]
    if session.terminal.as_json:
        session.terminal.document({"profiles": [document(*one) for one in found]})
        return
    session.terminal.table(["Profile", "Kind", "Where", ""], [_cells(*one) for one in found])


def _read(name: str) -> tuple[Profile | None, str]:
    """A profile, or why it cannot be used."""
    from core.engine import find_profile

    try:
        return find_profile(name), ""
    except BadProfile as error:
        return None, error.message


def document(name: str, profile: Profile | None, problem: str = "") -> dict[str, object]:
    """A profile for programs, or why it cannot be used."""
    if profile is None:
        return {"name": name, "problem": problem}
    flags = {"production": profile.production, "read_only": profile.read_only}
    return {"name": name, "kind": profile.kind, **_place(profile), **flags, "notices": list(profile.notices)}


def _place(profile: Profile) -> dict[str, object]:
    """Where the project is."""
    project = profile.supabase
    if project is None:
        return {"storage": str(profile.storage), "catalog": str(profile.catalog)}
    sign_in = {"sign_in": project.sign_in, "email": project.email or None, "postgres": project.postgres or None}
    return {"url": project.url, **sign_in}


def _cells(name: str, profile: Profile | None, problem: str) -> Sequence[str | Text]:
    if profile is None:
        return name, "", Text(problem, "red"), ""
    project = profile.supabase
    where = f"{profile.storage}, {profile.catalog}" if project is None else project.url
    marks = ["production"] * profile.production + ["read-only"] * profile.read_only
    return name, profile.kind, where, Text(", ".join(marks), "yellow")
