"""`capacity`: how full buckets are, when they will be full, and what one of them is made of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer
from rich.text import Text

from core.capacity.levels import percent
from core.capacity.models import Breakdown, BucketUse, Capacity, Level, Part
from core.capacity.usage import days_until
from core.cli import use_documents, words
from core.cli.session import Session
from core.cli.terminal import Terminal
from core.cli.what_if import DAYS, what_if
from core.engine import Engine
from core.errors import NotFound

_STATES = {
    Level.OK: Text("✓ ok", "green"),
    Level.CLEAN_UP: Text("! clean up", "yellow"),
    Level.OVERFLOW: Text("! overflows", "magenta"),
    Level.FULL: Text("✗ full", "red"),
}
_COLUMNS = ["Bucket", "Family", "#Objects", "#Stored", "#Capacity", "#Share", "", "#A day", "Full"]


def capacity(
    context: typer.Context,
    bucket: Annotated[
        str, typer.Option("--bucket", "-b", metavar="B", help="What this bucket is made of, as last scanned.")
    ] = "",
    folder: Annotated[
        str, typer.Option("--folder", metavar="F", help="What this folder of it is made of; it ends in a slash.")
    ] = "",
    more: Annotated[
        list[str] | None,
        typer.Option("--more", metavar="FAMILY=BYTES", help="What if so much more came; may be repeated."),
    ] = None,
    days: Annotated[int, typer.Option("--days", metavar="N", min=1, max=730, help="Within so many days.")] = DAYS,
) -> None:
    """How full buckets are, and when they will be full."""
    session = Session.of(context)
    if more and bucket:
        context.fail("--more FAMILY=BYTES is of families: leave out --bucket.")
    if bucket:
        made_of = session.run(lambda engine, _: engine.breakdown(bucket, folder))
        if session.terminal.as_json:
            session.terminal.document(use_documents.breakdown(made_of, folder))
        else:
            _show_breakdown(session.terminal, made_of)
        return
    if folder:
        context.fail("--folder F is of one bucket: name it with --bucket B.")
    found = session.run(lambda engine, _: _measured(session, engine))
    if more:
        what_if(session, found.buckets, more, days)
    elif session.terminal.as_json:
        session.terminal.document(use_documents.capacity(found))
    else:
        _show(session, found)


async def _measured(session: Session, engine: Engine) -> Capacity:
    try:
        await engine.measure()
    except NotFound as exc:
        session.terminal.warn(f"{exc.message} What was seen last is shown. {exc.hint}")
    return await engine.capacity()


def _show(session: Session, found: Capacity) -> None:
    terminal = session.terminal
    if found.at is None:
        terminal.say(f"Nothing was measured yet. Next: {session.command('scan')}")
        return
    terminal.heading(
        f"{words.count(found.objects, 'object')}, {words.size(found.bytes)}", f"measured {words.moment(found.at)}"
    )
    terminal.say()
    terminal.table(_COLUMNS, [_cells(use) for use in found.buckets])
    if found.reclaimable_bytes:
        terminal.say()
        terminal.say(f"{words.size(found.reclaimable_bytes)} wait in the quarantine and can be had back (plan purge).")
    kept = sum(use.kept_versions_bytes for use in found.buckets)
    if kept:
        terminal.say(f"Archived versions take {words.size(kept)} more; they count towards the share.")


def _cells(use: BucketUse) -> Sequence[str | Text]:
    return (
        use.name,
        use.family or "–",
        words.number(use.objects),
        words.size(use.bytes),
        words.size(use.capacity_bytes),
        percent(use.share),
        _STATES[use.level],
        _growth(use.day_bytes),
        _full(use),
    )


def _growth(day_bytes: float | None) -> str:
    if day_bytes is None:
        return ""
    return f"{'-' if day_bytes < 0 else '+'}{words.size(round(abs(day_bytes)))}"


def _full(use: BucketUse) -> str:
    if use.level is Level.FULL:
        return "now"
    if not use.forecast.enough:
        return "not enough history"
    days = days_until(use.forecast)
    return "not in sight" if days is None else f"in {words.count(max(1, round(days)), 'day')}"


def _show_breakdown(terminal: Terminal, found: Breakdown) -> None:
    objects, size = sum(part.objects for part in found.types), sum(part.bytes for part in found.types)
    whole = f"{words.count(objects, 'object')}, {words.size(size)}"
    terminal.heading(found.bucket, f"{whole}, scanned {words.moment(found.at)}")
    if not objects:
        terminal.say("Nothing lies there.")
        return
    for title, parts in (("Type", found.types), ("Folder", found.folders), ("Age", found.ages)):
        terminal.say()
        terminal.table([title, "#Objects", "#Stored", "#Share"], [_part(part, size) for part in parts if part.objects])
    terminal.say()
    terminal.table(["Largest", "#Stored"], [(key, words.size(amount)) for key, amount in found.largest])


def _part(part: Part, whole: int) -> Sequence[str]:
    share = percent(part.bytes / whole) if whole else ""
    return part.name or "(none)", words.number(part.objects), words.size(part.bytes), share
