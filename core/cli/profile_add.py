"""`profile add`: a new profile of a Supabase project, tried before it is written."""

from __future__ import annotations

import os
import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from core import secrets
from core.cli.checks import checked_document, show_checked
from core.cli.profiles import document
from core.cli.session import Session
from core.errors import Usage
from core.profiles import KEY, PASSWORD, SUPABASE, Profile, Supabase, normal_address
from core.profiles.direct import parted
from core.secrets import CLOUDINARY_URL, POSTGRES_PASSWORD, SUPABASE_KEY, SUPABASE_PASSWORD, VARIABLES, Secrets

if TYPE_CHECKING:
    from core.prefill import Prefill
    from core.profile_check import Checked


def add(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="What to call it.")],
    url: Annotated[str, typer.Option("--url", metavar="U", help="The project's address.")] = "",
    sign_in: Annotated[
        Literal["key", "password"] | None, typer.Option("--sign-in", help="By key alone, or by e-mail and password.")
    ] = None,
    email: Annotated[str, typer.Option("--email", metavar="E", help="Who signs in by password.")] = "",
    postgres: Annotated[
        str, typer.Option("--postgres", metavar="DSN", help="The direct connection, without its password.")
    ] = "",
    production: Annotated[bool, typer.Option("--production", help="Every change wants the profile's name.")] = False,
    read_only: Annotated[bool, typer.Option("--read-only", help="Nothing there can be changed.")] = False,
    bucket: Annotated[
        list[str] | None, typer.Option("--bucket", metavar="B", help="Only this bucket; may be repeated.")
    ] = None,
    preset: Annotated[
        list[str] | None, typer.Option("--preset", metavar="P[=BUCKET]", help="A ready mapping; may be repeated.")
    ] = None,
    from_env: Annotated[bool, typer.Option("--from-env", help="Take what is missing from the environment.")] = False,
    env_file: Annotated[
        Path | None, typer.Option("--env-file", metavar="F", help="Take what is missing from this .env file.")
    ] = None,
    unchecked: Annotated[bool, typer.Option("--unchecked", help="Write it without trying to connect.")] = False,
) -> None:
    """Make a profile of a Supabase project. Its key is typed unseen or taken from the environment or a .env file."""
    from core.presets import preset as find_preset
    from core.presets import with_presets
    from core.profile_setup import check_new_name
    from core.profiles import names

    session = Session.of(context)
    check_new_name(name, names())
    found = _prefill(from_env, env_file)
    address, password = parted(postgres)
    if password is not None:
        raise Usage(
            "The password of the direct connection does not belong on the command line, where others can read it.",
            f"Leave it out there; for now set {VARIABLES[POSTGRES_PASSWORD]}, or once the profile is written store it "
            f"with: {_storing(name, POSTGRES_PASSWORD)}",
        )
    way = sign_in or (PASSWORD if email else KEY)
    if way == PASSWORD and not email:
        raise Usage("Signing in by password wants an address.", "Add --email E.")
    made = Profile(
        name,
        SUPABASE,
        buckets=tuple(bucket or ()),
        production=production,
        read_only=read_only,
        supabase=Supabase(_address(url, found), way, email, address or found.postgres),
    )
    made = with_presets(made, [find_preset(one) for one in preset or ()])
    _answer(session, _Adding(session, made, found).carry_out(unchecked=unchecked))


@dataclass(frozen=True, slots=True)
class Added:
    """What came of it. `checked` is None when nobody could try it."""

    profile: Profile
    found: Prefill
    checked: Checked | None
    places: dict[str, str]
    state: str


