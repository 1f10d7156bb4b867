"""`upload` at work: one run, or watching until Ctrl-C."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import typer

from core.cli import upload_documents, words
from core.cli.session import Session
from core.cli.upload_request import Request
from core.cli.upload_tables import show_transfer, show_troubles
from core.errors import Busy, CoreError
from core.progress import Report
from core.uploads.desk import Uploads
from core.uploads.scanning.scan import check_roots
from core.uploads.scanning.watch import rest_seconds
from core.uploads.sending.run import Ran
from core.uploads.sending.wishes import goal_of
from core.uploads.status.state import UploadState, absolute

if TYPE_CHECKING:
    from core.engine import Engine

T = TypeVar("T")


class Interrupted(CoreError):
    """Ctrl-C came while uploading; everything is in order."""

    exit_code = 130


def answer(session: Session, uploads: Uploads, request: Request, *, go_on: bool) -> None:
    """Uploads, and says what became of it. Exit 1 when something failed, waits for an answer, or could not be
    reached."""

    async def work(engine: Engine, report: Report) -> tuple[Ran, UploadState]:
        if go_on:
            await uploads.go_on(request.destination)
        else:
            await _add(uploads, request)
        try:
            ran = await uploads.run(
                engine.workspace,
                engine.store,
                only=() if go_on else request.folders,
                override=request.override,
                report=report,
                catalog=engine.catalog,
            )
        except Busy as exc:
            hint = f"{exc.hint} If it uploads, it takes them along; else: {session.command('upload', '--go-on')}"
            raise Busy(f"{exc.message} The folders are in its queue.", hint) from exc
        return ran, await uploads.state(() if go_on else request.folders)

    ran, after = _until_interrupted(session, uploads, request, lambda: session.run(work))
    did = replace(ran.did, notes=(*ran.notes, *ran.did.notes))
    if session.terminal.as_json:
        session.terminal.document(upload_documents.transferred(ran.scans, did, after))
    else:
        show_transfer(session.terminal, did, after)
        show_troubles(session.terminal, after)
    if did.failed or ran.notes or after.folders.questions:
        raise typer.Exit(1)


def watch(
    session: Session,
    uploads: Uploads,
    request: Request,
    rest: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> None:
    """Watches these folders, or those that are watched already, and uploads what has settled, until Ctrl-C."""

    async def work(engine: Engine, report: Report) -> None:
        for path in request.folders:
            trees = await uploads.trees()
            name = request.destination or goal_of(uploads.profile, trees, absolute(path))[1].name
            await uploads.watch(path, True, name)
        async with uploads.watching(request.settle_seconds) as watching:
            lost: tuple[str, ...] = ()
            while True:
                began = time.monotonic()
                looked = await watching.look()
                if looked.lost != lost:
                    lost = looked.lost
                    for path_lost in lost:
                        session.terminal.warn(f"{path_lost} is not there just now; it is looked for again.")
                took = time.monotonic() - began
                await _send_settled(session, uploads, engine, request, report)
                await rest(rest_seconds(request.every_seconds, took))

    _until_interrupted(session, uploads, request, lambda: session.run(work), "--watch")


async def _send_settled(session: Session, uploads: Uploads, engine: Engine, request: Request, report: Report) -> None:
    """Uploads what waits of the watched trees. What goes wrong is told, and tried again after the next look."""
    waiting = [one for one in await uploads.trees() if one.watched and one.wanted is not None]
    if not waiting:
        return
    try:
        ran = await uploads.run(
            engine.workspace,
            engine.store,
            only=[Path(one.path) for one in waiting],
            override=request.override,
            report=report,
            catalog=engine.catalog,
        )
    except Busy:
        session.terminal.note("Another program uploads just now; it takes what was queued here too.")
        return
    except CoreError as exc:
        session.terminal.warn(f"{exc.message} {exc.hint}".strip())
        return
    if ran.did.batches and not session.terminal.as_json:
        failed = f", {words.number(ran.did.failed)} failed" if ran.did.failed else ""
        stored = f"{words.count(ran.did.files, 'file')}, {words.size(ran.did.size_bytes)}"
        session.terminal.say(f"{words.count(ran.did.done, 'folder')} uploaded ({stored}){failed}.")
    for note in ran.notes:
        session.terminal.warn(note)


async def _add(uploads: Uploads, request: Request) -> None:
    """Queues all of the folders, or none where one of them cannot be queued."""
    await check_roots(request.folders)
    trees, paths = await uploads.trees(), dict[str, list[Path]]()
    for path in request.folders:
        name = request.destination or goal_of(uploads.profile, trees, absolute(path))[1].name
        paths.setdefault(name, []).append(path)
    for name, some in paths.items():
        await uploads.add(some, name, request.asked)


def _until_interrupted(
    session: Session, uploads: Uploads, request: Request, work: Callable[[], T], again: str = "--go-on"
) -> T:
    """Raises `Interrupted` after Ctrl-C, saying what is stored and how to go on."""
    try:
        return work()
    except (KeyboardInterrupt, asyncio.CancelledError):
        try:
            folders = session.run_alone(lambda _: uploads.state(request.folders)).folders
        except CoreError:
            raise KeyboardInterrupt from None
        done, found = words.number(folders.success), words.count(folders.found, "folder")
        raise Interrupted(
            f"Interrupted: {done} of {found} are uploaded, {words.number(folders.pending)} wait. "
            "What was under way is in order.",
            f"It goes on with: {session.command('upload', again, '--yes')}",
        ) from None
