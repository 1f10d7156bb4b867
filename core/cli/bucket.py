"""`bucket`: the buckets of a project, made, set otherwise and registered."""

from __future__ import annotations

import shlex
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from core.cli import words
from core.cli.apply import Yes
from core.cli.documents import Document
from core.cli.session import Session
from core.engine import Engine, find_profile
from core.errors import NeedsConfirmation, Usage
from core.family_members import Member
from core.models import Bucket, Run
from core.plan_lines import head_json
from core.ports import BucketLimits
from core.profiles import FORMS, Recompression
from core.progress import Report
from core.visibility import Visibility

group = typer.Typer(help="Look at buckets, make the next of a family, and set who may read them and what they take.")
MOST_BYTES = 2**63 - 1
"""No service and no file counts further."""
Name = Annotated[str, typer.Argument(metavar="NAME", help="The bucket.")]
Limit = Annotated[
    int | None,
    typer.Option("--size-limit", metavar="BYTES", min=1, max=MOST_BYTES, help="Take files of at most this size."),
]
Types = Annotated[
    list[str] | None, typer.Option("--type", metavar="TYPE", help="Take files of this type (image/*); may be repeated.")
]
Confirm = Annotated[str | None, typer.Option("--confirm", metavar="PROFILE", help="In production: the profile's name.")]


@group.callback()
def bucket() -> None:
    """Look at buckets, make the next of a family, and set who may read them and what they take."""


@group.command("list")
def show(context: typer.Context) -> None:
    """Every bucket: its family, who may read it, what it takes, and whether it is registered."""
    session = Session.of(context)
    found = session.run(lambda engine, _: engine.families.members())
    if session.terminal.as_json:
        session.terminal.document({"buckets": [_member(one) for one in found]})
        return
    for one in found:
        of = f" of {one.family}" if one.family else ""
        session.terminal.say(f"{one.bucket.name}{of}: {_described(one.bucket)}")
        if one.registered is False:
            session.terminal.warn(f"{one.bucket.name} is not registered. {_next(session, one)}")
        elif one.foreign:
            session.terminal.warn(f"{one.bucket.name}: {one.foreign}")
    if not found:
        session.terminal.say("There are no buckets.")
    for family in find_profile(session.asked.profile_name).families:
        if not any(family.holds(one.bucket.name) for one in found):
            session.terminal.warn(f"No bucket belongs to the family {family.name}: what it says holds nowhere yet.")


@group.command()
def create(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="[NAME]", help="What a bucket of its own is called.")] = "",
    family: Annotated[
        str, typer.Option("--family", metavar="F", help="Make the next bucket of this family, with its settings.")
    ] = "",
    public: Annotated[bool, typer.Option("--public", help="Whoever knows an address may read.")] = False,
    size_limit: Limit = None,
    type_: Types = None,
    yes: Yes = False,
    confirm: Confirm = None,
) -> None:
    """Make a bucket, or the next one of a family."""
    session = Session.of(context)
    if bool(name) == bool(family):
        raise Usage(
            "Say either NAME or --family F.", "For example: bucketdesk-cli bucket create --family patient-images"
        )
    if family and (public or size_limit or type_):
        raise Usage(
            "The next bucket of a family is set like its first.", "Leave out --public, --size-limit and --type."
        )
    ask(session, f"Make the {'next bucket of ' + family if family else 'bucket ' + name}?", yes, confirm)
    if family:
        made = session.run(lambda engine, _: engine.families.make_next(family))
        document: Document = {**_settings(made.bucket), "family": made.family, "made": made.made, "run_id": made.run_id}
        _answer(session, {**document, "trouble": made.trouble}, made.sentence, made.run_id)
        return
    wanted = Bucket(name, public, size_limit, tuple(type_ or ()))
    run = session.run(lambda engine, _: engine.families.make(wanted))
    _answer(session, {**_settings(wanted), "made": True, "run_id": run.run_id}, f"Made: {name}", run.run_id)


@group.command()
def public(context: typer.Context, name: Name, yes: Yes = False, confirm: Confirm = None) -> None:
    """Let whoever knows an address read a bucket, after showing what that opens."""
    _switch(Session.of(context), name, True, yes, confirm)