class _Adding:
    """One profile in the making."""

    def __init__(self, session: Session, profile: Profile, found: Prefill) -> None:
        self._session = session
        self._profile = profile
        self._found = found
        self._store: Secrets = secrets.of_this_process()
        self._values = _secrets_of(profile, found)

    def carry_out(self, *, unchecked: bool) -> Added:
        """Asks for what is missing, tries it, and writes profile and secrets; or nothing of it, when it fails."""
        from core.sign_in import check_key

        self._ask(SUPABASE_KEY, "The key")
        project = self._profile.supabase
        assert project is not None
        if project.sign_in == PASSWORD:
            self._ask(SUPABASE_PASSWORD, f"The password of {project.email}")
        key = os.environ.get(VARIABLES[SUPABASE_KEY]) or self._values.get(SUPABASE_KEY)
        if key:
            check_key(key, project)
        lacks_password = project.sign_in == PASSWORD and not (
            os.environ.get(VARIABLES[SUPABASE_PASSWORD]) or self._values.get(SUPABASE_PASSWORD)
        )
        may_check = bool(key) and not lacks_password and not unchecked
        return self._session.run_alone(lambda report: self._write(may_check))

    def _ask(self, what: str, question: str) -> None:
        if what in self._values or os.environ.get(VARIABLES[what]) or not self._session.terminal.somebody_is_there:
            return
        value = self._session.terminal.type_secret(f"{question} (nothing shows while you type; empty for later):")
        if value.strip():
            self._values[what] = value.strip()

    async def _write(self, may_check: bool) -> Added:
        from core.profile_check import check
        from core.profile_files import create

        name = self._profile.name
        for what, value in self._values.items():
            await self._store.put(name, what, value, lasting=False)
        checked = await check(self._profile) if may_check else None
        create(self._profile)
        for what, value in self._values.items():
            await self._store.put(name, what, value)
        return Added(self._profile, self._found, checked, await self._store.places(name), self._store.state)


def _prefill(from_env: bool, env_file: Path | None) -> Prefill:
    from core.env_file import read_env_file
    from core.prefill import Prefill, prefill

    if from_env and env_file is not None:
        raise Usage("--from-env and --env-file exclude each other.", "Leave one of them out.")
    if env_file is not None:
        return prefill(read_env_file(env_file))
    return prefill(os.environ) if from_env else Prefill()


def _address(url: str, found: Prefill) -> str:
    if url or found.url:
        return normal_address(url or found.url)
    missing = next((" or ".join(names) for names in found.missing if "SUPABASE_URL" in names), "")
    said = f" {missing} is not set." if missing else ""
    raise Usage(f"The address of the project is missing.{said}", "Add --url https://REF.supabase.co.")


def _secrets_of(profile: Profile, found: Prefill) -> dict[str, str]:
    project = profile.supabase
    by_password = project is not None and project.sign_in == PASSWORD
    values = {
        SUPABASE_KEY: found.public_key if by_password else found.key,
        POSTGRES_PASSWORD: found.postgres_password,
        CLOUDINARY_URL: found.cloudinary_url,
    }
    return {what: value for what, value in values.items() if value}


def _answer(session: Session, added: Added) -> None:
    terminal, name = session.terminal, added.profile.name
    next_steps = _next_steps(added)
    if terminal.as_json:
        checked = (
            checked_document(added.checked) if added.checked else {"ok": None, "sign_in": None, "capabilities": []}
        )
        terminal.document(
            {
                **document(name, added.profile),
                "checked": added.checked is not None,
                **checked,
                "found": [{"name": one.name, "shown": one.shown} for one in added.found.found],
                "missing": [names[0] for names in added.found.missing],
                "secrets": added.places,
                "notices": list(added.found.notices),
                "next": next_steps,
            }
        )
        return
    for one in added.found.found:
        terminal.say(f"Found {one.name}: {one.shown}")
    for names in added.found.missing:
        terminal.say(f"Not found: {' or '.join(names)}", "dim")
    lost = added.state if "session" in added.places.values() else ""
    for notice in (*added.found.notices, *filter(None, [lost])):
        terminal.warn(notice)
    if added.checked is not None:
        show_checked(terminal, name, added.checked)
    terminal.say(f"The profile {name} is written.")
    for step in next_steps:
        terminal.say(f"Next: {step}")


def _storing(name: str, what: str) -> str:
    return shlex.join(["bucketdesk-cli", "profile", "secret", name, what])


def _next_steps(added: Added) -> list[str]:
    name = shlex.quote(added.profile.name)
    project = added.profile.supabase
    wanted = [SUPABASE_KEY, *([SUPABASE_PASSWORD] if project and project.sign_in == PASSWORD else [])]
    steps = [
        f"{_storing(added.profile.name, what)}, or set {VARIABLES[what]}"
        for what in wanted
        if added.places.get(what) not in ("environment", "keyring")
    ]
    return steps or ([] if added.checked else [f"bucketdesk-cli profile test {name}"])
