"""What `upload` does to the queue without uploading: try again, put first or last, leave out, take back, set limits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from core.cli import upload_documents, words
from core.cli.session import Session
from core.cli.upload_request import Limit
from core.cli.upload_tables import limits_sentence
from core.errors import Usage
from core.uploads.desk import Uploads
from core.uploads.queueing.acts import ALL, Chosen
from core.uploads.queueing.questions import ANSWERS, Answer
from core.uploads.queueing.roots import Root
from core.uploads.sending.limits import Limits
from core.uploads.status.state import UploadState, absolute

_ALL = 1 << 40


@dataclass(frozen=True, slots=True)
class Acts:
    """What is to be done to which folders."""

    retry_failed: bool = False
    unwatch: bool = False
    first: tuple[Path, ...] = ()
    last: tuple[Path, ...] = ()
    leave_out: tuple[Path, ...] = ()
    take_back: tuple[Path, ...] = ()
    answer: str = ""
    again: tuple[Path, ...] = ()

    @property
    def are_any(self) -> bool:
        """Whether anything is to be done."""
        return self != Acts()


@dataclass(frozen=True, slots=True)
class Speed:
    """Limits that are to hold from now on; None: as before."""

    bytes_per_second: Limit | None = None
    requests_per_second: Limit | None = None
    at_once: Limit | None = None

    @property
    def is_any(self) -> bool:
        """Whether any is to change."""
        return self != Speed()

    def over(self, before: Limits) -> Limits:
        """The limits that hold then."""
        rate, at_once = self.bytes_per_second, self.at_once
        return Limits(
            before.bytes_per_second if rate is None else None if rate.value is None else int(rate.value),
            before.requests_per_second if self.requests_per_second is None else self.requests_per_second.value,
            before.at_once if at_once is None else None if at_once.value is None else int(at_once.value),
        )


def answer(session: Session, uploads: Uploads, acts: Acts, folders: Sequence[Path], *, is_all: bool) -> None:
    """Does it, and says to how many folders. `is_all`: nothing comes after it, so that this is the answer."""

    async def work(_: object) -> tuple[dict[str, int], UploadState]:
        did: dict[str, int] = {}
        if acts.unwatch:
            for path in folders:
                await uploads.watch(path, False)
            did["unwatched"] = len(folders)
        if acts.answer:
            did["answered"] = await _answered(uploads, acts.answer, folders)
        if acts.take_back:
            did["taken_back"] = await uploads.take_back(_below(acts.take_back))
        if acts.leave_out:
            did["left_out"] = await uploads.leave_out(_below(acts.leave_out))
        if acts.retry_failed:
            did["queued_again"] = await uploads.retry(_below(folders) if folders else ALL)
        if acts.again:
            did["queued_anew"] = await uploads.again(_below(acts.again))
        if acts.last:
            did["put_last"] = await uploads.put_last(_below(acts.last))
        if acts.first:
            did["put_first"] = await uploads.put_first(_below(acts.first))
        return did, await uploads.state()

    did, after = session.run_alone(work)
    if session.terminal.as_json:
        if is_all:
            session.terminal.document({"changed": did, **upload_documents.state(after)})
        return
    said = {
        "unwatched": "not watched any more",
        "taken_back": "taken back",
        "left_out": "left out",
        "queued_again": "queued again",
        "queued_anew": "queued anew, though uploaded",
        "put_last": "put last",
        "put_first": "put first",
        "answered": "answered",
    }
    for name, amount in did.items():
        session.terminal.say(f"{words.count(amount, 'folder')} {said[name]}.")
    if is_all and after.folders.queued and not after.is_running:
        waiting = words.count(after.folders.queued, "folder")
        session.terminal.say(f"{waiting} in the queue. Next: {session.command('upload', '--go-on')}")


def set_speed(session: Session, uploads: Uploads, speed: Speed, *, is_all: bool) -> None:
    """Sets the limits; a run under way hears of them within seconds, whichever program does it."""

    async def work(_: object) -> Limits:
        limits = speed.over(await uploads.limits())
        await uploads.set_limits(limits)
        return limits

    limits = session.run_alone(work)
    if session.terminal.as_json:
        if is_all:
            session.terminal.document({"limits": upload_documents.limits(limits)})
        return
    (session.terminal.say if is_all else session.terminal.note)(limits_sentence(limits))


async def _answered(uploads: Uploads, said: str, folders: Sequence[Path]) -> int:
    """Answers every question that takes this answer, of all folders or those below these. How many that was."""
    if said not in list(Answer):
        raise Usage(f"“{said}” is no answer.", f"One of: {', '.join(Answer)}.")
    trees = [Root(0, absolute(path), "") for path in folders]
    asked = [
        number
        for number, path, question in await uploads.asking(_ALL)
        if Answer(said) in ANSWERS[question.kind] and (not trees or any(one.holds(path) for one in trees))
    ]
    return await uploads.answer(asked, said)


def _below(paths: Sequence[Path]) -> Chosen:
    return Chosen(below=[absolute(path) for path in paths])
