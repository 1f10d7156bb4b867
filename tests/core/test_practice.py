"""The practice project: real pictures, the same ones every time, and trouble that stays within bounds."""

from __future__ import annotations

import asyncio
import hashlib
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from PIL import Image

from core.errors import Busy, Usage
from core.models import Kind
from core.practice import practice_profile, reset
from core.practice.comments import with_comment
from core.practice.drawing import draw
from core.practice.mapping import BUCKETS, OVERFLOW, PARTS, PATIENTS, SITE
from core.practice.names import FileRules
from core.practice.quotas import Role, share_out
from core.practice.world import imagine
from core.progress import Progress
from core.workspace import Workspace

SERVICE_KEY = re.compile(r"[A-Za-z0-9_/!.*'() &$@=;:+,?-]+")


def contents(folder: Path) -> dict[str, str]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): hashlib.md5(path.read_bytes()).hexdigest() for path in files}


def rows(catalog: Path, query: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(catalog)) as connection:
        return connection.execute(query).fetchall()


@pytest.fixture
def picture_bytes() -> Iterator[dict[str, bytes]]:
    yield {end: draw(SITE, f"x.{end}", 1, Random(1)) for end in ("png", "jpg", "webp")}


async def test_every_object_is_an_ordinary_file_with_a_picture_in_it_and_an_entry_in_the_catalog() -> None:
    report = await reset(200)
    storage = report.folder / "storage"
    files = [path for path in storage.rglob("*") if path.is_file()]
    assert len(files) == report.objects == 200
    assert sorted(path.name for path in storage.iterdir()) == sorted(BUCKETS)
    formats = set()
    for path in files:
        with Image.open(path) as image:
            image.load()
            formats.add(image.format)
    assert formats == {"PNG", "JPEG", "WEBP"}
    told = {
        f"{bucket}/{name}"
        for bucket, name in rows(practice_profile().catalog, "SELECT bucket_id, name FROM storage_objects")
    }
    assert told == {path.relative_to(storage).as_posix() for path in files}


async def test_the_same_seed_makes_the_same_pictures_and_another_seed_others() -> None:
    first = contents((await reset(120, seed=3)).folder / "storage")
    again = contents((await reset(120, seed=3)).folder / "storage")
    other = contents((await reset(120, seed=4)).folder / "storage")
    assert first == again
    assert first != other


