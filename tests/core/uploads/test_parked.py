"""What is no fault of a folder costs it nothing: the run waits, says why, goes on by itself, and storms nobody."""

from __future__ import annotations

import asyncio
import errno
import shutil
import sqlite3
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio

from core import parking
from core.clients.local_folders import explain
from core.database import Database
from core.errors import Full, NotAllowed, Trouble, Unavailable
from core.models import Attributes, Object
from core.profiles import Family
from core.progress import Progress, Report, silent
from core.runs import runs
from core.uploads.sending import batch_under_way
from core.uploads.sending.transfer import Transferred
from core.workspace import Workspace
from tests.core.uploads.test_transfer import WISH, Sender
from tests.core.uploads.trees import device


class Parked(Sender):
    """Somebody who watches a run that has to wait. Whatever is put before an upload runs in its place."""

    def __init__(self, folder: Path, workspace: Workspace) -> None:
        super().__init__(folder, workspace)
        self.told: list[Progress] = []
        self.before: Callable[[str], None] = lambda key: None
        self.tried: list[str] = []
        real = self.store.upload

        async def upload(bucket: str, key: str, path: Path, attributes: Attributes, report: Report = silent) -> Object:
            self.tried.append(key)
            self.before(key)
            return await real(bucket, key, path, attributes, report)

        self.store.upload = upload  # type: ignore[method-assign]

    @property
    def waits(self) -> list[str]:
        """What it said while it waited."""
        return [one.note for one in self.told if one.waiting_until is not None]

    async def run(self, **wish: object) -> Transferred:
        """Uploads everything."""
        return await self.upload(replace(WISH, **wish), self.told.append)  # type: ignore[arg-type]

    def attempts(self) -> list[tuple[object, ...]]:
        """Whether each attempt at a folder failed."""
        return self.sql("SELECT error IS NOT NULL FROM upload_attempts ORDER BY id")


@pytest_asyncio.fixture
async def parked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Parked]:
    monkeypatch.setattr(parking, "_PAUSES", dict.fromkeys(Trouble, (0.01, 0.03)))
    monkeypatch.setattr(batch_under_way, "_wait_seconds", lambda attempts: 0.0)
    workspace = await Workspace.open(tmp_path / "workspace", "p")
    made = Parked(tmp_path, workspace)
    for number in range(10):
        device(made.root, f"{number}", "1.jpg", "2.jpg")
    await made.scan()
    yield made
    await made.store.close()
    await workspace.close()


@pytest.mark.parametrize("trouble", [Trouble.THROTTLED, Trouble.OFFLINE, Trouble.SIGNED_OUT])
async def test_trouble_that_passes_costs_no_attempt_and_one_tries_at_a_time(parked: Parked, trouble: Trouble) -> None:
    left = 6

    def before(key: str) -> None:
        nonlocal left
        if len(parked.tried) > 5 and left:
            left -= 1
            raise Unavailable("Not just now.", trouble=trouble)

    parked.before = before
    did = await parked.run(batch_size=4)
    assert (did.done, did.failed, did.files) == (10, 0, 20)
    assert set(parked.attempts()) == {(0,)} and len(parked.attempts()) == 10
    assert parked.waits and all(one.startswith("Not just now. Waiting; the next try is at") for one in parked.waits)
    assert parked.told[-1].waiting_until is None
    assert len(parked.tried) == 20 + 6
    (run,) = await runs(parked.workspace)
    assert (run.done, run.failed, run.skipped) == (20, 0, 0)


async def test_a_full_disk_of_the_storage_is_waited_for_and_blames_no_folder(parked: Parked) -> None:
    left = 3

    def before(key: str) -> None:
        nonlocal left
        if left:
            left -= 1
            raise explain(OSError(errno.ENOSPC, "No space left on device"), key)

    parked.before = before
    did = await parked.run()
    assert (did.done, did.failed) == (10, 0)
    assert set(parked.attempts()) == {(0,)} and len(parked.attempts()) == 10
    assert all(one.startswith("The disk is full:") for one in parked.waits) and parked.waits


async def test_what_does_not_pass_ends_the_run_and_everything_waits(parked: Parked) -> None:
    def before(key: str) -> None:
        if len(parked.tried) > 5:
            raise NotAllowed("The key is not accepted.", trouble=Trouble.KEY_REFUSED)

    parked.before = before
    with pytest.raises(NotAllowed, match="key is not accepted"):
        await parked.run()
    assert len(parked.tried) < 15, "nobody tried on and on"
    assert (await parked.state()).folders.failed == 0
    assert (1,) not in parked.attempts()
    await parked.check_balance()
    parked.before = lambda key: None
    await parked.run()
    assert len(parked.stored()) == 20 and (await parked.state()).folders.success == 10


async def test_where_no_bucket_has_room_it_waits_until_there_is_some(parked: Parked) -> None:
    def before(key: str) -> None:
        if len(parked.stored()) >= 6 and not parked.waits:
            raise Full("There is no room left.")

    parked.before = before
    family = Family("devices", automatic=frozenset({"alert"}))
    did = await parked.run(family=family)
    assert (did.done, did.failed) == (10, 0) and set(parked.attempts()) == {(0,)}
    assert "No bucket takes" in parked.waits[0] and "There is no room left." in parked.waits[0]
    assert [one.name for one in await parked.store.buckets()] == ["devices"]


