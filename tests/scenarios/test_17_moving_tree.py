"""Scenario 17: files change, vanish and turn into folders between scan and reading, and folders appear during the run:
the run ends well, the next one picks them up, and no half object is left."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterable
from pathlib import Path

import pytest

from core.uploads.sending import batch_under_way
from tests.core.uploads.trees import put
from tests.scenarios.folder_desk import FolderDesk, open_local, open_project, undisturbed
from tests.servers.project import SupabaseProject

ENDINGS = (".jpg", ".png")


class Mover:
    """Changes a tree at any moment, and remembers every content that any of its files ever had."""

    def __init__(self, desk: FolderDesk, seed: int) -> None:
        self.root, self.dice = desk.root, random.Random(seed)
        self.ever: set[bytes] = set()
        self.left = 0
        """So many more things happen."""
        self._made = 0
        for number in range(12):
            for name in self.dice.sample(["a.jpg", "b.png", "c.jpg"], self.dice.randint(1, 3)):
                self.put(self.root / f"{number % 3}/DEV-{number}/{name}")

    def put(self, path: Path) -> None:
        """A file with a content that no other ever had, sometimes with the same size and time as another."""
        self._made += 1
        content = f"content {self._made:05}".encode() * self.dice.choice([1, 1, 300])
        self.ever.add(content)
        put(path, content, at=1_700_000_000 + self._made)

    def images(self) -> dict[str, bytes]:
        """What is there to be uploaded now, by the key that it is to have."""
        found = (path for path in self.root.rglob("*") if path.suffix in ENDINGS and path.is_file())
        return {path.relative_to(self.root).as_posix(): path.read_bytes() for path in found}

    def move(self, *_: object) -> None:
        """Something happens to a file or a folder, or much at once."""
        if not self.left:
            return
        self.left -= 1
        files = sorted(path for path in self.root.rglob("*") if path.suffix in ENDINGS and path.is_file())
        if not files:
            self.put(self.root / "0/DEV-0/a.jpg")
            return
        file = self.dice.choice(files)
        folder = file.parent
        match self.dice.randrange(7):
            case 0:
                self.put(file)
            case 1:
                file.unlink()
            case 2:
                file.unlink()
                self.put(file / "inside.jpg")
            case 3:
                self.put(folder / f"grown-{self.left}.jpg")
            case 4:
                folder.rename(folder.with_name(f"{folder.name.partition('.')[0]}.moved-{self.left}"))
            case 5 if folder != self.root:
                shutil.rmtree(folder)
                self.put(folder.with_suffix(".jpg"))
            case _:
                for number in range(50 if self.left % 3 == 0 else 2):
                    self.put(self.root / f"new-{self.left}/{number}/a.jpg")


def check_whole(desk: FolderDesk, mover: Mover) -> None:
    """Every object is a content that some file once had, from its first byte to its last."""
    odd = {key: content[:40] for key, content in desk.objects().items() if content not in mover.ever}
    assert odd == {}


def clash(keys: Iterable[str], objects: Iterable[str]) -> bool:
    """Whether one of these keys would have to be a file and a folder at once, as no disk has it."""
    return any(key.startswith(f"{other}/") or other.startswith(f"{key}/") for key in keys for other in objects)


async def go_round(desk: FolderDesk, seed: int, moves: int, *, is_disk: bool = True) -> None:
    mover = Mover(desk, seed)
    desk.before = mover.move
    mover.left = moves
    await desk.upload()
    check_whole(desk, mover)

    mover.left = 0
    for _ in range(2):
        await desk.upload()
    check_whole(desk, mover)
    objects, images = desk.objects(), mover.images()
    waits = bool(desk.reasons())
    assert set(desk.statuses().values()) <= {"success", "failed"}
    for folder, why in desk.reasons().items():
        its = [key for key in images if key.rpartition("/")[0] == folder]
        assert ("nothing to upload" in why and not its) or (is_disk and clash(its, objects)), (folder, why)
        images = {key: content for key, content in images.items() if key not in its}
    for key, content in images.items():
        stem, ending = key.rsplit(".", 1)
        # what was stored before its folder was moved stays where it is; a key that an earlier content has is left to it
        homes = [one for one in objects if objects[one] == content and one.startswith(stem) and one.endswith(ending)]
        assert len(homes) == 1, (key, homes)
    desk.sent = 0
    await desk.upload()
    assert (desk.sent == 0 or waits, desk.objects()) == (True, objects)


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits between two tries at a folder."""
    monkeypatch.setattr(batch_under_way, "_wait_seconds", lambda attempts: 0.0)


@pytest.mark.parametrize("seed", range(6))
async def test_the_run_ends_well_and_the_next_one_picks_up_what_moved(tmp_path: Path, seed: int) -> None:
    async with open_local(tmp_path) as desk:
        await go_round(desk, seed, moves=15)


@pytest.mark.thorough
@pytest.mark.parametrize("seed", range(100, 160))
async def test_any_moving_tree_arrives(tmp_path: Path, seed: int) -> None:
    async with open_local(tmp_path) as desk:
        await go_round(desk, seed, moves=seed % 40)


async def test_a_moving_tree_arrives_at_a_project(project: SupabaseProject, tmp_path: Path) -> None:
    async with open_project(project, tmp_path) as desk:
        await go_round(desk, 3, moves=15, is_disk=False)


async def test_a_tree_that_is_moved_as_a_whole_is_found_in_its_new_place(tmp_path: Path) -> None:
    async with open_local(tmp_path) as desk:
        mover = Mover(desk, 1)
        await desk.upload()
        (desk.root / "0").rename(desk.root / "elsewhere")
        ran = await desk.upload()
        assert (ran.scans[0].new, ran.scans[0].gone) == (4, 4)
        assert set(mover.images()) <= set(desk.objects())


async def check_written_meanwhile(desk: FolderDesk, size: int) -> None:
    """A file that is written anew between its reading and its sending goes up in one piece, the next time."""
    file = put(desk.root / "a/1.jpg", b"a" * size)

    def write(key: str, path: Path) -> None:
        put(file, b"b" * size)  # as many bytes at the same time: only the content tells

    desk.before = write
    await desk.upload()
    assert desk.objects() == {} and "1.jpg changed while" in desk.reasons()["a"]
    desk.before = undisturbed
    await desk.upload()
    assert desk.objects() == {"a/1.jpg": b"b" * size} and desk.statuses() == {"a": "success"}


async def test_a_file_that_is_written_meanwhile_goes_up_whole_the_next_time(tmp_path: Path) -> None:
    async with open_local(tmp_path) as desk:
        await check_written_meanwhile(desk, 100)


@pytest.mark.parametrize("size", [100, 7 << 20], ids=["at once", "in chunks"])
async def test_the_same_at_a_project(project: SupabaseProject, tmp_path: Path, size: int) -> None:
    async with open_project(project, tmp_path) as desk:
        await check_written_meanwhile(desk, size)
