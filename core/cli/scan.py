"""`scan` and `status`: what there is, and where it stands."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.text import Text

from core.cli import documents, words
from core.cli.session import Session
from core.cli.terminal import Terminal
from core.inventory import ScanReport
from core.status import Status

Buckets = Annotated[
    list[str] | None, typer.Option("--bucket", "-b", metavar="B", help="Only this bucket; may be repeated.")
]


def scan(context: typer.Context, bucket: Buckets = None) -> None:
    """Read storage and tables, and find what disagrees. Changes nothing."""
    session = Session.of(context)
    report = session.run(lambda engine, report: engine.scan(bucket or (), report=report))
    if session.terminal.as_json:
        session.terminal.document(documents.scan(report))
    else:
        _show_scan(session, report)
    if not report.complete:
        raise typer.Exit(1)


def status(context: typer.Context) -> None:
    """Where the project stands, and what to do next."""
    session = Session.of(context)
    found = session.run(lambda engine, _: engine.status())
    if session.terminal.as_json:
        session.terminal.document(documents.status(found))
    else:
        _show_status(session.terminal, found)


def _show_scan(session: Session, report: ScanReport) -> None:
    terminal = session.terminal
    read = f"{words.count(report.objects, 'object')} and {words.count(report.rows, 'row')}"
    terminal.heading("Scanned", f"{read} in {words.duration(report.seconds)}")
    terminal.say()
    rows: list[list[str | Text]] = []
    for source in report.sources:
        state = Text("✓ complete", "green")
        if not source.complete:
            state = Text(f"✗ incomplete: {words.plain(source.why)}", "red")
        elif source.doubted:
            state = Text(f"? doubted: {words.plain(source.doubted)}", "yellow")
        counts = (source.items, source.references, source.not_understood)
        rows.append([source.what, source.name, *(words.number(amount) for amount in counts), state])
    terminal.table(["", "Name", "#Items", "#References", "#Not understood", "Listing"], rows)
    terminal.say()
    if not report.complete:
        terminal.warn("What rests on an incomplete listing is unproven and will not be cleaned up.")
    terminal.say(f"Next: {session.command('status')}")


def _show_status(terminal: Terminal, status: Status) -> None:
    if status.scanned_at is not None:
        whole = "complete" if status.complete else "not complete"
        stored = (
            f"{words.count(status.objects, 'object')}, {words.size(status.bytes)}, {words.count(status.rows, 'row')}"
        )
        terminal.heading(stored, f"scanned {words.moment(status.scanned_at)}, {whole}")
        terminal.say()
        found = [(words.KINDS[kind], words.number(amount)) for kind, amount in status.findings.items()]
        if found:
            terminal.table(["Open findings", "#"], found)
            terminal.say()
        links = status.links
        if links.total:
            troubles = {"missing": links.missing, "expired": links.expired, "expiring": links.expiring}
            bad = ", ".join(f"{words.number(amount)} {name}" for name, amount in troubles.items())
            terminal.say(f"Links: {words.number(links.ok)} of {words.number(links.total)} are good; {bad}.")
            terminal.say()
    for number, sentence in enumerate(status.next, 1):
        terminal.say(f"{number}. {sentence}")