@group.command()
def private(context: typer.Context, name: Name, yes: Yes = False, confirm: Confirm = None) -> None:
    """Close a bucket to all who are not signed in, after showing which stored links stop working."""
    _switch(Session.of(context), name, False, yes, confirm)


@group.command()
def limits(
    context: typer.Context,
    name: Name,
    size_limit: Limit = None,
    type_: Types = None,
    any_size: Annotated[bool, typer.Option("--any-size", help="Take files of any size.")] = False,
    any_type: Annotated[bool, typer.Option("--any-type", help="Take files of any type.")] = False,
    yes: Yes = False,
    confirm: Confirm = None,
) -> None:
    """Set which files a bucket takes; what is in it stays."""
    session = Session.of(context)
    if (any_size and size_limit) or (any_type and type_) or not (any_size or any_type or size_limit or type_):
        raise Usage("Say what the bucket shall take.", "--size-limit BYTES or --any-size, --type TYPE or --any-type.")
    if not yes:
        session.run(lambda engine, _: engine.families.check_settings(name))
    ask(session, f"Change what {name} takes?", yes, confirm)

    async def work(engine: Engine) -> tuple[Run, Bucket]:
        now = await engine.store.bucket(name)
        size = None if any_size else size_limit or now.size_limit_bytes
        kinds = () if any_type else tuple(type_ or now.mime_types)
        run = await engine.families.set_limits(name, BucketLimits(size, kinds))
        return run, await engine.store.bucket(name)

    run, now = session.run(lambda engine, _: work(engine))
    _answer(session, {**_settings(now), "run_id": run.run_id}, f"{name} is {_described(now)} now.", run.run_id)


@group.command()
def register(context: typer.Context, name: Name) -> None:
    """Let the rights of the project's people hold in a bucket that is there already."""
    session = Session.of(context)
    done = session.run(lambda engine, _: engine.families.register(name))
    said = f"{name} is registered." if done else "This project has no register of buckets; its own rules decide."
    _answer(session, {"name": name, "registered": done}, said, "")


@group.command()
def empty(
    context: typer.Context,
    name: Name,
    output: Annotated[Path | None, typer.Option("-o", "--output", metavar="FILE", help="Where the plan goes.")] = None,
) -> None:
    """Plan to move everything in a bucket to the quarantine, whatever names it; applying wants the bucket's name."""
    session = Session.of(context)
    made = session.run(lambda engine, report: engine.families.plan_empty(name, output, report=report))
    if session.terminal.as_json:
        more: Document = {"file": str(made.path), "more": made.more, "kept": made.kept, "references": made.rows}
        more |= {"mentioned": made.mentioned, "scanned": made.scanned}
        session.terminal.document({**head_json(made.head), **more})
        return
    terminal = session.terminal
    terminal.heading(
        f"Plan {made.head.plan_id}", f"{words.count(made.head.steps, 'step')}, {words.size(made.head.bytes)}"
    )
    terminal.say(f"Everything in {name} moves to the quarantine.")
    if made.scanned:
        terminal.say(f"{words.count(made.rows, 'reference')} in mapped tables would point at nothing.")
    else:
        terminal.warn(f"No scan has seen {name} yet, so nobody knows what names its objects.")
    if made.mentioned:
        terminal.warn(f"{words.count(made.mentioned, 'object')} are named in tables that nobody mapped.")
    if made.kept:
        terminal.say(f"{words.count(made.kept, 'object')} marked to keep stay.")
    if made.more:
        terminal.say("The bucket holds more than one plan takes: plan again when this one is applied.")
    profile = find_profile(session.asked.profile_name)
    typed = profile.name if profile.production else name
    terminal.say(f"Next: {session.command('apply', made.path, '--confirm', typed)}")


