"""What stands there already is never overwritten, and what is stored already is shown before it goes up again."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio
from hypothesis import given
from hypothesis import strategies as st

from core import inventory
from core.clients.local_catalog import LocalCatalog
from core.clients.practice_store import PracticeStore
from core.errors import Usage
from core.profiles import Broken, Destination, Duplicates, Existing, Family, Profile
from core.progress import Progress
from core.single_upload import upload_files
from core.uploads.desk import Uploads
from core.uploads.queueing.questions import AskedFile, Kind, Question, read_question
from core.uploads.sending.duplicates import is_own
from core.uploads.sending.taken import marked, version, version_of
from core.uploads.sending.transfer import Transferred
from core.uploads.sending.wishes import Override
from core.workspace import Workspace
from tests.core.uploads.trees import Desk, put

FAMILY = Family("devices")
PLAIN = Destination("devices", "devices", duplicates=Duplicates.UPLOAD, receipts="off")


class Sender(Desk):
    """Somebody who uploads a tree to a destination."""

    def __init__(self, folder: Path, workspace: Workspace) -> None:
        super().__init__(folder)
        (folder / "storage/devices").mkdir(parents=True)
        sqlite3.connect(folder / "catalog.db").close()
        self.store = PracticeStore(folder / "storage", folder / "quarantine", folder / "catalog.db")
        self.storage = folder / "storage/devices"
        self.profile = Profile("p", "practice", folder / "storage", folder / "catalog.db", families=(FAMILY,))
        self.workspace = workspace

    @property
    def uploads(self) -> Uploads:
        """What the window and the command line ask."""
        return Uploads(self.profile, self.path)

    async def send(self, destination: Destination = PLAIN) -> Transferred:
        """Uploads the tree."""
        self.profile = replace(self.profile, destinations=(destination,))
        await self.uploads.add([self.root], destination.name)
        return (await self.uploads.run(self.workspace, self.store)).did

    async def go_on(self) -> Transferred:
        """Uploads what waits."""
        return (await self.uploads.run(self.workspace, self.store)).did

    def stored(self) -> dict[str, bytes]:
        """Every object by its key."""
        return {
            path.relative_to(self.storage).as_posix(): path.read_bytes()
            for path in self.storage.rglob("*")
            if path.is_file()
        }

    async def look(self) -> None:
        """Scans the storage."""
        catalog = LocalCatalog(Path(str(self.profile.catalog)))
        await inventory.scan(self.store, catalog, self.workspace, self.profile)
        await catalog.close()


@pytest_asyncio.fixture
async def sender(tmp_path: Path) -> AsyncIterator[Sender]:
    workspace = await Workspace.open(tmp_path / "workspace", "p")
    made = Sender(tmp_path, workspace)
    yield made
    await made.store.close()
    await workspace.close()


@pytest.mark.parametrize(
    ("existing", "key"),
    [(Existing.RENAME, f"a/1-{hashlib.sha256(b'ours').hexdigest()[:12]}.jpg"), (Existing.VERSION, "a/1-v3.jpg")],
)
async def test_a_taken_key_is_left_to_what_stands_there(sender: Sender, existing: Existing, key: str) -> None:
    for name in ("1.jpg", "1-v2.jpg"):
        put(sender.storage / "a" / name, b"theirs")
    put(sender.root / "a/1.jpg", b"ours")
    for _ in range(2):
        assert (await sender.send(replace(PLAIN, existing=existing))).failed == 0
        assert sender.stored() == {"a/1.jpg": b"theirs", "a/1-v2.jpg": b"theirs", key: b"ours"}
        sender.sql("UPDATE folder_status SET upload_status = 'pending'")


async def test_a_taken_key_can_fail_its_folder(sender: Sender) -> None:
    put(sender.storage / "a/1.jpg", b"theirs")
    put(sender.root / "a/1.jpg", b"ours")
    put(sender.root / "b/1.jpg", b"ours")
    did = await sender.send(replace(PLAIN, existing=Existing.FAIL))
    assert (did.done, did.failed, did.asked) == (1, 1, 0)
    assert sender.stored() == {"a/1.jpg": b"theirs", "b/1.jpg": b"ours"}


async def test_a_taken_key_is_asked_about_while_others_go_on_and_the_answer_is_followed(sender: Sender) -> None:
    put(sender.storage / "a/1.jpg", b"theirs")
    put(sender.root / "a/1.jpg", b"ours")
    put(sender.root / "a/2.jpg", b"more")
    put(sender.root / "b/1.jpg", b"ours")
    did = await sender.send(replace(PLAIN, existing=Existing.ASK))
    assert (did.done, did.failed, did.skipped, did.asked) == (1, 0, 0, 1)
    ((number, path, question),) = await sender.uploads.asking()
    assert (path, question.kind) == (str(sender.root / "a"), Kind.EXISTING)
    assert question.files == (AskedFile("1.jpg", "a/1.jpg", "devices", "devices/a/1.jpg", 4),)
    assert (await sender.go_on()).batches == 0
    state = await sender.state()
    assert (state.folders.questions, state.folders.success) == (1, 1)
    with pytest.raises(Usage, match="does not answer this"):
        await sender.uploads.answer([number], "skip")
    assert await sender.uploads.answer([number], "version") == 1
    assert (await sender.go_on()).done == 1
    assert sender.stored()["a/1-v2.jpg"] == b"ours" and sender.stored()["a/1.jpg"] == b"theirs"
    assert await sender.uploads.asking() == ()
    assert await sender.uploads.answer([number], "version") == 0
    put(sender.root / "a/1.jpg", b"changed", at=1_700_000_100)
    assert (await sender.send(replace(PLAIN, existing=Existing.ASK))).asked == 1


@pytest.mark.parametrize("known", ["tracker", "scan", "journal"])
async def test_what_is_stored_under_another_key_is_shown_before_it_goes_up(sender: Sender, known: str) -> None:
    if known == "journal":
        single = put(sender.path.parent / "9.jpg", b"same bytes")
        await upload_files(sender.workspace, sender.store, sender.profile, FAMILY, [single], keys=["old/9.jpg"])
    elif known == "tracker":
        put(sender.root / "old/9.jpg", b"same bytes")
        await sender.send()
    else:
        put(sender.storage / "old/9.jpg", b"same bytes")
        await sender.look()
    put(sender.root / "a/1.jpg", b"same bytes")
    put(sender.root / "a/2.jpg", b"fresh")
    put(sender.root / "b/1.jpg", b"SAME BYTES")
    asking = replace(PLAIN, duplicates=Duplicates.ASK)

    did = await sender.send(asking)

    assert (did.done, did.asked) == (1, 1)
    assert sorted(sender.stored()) == ["b/1.jpg", "old/9.jpg"]
    ((number, _, question),) = await sender.uploads.asking()
    assert question.files == (AskedFile("1.jpg", "a/1.jpg", "devices", "devices/old/9.jpg", 10),)
    assert "1.jpg is stored already, as devices/old/9.jpg." in question.sentence
    await sender.uploads.answer([number], "skip")
    assert (await sender.go_on()).done == 1
    assert sorted(sender.stored()) == ["a/2.jpg", "b/1.jpg", "old/9.jpg"]
    assert sender.sql("SELECT name, key FROM uploaded_files WHERE folder = ? ORDER BY name", number) == [
        ("1.jpg", "old/9.jpg"),
        ("2.jpg", "a/2.jpg"),
    ]


async def test_a_standing_object_takes_a_duplicate_s_place_in_receipts(sender: Sender) -> None:
    put(sender.root / "old/9.jpg", b"same bytes")
    await sender.send()
    put(sender.root / "a/1.jpg", b"same bytes")
    did = await sender.send(replace(PLAIN, duplicates=Duplicates.SKIP, receipts="on"))
    assert (did.done, did.files) == (1, 0)
    receipt = json.loads((sender.root / "a/success.json").read_text("utf-8"))
    assert [(one["name"], one["key"]) for one in receipt["files"]] == [("1.jpg", "old/9.jpg")]


async def test_an_answer_to_upload_all_the_same_is_followed_and_leaving_out_as_well(sender: Sender) -> None:
    put(sender.root / "old/9.jpg", b"same bytes")
    await sender.send()
    for name in ("a", "b"):
        put(sender.root / name / "1.jpg", b"same bytes")
    assert (await sender.send(replace(PLAIN, duplicates=Duplicates.ASK))).asked == 2
    asked = sorted((path, number) for number, path, _ in await sender.uploads.asking())
    first, second = (number for _, number in asked)
    assert await sender.uploads.answer([first], "upload") == 1
    assert await sender.uploads.answer([second], "leave_out") == 1
    assert (await sender.go_on()).done == 1
    assert sorted(sender.stored()) == ["a/1.jpg", "old/9.jpg"]
    assert (await sender.state()).folders.skipped == 1


async def test_the_window_asks_where_nobody_has_said_what_becomes_of_duplicates(sender: Sender) -> None:
    put(sender.root / "old/9.jpg", b"same bytes")
    unsaid = replace(PLAIN, duplicates=None)
    await sender.send(unsaid)
    for name in ("a", "b"):
        put(sender.root / name / "1.jpg", b"same bytes")
        await sender.uploads.add([sender.root], "devices")
        override = Override(unsaid=Duplicates.ASK if name == "a" else None)
        told: list[tuple[str, bool]] = []

        def report(progress: Progress, told: list[tuple[str, bool]] = told) -> None:
            told.append((progress.note, "b/1.jpg" in sender.stored()))

        ran = await sender.uploads.run(sender.workspace, sender.store, override=override, report=report)
    assert sorted(sender.stored()) == ["b/1.jpg", "old/9.jpg"] and len(await sender.uploads.asking()) == 1
    (shown,) = [note for note in ran.did.notes if "is stored already, as devices/old/9.jpg; it goes up all" in note]
    assert (shown, False) in told  # before it went


async def test_files_of_one_run_that_are_equal_are_not_asked_about(sender: Sender) -> None:
    for name in ("a", "b", "c"):
        put(sender.root / name / "1.jpg", b"same bytes")
    did = await sender.send(replace(PLAIN, duplicates=Duplicates.ASK, batch_size=1))
    assert (did.done, did.asked, len(sender.stored())) == (3, 0, 3)


async def test_what_went_up_under_its_own_or_its_second_name_is_no_duplicate(sender: Sender) -> None:
    put(sender.storage / "a/1.jpg", b"theirs")
    put(sender.root / "a/1.jpg", b"ours")
    asking = replace(PLAIN, duplicates=Duplicates.ASK)
    for existing in (Existing.RENAME, Existing.VERSION):
        assert (await sender.send(replace(asking, existing=existing))).done == 1
        await sender.look()
        sender.sql("UPDATE folder_status SET upload_status = 'pending'")
        assert (await sender.send(replace(asking, existing=existing))).asked == 0
        sender.sql("UPDATE folder_status SET upload_status = 'pending'")


async def test_a_duplicate_that_is_gone_or_other_by_now_is_none(sender: Sender) -> None:
    put(sender.root / "old/9.jpg", b"same bytes")
    put(sender.root / "old/8.jpg", b"more bytes")
    await sender.send()
    (sender.storage / "old/9.jpg").unlink()
    put(sender.storage / "old/8.jpg", b"OTHER BYTE")
    put(sender.root / "a/1.jpg", b"same bytes")
    put(sender.root / "a/2.jpg", b"more bytes")
    assert (await sender.send(replace(PLAIN, duplicates=Duplicates.ASK))).asked == 0
    assert {"a/1.jpg", "a/2.jpg"} <= set(sender.stored())


async def test_other_files_and_other_endings_go_up_when_the_destination_says_so(sender: Sender) -> None:
    for name in ("1.jpg", "2.tif", "notes.csv", "result.json"):
        put(sender.root / "a" / name, name.encode())
    assert (await sender.send(replace(PLAIN, stats="result.json"))).done == 1
    assert sorted(sender.stored()) == ["a/1.jpg"]
    times = {path: path.stat().st_mtime_ns for path in sender.storage.rglob("*.jpg")}
    more = replace(PLAIN, stats="result.json", images=(".jpg", ".tif"), files=(".csv",))
    assert (await sender.send(more)).done == 1
    assert sorted(sender.stored()) == ["a/1.jpg", "a/2.tif", "a/notes.csv"]
    assert (await sender.send(replace(more, files="all", receipts="on"))).done == 1
    assert sorted(sender.stored()) == ["a/1.jpg", "a/2.tif", "a/notes.csv", "a/result.json"]
    assert times == {path: path.stat().st_mtime_ns for path in sender.storage.rglob("*.jpg")}
    assert (await sender.send(replace(more, files="all", receipts="on"))).batches == 0


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("stats.json", b"{", "stats.json is no JSON"),
        ("stats.json", b" ", "stats.json is empty"),
        ("stats.json", b'"' + b"x" * (5 << 20) + b'"', "stats.json is larger than 4 MB"),
        ("", b"", "There is no stats.json"),
        ("2.png", b"words", "2.png is no picture that is known, whatever its name says"),
    ],
)
async def test_what_is_broken_is_noted_or_fails_as_the_destination_says(
    sender: Sender, name: str, data: bytes, reason: str
) -> None:
    put(sender.root / "a/1.jpg", b"\xff\xd8\xffpicture")
    if name != "stats.json":
        put(sender.root / "a/stats.json", b"{}") if name else None
    if name:
        put(sender.root / "a" / name, data)
    strict = replace(PLAIN, broken_stats=Broken.FAIL, disguised=Broken.FAIL)
    assert (await sender.send(strict)).failed == 1
    assert reason in (await sender.state()).failures[0].reason
    assert sender.stored() == {}
    did = await sender.send(PLAIN)
    assert (did.done, did.failed) == (1, 0)
    assert bool(name) is any(reason in note for note in did.notes)


async def test_trying_again_makes_no_other_keys_of_the_batch_s_name(sender: Sender) -> None:
    keyed = """UPDATE folder_status SET upload_status = 'pending', keyed = '["night", "2026-11-20T22:30:00+00:00"]'"""
    put(sender.root / "a/1.jpg", b"one")
    destination = replace(PLAIN, key="{batch}/{date:%H%M}/{name}", broken_stats=Broken.FAIL)
    assert (await sender.send(destination)).failed == 1
    ((kept,),) = sender.sql("SELECT keyed FROM folder_status")
    destination = replace(destination, broken_stats=Broken.UPLOAD)
    sender.sql(keyed)
    assert (await sender.send(destination)).done == 1
    assert list(sender.stored()) == ["night/2230/1.jpg"] and kept is not None
    assert sender.sql("SELECT keyed FROM folder_status") == [(None,)]
    sender.sql(keyed)
    put(sender.root / "a/2.jpg", b"two")  # it is another folder from now on
    await sender.scan()
    assert (await sender.send(destination)).done == 1
    assert "night/2230/2.jpg" not in sender.stored() and len(sender.stored()) == 2  # what was there stays


KEYS = st.text("abv-12./ü", min_size=1, max_size=12).filter(lambda key: key.rpartition("/")[2].strip("."))


@given(KEYS, st.integers(2, 40))
def test_a_version_is_told_from_any_other_key(key: str, number: int) -> None:
    made = version(key, number)
    assert (made != key, version_of(made, key), version_of(key, key)) == (True, number, 0)
    assert is_own(made, key, "0" * 64) and is_own(marked(key, "ab" * 6), key, "ab" * 32) and is_own(key, key, "")


@given(st.builds(AskedFile, st.text(), st.text(), st.text(), st.text(), st.integers(0)), st.sampled_from(Kind))
def test_a_question_is_read_as_it_was_kept(file: AskedFile, kind: Kind) -> None:
    assert read_question(Question(kind, (file,)).text) == Question(kind, (file,))


@pytest.mark.parametrize("text", [None, "", "what?", "{}", '{"kind": "x", "files": []}', '{"kind": "existing"}', "[1]"])
def test_what_is_no_question_is_none(text: str | None) -> None:
    assert read_question(text) is None


async def test_a_dated_key_is_kept_by_what_went_up_before_whatever_is_said_of_duplicates(sender: Sender) -> None:
    dated = replace(PLAIN, key="{date:%Y%m%d}/{batch}/{name}")
    put(sender.root / "a/1.jpg", b"one")
    await sender.send(dated)
    (first,) = sender.stored()
    sender.sql("UPDATE uploaded_files SET at = at - 5")
    put(sender.root / "a/2.jpg", b"two")
    sender.sql("UPDATE upload_batches SET batch_name = 'other'")
    for duplicates in (None, Duplicates.UPLOAD):
        assert (await sender.send(replace(dated, duplicates=duplicates))).asked == 0
    stored = sender.stored()
    assert list(stored.values()).count(b"one") == 1 and stored[first] == b"one" and b"two" in stored.values()
