"""Scenario 18 on a project: every key that Storage can hold is found, removed and brought back byte by byte; what it
cannot hold is refused with a sentence, and does no harm in rows."""

from __future__ import annotations

import string
from pathlib import Path
from urllib.parse import quote

import pytest

from core.errors import AlreadyExists, InvalidName
from core.models import Attributes, Kind
from tests.scenarios.project_desk import PHOTOS, POSTS, ProjectDesk, fill, name_in_rows, picture, put, waiting
from tests.servers.project import SupabaseProject

ALLOWED = "!-_.*'()&$@=;:+,? "
NAMES = [
    *(f"in{sign}side.png" for sign in ALLOWED),
    *(f"{sign}first.png" for sign in ALLOWED),
    *(f"last{sign}" for sign in ALLOWED),
    "/leading.png", "//two leading.png", "a//b.png", "folder/", "folder//", "/", "a b/c d/ e ", "...", ".hidden/.x",
    "Foto.JPG", "foto.jpg", "100%".replace("%", "+"), "a+b.png", "a b.png", "x?a=1&b=2.png", "?", "k" * 255,
    "/".join(["s" * 200] * 5) + "/" + "t" * 19, "00/" * 341 + "z",
]  # fmt: skip
REFUSED = [
    "café.png", "cafe\u0301.png", "日本語.png", "🐈.png", "hash#.png", "100%.png", "a%20b.png", "[a].png", "{a}.png",
    "back\\slash", "pipe|", "tilde~", "caret^", "tick`", "less<", 'quote".png', "tab\t", "line\n.png", "nul\0", "",
    "../up.png", "a/./b.png", "a/../b.png", ".", "k" * 256, "x/" * 512 + "y",
]  # fmt: skip


def test_the_names_of_this_scenario_are_those_that_a_key_may_hold() -> None:
    assert set(ALLOWED) <= {*string.punctuation, " "}
    assert max(len(name) for name in NAMES) == 1024


async def test_every_name_that_a_row_holds_is_found_again(project: SupabaseProject, desk: ProjectDesk) -> None:
    fill(project, named=20)
    for name in NAMES:
        put(project, name)
    name_in_rows(project, NAMES)
    report = await desk.scan()
    assert (report.complete, report.objects) == (True, 20 + len(NAMES))
    assert await desk.open_findings() == set()
    assert await desk.findings(Kind.FILE_WITHOUT_ROW) == {}


async def test_every_name_that_no_row_holds_goes_and_comes_back(project: SupabaseProject, desk: ProjectDesk) -> None:
    fill(project, named=400)
    for name in NAMES:
        put(project, name)
    before = picture(project)
    assert (await desk.scan()).complete
    found = await desk.findings(Kind.FILE_WITHOUT_ROW)
    assert set(found) == set(NAMES)
    assert set(found.values()) == {"open"}, {name: state for name, state in found.items() if state != "open"}

    run = await desk.apply(await desk.plan())

    assert (run.done, run.failed, run.drifted) == (len(NAMES), 0, 0), await desk.reasons(run.run_id)
    assert len(waiting(project)) == len(NAMES)
    assert len(project.keys("photos")) == 400
    back = await desk.undo(run.run_id)
    assert (back.done, back.failed, back.drifted) == (len(NAMES), 0, 0), await desk.reasons(back.run_id)
    assert picture(project) == before


async def test_every_name_is_uploaded_read_and_asked_for_as_it_is(
    project: SupabaseProject, desk: ProjectDesk, tmp_path: Path
) -> None:
    path = tmp_path / "file"
    for name in NAMES:
        path.write_bytes(name.encode())
        made = await desk.store.upload("photos", name, path, Attributes("image/png"))
        assert (made.key, made.size_bytes) == (name, len(name))
        assert project.content("photos", name) == name.encode()
        assert await desk.store.read("photos", name, 2000) == name.encode()
        with pytest.raises(AlreadyExists):
            await desk.store.upload("photos", name, path, Attributes("image/png"))
    found = await desk.store.stat("photos", NAMES)
    assert [item and item.key for item in found] == NAMES
    assert project.keys("photos") == sorted(NAMES)


async def test_what_a_key_cannot_hold_is_refused_in_a_sentence(
    project: SupabaseProject, desk: ProjectDesk, tmp_path: Path
) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"x")
    for name in REFUSED:
        with pytest.raises(InvalidName) as caught:
            await desk.store.upload("photos", name, path, Attributes("image/png"))
        assert caught.value.message.endswith(".") and caught.value.hint
    assert project.keys("photos") == []
    assert await desk.store.stat("photos", REFUSED) == (None,) * len(REFUSED)


async def test_names_that_no_object_can_have_do_no_harm_in_rows(project: SupabaseProject, desk: ProjectDesk) -> None:
    fill(project, named=160, orphans=5)
    names = [name for name in REFUSED if "\0" not in name]
    name_in_rows(project, names)
    before = picture(project)
    report = await desk.scan()
    assert report.complete
    assert set(await desk.findings(Kind.FILE_WITHOUT_ROW)) == {f"orphan/{n:05d}.png" for n in range(5)}
    run = await desk.apply(await desk.plan())
    assert run.failed == 0, await desk.reasons(run.run_id)
    await desk.undo(run.run_id)
    assert picture(project) == before


async def test_names_written_in_html_are_the_same_names(project: SupabaseProject, tmp_path: Path) -> None:
    names = [name for name in NAMES if name == name.strip() and not name.startswith(("/", "?")) and name != "..."]
    fill(project, named=20)
    for name in names:
        put(project, name)
    body = "".join(f'<img src="{project.url}/storage/v1/object/public/photos/{quote(name)}">' for name in names)
    project.sql("insert into posts (body) values (%s)", body)
    desk = await ProjectDesk.open(project.url, project.secret_key, tmp_path / "desk", (PHOTOS, POSTS))
    assert (await desk.scan()).complete
    orphans = await desk.findings(Kind.FILE_WITHOUT_ROW)
    assert {name: state for name, state in orphans.items() if state == "open"} == {}
    await desk.close()