@group.command()
def estimate(
    context: typer.Context,
    name: Name,
    form: Annotated[str, typer.Option("--form", metavar="webp|jpeg", help="What images would become.")] = "webp",
    quality: Annotated[int, typer.Option("--quality", min=1, max=100, help="How well they would look.")] = 82,
    above: Annotated[
        int, typer.Option("--above", metavar="BYTES", min=0, max=MOST_BYTES, help="Only larger ones.")
    ] = 1_000_000,
) -> None:
    """Say what re-encoding would have saved on the images of a bucket, by trying some; changes nothing."""
    session = Session.of(context)
    if form not in FORMS:
        raise Usage(f"Images cannot become “{form}”.", f"One of: {', '.join(FORMS)}.")
    rule = Recompression(form, quality, above)
    found = session.run(lambda engine, report: engine.families.estimate_recompression(name, rule, report=report))
    if session.terminal.as_json:
        session.terminal.document({**asdict(found), "saved_bytes": found.saved_bytes})
        return
    if not found.objects:
        session.terminal.say(f"The last scan saw no images over {words.size(above)} in {name}: nothing would be saved.")
        session.terminal.say("Try smaller ones with --above BYTES; “bucket list” shows the names of buckets.")
        return
    held = f"{words.count(found.objects, 'image')} over {words.size(above)}, {words.size(found.bytes)}"
    tried = f"By {words.number(found.sampled)} that were tried, re-encoding would have saved"
    session.terminal.say(f"{held}. {tried} {words.size(found.saved_bytes)}.")


def ask(session: Session, question: str, yes: bool, confirm: str | None) -> None:
    """A yes, or in production the profile's name, where a yes is not enough."""
    profile = find_profile(session.asked.profile_name)
    if profile.production:
        asked = f"{question} {profile.name} is in production. To go ahead, type its name:"
        if session.terminal.type_name(asked, f"--confirm {shlex.quote(profile.name)}", confirm) != profile.name:
            raise NeedsConfirmation(f"“{profile.name}” is in production: changing it wants its name typed.")
    else:
        session.terminal.confirm(question, yes)


def _switch(session: Session, name: str, public: bool, yes: bool, confirm: str | None) -> None:
    async def look(engine: Engine, report: Report) -> Visibility:
        await engine.families.check_settings(name)
        if (await engine.store.bucket(name)).public == public:
            raise Usage(f"The bucket {name} is {'public' if public else 'private'} already.", "Nothing was changed.")
        return await engine.families.preview_visibility(name, public, report=report)

    found = session.run(look)
    if not session.terminal.as_json:
        for sentence in found.sentences:
            session.terminal.say(sentence)
        for link in found.samples:
            session.terminal.say(f"  {link.table}: {link.url}")
    ask(session, f"Make {name} {'public' if public else 'private'}?", yes, confirm)
    run = session.run(lambda engine, _: engine.families.set_public(name, public))
    document = {"name": name, "public": public, "run_id": run.run_id, "would_break": _preview(found)}
    _answer(session, document, f"{name} is {'public' if public else 'private'} now.", run.run_id)


def _answer(session: Session, document: Document, said: str, run_id: str) -> None:
    if session.terminal.as_json:
        session.terminal.document(document)
        return
    session.terminal.say(said)
    if run_id:
        session.terminal.say(f"Undo with: {session.command('undo', run_id)}")


def _preview(found: Visibility) -> Document:
    return {
        "links": dict(found.links),
        "breaks": found.breaks,
        "tables": dict(found.tables),
        "rows": found.rows,
        "unread": dict(found.unread),
    }


def _member(one: Member) -> Document:
    registered = {"family": one.family, "registered": one.registered, "foreign": one.foreign}
    return {**_settings(one.bucket), **registered}


def _settings(found: Bucket) -> Document:
    return {
        "name": found.name,
        "public": found.public,
        "size_limit_bytes": found.size_limit_bytes,
        "mime_types": list(found.mime_types),
    }


def _described(found: Bucket) -> str:
    size = "any size" if found.size_limit_bytes is None else f"at most {words.size(found.size_limit_bytes)}"
    kinds = ", ".join(found.mime_types) or "any type"
    return f"{'public' if found.public else 'private'}, files of {size}, {kinds}"


def _next(session: Session, one: Member) -> str:
    return f"Next: {session.command('bucket', 'register', one.bucket.name)}"
