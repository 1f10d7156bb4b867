"""Moves in a person's own folder, cut off at every call to the file system, and across disks."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
import pytest_asyncio

from core.clients import local_copies
from core.clients.local_files import time_of
from core.errors import AlreadyExists, Unavailable
from core.models import QUARANTINE, Attributes, Move, Result
from tests.contracts.worlds import StoreWorld, listing, store_world

CALLS = ("open", "link", "unlink", "mkdir", "rmdir", "stat", "lstat", "fsync", "write", "close", "utime", "ftruncate")
AWAY = Move("photos", "ward/one.jpg", QUARANTINE, "run-1/photos/ward/one.jpg")
BACK = Move(QUARANTINE, "run-1/photos/ward/one.jpg", "photos", "ward/one.jpg")
DATA = bytes(range(256)) * 8


WHEN_NS = 1_700_000_000_123_456_789
TOLD = Attributes("image/jpeg", "no-cache", {"by": "me"}, datetime(2023, 1, 1, tzinfo=UTC), time_of(WHEN_NS))


class Killed(BaseException):
    """What a kill -9 looks like from inside: nothing after it runs but the closing of files."""


@pytest_asyncio.fixture
async def world() -> AsyncIterator[StoreWorld]:
    async with store_world("local") as made:
        yield made


@pytest.fixture(params=["one disk", "two disks"])
def disks(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Whether names can share a file; across two disks they cannot."""
    monkeypatch.setattr(local_copies, "_BLOCK", 500)
    if request.param == "two disks":

        def link(*args: object, **kwargs: object) -> None:
            raise OSError(errno.EXDEV, "Invalid cross-device link")

        monkeypatch.setattr(os, "link", link)
    return str(request.param)


def kill_after(monkeypatch: pytest.MonkeyPatch, count: int) -> Callable[[], bool]:
    """Ends the work behind the `count`th call to the file system; tells whether it came so far."""
    left = [count]

    def counted(real: Callable[..., object], closes: bool) -> Callable[..., object]:
        def call(*args: object, **kwargs: object) -> object:
            if left[0] <= 0 and not closes:
                raise Killed
            result = real(*args, **kwargs)
            left[0] -= 1
            if left[0] == 0 and not closes:
                raise Killed
            return result

        return call

    for name in CALLS:
        monkeypatch.setattr(os, name, counted(getattr(os, name), name == "close"))
    return lambda: left[0] <= 0


