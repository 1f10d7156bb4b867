"""Tries Bucketdesk on collections that other programs made, and compares what it finds with what each of them says.

    python bench/collections/compare.py FOLDER                 # all, each in an environment of its own
    python bench/collections/compare.py FOLDER anki --apply    # one, with clean-up and undo, too
    python bench/collections/compare.py FOLDER --while-open    # scanned while the program writes

What was found is in README.md beside this.
Shotwell is no Python package: `apt-get install shotwell xvfb dbus-x11`, or a command of your own in SHOTWELL.
A word per line says how serious it is: `harm` (offered for removal although in use, or the collection was touched)
fails the run, `differs` has no known reason and fails too, `known` is a difference that the script explains.
"""

from __future__ import annotations

import argparse
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from disturbed import scan_after_crash, scan_while_open
from trial import PROGRAMS, Trial, prepare
from untouched import differences, picture_of, rows_of

MOVABLE = ("anki", "django", "photologue")
"""Programs whose collections do not know where they lie, so that a copy can be asked."""


def compare(trial: Trial) -> tuple[dict[str, Any], list[str]]:
    """Builds, scans, lists, plans; then the two answers side by side, and whether anything was touched."""
    answer = trial.ask()
    trial.write_profile(answer["profile"])
    before = picture_of(trial.folder)
    scan = trial.desk("scan")
    trial.desk("status")
    trial.desk("objects", "--limit", "1000000")
    found = trial.findings()
    trial.desk("plan", "cleanup", "-o", str(trial.plan))
    lines = [f"harm: {line}" for line in differences(before, picture_of(trial.folder))]
    for source in scan["sources"]:
        words = ("items", "references", "not_understood", "complete", "doubted", "why")
        print("  " + source["name"] + ": " + ", ".join(f"{word} {source[word]}" for word in words))
    lines += judge(answer, found)
    again = trial.ask("--ask")
    if (again["unused"], again["missing"]) != (answer["unused"], answer["missing"]):
        lines.append("harm: the program answers otherwise after the scan")
    return answer, lines


def judge(answer: dict[str, Any], found: list[dict[str, Any]]) -> Iterator[str]:
    """The differences between the program's answer and the findings, a line each."""
    unused, missing, known = set(answer["unused"]), set(answer["missing"]), answer["known"]
    files = {f["key"]: f for f in found if f["kind"] == "file_without_row"}
    rows = {f["key"]: f for f in found if f["kind"] in ("row_without_file", "wrong_prefix")}
    offered = {key for key, f in files.items() if f["state"] == "open"}
    agreed = len(unused & offered), len(unused), len(missing & rows.keys()), len(missing)
    print("  agreed: {} of {} unused, {} of {} missing".format(*agreed))
    for key in sorted(offered - unused):
        yield f"{'known' if key in known else 'harm'}: {key} is offered, the program uses it{because(known, key)}"
    for key in sorted(offered & set(answer.get("spare", ()))):
        yield f"harm: {key} is offered, but is named{because(known, key)}"
    for key in sorted(unused - offered):
        state = f"{files[key]['state']} ({files[key]['evidence']})" if key in files else "no finding"
        yield f"{'known' if key in known else 'differs'}: {key} is unused to the program; {state}{because(known, key)}"
    for key in sorted(missing ^ rows.keys()):
        who = "the program" if key in missing else f"Bucketdesk ({rows[key]['state']})"
        yield f"{'known' if key in known else 'differs'}: {key} is missing only to {who}{because(known, key)}"


def because(known: dict[str, str], key: str) -> str:
    """The known reason, if there is one."""
    return f": {known[key]}" if key in known else ""


def clean_and_undo(trial: Trial, answer: dict[str, Any]) -> Iterator[str]:
    """Applies the plan, asks the program, undoes, and looks whether all is as it was."""
    database = Path(tomllib.loads(answer["profile"])["local"]["catalog"])
    trial.desk("scan")
    head = trial.desk("plan", "cleanup", "-o", str(trial.plan))
    before, rows = picture_of(trial.folder), rows_of(database)
    run = trial.desk("apply", str(trial.plan), "--yes", "--allow-share", "1")
    print(f"  apply: {head['by_kind']}, {counts(run)}")
    if run["done"] != head["steps"]:
        yield f"differs: {head['steps']} steps, {run['done']} done"
    cleaned = picture_of(trial.folder)
    yield from judge_cleaned(trial, answer, before.keys() - cleaned.keys())
    undone = trial.desk("undo", run["run_id"], "--yes")
    print(f"  undo: {counts(undone)}")
    side = {database.relative_to(trial.folder).as_posix()} if database.is_relative_to(trial.folder) else set()
    for line in differences(before, picture_of(trial.folder), places=False):
        if not any(line.startswith(f"{name} has another") for name in side):
            yield f"harm: after undo {line}"
    if rows_of(database) != rows:
        yield "harm: after undo the rows are not what they were"
    print(f"  files: {len(before)} before, {len(cleaned)} cleaned, {len(picture_of(trial.folder))} after undo")
    again = trial.ask("--ask")
    if (again["unused"], again["missing"]) != (answer["unused"], answer["missing"]):
        yield "harm: the program answers otherwise after undo"


def judge_cleaned(trial: Trial, answer: dict[str, Any], gone: set[str]) -> Iterator[str]:
    """What the program says of a copy of the cleaned collection: the same, less what was cleaned."""
    if trial.name not in MOVABLE:
        return
    said = trial.ask_copy()
    buckets = tomllib.loads(answer["profile"])["local"]["buckets"]
    keys = {name.split(f"{bucket}/", 1)[1] for name in gone for bucket in buckets if f"{bucket}/" in name}
    for key in sorted(set(said["missing"]) - set(answer["missing"])):
        yield f"{'known' if key in answer['known'] else 'harm'}: {key} is missing to the program after the clean-up"
    for key in sorted(set(answer["unused"]) - keys - set(said["unused"])):
        yield f"differs: {key} was not cleaned, but is no longer unused to the program"
    left = "nothing" if not said["unused"] else f"{len(said['unused'])}"
    print(f"  after the clean-up the program calls {left} unused and {len(said['missing'])} missing")


def counts(run: dict[str, Any]) -> str:
    """How a run ended, in a few words."""
    return ", ".join(f"{name} {run[name]}" for name in ("done", "skipped", "failed", "drifted"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("work", type=Path, help="a folder for environments and collections; what is in it is replaced")
    parser.add_argument("programs", nargs="*", metavar="PROGRAM", help=f"of {', '.join(PROGRAMS)}; all if left out")
    parser.add_argument("--cli", type=Path, default=Path(sys.executable).with_name("bucketdesk-cli"))
    parser.add_argument("--apply", action="store_true", help="clean up and undo, too")
    parser.add_argument("--while-open", action="store_true", help="scan while the program writes, too")
    args = parser.parse_args()
    bad = 0
    for name in args.programs or PROGRAMS:
        trial = prepare(name, args.work.absolute(), args.cli)
        print(name, flush=True)
        answer, lines = compare(trial)
        if args.apply:
            lines += clean_and_undo(trial, answer)
        if args.while_open:
            lines += scan_while_open(trial, answer)
            lines += scan_after_crash(trial)
        for line in lines:
            print(f"  {line}")
        bad += sum(not line.startswith("known") for line in lines)
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
