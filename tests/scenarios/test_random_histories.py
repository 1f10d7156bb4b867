"""Scenario 20: random worlds, edits, faults and deaths. A plan ends, a second one is empty, no content is ever lost."""

from __future__ import annotations

import hashlib
import random
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from core.errors import Refused, Unavailable, Usage
from core.models import Kind, Outcome, Repair, Run
from core.plans import read_steps
from tests.scenarios.collection import PHOTOS, POSTS, Collection
from tests.scenarios.killing import Killed, Killer

NAMES = ("a", "a-1", "a.bak", "b/a", "b/a-1", "Dir/x", "dir/x", "ü", "sp ace", "50%", "c/d/e")


class World:
    """A collection that a seeded hand edits; `contents` are all the bytes that were ever in it."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.random = random.Random(seed)
        self.collection = Collection(folder, sources=(PHOTOS, POSTS))
        self.collection.store.limits = replace(self.collection.store.limits, batch_size=3)  # type: ignore[misc]
        self.collection.fill(named=60)
        self.collection.sql("CREATE TABLE tags (photo INTEGER REFERENCES photos (id) ON DELETE CASCADE, tag TEXT)")
        self.contents: set[str] = set()
        for _ in range(self.random.randrange(10, 50)):
            self.edit(deleting=True)

    def key(self) -> str:
        """Some key, often one that is used already."""
        return f"{self.random.choice(('w', 'v'))}/{self.random.choice(NAMES)}"

    def edit(self, *, deleting: bool) -> None:
        """One thing that somebody does. `deleting` allows what makes content vanish or rows change."""
        collection, what = self.collection, self.random.randrange(7 if deleting else 4)
        key = self.key()
        if what in (0, 4):
            path = collection.storage / "photos" / key
            if not path.exists():
                content = self.random.choice((b"twin", key.encode(), self.random.randbytes(4)))
                collection.file(key, content)
        elif what in (1, 5):
            spelling = self.random.choice((key, key, f"photos/{key}", f"/{key}"))
            collection.sql("INSERT INTO photos (path, title) VALUES (?, ?)", spelling, key)
        elif what == 2:
            collection.sql("INSERT INTO posts (body) VALUES (?)", f'<p><img src="{key.replace("%", "%25")}"></p>')
        elif what == 3:
            collection.sql("INSERT INTO tags SELECT id, 'nice' FROM photos WHERE title = ?", key)
        else:
            collection.sql("DELETE FROM photos WHERE title = ?", key)

    def note(self) -> None:
        """Remembers what content there is."""
        self.contents |= set(_contents(self.collection.storage))

    def check(self) -> None:
        """No content that was there is gone, and what a row names is in its place."""
        there = set(_contents(self.collection.storage)) | set(_contents(self.collection.profile.quarantine))
        there |= set(_archived(self.collection.profile.archive))
        assert self.contents <= there

    def named(self) -> set[str]:
        """The files that a row of `photos` names exactly and that are there."""
        paths = {str(path) for (path,) in self.collection.sql("SELECT path FROM photos") if path}
        return {p for p in paths if (self.collection.storage / "photos" / p).is_file()}


def _contents(folder: Path) -> Sequence[str]:
    return [hashlib.sha256(p.read_bytes()).hexdigest() for p in folder.rglob("*") if p.is_file()]


def _archived(folder: Path) -> Iterator[str]:
    for path in folder.rglob("*.zip"):
        with zipfile.ZipFile(path) as archive:
            yield from (hashlib.sha256(archive.read(name)).hexdigest() for name in archive.namelist())


async def apply_somehow(world: World, plan: Path) -> Run | None:
    """Applies with faults and deaths until it ends; None when it was refused."""
    collection, chance = world.collection, world.random
    for _ in range(60):
        limits = replace(collection.store.limits, batch_size=3)
        collection.store.limits = limits  # type: ignore[misc]
        real = collection.store.move

        async def flaky(moves: object, real: object = real) -> tuple[Outcome, ...]:
            if chance.random() < 0.1:
                raise Unavailable("It does not answer.")
            return await real(moves)  # type: ignore[operator, no-any-return]

        collection.store.move = flaky  # type: ignore[method-assign, assignment]
        try:
            at = chance.choice((None, chance.randrange(2, 40)))
            run = await collection.apply(plan, allow_share=1.0, seam=Killer(at))
            collection.store.move = real  # type: ignore[method-assign]
            return run
        except (Killed, Unavailable):
            await collection.close()
        except Refused:
            return None
    raise AssertionError("it never came to an end")


@pytest.mark.parametrize("seed", range(24))
async def test_no_history_loses_content(tmp_path: Path, seed: int) -> None:
    world = World(tmp_path, seed)
    collection = world.collection
    await collection.scan_later()
    ways: list[tuple[tuple[Kind, ...], Repair | None]] = [
        ((), None),
        ((Kind.FILE_WITHOUT_ROW,), Repair.ARCHIVE),
        ((Kind.DUPLICATE_CONTENT,), Repair.MERGE),
        ((Kind.ROW_WITHOUT_FILE,), Repair.DELETE),
        ((Kind.FILE_WITHOUT_ROW,), Repair.INSERT),
        ((Kind.ROW_WITHOUT_FILE,), Repair.CLEAR),
    ]
    world.random.shuffle(ways)
    for number, (kinds, repair) in enumerate(ways):  # the first that finds something to do in this world
        plan = await collection.plan(*kinds, repair=repair, name=f"plan-{number}")
        if steps := len(await read_steps(plan, limit=10_000)):
            break
    for _ in range(world.random.randrange(8)):
        world.edit(deleting=False)
    world.note()
    before, named = collection.picture(), world.named()

    run = await apply_somehow(world, plan)

    world.check()
    assert named <= world.named() or repair is Repair.MERGE
    if run is None or not run.run_id:  # refused, or nothing to do in this world
        assert collection.picture() == before and (run is None or steps == 0)
        await collection.close()
        return
    assert run.done + run.skipped + run.failed + run.drifted == run.steps == steps
    try:
        undone = await collection.undo(run.run_id)
    except Usage:
        assert run.done == 0
    else:
        assert undone.drifted == undone.failed == 0, await collection.reasons(undone.run_id)
    assert collection.picture() == before
    world.check()
    await collection.close()


@pytest.mark.parametrize("seed", range(100, 112))
async def test_a_second_plan_is_empty(tmp_path: Path, seed: int) -> None:
    world = World(tmp_path, seed)
    collection = world.collection
    await collection.scan_later()
    run = await apply_somehow(world, await collection.plan())
    assert run is None or run.failed + run.drifted == 0, run and await collection.reasons(run.run_id)
    await collection.scan_later()
    again = await collection.plan(name="again")
    await collection.apply(again, allow_share=1.0)
    await collection.scan_later()
    assert await read_steps(await collection.plan(name="third")) == ()
    await collection.close()
