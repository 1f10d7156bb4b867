"""`bucket upload`: single files into a family of buckets, each wherever there is room."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from core.cli import words
from core.cli.bucket import ask
from core.cli.session import Session


def upload(
    context: typer.Context,
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", help="What to upload; files, no folders.")],
    family: Annotated[
        str,
        typer.Option(
            "--family", metavar="F", help="Into which family, or one of its buckets; the only one if left out."
        ),
    ] = "",
    prefix: Annotated[str, typer.Option("--prefix", metavar="P", help="What keys begin with, such as wire/.")] = "",
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Go ahead without asking.")] = False,
    confirm: Annotated[
        str | None, typer.Option("--confirm", metavar="NAME", help="The profile's name, where it is in production.")
    ] = None,
) -> None:
    """Upload single files into a family: each goes to the bucket with most room, nothing is overwritten."""
    session = Session.of(context)
    ask(session, f"Upload {words.count(len(files), 'file')}{f' into {family}' if family else ''}?", yes, confirm)
    done = session.run(lambda engine, report: engine.families.upload_files(files, family, prefix, report=report))
    stored = sum(one.stored for one in done.files)
    if session.terminal.as_json:
        told = [
            {
                "file": str(one.path),
                "bucket": one.bucket,
                "key": one.key,
                "bytes": one.size_bytes,
                "stored": one.stored,
                "overflow": one.overflow,
                "sentence": one.sentence,
            }
            for one in done.files
        ]
        made = {"run_id": done.run.run_id, "files": told, "new_buckets": list(done.new_buckets)}
        session.terminal.document({**made, "stored": stored, "failed": len(told) - stored})
    else:
        for one in done.files:
            (session.terminal.say if one.stored else session.terminal.warn)(one.sentence)
        if done.run.undoable:
            session.terminal.say(f"Undo with: {session.command('undo', done.run.run_id)}")
    if stored < len(done.files):
        raise typer.Exit(1)