async def test_only_the_planted_copies_are_equal_within_a_bucket_even_when_pictures_repeat(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("core.practice.files._ALL_DIFFERENT", 10)
    monkeypatch.setattr("core.practice.files._REPEATING", 5)
    report = await reset(300)
    hashes = [(name.split("/")[0], digest) for name, digest in contents(report.folder / "storage").items()]
    assert len(hashes) - len(set(hashes)) == report.planted[Kind.DUPLICATE_CONTENT]


async def test_rows_counts_the_rows_of_the_mapped_tables() -> None:
    report = await reset(200)
    profile = practice_profile()
    counts = [rows(profile.catalog, f"SELECT count(*) FROM {s.table}")[0][0] for s in profile.sources]
    assert sum(int(str(count)) for count in counts) == report.rows
    for source in profile.sources:
        columns = {str(row[1]) for row in rows(profile.catalog, f"PRAGMA table_info({source.table})")}
        assert columns >= {*source.key, *source.read_columns}
    assert rows(profile.catalog, "PRAGMA foreign_key_check") == []


async def test_a_reset_forgets_the_earlier_project_and_leaves_what_else_lies_there() -> None:
    report = await reset(60)
    (report.folder / "storage" / PARTS / "put-here-by-hand.png").write_bytes(b"x")
    (report.folder / "quarantine" / "1").mkdir(parents=True)
    (report.folder / "notes.txt").write_text("mine")
    await reset(60)
    assert not (report.folder / "storage" / PARTS / "put-here-by-hand.png").exists()
    assert not (report.folder / "quarantine").exists()
    assert (report.folder / "notes.txt").read_text() == "mine"
    assert sorted(path.name for path in report.folder.parent.iterdir()) == ["practice", "workspaces"]


async def test_a_reset_empties_the_workspace_that_another_window_has_open(home: Path) -> None:
    await reset(60)
    window = await Workspace.open(home / "workspaces" / "practice", practice_profile().project)
    keep = "INSERT INTO keeps VALUES ('o:a/b', 'f', 'p', 'r', 1)"
    await window.journal.write(lambda c: c.execute(keep))
    await reset(60)
    assert await window.journal.read(lambda c: c.execute("SELECT count(*) FROM keeps").fetchone()[0]) == 0
    await window.close()


async def test_a_reset_is_refused_while_a_job_runs_on_the_project(home: Path) -> None:
    report = await reset(60)
    before = contents(report.folder / "storage")
    window = await Workspace.open(home / "workspaces" / "practice", practice_profile().project)
    async with window.lock():
        with pytest.raises(Busy):
            await reset(70)
    await window.close()
    assert contents(report.folder / "storage") == before


async def test_a_cancelled_reset_leaves_the_earlier_project_and_nothing_else() -> None:
    report = await reset(60)
    before = contents(report.folder)
    with pytest.raises(asyncio.CancelledError):
        async with asyncio.timeout(60):
            job = asyncio.create_task(reset(1000, report=lambda p: cancel_at(p, 200, job)))
            await job
    assert contents(report.folder) == before
    assert sorted(path.name for path in report.folder.parent.iterdir()) == ["practice", "workspaces"]


def cancel_at(progress: Progress, done: int, job: asyncio.Task[object]) -> None:
    if progress.done >= done:
        job.cancel()


async def test_too_few_objects_are_refused_in_a_sentence() -> None:
    with pytest.raises(Usage, match="too small"):
        await reset(3)


@pytest.mark.parametrize("objects", [200, 250, 333, 500, 800, 1200, 2000, 5000, 20_000])
@pytest.mark.parametrize("seed", range(8))
def test_all_planted_trouble_together_stays_under_the_guard_in_every_bucket_and_table(objects: int, seed: int) -> None:
    quotas = share_out(objects, Random(seed))
    for bucket, roles in quotas.roles.items():
        removable = roles[Role.LOST] + roles[Role.COPY] + roles[Role.OVER_AGE]
        assert removable <= 20 or removable <= sum(roles.values()) * 0.2, bucket
        assert roles[Role.ORDINARY] > sum(roles.values()) / 2
    assert sum(sum(roles.values()) for roles in quotas.roles.values()) == objects
    planted = quotas.planted
    links = planted[Kind.LINK_MISSING] + planted[Kind.LINK_EXPIRED] + planted[Kind.LINK_EXPIRING]
    parts, site = quotas.roles[PARTS], quotas.roles[SITE]
    changed = {
        "part_images": (quotas.missing["part_images"] + parts[Role.COPY] + links, parts[Role.ORDINARY]),
        "images": (
            quotas.missing["images"] + site[Role.COPY] + planted[Kind.WRONG_PREFIX] + planted[Kind.STALE_METADATA],
            site[Role.ORDINARY] * 11 // 12,
        ),
    }
    for table, (steps, rows_there) in changed.items():
        assert steps <= 20 or steps <= rows_there * 0.2, table


def test_by_default_every_kind_is_planted_a_two_digit_number_of_times() -> None:
    planted = share_out(2000, Random("7 quotas")).planted
    assert set(planted) == set(Kind)
    assert all(10 <= count <= 99 for count in planted.values())


@pytest.mark.parametrize("rules", [FileRules(True, True), FileRules(False, False)])
def test_keys_differ_and_are_such_as_the_services_allow(rules: FileRules) -> None:
    world = imagine(2000, 7, rules)
    places = [(item.bucket, item.key) for item in world.items]
    assert len(set(places)) == len(places) == 2000
    assert all(SERVICE_KEY.fullmatch(key) for _, key in places)
    if not rules.two_cases:
        assert len({(bucket, key.lower()) for bucket, key in places}) == 2000
    files = {f"{bucket}/{key}" for bucket, key in places}
    assert not any(str(parent) in files for path in files for parent in Path(path).parents)


def test_names_that_bleed_are_among_the_keys() -> None:
    items = {(i.bucket, i.key): i.role for i in imagine(2000, 7, FileRules(True, True)).items}
    assert items[PARTS, "a-1"] is items[PARTS, "a/b"] is items[PARTS, "dir/plan.png"] is Role.ORDINARY
    assert items[PARTS, "a.bak"] is items[SITE, "images2/banner.png"] is Role.LOST
    assert items[PATIENTS, "ward-1/p/one.jpg"] is Role.LOST
    assert items[OVERFLOW, "ward-1/p/one.jpg"] is Role.ORDINARY


async def test_planted_trouble_is_days_old_and_the_young_is_hours_old() -> None:
    await reset(200)
    stored = rows(practice_profile().catalog, "SELECT bucket_id, name, updated_at FROM storage_objects")
    updated = {(bucket, name): datetime.fromisoformat(str(when)) for bucket, name, when in stored}
    now = datetime.now(UTC)
    for item in imagine(200, 7, FileRules(True, True)).items:
        age = now - updated[item.bucket, item.key]
        assert (age < timedelta(hours=13)) == (item.role is Role.YOUNG), item
        assert (age > timedelta(days=30)) >= (item.role is Role.OVER_AGE), item
        assert item.role is Role.YOUNG or age > timedelta(days=2), item


def test_a_comment_changes_the_bytes_and_not_the_picture(picture_bytes: dict[str, bytes], tmp_path: Path) -> None:
    for end, plain in picture_bytes.items():
        paths = [tmp_path / f"{name}.{end}" for name in ("plain", "one", "two")]
        paths[0].write_bytes(plain)
        paths[1].write_bytes(with_comment(plain, "one"))
        paths[2].write_bytes(with_comment(plain, "two"))
        assert len({path.read_bytes() for path in paths}) == 3
        shown = []
        for path in paths:
            with Image.open(path) as image:
                image.load()
                shown.append(image.tobytes())
        assert shown[0] == shown[1] == shown[2]
