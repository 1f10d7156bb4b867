"""What the tracker knows of a folder that is about to go up, beside its place in the queue."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from core.profiles.key_template import Template
from core.uploads.queueing.questions import Given, answers_of
from core.uploads.queueing.queue import Queued, root_of


@dataclass(frozen=True, slots=True)
class Known:
    """`root`: the scanned tree it is in. `batch` and `at` are those that its keys are made of: of the batch that took
    it first, so that trying again makes no other keys. `given`: what was answered for it."""

    root: str
    batch: str
    at: datetime
    given: Given


def read_known(
    c: sqlite3.Connection, folders: Sequence[Queued], batch: str, at: datetime, template: Template
) -> dict[int, Known]:
    """What is known of these folders, by number; a batch of this name begins to upload them."""
    numbers = [one.number for one in folders]
    given = answers_of(c, numbers)
    first = _first_batches(c, numbers, batch, at) if template.depends_on_batch else {}
    return {
        one.number: Known(root_of(c, one.path), *first.get(one.number, (batch, at)), given.get(one.number, {}))
        for one in folders
    }


def _first_batches(
    c: sqlite3.Connection, numbers: Sequence[int], batch: str, at: datetime
) -> dict[int, tuple[str, datetime]]:
    c.executemany(
        "UPDATE folder_status SET keyed = ? WHERE rowid = ? AND keyed IS NULL",
        [(json.dumps([batch, at.isoformat()]), number) for number in numbers],
    )
    listed = ",".join(str(number) for number in numbers)
    found = {}
    for number, text in c.execute(f"SELECT rowid, keyed FROM folder_status WHERE rowid IN ({listed})"):
        try:
            name, since = json.loads(text)
            found[int(number)] = str(name), datetime.fromisoformat(since)
        except (ValueError, TypeError):
            continue  # another program wrote there
    return found
