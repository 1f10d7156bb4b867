"""What only a person can decide about a folder: it waits in the queue with the question, others go on."""

from __future__ import annotations

import enum
import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass

from core.errors import Usage
from core.uploads.queueing.acts import Chosen, leave_out

_LEFT_OUT = "It was left out when it was asked about."


class Kind(enum.StrEnum):
    """What is asked."""

    EXISTING = "existing"
    """Other content stands under the keys of these files."""
    DUPLICATE = "duplicate"
    """The content of these files is stored already, under other keys."""


class Answer(enum.StrEnum):
    """What can be answered."""

    UPLOAD = "upload"
    """A duplicate goes up all the same."""
    SKIP = "skip"
    """What is stored already takes a duplicate's place."""
    RENAME = "rename"
    """The file goes up under a name that says by its content which it is."""
    VERSION = "version"
    """It goes up as the next version."""
    LEAVE_OUT = "leave_out"
    """The folder does not go up."""


ANSWERS: Mapping[Kind, tuple[Answer, ...]] = {
    Kind.EXISTING: (Answer.RENAME, Answer.VERSION, Answer.LEAVE_OUT),
    Kind.DUPLICATE: (Answer.UPLOAD, Answer.SKIP, Answer.LEAVE_OUT),
}
"""Which answers a question takes."""
Given = Mapping[str, Mapping[str, str]]
"""What was answered for a folder: by kind of question, then by the name of the file."""


@dataclass(frozen=True, slots=True)
class AskedFile:
    """One file that is asked about: under which key it is to go where, and the place (bucket/key) of what stands
    there, or is equal to it."""

    name: str
    key: str
    bucket: str
    stands: str
    bytes: int


@dataclass(frozen=True, slots=True)
class Question:
    """One question about a folder."""

    kind: Kind
    files: tuple[AskedFile, ...]

    @property
    def text(self) -> str:
        """As the tracker keeps it."""
        return json.dumps({"kind": self.kind, "files": [asdict(one) for one in self.files]}, ensure_ascii=False)

    @property
    def sentence(self) -> str:
        """What is asked, for people."""
        first = self.files[0]
        more = f" So it is with {len(self.files) - 1} more of its files." if len(self.files) > 1 else ""
        if self.kind is Kind.EXISTING:
            return f"{first.name}: other content stands at {first.stands} already.{more}"
        return f"{first.name} is stored already, as {first.stands}.{more}"


def read_question(text: object) -> Question | None:
    """A question as the tracker keeps it; None for what is none."""
    try:
        data = json.loads(str(text or ""))
        files = tuple(
            AskedFile(str(one["name"]), str(one["key"]), str(one["bucket"]), str(one["stands"]), int(one["bytes"]))
            for one in data["files"]
        )
        return Question(Kind(data["kind"]), files) if files else None
    except (ValueError, TypeError, KeyError):
        return None


def answer(c: sqlite3.Connection, now: float, numbers: Sequence[int], said: str) -> int:
    """Answers the questions of these folders, in one way for all of their files; they are queued again, or left out.
    How many that was: a folder that asks nothing is passed over. Raises `Usage` for an answer that one of the questions
    does not take; nothing is answered then."""
    try:
        wanted = Answer(said)
    except ValueError as exc:
        raise Usage(f"“{said}” is no answer.", f"One of: {', '.join(Answer)}.") from exc
    asked = {number: question for number in numbers if (question := _question(c, number)) is not None}
    for question in asked.values():
        if wanted not in ANSWERS[question.kind]:
            hint = f"One of: {', '.join(ANSWERS[question.kind])}."
            raise Usage(f"“{said}” does not answer this: {question.sentence}", hint)
    if wanted is Answer.LEAVE_OUT:
        return leave_out(c, now, Chosen(tuple(asked)), _LEFT_OUT) if asked else 0
    for number, question in asked.items():
        given = {kind: dict(by_name) for kind, by_name in _given(c, number).items()}
        given.setdefault(question.kind, {}).update((one.name, str(wanted)) for one in question.files)
        sql = "UPDATE folder_status SET question = NULL, answers = ?, updated_at = ? WHERE rowid = ?"
        c.execute(sql, (json.dumps(given, ensure_ascii=False), now, number))
        c.execute(
            "UPDATE scanned_roots SET wanted = coalesce(wanted, CASE WHEN ended IS NULL THEN ? ELSE began END) "
            "WHERE id = (SELECT root FROM folder_status WHERE rowid = ?)",
            (now, number),
        )
    return len(asked)


def asking(c: sqlite3.Connection, limit: int = 1000) -> tuple[tuple[int, str, Question], ...]:
    """The folders that wait for an answer, in the order of the queue: number, path and question."""
    sql = (
        "SELECT rowid, folder_path, question FROM folder_status WHERE question IS NOT NULL AND skipped IS NULL "
        "AND gone_at IS NULL AND upload_status = 'pending' ORDER BY place, rowid LIMIT ?"
    )
    found = ((int(number), str(path), read_question(text)) for number, path, text in c.execute(sql, (limit,)))
    return tuple((number, path, question) for number, path, question in found if question is not None)


def answers_of(c: sqlite3.Connection, numbers: Iterable[int]) -> dict[int, Given]:
    """What was answered for these folders, by number; those without an answer are left out."""
    listed = ",".join(str(int(number)) for number in numbers)
    sql = f"SELECT rowid, answers FROM folder_status WHERE answers IS NOT NULL AND rowid IN ({listed})"
    return {int(number): _read_given(text) for number, text in c.execute(sql)}


def _question(c: sqlite3.Connection, number: int) -> Question | None:
    sql = "SELECT question FROM folder_status WHERE rowid = ? AND upload_status = 'pending' AND skipped IS NULL"
    row = c.execute(sql, (number,)).fetchone()
    return read_question(row[0]) if row else None


def _given(c: sqlite3.Connection, number: int) -> Given:
    row = c.execute("SELECT answers FROM folder_status WHERE rowid = ?", (number,)).fetchone()
    return _read_given(row[0]) if row else {}


def _read_given(text: object) -> Given:
    try:
        found = json.loads(str(text or "{}"))
    except ValueError:
        return {}
    if not isinstance(found, dict):
        return {}
    return {
        str(kind): {str(name): str(said) for name, said in by_name.items()}
        for kind, by_name in found.items()
        if isinstance(by_name, dict)
    }