@pytest.mark.parametrize(
    ("kind", "disks"), [("local", "one disk"), ("local", "two disks"), ("practice", "one disk")], indirect=["disks"]
)
@pytest.mark.parametrize("move", [AWAY, BACK], ids=["away", "back"])
async def test_a_move_cut_off_anywhere_loses_nothing_and_is_finished_by_repeating_it(
    disks: str, move: Move, kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = tmp_path / "original"
    original.write_bytes(DATA)
    os.utime(original, ns=(WHEN_NS, WHEN_NS))
    cut, count = True, 0
    while cut:
        count += 1
        assert count < 400
        async with store_world(kind) as world:
            await world.store.upload("photos", "ward/one.jpg", original, TOLD)
            if move is BACK:
                assert (await world.store.move([AWAY]))[0].result is Result.DONE
            seen = (await world.store.stat(move.bucket, [move.key]))[0]
            kept = await world.store.attributes(move.bucket, [move.key])
            assert seen is not None and kept[0] is not None
            assert kind == "local" or kept[0] == TOLD
            wanted = Move(move.bucket, move.key, move.to_bucket, move.to_key, seen.version)
            with monkeypatch.context() as patch:
                was_cut = kill_after(patch, count)
                try:
                    await world.store.move([wanted])
                except Killed:
                    cut = True
                else:
                    cut = was_cut()
            held = {world.content("photos", "ward/one.jpg")}
            held |= {await world.store.read(QUARANTINE, i.key, 1 << 30) for i in await listing(world.store, QUARANTINE)}
            assert DATA in held
            outcome = (await world.store.move([wanted]))[0]
            assert outcome.result is Result.DONE, outcome
            assert outcome.object is not None and outcome.object.version == seen.version
            assert await world.store.read(move.to_bucket, move.to_key, 1 << 30) == DATA
            assert await world.store.attributes(move.to_bucket, [move.to_key]) == kept
            assert await world.store.stat(move.bucket, [move.key]) == (None,)
            assert sum(path.is_file() for path in world.folder.rglob("*")) == 2  # it and the catalog
    assert count > 15


async def test_half_a_copy_of_ours_is_finished_and_a_file_that_only_begins_alike_is_not_touched(
    world: StoreWorld, disks: str
) -> None:
    world.put("photos", "ward/one.jpg", DATA)
    await world.store.move([AWAY])
    world.put("photos", "ward/one.jpg", DATA[:1000])
    assert (await world.store.move([BACK]))[0].result is Result.DRIFTED
    assert world.content("photos", "ward/one.jpg") == DATA[:1000]
    world.put("photos", "ward/one.jpg", b"")
    assert (await world.store.move([BACK]))[0].result is Result.DRIFTED
    assert world.content("photos", "ward/one.jpg") == b""


async def test_a_copy_keeps_time_and_rights(world: StoreWorld, disks: str) -> None:
    world.put("photos", "ward/one.jpg", DATA)
    path = world.storage / "photos" / "ward" / "one.jpg"
    path.chmod(0o640)
    os.utime(path, ns=(10**18, 10**18 + 123_456_789))
    await world.store.move([AWAY])
    await world.store.move([BACK])
    assert path.stat().st_mtime_ns == 10**18 + 123_456_789
    assert os.name != "posix" or stat.S_IMODE(path.stat().st_mode) == 0o640


@pytest.mark.skipif(os.name != "posix", reason="rights are Windows' own matter there")
async def test_the_quarantine_is_its_owners_only(world: StoreWorld) -> None:
    world.put("photos", "ward/one.jpg")
    await world.store.move([AWAY])
    folders = [path for path in (world.quarantine, *world.quarantine.rglob("*")) if path.is_dir()]
    assert {stat.S_IMODE(path.stat().st_mode) for path in folders} == {0o700} and len(folders) >= 4


async def test_folders_that_a_move_emptied_stay_and_those_of_the_quarantine_go(world: StoreWorld) -> None:
    world.put("photos", "ward/deep/one.jpg")
    await world.store.move([Move("photos", "ward/deep/one.jpg", QUARANTINE, "run-1/photos/ward/deep/one.jpg")])
    assert (world.storage / "photos" / "ward" / "deep").is_dir()
    await world.store.move([Move(QUARANTINE, "run-1/photos/ward/deep/one.jpg", "photos", "ward/deep/one.jpg")])
    assert not (world.quarantine / "run-1").exists()


async def test_a_folder_that_is_gone_is_made_again_for_what_comes_back(world: StoreWorld) -> None:
    world.put("photos", "ward/one.jpg")
    await world.store.move([AWAY])
    (world.storage / "photos" / "ward").rmdir()
    assert (await world.store.move([BACK]))[0].result is Result.DONE
    assert world.content("photos", "ward/one.jpg") is not None


async def test_a_file_and_a_folder_of_one_name_are_refused(world: StoreWorld, tmp_path: Path) -> None:
    world.put("photos", "ward/one.jpg")
    await world.store.move([AWAY])
    (world.storage / "photos" / "ward").rmdir()
    world.put("photos", "ward", b"a file")
    outcome = (await world.store.move([BACK]))[0]
    assert outcome.result is Result.FAILED and "file" in outcome.reason
    file = tmp_path / "file"
    file.write_bytes(b"x")
    with pytest.raises(AlreadyExists):
        await world.store.upload("photos", "ward/two.jpg", file, Attributes())
    world.put("photos-1", "folder/x.jpg")
    with pytest.raises(AlreadyExists):
        await world.store.upload("photos-1", "folder", file, Attributes())


async def test_a_full_disk_leaves_both_sides_as_they_were(
    world: StoreWorld, disks: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    world.put("photos", "ward/one.jpg", DATA)
    file = tmp_path / "file"
    file.write_bytes(DATA)

    def write(descriptor: int, data: bytes) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "write", write)
        outcome = (await world.store.move([AWAY]))[0]
        with pytest.raises(Unavailable, match="full"):
            await world.store.upload("photos", "two.jpg", file, Attributes())
    if disks == "two disks":
        assert outcome.result is Result.FAILED and "full" in outcome.reason
        assert world.contents() == {"photos/ward/one.jpg": DATA}
        assert await listing(world.store, QUARANTINE) == []
    assert world.content("photos", "two.jpg") is None
    await world.store.move([AWAY])
    assert world.contents() == {}


async def test_a_right_that_is_missing_is_said_and_nothing_moves(
    world: StoreWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.put("photos", "ward/one.jpg", DATA)

    def unlink(*args: object, **kwargs: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    real = os.unlink
    calls: list[object] = []

    def first_only(*args: object, **kwargs: object) -> None:
        calls.append(args)
        return unlink() if len(calls) == 1 else real(*args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(os, "unlink", first_only)
    outcome = (await world.store.move([AWAY]))[0]
    assert outcome.result is Result.FAILED and "right" in outcome.reason
    assert world.contents() == {"photos/ward/one.jpg": DATA}
    assert await listing(world.store, QUARANTINE) == []
