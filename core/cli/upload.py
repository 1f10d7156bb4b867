"""`upload`: folders by the million, found, tracked and uploaded, each once."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from core.cli import upload_documents, words
from core.cli.bucket import ask
from core.cli.session import Session
from core.cli.upload_tables import show_scan, show_state, show_transfer, show_troubles
from core.progress import Report
from core.uploads.desk import Uploads
from core.uploads.destination import DEFAULT, Template
from core.uploads.receipts import Receipts
from core.uploads.scan import Scanned
from core.uploads.state import UploadState, absolute
from core.uploads.transfer import Transferred, Wish

if TYPE_CHECKING:
    from core.engine import Engine


def upload(
    context: typer.Context,
    paths: Annotated[
        list[Path] | None, typer.Argument(metavar="PATH…", help="Folders; everything below them is meant.")
    ] = None,
    family: Annotated[
        str, typer.Option("--family", metavar="F", help="Into which family of buckets; the only one if left out.")
    ] = "",
    scan_only: Annotated[
        bool, typer.Option("--scan-only", help="Find what there is to upload and note it; upload nothing.")
    ] = False,
    status: Annotated[bool, typer.Option("--status", help="Say where uploads stand; change nothing.")] = False,
    key: Annotated[
        str, typer.Option("--key", metavar="TEMPLATE", help="How keys are made, such as {relative}/{name}.")
    ] = DEFAULT,
    batch_size: Annotated[int, typer.Option("--batch-size", metavar="N", min=1, help="Folders in a batch.")] = 50,
    max_retries: Annotated[
        int, typer.Option("--max-retries", metavar="N", min=1, help="Tries for a folder, all runs together.")
    ] = 3,
    delay: Annotated[float, typer.Option("--delay", metavar="S", min=0, help="Seconds between two batches.")] = 0,
    receipts: Annotated[
        str, typer.Option("--receipts", metavar="on|off|FOLDER", help="Receipts in each folder, none, or below FOLDER.")
    ] = "on",
    db_path: Annotated[
        Path | None,
        typer.Option("--db-path", metavar="FILE", help="The tracker, instead of the profile's own; made if missing."),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Go ahead without asking.")] = False,
    confirm: Annotated[
        str | None, typer.Option("--confirm", metavar="NAME", help="The profile's name, where it is in production.")
    ] = None,
) -> None:
    """Upload all pictures below folders, each folder once, and go on where it was broken off."""
    session = Session.of(context)
    if scan_only and status:
        context.fail("--scan-only and --status exclude each other.")
    if not status and not paths:
        context.fail("Name the folder to upload, or ask for --status.")
    uploads, folders = _uploads(session, db_path), paths or []
    if status:
        _answer_state(session, uploads, folders)
        return
    if scan_only:
        _answer_scan(session, uploads, folders)
        return
    template = Template(key)
    ask(session, _question(folders, family), yes, confirm)

    async def work(engine: Engine, report: Report) -> tuple[tuple[Scanned, ...], Transferred, UploadState]:
        wish = Wish(
            engine.families.family(family),
            template,
            batch_size=batch_size,
            max_retries=max_retries,
            delay_seconds=delay,
            receipts=_receipts(receipts),
        )
        found, did = await uploads.upload(
            engine.workspace, engine.store, wish, folders, report=report, catalog=engine.catalog
        )
        return found, did, await uploads.state(folders)

    found, did, after = session.run(work)
    if session.terminal.as_json:
        session.terminal.document(upload_documents.transferred(found, did, after))
    else:
        show_transfer(session.terminal, did, after)
        show_troubles(session.terminal, after)
    if did.failed:
        raise typer.Exit(1)


def _answer_state(session: Session, uploads: Uploads, folders: Sequence[Path]) -> None:
    state = session.run_alone(lambda _: uploads.state(folders))
    if session.terminal.as_json:
        session.terminal.document(upload_documents.state(state))
    else:
        show_state(session.terminal, state, uploads.path)


def _answer_scan(session: Session, uploads: Uploads, folders: Sequence[Path]) -> None:
    async def work(report: Report) -> tuple[tuple[Scanned, ...], UploadState]:
        return await uploads.scan(folders, report=report), await uploads.state(folders)

    found, after = session.run_alone(work)
    if session.terminal.as_json:
        session.terminal.document(upload_documents.scanned(found, after))
        return
    for one in found:
        show_scan(session.terminal, one)
    show_troubles(session.terminal, after)


def _uploads(session: Session, db_path: Path | None) -> Uploads:
    from core.engine import find_profile  # late: `--help` and wrong usage need none of it

    return Uploads(find_profile(session.asked.profile_name), db_path)


def _question(folders: Sequence[Path], family: str) -> str:
    what = f"what is in {folders[0]}" if len(folders) == 1 else f"what is in {words.count(len(folders), 'folder')}"
    return f"Upload {what}{f' into {family}' if family else ''}?"


def _receipts(wanted: str) -> Receipts | None:
    if wanted == "off":
        return None
    return Receipts() if wanted == "on" else Receipts(Path(absolute(wanted)))
