"""What `upload` shows to people: scans, where folders stand, batches and failures."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from rich.text import Text

from core.cli import words
from core.cli.terminal import Terminal
from core.uploads.checks.preview import PlannedFile, Preview
from core.uploads.checks.verification import Proof, Verified
from core.uploads.queueing.questions import ANSWERS, Question
from core.uploads.queueing.roots import Root
from core.uploads.scanning.scan import Scanned
from core.uploads.sending.limits import Limits
from core.uploads.sending.transfer import Transferred
from core.uploads.status.history import BatchRow
from core.uploads.status.state import Failure, UploadState

_SHOWN = 20
_BATCHES_SHOWN = 10
_LONGEST = 120
_STATES = (("pending", "to upload"), ("success", "uploaded"), ("failed", "failed"), ("skipped", "left out"))
_COLOURS = {"pending": "cyan", "success": "green", "failed": "red", "skipped": "dim"}


def show_transfer(terminal: Terminal, did: Transferred, state: UploadState) -> None:
    """What a run did, and what failed."""
    if not did.batches:
        terminal.say("Nothing waits: everything that was found is uploaded, left out, or has failed for good.")
    else:
        stored = f"{words.count(did.files, 'file')}, {words.size(did.size_bytes)}, in {words.duration(did.seconds)}"
        terminal.heading(f"{words.count(did.done, 'folder')} uploaded", stored)
        if did.failed or did.skipped:
            terminal.say(f"{words.number(did.failed)} failed, {words.number(did.skipped)} left out.")
    if did.without_stats:
        without = words.count(did.without_stats, "folder")
        terminal.say(f"{without} without a stats.json: the table holds nothing in its place.")
    if waiting := state.folders.questions:
        asks = "waits" if waiting == 1 else "wait"
        terminal.warn(f"{words.count(waiting, 'folder')} {asks} for an answer. “upload --status” shows what is asked.")
    if state.failures:
        terminal.say()
        show_failures(terminal, state.failures, state.folders.failed)
    for note in did.notes[:_SHOWN]:
        terminal.warn(note)


def limits_sentence(limits: Limits) -> str:
    """How fast uploads may go."""
    rate = "any rate" if limits.bytes_per_second is None else f"at most {words.size(limits.bytes_per_second)}/s"
    asks = "" if limits.requests_per_second is None else f", at most {limits.requests_per_second:g} requests a second"
    at_once = "as many files at once as the service bears" if limits.at_once is None else f"{limits.at_once} at once"
    return f"Uploads: {rate}{asks}, {at_once}."


def show_failures(terminal: Terminal, failures: Sequence[Failure], total: int) -> None:
    """Folders that did not go up, and why not."""
    rows = [(_cut(one.folder), words.number(one.retries), one.reason) for one in failures[:_SHOWN]]
    terminal.table(["Failed", "#Attempts", "Why"], rows)
    _more(terminal, len(rows), total)


def show_preview(terminal: Terminal, found: Preview) -> None:
    """Where files would go."""
    terminal.heading(
        f"{words.count(found.folders, 'folder')} would be uploaded",
        f"{words.count(found.files, 'file')}, {words.size(found.size_bytes)}; nothing was changed",
    )
    terminal.say()
    rows = [
        (_cut(f"{one.path}/{file.name}"), one.destination, file.key or "–", _remark(file))
        for one in found.shown
        for file in one.files
    ]
    terminal.table(["File", "To", "Key", ""], rows[: _SHOWN * 5])
    if len(rows) > _SHOWN * 5:
        terminal.say(f"… and {words.number(found.files + found.refused - _SHOWN * 5)} more; --json shows more.", "dim")
    for amount, said in (
        (found.unchanged, "uploaded already, and as it was then"),
        (found.left_out, "left out by hand"),
    ):
        if amount:
            terminal.say(f"{words.count(amount, 'folder')} {said}.")
    for amount, said in (
        (found.duplicates, "stored already under another key"),
        (found.standing, "something stored already under the same key"),
        (found.refused, "no key that the storage takes"),
    ):
        if amount:
            terminal.warn(f"{words.count(amount, 'file')}: {said}.")
    for path, reason in found.unreadable[:_SHOWN]:
        terminal.warn(f"{_cut(path)}: {reason}")


def show_verification(terminal: Terminal, found: Verified, seconds: float) -> None:
    """What has arrived, and what has not."""
    took = f"{words.size(found.size_bytes)}, in {words.duration(seconds)}"
    terminal.heading(
        f"{words.number(found.arrived)} of {words.count(found.files, 'file')} proven to have arrived", took
    )
    by = {
        Proof.ETAG: "by the MD5 in a fresh listing",
        Proof.CONTENT: "by reading what is stored",
        Proof.RECORD: "re-encoded; by reading what is stored",
    }
    for proof, amount in found.proven.items():
        terminal.say(f"{words.number(amount)} {by[proof]}.")
    if found.is_whole:
        terminal.say("Everything has arrived." if found.files else "There is nothing to upload below.")
        return
    terminal.say()
    rows = [(_cut(one.path), one.sentence) for one in found.not_arrived[:_SHOWN]]
    terminal.table(["Not proven", "Why"], rows)
    total = sum(found.lacking.values())
    if total > len(rows):
        terminal.say(f"… and {words.number(total - len(rows))} more; --json shows up to 1,000.", "dim")


def _remark(file: PlannedFile) -> str:
    if file.why_not:
        return file.why_not
    if file.is_same:
        return "is there already"
    if file.stands:
        return "something else has this key"
    return f"stored already as {file.stored_as[0]}" if file.stored_as else ""


def show_scan(terminal: Terminal, one: Scanned) -> None:
    """What a scan found."""
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


def show_state(terminal: Terminal, state: UploadState, path: Path, trees: Sequence[Root] = ()) -> None:
    """Where uploads stand."""
    folders = state.folders
    if not folders.found and not state.batches:
        terminal.say(f"No folders are known yet in {path}. Next: bucketdesk-cli upload FOLDER --scan-only")
        return
    whole = f"{words.count(folders.found, 'folder')}, {words.count(state.files, 'file')}"
    terminal.heading("Uploads", f"{whole}, {words.size(state.size_bytes)}, known to {path}")
    terminal.say()
    amounts = [(name, said, getattr(folders, name)) for name, said in _STATES]
    terminal.table(["Folders", "#"], [(Text(said, _COLOURS[name]), words.number(n)) for name, said, n in amounts])
    if folders.in_flight:
        terminal.say(f"{words.number(folders.in_flight)} of them are being uploaded right now.")
    if folders.questions:
        terminal.say(f"{words.number(folders.questions)} of them wait for an answer.")
    _show_trees(terminal, trees)
    if state.batches:
        terminal.say()
        columns = ["Batch", "Started", "Took", "#Folders", "#Uploaded", "#Failed", ""]
        terminal.table(columns, [_batch(one, is_running=state.is_running) for one in state.batches[:_BATCHES_SHOWN]])
    if state.failures:
        terminal.say()
        show_failures(terminal, state.failures, folders.failed)
    show_troubles(terminal, state)


def show_questions(terminal: Terminal, asking: Sequence[tuple[int, str, Question]], total: int) -> None:
    """What only a person can decide."""
    rows = [(_cut(path), question.sentence, " ".join(ANSWERS[question.kind])) for _, path, question in asking[:_SHOWN]]
    if rows:
        terminal.say()
        terminal.table(["Waits for an answer", "", "--answer"], rows)
        _more(terminal, len(rows), total)


def _show_trees(terminal: Terminal, trees: Sequence[Root]) -> None:
    rows = [
        (_cut(one.path or "noted by another program"), one.destination or "nobody has said", _standing(one))
        for one in trees[:_SHOWN]
    ]
    if rows:
        terminal.say()
        terminal.table(["Tree", "Goes to", ""], rows)
        _more(terminal, len(rows), len(trees))


def _standing(one: Root) -> str:
    said = [name for name, is_so in (("waits", one.wanted is not None), ("watched", one.watched)) if is_so]
    return ", ".join(said)


def _batch(batch: BatchRow, *, is_running: bool) -> Sequence[str]:
    left = batch.state if is_running or batch.state != "running" else "broken off"
    return (
        batch.name or batch.batch_id,
        words.moment(batch.started),
        _took(batch.started, batch.ended),
        words.number(batch.folders),
        words.number(batch.done),
        words.number(batch.failed),
        "" if batch.state == "completed" else left,
    )


def _took(started: datetime | None, ended: datetime | None) -> str:
    return words.duration((ended - started).total_seconds()) if started and ended else ""


def show_troubles(terminal: Terminal, state: UploadState) -> None:
    """What the last scans could not read or name."""
    if not state.troubles:
        return
    terminal.say()
    rows = [(_cut(path), reason) for path, reason in state.troubles[:_SHOWN]]
    terminal.table(["Not as it should be", "Why"], rows)
    _more(terminal, len(rows), state.troubles_in_all)


def _cut(path: str) -> str:
    """A path that leaves room for what is said of it; its end tells more than its middle."""
    return path if len(path) <= _LONGEST else f"{path[: _LONGEST // 3]}…{path[-_LONGEST * 2 // 3 :]}"


def _more(terminal: Terminal, shown: int, total: int) -> None:
    if shown < total:
        terminal.say(f"… and {words.number(total - shown)} more; --status --json shows up to 1,000.", "dim")