async def test_where_nobody_makes_room_the_run_ends_and_says_so(parked: Parked) -> None:
    family = Family("devices", capacity_bytes=60, automatic=frozenset({"alert"}))
    with pytest.raises(Full, match="has room for"):
        await parked.run(family=family, patience_seconds=0.02)
    assert 0 < len(parked.stored()) < 20
    assert (await parked.state()).folders.failed == 0
    await parked.check_balance()


async def test_a_file_that_no_bucket_can_ever_take_fails_its_folder_only(parked: Parked) -> None:
    (parked.root / "3/1.jpg").write_bytes(b"x" * 500)
    await parked.scan()
    family = Family("devices", capacity_bytes=400, automatic=frozenset({"alert"}))
    did = await parked.run(family=family)
    assert (did.done, did.failed, parked.waits) == (9, 1, [])
    assert "it is to be filled to 95 %" in (await parked.state()).failures[0].reason


async def test_a_drive_that_comes_back_is_gone_on_with(parked: Parked) -> None:
    away = parked.root.with_name("unplugged")

    def before(key: str) -> None:
        if len(parked.tried) == 5:
            parked.root.rename(away)
            parked.root.mkdir()

    def report(progress: Progress) -> None:
        parked.told.append(progress)
        if progress.waiting_until is not None and away.exists():
            shutil.rmtree(parked.root)
            away.rename(parked.root)

    parked.before = before
    did = await parked.upload(replace(WISH, batch_size=4), report)
    assert [one.reason for one in (await parked.state()).failures] == []
    assert (did.done, did.failed) == (10, 0)
    assert set(parked.attempts()) == {(0,)} and len(parked.stored()) == 20
    assert "is empty or not there any more" in parked.waits[0]
    assert [one.name for one in await parked.store.buckets()] == ["devices"]


async def test_a_full_disk_of_our_own_is_waited_for_and_nothing_is_lost(
    parked: Parked, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, left = Database.write_now, 4

    def write_now(self: Database, work: Callable[[sqlite3.Connection], object]) -> object:
        nonlocal left
        if len(parked.tried) > 3 and left and not any(self.path.name == "inventory.db" for _ in "x"):
            left -= 1
            with self.sentences():
                raise sqlite3.OperationalError("database or disk is full")
        return real(self, work)

    monkeypatch.setattr(Database, "write_now", write_now)
    did = await parked.run(batch_size=4)
    assert (did.done, did.failed, left) == (10, 0, 0)
    assert set(parked.attempts()) == {(0,)} and len(parked.stored()) == 20
    assert "is full" in parked.waits[0]
    (run,) = await runs(parked.workspace)
    assert (run.done, run.failed, run.skipped) == (20, 0, 0), "what it stored it knows as its own"


async def test_a_folder_that_waits_for_its_next_try_holds_up_no_other(
    parked: Parked, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batch_under_way, "_wait_seconds", lambda attempts: 0.3)
    order: list[str] = []

    def before(key: str) -> None:
        order.append(key)
        if key.startswith("0/") and len([one for one in order if one == key]) < 3:
            raise Unavailable("The storage failed.")

    parked.before = before
    did = await parked.run(batch_size=2)
    assert (did.done, did.failed) == (10, 0)
    assert {one.partition("/")[0] for one in order[-2:]} == {"0"}, "all others were through by then"
    assert parked.attempts().count((1,)) == 2 and parked.waits == []


async def test_a_service_that_fails_at_everything_for_a_while_is_waited_for(
    parked: Parked, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batch_under_way, "_wait_seconds", lambda attempts: 0.3)

    def before(key: str) -> None:
        if len(parked.stored()) >= 2 and not parked.waits:
            raise Unavailable("The service failed.")

    parked.before = before
    did = await parked.run(batch_size=4)
    assert (did.done, did.failed) == (10, 0)
    assert parked.attempts().count((1,)) < 10, "not everybody paid for it"
    assert "The service failed. Waiting" in parked.waits[0]
    assert parked.told[-1].waiting_until is None


async def test_waiting_can_be_cancelled_at_once(parked: Parked, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parking, "_PAUSES", dict.fromkeys(Trouble, (600.0, 600.0)))

    def before(key: str) -> None:
        raise Unavailable("Not just now.", trouble=Trouble.OFFLINE)

    parked.before = before
    work = asyncio.ensure_future(parked.run())
    async with asyncio.timeout(10):
        while not parked.waits:  # noqa: ASYNC110 — nobody tells a test
            await asyncio.sleep(0.01)
        work.cancel()
        with pytest.raises(asyncio.CancelledError):
            await work
    assert (await parked.state()).folders.pending == 10


def test_waits_grow_twofold_with_jitter_and_end_somewhere() -> None:
    for attempt, longest in ((1, 2.0), (2, 4.0), (3, 8.0), (20, 60.0)):
        waits = [batch_under_way._wait_seconds(attempt) for _ in range(100)]
        assert longest / 2 <= min(waits) < max(waits) <= longest and len(set(waits)) > 50
