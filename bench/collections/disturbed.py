"""Scans a collection while its program writes to it, and after the program was killed in the middle of that."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from typing import Any

from trial import Trial
from untouched import differences, picture_of

SECONDS = "12"
KILLABLE = ("anki", "django", "photologue")
"""Programs that work in the process that is started; the others' children would go on."""


def hold(trial: Trial) -> subprocess.Popen[str]:
    """Starts the program on its collection and waits until it is there."""
    program = subprocess.Popen((*trial.script, "--hold", SECONDS), stdout=subprocess.PIPE, text=True)
    assert program.stdout is not None
    program.stdout.readline()
    time.sleep(2)
    return program


def scan_while_open(trial: Trial, answer: dict[str, Any]) -> Iterator[str]:
    """Complete, or incomplete with a sentence; nothing offered that the program uses, no file left, no complaint."""
    names = picture_of(trial.folder).keys()
    with hold(trial) as program:
        said = said_of(trial)
        ended_before = program.poll() is not None
        offered = trial.findings("--kind", "file_without_row", "--state", "open")
        program.communicate()
    print(f"  while open: {said}; {len(offered)} files offered{' (it had ended by then)' if ended_before else ''}")
    if program.returncode:
        yield f"harm: the program ended with {program.returncode} when it was scanned while it wrote"
    for finding in offered:
        if finding["key"] not in answer["unused"] and finding["key"] not in answer["known"]:
            yield f"harm: {finding['key']} was offered while the program was open"
    for name in sorted(picture_of(trial.folder).keys() - names):
        if name.endswith(("-wal", "-shm", "-journal")):
            yield f"harm: {name} stayed behind"
    trial.ask("--ask")


def scan_after_crash(trial: Trial) -> Iterator[str]:
    """A database that was left in the middle of writing is read, or refused in a sentence, and stays as it is."""
    if trial.name not in KILLABLE:
        return
    with hold(trial) as program:
        program.kill()
    before = picture_of(trial.folder)
    left = [name for name in before if name.endswith(("-wal", "-shm", "-journal"))]
    print(f"  after a crash (left: {', '.join(left) or 'nothing'}): {said_of(trial)}")
    yield from (f"harm: {line}" for line in differences(before, picture_of(trial.folder)))
    trial.ask("--ask")


def said_of(trial: Trial) -> str:
    """What a scan says of its sources."""
    scan = trial.desk("scan", may=(0, 1))
    if "error" in scan:
        return str(scan["error"]["message"])
    words = [f"{s['name']} {'complete' if s['complete'] else 'incomplete: ' + str(s['why'])}" for s in scan["sources"]]
    return f"scan {'complete' if scan['complete'] else 'incomplete'} ({'; '.join(words)})"
