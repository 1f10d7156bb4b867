"""Plan files: written whole or not at all, read a part at a time, and never believed without their hash."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

from core.errors import BadPlan, WorkspaceError
from core.models import PlanHead, Step, StepKind
from core.plan_lines import compact, hashed_head, head_json, read_head_line, read_step, write_step

FORMAT = "bucketdesk-plan/1"
_HEAD_BYTES = 16 << 20
_LINE_BYTES = 256 << 20
_CHUNK_BYTES = 1 << 20
_COUNTED_BYTES = (StepKind.DELETE_OBJECT, StepKind.PURGE_OBJECT, StepKind.RESTORE_OBJECT)


class PlanFile:
    """A plan file being written. Step lines go to a temporary file beside the target; `finish` puts the head before
    them and the whole in the target's place at once, `abandon` leaves no trace. Raises `WorkspaceError`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.steps = 0
        self.bytes = 0
        self.by_kind: Counter[str] = Counter()
        with _sentences(path):
            self._body_path, self._body = _beside(path)

    def add(self, steps: Iterable[Step]) -> None:
        """Appends steps, whose `n` must go on counting from 1."""
        with _sentences(self.path):
            for step in steps:
                self.steps += 1
                if step.n != self.steps:
                    raise ValueError(f"step {step.n} where {self.steps} is due")
                self.by_kind[str(step.kind)] += 1
                if step.kind in _COUNTED_BYTES:
                    self.bytes += max(0, step.size_bytes)
                self._body.write(write_step(step).encode() + b"\n")

    def finish(self, head: PlanHead) -> PlanHead:
        """Completes the file. The head's counts and hash are filled in here."""
        head = replace(head, steps=self.steps, bytes=self.bytes, by_kind=dict(sorted(self.by_kind.items())), sha256="")
        with _sentences(self.path):
            self._body.flush()
            head = replace(head, sha256=self._hash(head))
            whole_path, whole = _beside(self.path)
            try:
                with whole:
                    whole.write(compact(head_json(head)).encode() + b"\n")
                    for chunk in self._chunks():
                        whole.write(chunk)
                    whole.flush()
                    os.fsync(whole.fileno())
                whole_path.replace(self.path)
            except BaseException:
                whole_path.unlink(missing_ok=True)
                raise
            _sync_folder(self.path.parent)
        self.abandon()
        return head

    def abandon(self) -> None:
        """Removes the temporary file."""
        self._body.close()
        with suppress(OSError):
            self._body_path.unlink(missing_ok=True)

    def _hash(self, head: PlanHead) -> str:
        digest = hashlib.sha256(hashed_head(head_json(head)))
        for chunk in self._chunks():
            digest.update(chunk)
        return digest.hexdigest()

    def _chunks(self) -> Iterator[bytes]:
        self._body.seek(0)
        while chunk := self._body.read(_CHUNK_BYTES):
            yield chunk


def read_head_text(path: Path) -> str:
    """A plan's first line, just as it stands. Raises `BadPlan`."""
    with _reading(path) as file:
        return _head_line(path, file)


def read_head(path: Path) -> PlanHead:
    """A plan's head, unverified: for showing. Raises `BadPlan`."""
    return _parse_head(path, read_head_text(path))


def read_steps(path: Path, start: int = 0, limit: int | None = None) -> Iterator[Step]:
    """Steps `start` (0 is the first) and on, unverified, lazily; finding the start costs a few reads, not the file.
    Raises `BadPlan`."""
    with _reading(path) as file:
        _head_line(path, file)
        _seek(file, start + 1)
        given = 0
        while (limit is None or given < limit) and (line := file.readline(_LINE_BYTES)):
            yield _parse_step(path, line)
            given += 1


def check(path: Path) -> PlanHead:
    """The head of a plan whose hash is right, found without reading the steps one by one. Raises `BadPlan`."""
    with _reading(path) as file:
        line = _head_line(path, file)
        head = _parse_head(path, line)
        data = json.loads(line)
        digest = hashlib.sha256(hashed_head(data))
        count = 0
        while chunk := file.read(_CHUNK_BYTES):
            digest.update(chunk)
            count += chunk.count(b"\n")
        if digest.hexdigest() != head.sha256 or count != head.steps or compact(data) != line:
            raise _tampered(path)
        return head


