"""A plan as CSV, for a spreadsheet, or as SQL, to run elsewhere."""

from __future__ import annotations

import csv
import json
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from core.errors import Usage, WorkspaceError
from core.export_sql import statements
from core.models import PlanHead, Step
from core.plan_files import check, read_verified
from core.threads import in_thread
from core.values import encode_key, encode_row

FORMS = ("csv", "sql")
_HEADER = (
    "n", "step", "bucket", "key", "bytes", "etag", "removal", "same_as", "table", "row_key", "before", "after",
    "finding", "because", "needs",
)  # fmt: skip
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


async def export_plan(path: Path, out: Path | TextIO, form: str, *, postgres: bool = False) -> PlanHead:
    """Writes every step of a plan as `csv` or `sql` (for SQLite unless `postgres`), into a file (whole or not at all,
    in the place of one that is there) or an open text stream. Raises `BadPlan` for a plan that was changed, `Usage`,
    `WorkspaceError`."""
    if form not in FORMS:
        raise Usage(f"A plan cannot be exported as “{form}”.", "As csv or as sql.")
    return await in_thread(_export, path, out, form, postgres)


def _export(path: Path, out: Path | TextIO, form: str, postgres: bool) -> PlanHead:
    head = check(path)  # nothing of a changed plan is shown, not even its beginning
    try:
        if isinstance(out, Path):
            _write_file(out, path, head, form, postgres)
        else:
            _write(out, path, head, form, postgres)
    except OSError as exc:
        raise WorkspaceError(f"The export cannot be written: {exc.strerror or exc}.", "Choose another file.") from exc
    return head


def _write_file(out: Path, path: Path, head: PlanHead, form: str, postgres: bool) -> None:
    descriptor, name = tempfile.mkstemp(dir=out.absolute().parent, prefix=f".{out.name}.", suffix=".tmp")
    try:
        # Keys need not be valid text everywhere; what is not is shown escaped.
        with os.fdopen(descriptor, "w", encoding="utf-8", errors="backslashreplace", newline="") as stream:
            _write(stream, path, head, form, postgres)
        Path(name).replace(out)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _write(stream: TextIO, path: Path, head: PlanHead, form: str, postgres: bool) -> None:
    steps = read_verified(path)
    if form == "csv":
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(_HEADER)
        writer.writerows(_cells(steps))
    else:
        for line in statements(head, steps, postgres=postgres):
            stream.write(line + "\n")


def _cells(steps: Iterator[Step]) -> Iterator[list[str]]:
    for step in steps:
        cells: list[object] = [
            step.n,
            step.kind,
            step.bucket,
            step.key,
            step.size_bytes if step.bucket else "",
            step.etag or "",
            step.removal,
            step.same_as,
            step.table,
            encode_key(step.row_key) if step.row_key else "",
            _json(step.before),
            _json(step.after),
            step.finding,
            step.because or "",
            " ".join(map(str, step.needs)),
        ]
        yield [harmless(str(cell)) for cell in cells]


def _json(row: object) -> str:
    return json.dumps(encode_row(row), ensure_ascii=False) if isinstance(row, dict) else ""


def harmless(cell: str) -> str:
    """A cell that a spreadsheet does not take for a formula."""
    return "'" + cell if cell.startswith(_FORMULA) else cell
