"""Scenario 1: whatever appears, changes or goes on either side, before a scan or after a plan, the end is the golden
one, and no byte that existed only once is gone."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from core.models import Kind
from tests.scenarios.project_desk import ProjectDesk, contents, fill, name_in_rows, put
from tests.servers.project import SupabaseProject

GOLDEN = Path(__file__).with_name("golden") / "change_classes.json"
FILE = {
    "new": lambda project, key: put(project, key, b"new"),
    "changed": lambda project, key: put(project, key, b"changed"),
    "deleted": lambda project, key: project.drop("photos", key),
}
ROW = {
    "new": lambda project, key: name_in_rows(project, [key]),
    "changed": lambda project, key: project.sql("update photos set title = 'changed' where path = %s", key),
    "deleted": lambda project, key: project.sql("delete from photos where path = %s", key),
}
CLASSES = (
    ("new", ""), ("changed", ""), ("deleted", ""), ("", "new"), ("", "changed"), ("", "deleted"),
    ("changed", "changed"), ("changed", "deleted"), ("deleted", "changed"), ("deleted", "deleted"),
)  # fmt: skip
Change = Callable[[SupabaseProject, str], object]


def key_of(file: str, row: str) -> str:
    return f"file-{file or 'same'}-row-{row or 'same'}.png"


def changes(folder: str) -> list[tuple[Change, str]]:
    """Every change of the ten classes, each on a pair of its own in a folder."""
    found: list[tuple[Change, str]] = []
    for file, row in CLASSES:
        if file:
            found.append((FILE[file], f"{folder}/{key_of(file, row)}"))
        if row:
            found.append((ROW[row], f"{folder}/{key_of(file, row)}"))
    return found


def said(project: SupabaseProject) -> dict[str, str]:
    """What stands in the end, for people to read: each object's bytes, each row's title."""
    stands = {}
    for bucket, key in project.sql("select bucket_id, name from storage.objects order by 1, 2"):
        if not str(key).startswith(("named/", "orphan/")) and "/_manifest/" not in str(key):
            content = project.content(str(bucket), str(key)) or b""
            place = str(key) if bucket == "photos" else "quarantine: " + str(key).split("/", 1)[1]
            stands[place] = content.decode() if content in (b"new", b"changed") else "as it was"
    for path, title in project.sql("select path, title from photos where path not like 'named/%%' order by id"):
        stands[f"row {path}"] = "changed" if title == "changed" else "as it was"
    return dict(sorted(stands.items()))


def conflicts(reasons: dict[str, str]) -> dict[str, str]:
    """The reasons without the number of a row that the order of changes decides."""
    return {key: re.sub(r"\(\[\d+\]\)", "([…])", reason) for key, reason in sorted(reasons.items())}


def compare(part: str, found: object) -> None:
    """Compares with the golden file."""
    golden = json.loads(GOLDEN.read_text("utf-8"))
    assert found == golden[part], json.dumps({part: found}, indent=1, ensure_ascii=False)


@pytest.mark.parametrize("seed", [1, 2])
async def test_between_two_scans(project: SupabaseProject, desk: ProjectDesk, seed: int) -> None:
    fill(project, named=60)
    for file, row in (*CLASSES, ("", "")):
        if "new" not in (file, row):
            put(project, f"ten/{key_of(file, row)}")
            name_in_rows(project, [f"ten/{key_of(file, row)}"])
    assert (await desk.scan()).complete

    order = changes("ten")
    Random(seed).shuffle(order)
    for change, key in order:
        change(project, key)
    assert (await desk.scan()).complete

    found = await desk.findings(Kind.FILE_WITHOUT_ROW), await desk.findings(Kind.ROW_WITHOUT_FILE)
    compare("found by the second scan", {"files without row": found[0], "rows without file": found[1]})
    held = contents(project)
    run = await desk.apply(await desk.plan())
    assert run.failed == 0
    assert contents(project) == held
    compare("left by the clean-up", {**said(project), "conflicts": conflicts(await desk.reasons(run.run_id))})

    await desk.undo(run.run_id)
    compare("left by its undo", said(project))
    assert contents(project) == held


@pytest.mark.parametrize("seed", [1, 2])
async def test_between_a_plan_and_its_run(project: SupabaseProject, desk: ProjectDesk, seed: int) -> None:
    """In “files” each class happens to a file without row, in “rows” to a row without file; a plan is made for both."""
    fill(project, named=120)
    for file, row in (*CLASSES, ("", "")):
        put(project, f"files/{key_of(file, row)}")
        name_in_rows(project, [f"rows/{key_of(file, row)}"])
    assert (await desk.scan()).complete
    plan = await desk.plan()

    order = [*changes("files"), *changes("rows")]
    Random(seed).shuffle(order)
    for change, key in order:
        change(project, key)

    held = contents(project)
    run = await desk.apply(plan)
    assert run.failed == 0
    assert contents(project) == held
    compare("left by the run", {**said(project), "conflicts": conflicts(await desk.reasons(run.run_id))})
    await desk.undo(run.run_id)
    compare("left by the run's undo", said(project))
    assert contents(project) == held