def read_verified(path: Path) -> Iterator[Step]:
    """Every step, with the hash of all of it taken on the way: whoever has seen the end without `BadPlan` has seen
    exactly the content that the head's hash covers."""
    with _reading(path) as file:
        line = _head_line(path, file)
        head = _parse_head(path, line)
        data = json.loads(line)
        digest = hashlib.sha256(hashed_head(data))
        count = 0
        for raw in file:
            digest.update(raw)
            count += 1
            step = _parse_step(path, raw)
            if step.n != count or not raw.endswith(b"\n"):
                raise _tampered(path)
            yield step
        # The hash covers the head canonically; its bytes must be those that were written, too.
        if digest.hexdigest() != head.sha256 or count != head.steps or compact(data) != line:
            raise _tampered(path)


def _head_line(path: Path, file: BinaryIO) -> str:
    raw = file.readline(_HEAD_BYTES)
    try:
        text = raw.decode()
    except UnicodeDecodeError as exc:
        raise _not_a_plan(path) from exc
    if not text.endswith("\n"):
        raise _not_a_plan(path)
    return text[:-1]


def _parse_head(path: Path, line: str) -> PlanHead:
    try:
        head = read_head_line(line)
    except (ValueError, RecursionError) as exc:
        raise _not_a_plan(path) from exc
    if head.format != FORMAT:
        raise BadPlan(
            f"{path} has the format “{head.format}”, which this Bucketdesk does not read.",
            "Make the plan again with this release.",
        )
    return head


def _parse_step(path: Path, line: bytes) -> Step:
    try:
        return read_step(line)
    except (ValueError, RecursionError) as exc:
        raise _tampered(path) from exc


def _seek(file: BinaryIO, n: int) -> None:
    """Puts `file` at the line of step `n`, or at its end. Lines begin with their number and are in order, so halving
    finds it; no index has to be kept beside the file."""
    low = file.tell()
    if n <= 1:
        return
    high = file.seek(0, os.SEEK_END)
    while high - low > _CHUNK_BYTES >> 2:
        middle = (low + high) // 2
        file.seek(middle)
        file.readline()
        start = file.tell()
        found = _number(file.readline(64))
        if start >= high or found is None:
            break
        if found < n:
            low = start
        elif found > n:
            high = start
        else:
            file.seek(start)
            return
    file.seek(low)
    while (line := file.readline()) and (_number(line) or n) < n:
        low += len(line)
    file.seek(low)


def _number(line: bytes) -> int | None:
    begin, colon, rest = line.partition(b":")
    digits = rest.partition(b",")[0]
    return int(digits) if begin == b'{"n"' and colon and digits.isdigit() else None


def _beside(path: Path) -> tuple[Path, BinaryIO]:
    descriptor, name = tempfile.mkstemp(dir=path.absolute().parent, prefix=f".{path.name}.", suffix=".tmp")
    return Path(name), os.fdopen(descriptor, "w+b")


def _sync_folder(folder: Path) -> None:
    if os.name == "posix":  # elsewhere a folder cannot be opened; the rename is as durable as the system makes it
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


@contextmanager
def _sentences(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as exc:
        raise WorkspaceError(
            f"The plan {path} cannot be written: {exc.strerror or exc}.", "Choose another file with -o."
        ) from exc


@contextmanager
def _reading(path: Path) -> Iterator[BinaryIO]:
    try:
        with path.open("rb") as file:
            yield file
    except OSError as exc:
        raise BadPlan(f"The plan {path} cannot be read: {exc.strerror or exc}.", "Check its name.") from exc


def _not_a_plan(path: Path) -> BadPlan:
    return BadPlan(f"{path} is not a plan of Bucketdesk's.", "Make one with “plan cleanup”.")


def _tampered(path: Path) -> BadPlan:
    return BadPlan(f"The plan {path} was changed after it was made; nothing of it was done.", "Make the plan again.")
