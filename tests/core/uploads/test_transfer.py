"""Every folder arrives exactly once, whatever its files are called and whatever ends the program."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
import pytest_asyncio

from core.cli.__main__ import main
from core.clients.local_catalog import LocalCatalog
from core.clients.practice_store import PracticeStore
from core.errors import Unavailable
from core.models import Attributes, Object
from core.profiles import Family, Profile, RowMapping
from core.progress import Progress, Report, silent
from core.runs import runs
from core.undo import undo
from core.uploads.desk import Uploads
from core.uploads.destination import Template
from core.uploads.scanning.folders import ScanRules
from core.uploads.scanning.names import SERVICE
from core.uploads.scanning.scan import Scanned
from core.uploads.sending import batch_under_way, run
from core.uploads.sending.transfer import Transferred, Wish, upload_folders
from core.uploads.tracker import Tracker
from core.workspace import Workspace
from tests.core.uploads.trees import Desk, device, predecessor, put

FAMILY = Family("devices")
WISH = Wish(FAMILY, rules=ScanRules(keys=SERVICE), batch_size=2)


class Died(BaseException):
    """The program ended here."""


class Store(PracticeStore):
    """A practice storage with moods: `refuses` so many uploads, ends the program after `lives` of them, and calls
    `meanwhile` before each."""

    refuses = 0
    lives = 1_000_000

    def meanwhile(self) -> None:
        """What happens beside the upload."""

    async def upload(
        self, bucket: str, key: str, path: Path, attributes: Attributes, report: Report = silent
    ) -> Object:
        self.meanwhile()
        if self.refuses:
            self.refuses -= 1
            raise Unavailable("The storage is throttled.")
        stored = await super().upload(bucket, key, path, attributes, report)
        self.lives -= 1
        if not self.lives:
            raise Died
        return stored


class Sender(Desk):
    """Somebody who uploads a tree into one family."""

    def __init__(self, folder: Path, workspace: Workspace) -> None:
        super().__init__(folder)
        (folder / "storage/devices").mkdir(parents=True)
        sqlite3.connect(folder / "catalog.db").close()
        self.store = Store(folder / "storage", folder / "quarantine", folder / "catalog.db")
        self.profile = Profile("p", "practice", folder / "storage", folder / "catalog.db", families=(FAMILY,))
        self.workspace = workspace

    async def upload(self, wish: Wish = WISH, report: Report = silent) -> Transferred:
        """Uploads what waits."""
        tracker = await Tracker.open(self.path)
        try:
            return await upload_folders(tracker, self.workspace, self.store, self.profile, wish, report)
        finally:
            await tracker.close()

    def stored(self) -> dict[str, bytes]:
        """Every object by its key."""
        root = self.path.parent / "storage/devices"
        return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}

    async def check_balance(self) -> None:
        """Found = done + skipped + failed + queued, and every row is one of them."""
        folders = (await self.state()).folders
        assert self.sql("SELECT count(*) FROM folder_status") == [(folders.found,)]


@pytest_asyncio.fixture
async def sender(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Sender]:
    monkeypatch.setattr(batch_under_way, "_wait_seconds", lambda attempts: 0.0)
    workspace = await Workspace.open(tmp_path / "workspace", "p")
    made = Sender(tmp_path, workspace)
    yield made
    await made.store.close()
    await workspace.close()


async def test_pictures_go_up_once_and_everything_is_told(sender: Sender) -> None:
    for name in ("a", "b", "c"):
        device(sender.root, name, "front.jpg", "notes.txt", "stats.json")
    await sender.scan()
    told: list[Progress] = []

    did = await sender.upload(report=told.append)

    assert sorted(sender.stored()) == ["a/front.jpg", "b/front.jpg", "c/front.jpg"]
    assert (did.done, did.failed, did.files, did.size_bytes, did.batches) == (3, 0, 3, 21, 2)
    assert all(before.done <= after.done for before, after in pairwise(told))
    assert [(one.done, one.total, one.note) for one in told][-1] == (3, 3, "3 files, 0.0 MB stored")
    receipt = json.loads((sender.root / "a/success.json").read_text("utf-8"))
    assert [(one["bucket"], one["key"]) for one in receipt["files"]] == [("devices", "a/front.jpg")]
    assert sorted(sender.sql("SELECT total_folders, successful_uploads, status FROM upload_batches"), key=str) == [
        (1, 1, "completed"),
        (2, 2, "completed"),
    ]
    assert sender.sql("SELECT count(*) FROM folder_status WHERE upload_timestamp > 1e9 AND retry_count = 0") == [(3,)]
    await sender.scan()
    assert (await sender.upload()).batches == 0
    await sender.check_balance()


async def test_same_name_and_other_bytes_are_two_objects_and_same_bytes_one(sender: Sender) -> None:
    put(sender.root / "x/DEV/test.jpg", b"one")
    put(sender.root / "y/DEV/test.jpg", b"two")
    put(sender.root / "z/DEV/test.jpg", b"one")
    await sender.scan()
    for wish in (replace(WISH, batch_size=1), replace(WISH, batch_size=3)):
        await sender.upload(wish)
        assert sorted(sender.stored().values()) == [b"one", b"two"]
        assert "DEV/test.jpg" in sender.stored()
        sender.sql("UPDATE folder_status SET upload_status = 'pending'")


@pytest.mark.parametrize("lives", [1, 2, 3])
async def test_what_was_stored_when_the_program_ended_is_adopted(sender: Sender, lives: int) -> None:
    for name in ("a", "b"):
        device(sender.root, name, "1.jpg", "2.jpg")
    await sender.scan()
    sender.store.lives = lives
    with pytest.raises(Died):
        await sender.upload()
    sender.store.lives = 1_000_000

    did = await sender.upload()

    assert (did.done, did.failed) == (2, 0)
    assert sorted(sender.stored()) == ["a/1.jpg", "a/2.jpg", "b/1.jpg", "b/2.jpg"]
    assert sender.sql("SELECT DISTINCT retry_count FROM folder_status") == [(0,)]
    assert sender.sql("SELECT count(*) FROM upload_batches WHERE status = 'running'") == [(0,)]


async def test_a_batch_that_was_undone_stays_uploaded_to_the_tracker_until_its_folder_changes(sender: Sender) -> None:
    device(sender.root, "a", "1.jpg")
    await sender.scan()
    await sender.upload()
    (run,) = await runs(sender.workspace)
    catalog = LocalCatalog(sender.path.parent / "catalog.db")
    undone = await undo(sender.workspace, sender.store, catalog, sender.profile, run.run_id)
    await catalog.close()
    assert (undone.done, undone.failed, undone.drifted, sender.stored()) == (1, 0, 0, {})

    await sender.scan()
    assert (await sender.upload()).batches == 0
    assert (await sender.state()).folders.success == 1
    await sender.check_balance()

    put(sender.root / "a/2.jpg")
    await sender.scan()
    assert (await sender.upload()).done == 1
    assert sorted(sender.stored()) == ["a/1.jpg", "a/2.jpg"]


async def test_what_may_pass_is_tried_again_and_every_error_kept(sender: Sender) -> None:
    device(sender.root, "a", "1.jpg")
    await sender.scan()
    sender.store.refuses = 2
    assert (await sender.upload()).done == 1
    errors = [error for (error,) in sender.sql("SELECT error FROM upload_attempts ORDER BY id")]
    assert [bool(error) for error in errors] == [True, True, False] and "throttled" in str(errors[0])


async def test_a_folder_that_failed_is_taken_again_while_tries_are_left(sender: Sender) -> None:
    device(sender.root, "a", "1.jpg")
    await sender.scan()
    sender.store.refuses = 100
    assert (await sender.upload()).failed == 1
    (failure,) = (await sender.state()).failures
    assert (failure.retries, failure.reason) == (3, "1.jpg: The storage is throttled.")
    assert json.loads((sender.root / "a/failed.json").read_text("utf-8"))["error"] == failure.reason
    sender.store.refuses = 0
    assert (await sender.upload()).batches == 0
    assert (await sender.upload(replace(WISH, max_retries=4))).done == 1
    assert not (sender.root / "a/failed.json").exists()


async def test_a_name_that_no_key_can_carry_fails_its_folder_only(sender: Sender) -> None:
    device(sender.root, "good", "1.jpg")
    device(sender.root, "bad", "1.jpg", "ü.jpg")
    await sender.scan()
    did = await sender.upload()
    assert (did.done, did.failed, list(sender.stored())) == (1, 1, ["good/1.jpg"])
    (failure,) = (await sender.state()).failures
    assert "ü.jpg: The storage takes no “ü”" in failure.reason and failure.retries == 1


async def test_a_name_that_is_no_text_fails_its_folder_only(sender: Sender) -> None:
    device(sender.root, "good", "1.jpg")
    put(Path(os.fsdecode(os.fsencode(sender.root) + b"/bad/f\xfe.jpg")))
    await sender.scan()
    did = await sender.upload()
    assert (did.done, did.failed, list(sender.stored())) == (1, 1, ["good/1.jpg"])
    assert [note.encode() for note in did.notes]
    (failure,) = (await sender.state()).failures
    assert failure.reason.startswith("f\\udcfe.jpg: The name is not text")


async def test_folders_without_stats_are_counted_and_do_not_drown_what_is_odd(sender: Sender) -> None:
    with closing(sqlite3.connect(sender.path.parent / "catalog.db")) as c, c:
        c.execute("CREATE TABLE device_test (id INTEGER PRIMARY KEY, folder_path TEXT, test_status TEXT)")
    for name in ("a", "b", "c"):
        device(sender.root, name, "1.jpg")
    put(sender.root / "odd/stats.json", b"{")
    put(sender.root / "odd/1.jpg", b"\xff\xd8\xff")
    put(sender.root / "bad/ü.jpg")
    await sender.scan()
    catalog = LocalCatalog(sender.path.parent / "catalog.db")
    destination = replace(WISH.goal, folder_rows=RowMapping("device_test"))
    did = await sender.upload(replace(WISH, destination=destination, catalog=catalog))
    await catalog.close()
    assert (did.done, did.failed, did.without_stats) == (4, 1, 3)
    assert [note for note in did.notes if "stats.json" in note] == [
        f"{sender.root / 'odd'}: stats.json is no JSON: Expecting property name enclosed in double quotes, in line 1."
    ]


async def test_a_drive_that_goes_parks_the_queue_and_blames_no_folder(sender: Sender) -> None:
    for name in ("a", "b"):
        device(sender.root, name, "1.jpg", "2.jpg")
    await sender.scan()
    sender.store.meanwhile = lambda: shutil.rmtree(sender.root, ignore_errors=True)  # type: ignore[method-assign]
    for _ in range(2):
        with pytest.raises(Unavailable, match="not there any more"):
            await sender.upload(replace(WISH, patience_seconds=0.0))
    assert set(sender.statuses().values()) == {"pending"}
    assert [one.name for one in await sender.store.buckets()] == ["devices"]
    assert sender.sql("SELECT count(*) FROM upload_attempts") == [(0,)]


async def test_folders_that_went_or_were_emptied_are_told_apart(sender: Sender) -> None:
    for name in ("goes", "emptied", "stays"):
        device(sender.root, name, "1.jpg")
    device(sender.root, "stats-only", "stats.json")
    await sender.scan()
    shutil.rmtree(sender.root / "goes")
    (sender.root / "emptied/1.jpg").unlink()

    did = await sender.upload()

    assert (did.done, did.failed, did.skipped) == (1, 1, 2)
    assert "stats-only" not in (sender.root / "stays/success.json").read_text("utf-8")
    assert ["emptied" in one.folder for one in (await sender.state()).failures] == [True]
    assert sender.sql("SELECT skipped LIKE '%no table%' FROM folder_status WHERE folder_name = 'stats-only'") == [(1,)]
    await sender.check_balance()


async def test_a_folder_that_grows_meanwhile_goes_up_whole_in_the_end(sender: Sender) -> None:
    device(sender.root, "a", "1.jpg")
    await sender.scan()
    sender.store.meanwhile = lambda: put(sender.root / "a/2.jpg") and None  # type: ignore[method-assign]
    assert (await sender.upload()).failed == 1
    assert "changed while" in (await sender.state()).failures[0].reason
    assert (await sender.upload()).done == 1
    assert sorted(sender.stored()) == ["a/1.jpg", "a/2.jpg"]


async def test_only_what_is_below_the_named_folder_goes_up(sender: Sender) -> None:
    for name in ("x/a", "x-1/a", "y/a"):
        device(sender.root, name, "1.jpg")
    await sender.scan()
    wish = replace(WISH, template=Template("{root}/{relative}/{name}"))
    uploads = Uploads(sender.profile, sender.path)
    _, did = await uploads.upload(sender.workspace, sender.store, wish, [sender.root / "x"])
    assert (did.done, list(sender.stored())) == (1, ["x/a/1.jpg"])


async def test_a_run_that_is_broken_off_leaves_the_rest_in_the_queue(sender: Sender) -> None:
    for number in range(6):
        device(sender.root, str(number), "1.jpg")
    await sender.scan()
    done: list[int] = []

    def report(progress: Progress) -> None:
        done.append(progress.done)
        if progress.done:
            task.cancel()

    task = asyncio.ensure_future(sender.upload(replace(WISH, delay_seconds=0.01), report=report))
    with pytest.raises(asyncio.CancelledError):
        await task
    assert done[-1] == 2
    assert (await sender.state()).folders.pending == 4
    assert (await sender.upload()).done == 4
    assert len(sender.stored()) == 6


async def test_a_predecessors_queue_goes_on(sender: Sender) -> None:
    for name in ("done", "failed", "waits"):
        device(sender.root, name, "1.jpg", "stats.json")
    rows = [("done", "success", 0), ("failed", "failed", 2), ("waits", "pending", 0)]
    predecessor(sender.path, *((sender.root / name, 2, status, None, tries) for name, status, tries in rows))
    assert (await sender.upload()).done == 2
    assert sorted(sender.stored()) == ["failed/1.jpg", "waits/1.jpg"]
    assert sender.sql("SELECT successful_uploads, status FROM upload_batches WHERE batch_id = 'b1'") == [
        (2, "completed")
    ]


async def test_what_was_queued_goes_up_while_the_tree_is_still_being_read(
    sender: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    device(sender.root, "known", "1.jpg")
    await sender.scan()
    device(sender.root, "new", "1.jpg")
    sent = asyncio.Event()
    real = run.scan

    async def slow(tracker: Tracker, root: Path, rules: ScanRules, report: Report) -> Scanned:
        await sent.wait()  # the scan is over only after something went up
        return await real(tracker, root, rules)

    monkeypatch.setattr(run, "scan", slow)
    told: list[Progress] = []

    def report(progress: Progress) -> None:
        told.append(progress)
        if progress.done:
            sent.set()

    uploads = Uploads(sender.profile, sender.path)
    (found,), did = await uploads.upload(sender.workspace, sender.store, WISH, [sender.root], report=report)

    assert (found.new, found.unchanged, did.done) == (1, 1, 2)
    pairs = [(one.done, one.total) for one in told if one.done]
    assert (pairs[0], pairs[-1]) == ((1, None), (2, 2)) and pairs == sorted(pairs, key=lambda pair: pair[0])
    assert sorted(sender.stored()) == ["known/1.jpg", "new/1.jpg"]


def test_an_upload_asks_first(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    device(tmp_path, "a")
    assert main(["--practice", "--json", "upload", str(tmp_path)]) == 2
    assert json.loads(capsys.readouterr().out)["error"]["kind"] == "needs_confirmation"
    assert main(["--practice", "upload", str(tmp_path), "--key", "{folder}", "--yes"]) == 2
