"""`upload`: folders by the million, found, tracked and uploaded, each once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from core.cli import upload_looking, upload_queue, upload_run, words
from core.cli.bucket import ask
from core.cli.session import Session
from core.cli.upload_request import Request, asked_for, bytes_of, destination_name, number_of
from core.uploads.desk import Uploads
from core.uploads.sending.wishes import Override

Paths = Annotated[list[Path] | None, typer.Argument(metavar="PATH…", help="Folders; everything below them is meant.")]
Folder = Annotated[list[Path] | None, typer.Option(metavar="PATH", help="")]


def upload(
    context: typer.Context,
    paths: Paths = None,
    to: Annotated[
        str,
        typer.Option(
            "--to", metavar="DESTINATION", help="Where the folders go; kept with them. The only one if left out."
        ),
    ] = "",
    family: Annotated[
        str, typer.Option("--family", metavar="F", help="Into which family of buckets; the only one if left out.")
    ] = "",
    scan_only: Annotated[
        bool, typer.Option("--scan-only", help="Find what there is to upload and note it; upload nothing.")
    ] = False,
    status: Annotated[bool, typer.Option("--status", help="Say where uploads stand; change nothing.")] = False,
    verify: Annotated[
        bool, typer.Option("--verify", help="Prove from a fresh listing that every file has arrived; change nothing.")
    ] = False,
    dry_run: Annotated[
        bool,
        typer.Option("--dry-run", help="Show where each file would go, and what is stored already; upload nothing."),
    ] = False,
    go_on: Annotated[
        bool, typer.Option("--go-on", help="Upload everything that waits, each folder to where it was to go.")
    ] = False,
    watch: Annotated[
        bool, typer.Option("--watch", help="Upload what is new once it has stopped changing, until Ctrl-C.")
    ] = False,
    unwatch: Annotated[bool, typer.Option("--no-watch", help="Do not watch these folders any more.")] = False,
    retry_failed: Annotated[
        bool, typer.Option("--retry-failed", help="Queue folders anew that failed: all, or those below PATH.")
    ] = False,
    first: Annotated[
        list[Path] | None,
        typer.Option("--first", metavar="PATH", help="Upload this folder, and what is below it, first."),
    ] = None,
    last: Annotated[
        list[Path] | None,
        typer.Option("--last", metavar="PATH", help="Upload this folder, and what is below it, last."),
    ] = None,
    leave_out: Annotated[
        list[Path] | None,
        typer.Option("--leave-out", metavar="PATH", help="Do not upload this folder, and what is below it."),
    ] = None,
    take_back: Annotated[
        list[Path] | None, typer.Option("--take-back", metavar="PATH", help="Upload what was left out after all.")
    ] = None,
    again: Annotated[
        list[Path] | None,
        typer.Option("--again", metavar="PATH", help="Queue what was uploaded anew, as after a loss in the storage."),
    ] = None,
    answer: Annotated[
        str,
        typer.Option(
            "--answer",
            metavar="upload|skip|rename|version|leave_out",
            help="Answer what is asked about folders: all that take this answer, or those below PATH.",
        ),
    ] = "",
    key: Annotated[
        str, typer.Option("--key", metavar="TEMPLATE", help="How keys are made, such as {relative}/{name}.")
    ] = "",
    existing: Annotated[
        str,
        typer.Option("--existing", metavar="rename|version|fail|ask", help="Where other content has the key already."),
    ] = "",
    duplicates: Annotated[
        str, typer.Option("--duplicates", metavar="upload|skip|ask", help="What is stored under another key already.")
    ] = "",
    receipts: Annotated[
        str, typer.Option("--receipts", metavar="on|off|FOLDER", help="Receipts in each folder, none, or below FOLDER.")
    ] = "",
    batch_size: Annotated[
        int | None, typer.Option("--batch-size", metavar="N", min=1, help="Folders in a batch; 50 if left out.")
    ] = None,
    max_retries: Annotated[
        int | None,
        typer.Option("--max-retries", metavar="N", min=1, help="Tries for a folder, all runs together; 3 if left out."),
    ] = None,
    delay: Annotated[
        float | None, typer.Option("--delay", metavar="S", min=0, help="Seconds between two batches; none if left out.")
    ] = None,
    limit_rate: Annotated[
        str,
        typer.Option("--limit-rate", metavar="2M|off", help="At most so many bytes a second, also in a run under way."),
    ] = "",
    limit_requests: Annotated[
        str, typer.Option("--limit-requests", metavar="N|off", help="At most so many requests a second.")
    ] = "",
    parallel: Annotated[
        str,
        typer.Option("--parallel", metavar="N|auto", help="So many files at once, instead of what the service bears."),
    ] = "",
    every: Annotated[
        float, typer.Option("--every", metavar="S", min=0.1, help="With --watch: seconds between two looks.")
    ] = 10,
    settle: Annotated[
        float, typer.Option("--settle", metavar="S", min=0, help="With --watch: what is younger still changes.")
    ] = 30,
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
    looks = {"--status": status, "--scan-only": scan_only, "--verify": verify, "--dry-run": dry_run}
    modes = [name for name, is_asked in {**looks, "--go-on": go_on, "--watch": watch}.items() if is_asked]
    if len(modes) > 1:
        context.fail(f"{modes[0]} and {modes[1]} exclude each other.")
    if to and family:
        context.fail("--to and --family exclude each other: a family is a destination of its own name.")
    acts = upload_queue.Acts(
        retry_failed,
        unwatch,
        tuple(first or ()),
        tuple(last or ()),
        tuple(leave_out or ()),
        tuple(take_back or ()),
        answer,
        tuple(again or ()),
    )
    speed = upload_queue.Speed(
        bytes_of(limit_rate, "--limit-rate"),
        number_of(limit_requests, "--limit-requests"),
        number_of(parallel, "--parallel", "auto"),
    )
    folders = paths or []
    if acts.are_any and modes not in ([], ["--go-on"]):
        context.fail(f"{modes[0]} changes nothing in the queue: say that first.")
    needs_paths = not (status or verify or go_on or watch or acts.are_any or speed.is_any)
    if needs_paths and not folders:
        context.fail("Name the folder to upload, or ask for --status.")
    if go_on and folders and not acts.are_any:
        context.fail("--go-on uploads everything that waits: name folders without it.")
    if unwatch and not folders:
        context.fail("Name the folder that is not to be watched any more.")
    uploads = _uploads(session, db_path)
    name = destination_name(uploads.profile, to, family)
    asked = asked_for(key, existing, duplicates, receipts)
    if status or scan_only:
        look = upload_looking.answer_state if status else upload_looking.answer_scan
        look(session, uploads, folders)
        return
    if verify:
        upload_looking.answer_verification(session, uploads, folders)
        return
    if dry_run:
        upload_looking.answer_preview(session, uploads, folders, name, asked)
        return
    if speed.is_any:
        upload_queue.set_speed(session, uploads, speed, is_all=not (folders or modes or acts.are_any))
    if acts.are_any:
        upload_queue.answer(session, uploads, acts, folders, is_all=not go_on)
    if not go_on and not watch and (acts.are_any or not folders):
        return
    request = Request(tuple(folders), name, asked, Override(batch_size, max_retries, delay), every, settle)
    ask(session, _question(folders if not acts.are_any else [], name, go_on=go_on, watch=watch), yes, confirm)
    if watch:
        upload_run.watch(session, uploads, request)
    else:
        upload_run.answer(session, uploads, request, go_on=go_on)


def _uploads(session: Session, db_path: Path | None) -> Uploads:
    from core.engine import find_profile  # late: `--help` and wrong usage need none of it

    return Uploads(find_profile(session.asked.profile_name), db_path)


def _question(folders: list[Path], destination: str, *, go_on: bool, watch: bool) -> str:
    into = f" to {destination}" if destination else ""
    if go_on and not folders:
        return f"Upload everything that waits{into if destination else ''}?"
    what = f"what is in {folders[0]}" if len(folders) == 1 else f"what is in {words.count(len(folders), 'folder')}"
    if watch:
        return f"Watch and upload {what if folders else 'the watched folders'}{into}?"
    return f"Upload {what}{into}?"
