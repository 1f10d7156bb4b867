"""What `upload` says without changing anything: where uploads stand, what there is, what would happen, what arrived."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from core.cli import upload_documents
from core.cli.session import Session
from core.cli.upload_tables import (
    limits_sentence,
    show_preview,
    show_questions,
    show_scan,
    show_state,
    show_troubles,
    show_verification,
)
from core.progress import Report
from core.uploads.checks.preview import Preview
from core.uploads.checks.verification import Verified
from core.uploads.desk import Uploads
from core.uploads.queueing.questions import Question
from core.uploads.queueing.roots import Root
from core.uploads.scanning.scan import Scanned
from core.uploads.sending.limits import Limits
from core.uploads.status.state import UploadState

if TYPE_CHECKING:
    from core.engine import Engine

Asking = Sequence[tuple[int, str, Question]]


def answer_state(session: Session, uploads: Uploads, folders: Sequence[Path]) -> None:
    """`--status`"""

    async def work(report: Report) -> tuple[UploadState, tuple[Root, ...], Asking, Limits]:
        return await uploads.state(folders), await uploads.trees(), await uploads.asking(), await uploads.limits()

    state, trees, asking, limits = session.run_alone(work)
    if session.terminal.as_json:
        more = {**upload_documents.trees(trees), **upload_documents.asking(asking)}
        more["limits"] = upload_documents.limits(limits)
        session.terminal.document({**upload_documents.state(state), **more})
    else:
        show_state(session.terminal, state, uploads.path, trees)
        show_questions(session.terminal, asking, state.folders.questions)
        if limits != Limits():
            session.terminal.say(limits_sentence(limits))


def answer_scan(session: Session, uploads: Uploads, folders: Sequence[Path]) -> None:
    """`--scan-only`"""

    async def work(report: Report) -> tuple[tuple[Scanned, ...], UploadState]:
        return await uploads.scan(folders, report=report), await uploads.state(folders)

    found, after = session.run_alone(work)
    if session.terminal.as_json:
        session.terminal.document(upload_documents.scanned(found, after))
        return
    for one in found:
        show_scan(session.terminal, one)
    show_troubles(session.terminal, after)


def answer_preview(
    session: Session, uploads: Uploads, folders: Sequence[Path], destination: str, asked: Mapping[str, str]
) -> None:
    """`--dry-run`"""

    async def work(engine: Engine, report: Report) -> Preview:
        return await uploads.preview(
            engine.store, folders, destination, asked, workspace=engine.workspace, report=report
        )

    found = session.run(work)
    if session.terminal.as_json:
        session.terminal.document(upload_documents.preview(found))
    else:
        show_preview(session.terminal, found)


def answer_verification(session: Session, uploads: Uploads, folders: Sequence[Path]) -> None:
    """`--verify`: exit 1 when anything is not proven to have arrived."""
    began = time.monotonic()

    async def work(engine: Engine, report: Report) -> Verified:
        return await uploads.verify(engine.store, folders, report=report)

    found = session.run(work)
    seconds = time.monotonic() - began
    if session.terminal.as_json:
        session.terminal.document(upload_documents.verification(found, seconds))
    else:
        show_verification(session.terminal, found, seconds)
        if found.is_lost and folders:
            words = [word for path in folders for word in ("--again", str(path))]
            session.terminal.say(f"What is lost goes up again with: {session.command('upload', *words, '--go-on')}")
    if not found.is_whole:
        raise typer.Exit(1)
