"""Every tree goes to where it was to go, whatever waits beside it and whoever adds more."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from core.clients.practice_store import PracticeStore
from core.errors import Busy, NotFound, Usage
from core.models import Attributes, Object
from core.profiles import Family, Profile
from core.profiles.destination import Destination
from core.progress import Progress, Report, silent
from core.uploads.desk import Uploads
from core.uploads.queueing.acts import Chosen
from core.uploads.sending import batch_under_way
from core.uploads.sending.run import Ran
from core.uploads.status.listing import FolderFilter, Listing
from core.uploads.tracker import Tracker
from core.workspace import Workspace
from tests.core.uploads.trees import Desk, device, predecessor

WARDS, LABS = Family("wards"), Family("labs")


class Died(BaseException):
    """The program ended here."""


class Store(PracticeStore):
    """A practice storage that calls `meanwhile` before each upload, with the key."""

    async def meanwhile(self, key: str) -> None:
        """What happens beside the upload."""

    async def upload(
        self, bucket: str, key: str, path: Path, attributes: Attributes, report: Report = silent
    ) -> Object:
        await self.meanwhile(key)
        return await super().upload(bucket, key, path, attributes, report)


class Ward(Desk):
    """Somebody who uploads trees into two families."""

    def __init__(self, folder: Path, workspace: Workspace) -> None:
        super().__init__(folder)
        for family in (WARDS, LABS):
            (folder / "storage" / family.name).mkdir(parents=True)
        sqlite3.connect(folder / "catalog.db").close()
        self.store = Store(folder / "storage", folder / "quarantine", folder / "catalog.db")
        deep = Destination("deep", "labs", key="{root}/{relative}/{name}", batch_size=1)
        self.profile = Profile(
            "p",
            "practice",
            folder / "storage",
            folder / "catalog.db",
            families=(WARDS, LABS),
            destinations=(deep,),
        )
        self.workspace = workspace

    @property
    def uploads(self) -> Uploads:
        return Uploads(self.profile, self.path)

    async def run(self, *only: Path, report: Report = silent) -> Ran:
        """Uploads what waits."""
        return await self.uploads.run(self.workspace, self.store, only=only, report=report)

    def stored(self) -> list[str]:
        """Every object as bucket/key."""
        root = self.path.parent / "storage"
        return sorted(path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file())


@pytest_asyncio.fixture
async def ward(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Ward]:
    monkeypatch.setattr(batch_under_way, "_wait_seconds", lambda attempts: 0.0)
    workspace = await Workspace.open(tmp_path / "workspace", "p")
    made = Ward(tmp_path, workspace)
    yield made
    await made.store.close()
    await workspace.close()


async def test_trees_of_several_destinations_go_up_in_one_run(ward: Ward) -> None:
    for name in ("a/1", "b/2", "c/3"):
        device(ward.root, name, "x.jpg")
    for name, destination in (("a", "wards"), ("b", "deep"), ("c", "wards")):
        await ward.uploads.add([ward.root / name], destination)
    told: list[Progress] = []

    ran = await ward.run(report=told.append)

    assert ward.stored() == ["labs/b/2/x.jpg", "wards/1/x.jpg", "wards/3/x.jpg"]
    assert (ran.did.done, len(ran.scans), ran.notes) == (3, 3, ())
    assert (told[-1].done, told[-1].total) == (3, 3)
    assert [one.wanted for one in await ward.uploads.trees()] == [None] * 3


async def test_what_was_interrupted_goes_on_to_where_it_was_to_go(ward: Ward) -> None:
    for name in ("a/1", "a/2", "b/3"):
        device(ward.root, name, "x.jpg")
    await ward.uploads.add([ward.root / "a"], "deep", {"key": "kept/{name}", "existing": "version"})
    await ward.uploads.add([ward.root / "b"], "wards")

    async def die(key: str) -> None:
        raise Died

    ward.store.meanwhile = die  # type: ignore[method-assign]
    with pytest.raises(Died):
        await ward.run()
    assert ward.stored() == []
    ward.store.meanwhile = lambda key: asyncio.sleep(0)  # type: ignore[method-assign]

    ran = await ward.run()
    assert ran.did.done == 3
    assert ward.stored()[:1] == ["labs/kept/x.jpg"] and "wards/3/x.jpg" in ward.stored()


async def test_a_tree_that_was_read_to_its_end_is_not_read_again(ward: Ward) -> None:
    device(ward.root, "a", "x.jpg")
    await ward.uploads.scan([ward.root])
    assert await ward.uploads.waiting_without_destination() == 1
    with pytest.raises(Usage, match="Nobody has said where 1"):
        await ward.uploads.go_on()
    assert await ward.uploads.go_on("wards") == 1
    ran = await ward.run()
    assert (ran.scans, ran.did.done) == ((), 1)
    device(ward.root, "b", "x.jpg")
    await ward.uploads.add([ward.root], "wards")
    (scanned,) = (await ward.run()).scans
    assert (scanned.new, scanned.unchanged) == (1, 1)


async def test_what_a_predecessor_noted_needs_a_destination_once(ward: Ward) -> None:
    for name in ("waits", "fails", "odd"):
        device(ward.root, name, "x.jpg")
    rows = [("waits", "pending", 0), ("fails", "failed", 1), ("odd", "uploading", 0)]
    predecessor(ward.path, *((ward.root / name, 1, status, None, tries) for name, status, tries in rows))
    with pytest.raises(Usage, match="Nobody has said"):
        await ward.uploads.go_on()
    await ward.uploads.go_on("labs")
    ward.sql("UPDATE scanned_roots SET wanted = NULL")
    await ward.uploads.go_on()
    assert (await ward.run()).did.done == 3
    assert ward.stored() == ["labs/fails/x.jpg", "labs/odd/x.jpg", "labs/waits/x.jpg"]


async def test_a_tree_that_a_predecessor_knows_takes_its_folders_over(ward: Ward) -> None:
    for name in ("done", "waits", "new"):
        device(ward.root, name, "x.jpg")
    device(ward.root.with_name("elsewhere"), "y", "x.jpg")
    rows = [(ward.root / "done", "success"), (ward.root / "waits", "pending"), ("/elsewhere/y", "pending")]
    predecessor(ward.path, *((path, 1, status, None, 0) for path, status in rows))
    await ward.uploads.add([ward.root], "wards")
    assert (await ward.run()).did.done == 2
    assert ward.stored() == ["wards/new/x.jpg", "wards/waits/x.jpg"]
    assert await ward.uploads.waiting_without_destination() == 1


@pytest.mark.parametrize("inner_first", [True, False])
async def test_of_nested_trees_the_nearest_decides(ward: Ward, inner_first: bool) -> None:
    device(ward.root, "a/1", "x.jpg")
    device(ward.root, "a/b/2", "x.jpg")
    added = [(ward.root / "a/b", "labs"), (ward.root / "a", "wards")]
    for path, destination in added if inner_first else reversed(added):
        await ward.uploads.add([path], destination)
    await ward.run()
    device(ward.root, "a/b/3", "x.jpg")
    await ward.uploads.add([ward.root / "a"], "wards")  # what is new in the inner one goes its way too
    await ward.run()
    assert ward.stored() == ["labs/2/x.jpg", "labs/3/x.jpg", "wards/1/x.jpg"]
    assert ward.sql("SELECT count(*) FROM folder_status") == [(3,)]


async def test_an_inner_tree_that_is_added_later_takes_its_folders_over(ward: Ward) -> None:
    device(ward.root, "a/1", "x.jpg")
    device(ward.root, "a/b/2", "x.jpg")
    await ward.uploads.add([ward.root / "a"], "wards")
    await ward.run()
    await ward.uploads.add([ward.root / "a/b"], "labs")
    assert (await ward.run()).did.done == 1
    assert ward.stored() == ["labs/2/x.jpg", "wards/1/x.jpg", "wards/2/x.jpg"]


async def test_a_tree_that_is_to_go_elsewhere_too_goes_there(ward: Ward) -> None:
    device(ward.root, "a", "x.jpg")
    for destination, done in (("wards", 1), ("wards", 0), ("labs", 1)):
        await ward.uploads.add([ward.root], destination)
        assert (await ward.run()).did.done == done
    assert ward.stored() == ["labs/a/x.jpg", "wards/a/x.jpg"]


async def test_what_is_added_meanwhile_joins_and_what_waited_before_does_not(ward: Ward) -> None:
    for name in ("a/1", "b/2", "c/3"):
        device(ward.root, name, "x.jpg")
    await ward.uploads.add([ward.root / "c"], "wards")

    async def add(key: str) -> None:
        if key == "1/x.jpg":
            await ward.uploads.add([ward.root / "b"], "labs")

    ward.store.meanwhile = add  # type: ignore[method-assign]
    await ward.uploads.add([ward.root / "a"], "wards")
    await ward.run(ward.root / "a")
    assert ward.stored() == ["labs/2/x.jpg", "wards/1/x.jpg"]
    await ward.run()
    assert "wards/3/x.jpg" in ward.stored()


async def test_who_is_put_first_goes_first_whatever_its_destination(ward: Ward) -> None:
    for name in ("a/1", "a/2", "b/3"):
        device(ward.root, name, "x.jpg")
    await ward.uploads.scan([ward.root / "a", ward.root / "b"])
    await ward.uploads.add([ward.root / "a"], "wards")
    await ward.uploads.add([ward.root / "b"], "deep")
    assert await ward.uploads.put_first(Chosen(below=[str(ward.root / "b")])) == 1
    keys: list[str] = []

    async def note(key: str) -> None:
        keys.append(key)

    ward.store.meanwhile = note  # type: ignore[method-assign]
    await ward.run()
    assert keys[0] == "b/3/x.jpg" and len(keys) == 3


async def test_trees_that_nobody_has_read_yet_can_be_left_out_and_put_first(ward: Ward) -> None:
    for name in ("a/1", "b/2", "c/3"):
        device(ward.root, name, "x.jpg")
        await ward.uploads.add([(ward.root / name).parent], "wards")
    await ward.uploads.leave_out(Chosen(below=[str(ward.root / "a")]))
    await ward.uploads.put_first(Chosen(below=[str(ward.root / "c")]))
    assert [Path(one.path).name for one in await ward.uploads.trees()] == ["c", "b", "a"]
    with pytest.raises(NotFound):
        await ward.uploads.leave_out(Chosen(below=[str(ward.root / "d")]))
    await ward.run()
    assert ward.stored() == ["wards/2/x.jpg", "wards/3/x.jpg"]
    await ward.uploads.take_back(Chosen(below=[str(ward.root / "a")]))
    assert (await ward.run()).did.done == 1


async def test_a_tree_that_is_gone_or_goes_nowhere_holds_nobody_up(ward: Ward) -> None:
    for name in ("a/1", "b/2", "c/3"):
        device(ward.root, name, "x.jpg")
    for name, destination in (("a", "wards"), ("b", "deep"), ("c", "labs")):
        await ward.uploads.add([ward.root / name], destination)
    shutil.rmtree(ward.root / "a")
    ward.profile = replace(ward.profile, destinations=())
    ran = await ward.run()
    assert ward.stored() == ["labs/3/x.jpg"]
    lost, nowhere = sorted(ran.notes, reverse=True)
    assert "There is no folder" in lost and "no destination “deep”" in nowhere
    assert [Path(one.path).name for one in await ward.uploads.trees() if one.wanted] == ["a", "b"]


async def test_nothing_is_queued_of_what_cannot_be_read_or_goes_nowhere(ward: Ward) -> None:
    device(ward.root, "a", "x.jpg")
    (ward.root / "file").write_bytes(b"x")
    for paths, destination, kind in (
        (["a", "gone"], "wards", NotFound),
        (["a", "file"], "wards", Usage),
        (["a"], "nowhere", NotFound),
    ):
        with pytest.raises(kind):
            await ward.uploads.add([ward.root / path for path in paths], destination)
    with pytest.raises(Usage, match="none of the answers"):
        await ward.uploads.add([ward.root / "a"], "wards", {"existing": "overwrite"})
    assert not ward.path.exists()


async def test_two_programs_on_one_tracker(ward: Ward) -> None:
    for name in ("a/1", "b/2"):
        device(ward.root, name, "x.jpg")
    await ward.uploads.add([ward.root / "a"], "wards")
    other = await Tracker.open(ward.path)
    listing = Listing(ward.path)
    async with other.lock():
        with pytest.raises(Busy, match="Another program"):
            await ward.run()
        before = await listing.token()
        assert await listing.is_used_elsewhere() and (await ward.uploads.state()).is_running
        await ward.uploads.add([ward.root / "b"], "wards")  # handing over works all the same
        assert await listing.token() != before
    assert not await listing.is_used_elsewhere()
    await other.close()
    assert (await ward.run()).did.done == 2
    await listing.close()


async def test_found_is_the_sum_of_all_states_at_every_moment(ward: Ward) -> None:
    for number in range(5):
        device(ward.root, str(number), "x.jpg", "y.jpg")
    device(ward.root, "bad", "ü.jpg")
    device(ward.root, "only-stats", "stats.json")
    listing = Listing(ward.path, lambda: True)
    seen: list[tuple[int, int]] = []

    async def count(key: str) -> None:
        amounts = await listing.amounts()
        folders = (await ward.uploads.state()).folders
        assert folders.found == amounts.found
        assert folders.found == (
            folders.success + folders.skipped + folders.failed + folders.queued + folders.in_flight
        )
        seen.append((folders.found, folders.in_flight))

    ward.store.meanwhile = count  # type: ignore[method-assign]
    await ward.uploads.add([ward.root], "wards")
    await ward.run()
    assert len(seen) == 10 and {found for found, _ in seen} == {7} and max(flying for _, flying in seen) > 0
    assert (await listing.amounts()).uploading == 0
    await listing.close()


async def test_where_files_are_is_known_when_their_folder_has_ended(ward: Ward) -> None:
    folder = device(ward.root, "a", "x.jpg", "y.jpg")
    await ward.uploads.add([ward.root], "wards")
    await ward.run()
    listing = Listing(ward.path)
    (number,) = await listing.numbers(FolderFilter())
    stored = await listing.stored(number)
    assert [(one.name, one.bucket, one.key, one.size_bytes) for one in stored] == [
        ("x.jpg", "wards", "a/x.jpg", 7),
        ("y.jpg", "wards", "a/y.jpg", 7),
    ]
    (spell,) = await listing.throughput(datetime.now(UTC) - timedelta(minutes=5), 60)
    assert (spell.folders, spell.files, spell.size_bytes) == (1, 2, 14)
    (folder / "y.jpg").rename(folder / "z.jpg")
    await ward.uploads.add([ward.root], "wards")
    await ward.run()
    assert [one.name for one in await listing.stored(number)] == ["x.jpg", "z.jpg"]
    await listing.close()
