"""`upload`: folders by the million, found and tracked, and where they stand."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from core.cli import upload_documents, words
from core.cli.session import Session
from core.cli.terminal import Terminal
from core.progress import Report
from core.uploads.desk import Uploads
from core.uploads.scan import Scanned
from core.uploads.state import Batch, UploadState

_SHOWN = 20
_BATCHES_SHOWN = 10
_STATES = (("pending", "to upload"), ("success", "uploaded"), ("failed", "failed"), ("skipped", "left out"))
_COLOURS = {"pending": "cyan", "success": "green", "failed": "red", "skipped": "dim"}


def upload(
    context: typer.Context,
    paths: Annotated[
        list[Path] | None, typer.Argument(metavar="PATH…", help="Folders; everything below them is meant.")
    ] = None,
    scan_only: Annotated[
        bool, typer.Option("--scan-only", help="Find what there is to upload and note it; upload nothing.")
    ] = False,
    status: Annotated[bool, typer.Option("--status", help="Say where uploads stand; change nothing.")] = False,
    db_path: Annotated[
        Path | None,
        typer.Option("--db-path", metavar="FILE", help="The tracker, instead of the profile's own; made if missing."),
    ] = None,
) -> None:
    """Find folders to upload by the million, and see where they stand."""
    session = Session.of(context)
    if scan_only == status:
        context.fail("Say either --scan-only or --status. Single files go up with “bucket upload”.")
    if scan_only and not paths:
        context.fail("Name the folder to scan.")
    uploads = _uploads(session, db_path)
    if status:
        state = session.run_alone(lambda _: uploads.state(paths or ()))
        if session.terminal.as_json:
            session.terminal.document(upload_documents.state(state))
        else:
            _show_state(session.terminal, state, uploads.path)
        return
    found, after = session.run_alone(lambda report: _scanned(uploads, paths or (), report))
    if session.terminal.as_json:
        session.terminal.document(upload_documents.scanned(found, after))
        return
    for one in found:
        _show_scan(session.terminal, one)
    _show_troubles(session.terminal, after)


async def _scanned(uploads: Uploads, paths: Sequence[Path], report: Report) -> tuple[tuple[Scanned, ...], UploadState]:
    return await uploads.scan(paths, report=report), await uploads.state(paths)


def _uploads(session: Session, db_path: Path | None) -> Uploads:
    from core.engine import find_profile  # late: `--help` and wrong usage need none of it

    name = session.asked.profile_name
    if not session.asked.chose_profile and db_path is None and not session.terminal.as_json:
        session.terminal.note(f"Project: {name} (choose another with --profile NAME)")
    return Uploads(find_profile(name), db_path)


def _show_scan(terminal: Terminal, one: Scanned) -> None:
    whole = f"{words.count(one.folders, 'folder')} to upload from, {words.count(one.files, 'file')}"
    terminal.heading(str(one.root), f"{whole}, {words.size(one.size_bytes)}, in {words.duration(one.seconds)}")
    terminal.say()
    rows = [
        ("new", one.new),
        ("changed", one.changed),
        ("as before", one.unchanged),
        ("not there any more", one.gone),
        ("out of reach", one.out_of_reach),
    ]
    terminal.table(["Folders", "#"], [(name, words.number(amount)) for name, amount in rows if amount or name == "new"])
    if not one.complete:
        terminal.warn("Not everything could be read: folders that were not seen are not taken for gone.")


def _show_state(terminal: Terminal, state: UploadState, path: Path) -> None:
    folders = state.folders
    if not folders.found and not state.batches:
        terminal.say(f"No folders are known yet in {path}. Next: bucketdesk-cli upload FOLDER --scan-only")
        return
    whole = f"{words.count(folders.found, 'folder')}, {words.count(state.files, 'file')}"
    terminal.heading("Uploads", f"{whole}, {words.size(state.size_bytes)}, known to {path}")
    terminal.say()
    amounts = [(name, said, getattr(folders, name)) for name, said in _STATES]
    terminal.table(["Folders", "#"], [(Text(said, _COLOURS[name]), words.number(n)) for name, said, n in amounts])
    if state.batches:
        terminal.say()
        columns = ["Batch", "Started", "Took", "#Folders", "#Uploaded", "#Failed", ""]
        terminal.table(columns, [_batch(batch) for batch in state.batches[:_BATCHES_SHOWN]])
    if state.failures:
        terminal.say()
        rows = [(one.folder, words.number(one.retries), one.reason) for one in state.failures[:_SHOWN]]
        terminal.table(["Failed", "#Attempts", "Why"], rows)
        _more(terminal, len(rows), folders.failed)
    _show_troubles(terminal, state)


def _batch(batch: Batch) -> Sequence[str]:
    return (
        batch.name or batch.batch_id,
        words.moment(batch.started),
        _took(batch.started, batch.ended),
        words.number(batch.total),
        words.number(batch.successful),
        words.number(batch.failed),
        "" if batch.status == "completed" else batch.status,
    )


def _took(started: datetime | None, ended: datetime | None) -> str:
    return words.duration((ended - started).total_seconds()) if started and ended else ""


def _show_troubles(terminal: Terminal, state: UploadState) -> None:
    if not state.troubles:
        return
    terminal.say()
    rows = state.troubles[:_SHOWN]
    terminal.table(["Not as it should be", "Why"], rows)
    _more(terminal, len(rows), state.troubles_in_all)


def _more(terminal: Terminal, shown: int, total: int) -> None:
    if shown < total:
        terminal.say(f"… and {words.number(total - shown)} more; --status --json shows up to 1,000.", "dim")
