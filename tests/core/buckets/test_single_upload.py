"""Files go where there is room, each once: past full and closed buckets, to a new one, and over a crash."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
import pytest_asyncio
from PIL import Image

from core.capacity.models import Sample
from core.capacity.samples import note
from core.clients.practice_store import PracticeStore
from core.errors import Full, NotAllowed, TooLarge, Unavailable, WrongType
from core.models import Attributes, Bucket, Object, RunState
from core.ports import BucketLimits
from core.profiles import Family, Profile, Recompression, Safety
from core.progress import Report, silent
from core.runs import StepState, run_steps, runs
from core.single_upload import FamilyUploads, ToSend, UploadReport, routed, upload_files
from core.single_upload.source import key_of
from core.workspace import Workspace

FAMILY = Family("photos", capacity_bytes=10_000)


class Died(BaseException):
    """The program ended here."""


class Moody(PracticeStore):
    """A storage that turns uploads away where a test says so; `dies_after` ends the program once a file is stored."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder / "storage", folder / "quarantine", folder / "catalog.db")
        self.refuses: dict[str, Exception] = {}
        self.dies_after = False

    async def upload(
        self, bucket: str, key: str, path: Path, attributes: Attributes, report: Report = silent
    ) -> Object:
        if bucket in self.refuses:
            raise self.refuses[bucket]
        stored = await super().upload(bucket, key, path, attributes, report)
        if self.dies_after:
            raise Died
        return stored


class Desk:
    """One family of buckets and somebody who uploads into it."""

    def __init__(self, folder: Path, store: Moody, workspace: Workspace) -> None:
        self.folder, self.store, self.workspace = folder, store, workspace
        self.profile = Profile("p", "practice", folder / "storage", folder / "catalog.db", families=(FAMILY,))
        self.profile = replace(self.profile, safety=Safety(archive_folder=folder / "archive"))

    def file(self, name: str, size: int = 100) -> Path:
        path = self.folder / "files" / name
        path.parent.mkdir(exist_ok=True, parents=True)
        path.write_bytes(name.encode() + b"." * (size - len(name.encode())))
        return path

    async def upload(self, *paths: Path, family: Family = FAMILY) -> UploadReport:
        return await upload_files(self.workspace, self.store, self.profile, family, paths)

    def session(self) -> contextlib.AbstractAsyncContextManager[FamilyUploads]:
        """Several calls as one run."""
        return FamilyUploads.open(self.workspace, self.store, self.profile, FAMILY)

    async def holds(self, **bytes_: int) -> None:
        """The last measuring found these bytes."""
        at = datetime.now(UTC)
        samples = [Sample(name.replace("_", "-"), at, 1, size) for name, size in bytes_.items()]
        await note(self.workspace, self.profile.project, samples)

    def where(self) -> dict[str, str]:
        """Each key's bucket."""
        root = self.folder / "storage"
        return {
            p.relative_to(root).as_posix().partition("/")[2]: p.relative_to(root).parts[0] for p in root.glob("*/*")
        }


@pytest_asyncio.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    for name in ("photos", "photos-1"):
        (tmp_path / "storage" / name).mkdir(parents=True)
    sqlite3.connect(tmp_path / "catalog.db").close()
    (tmp_path / "catalog.db").touch()
    store = Moody(tmp_path)
    workspace = await Workspace.open(tmp_path / "workspace", "p")
    yield Desk(tmp_path, store, workspace)
    await workspace.close()
    await store.close()


async def test_a_file_goes_to_the_least_full_bucket_and_an_overflow_one_is_named(desk: Desk) -> None:
    await desk.holds(photos=9_000, photos_1=100)
    (told,) = (await desk.upload(desk.file("a.png"))).files
    assert (told.stored, told.bucket, told.overflow) == (True, "photos-1", True)
    assert told.sentence == "a.png is stored in the overflow bucket photos-1, as a.png."
    assert desk.where() == {"a.png": "photos-1"}
    (run,) = await runs(desk.workspace)
    assert (run.kind, run.state, run.done, run.bytes, run.undoable) == ("upload", RunState.DONE, 1, 100, True)


async def test_what_was_uploaded_since_it_was_measured_counts(desk: Desk) -> None:
    await desk.holds(photos=5_000, photos_1=5_050)
    ended = [(await desk.upload(desk.file(f"{n}.png", 200))).files[0].bucket for n in range(4)]
    assert ended == ["photos", "photos-1", "photos", "photos-1"]


async def test_full_closed_and_too_small_buckets_are_passed_over(desk: Desk) -> None:
    for trouble in (Full("There is no room left."), NotAllowed("You may not.")):
        desk.store.refuses = {"photos": trouble}
        (told,) = (await desk.upload(desk.file(f"{type(trouble).__name__}.png"))).files
        assert (told.stored, told.bucket) == (True, "photos-1")
    desk.store.refuses = {}
    await desk.store.update_bucket("photos", limits=BucketLimits(50))
    (told,) = (await desk.upload(desk.file("large.png"))).files
    assert told.bucket == "photos-1"
    assert all(run.state is RunState.DONE for run in await runs(desk.workspace))


async def test_a_bucket_that_vanishes_in_the_middle_is_passed_over(desk: Desk) -> None:
    upload, photos = desk.store.upload, desk.folder / "storage/photos"

    async def vanishing(bucket: str, key: str, path: Path, attributes: Attributes, report: Report = silent) -> Object:
        if photos.exists():
            photos.rmdir()
        return await upload(bucket, key, path, attributes, report)

    desk.store.upload = vanishing  # type: ignore[method-assign]
    (told,) = (await desk.upload(desk.file("a.png"))).files
    assert (told.stored, told.bucket) == (True, "photos-1")


async def test_a_file_that_vanishes_in_the_middle_makes_no_bucket(desk: Desk) -> None:
    path, upload = desk.file("a.png"), desk.store.upload

    async def vanishing(bucket: str, key: str, path: Path, attributes: Attributes, report: Report = silent) -> Object:
        path.unlink()
        return await upload(bucket, key, path, attributes, report)

    desk.store.upload = vanishing  # type: ignore[method-assign]
    (told,) = (await desk.upload(path)).files
    assert (told.stored, told.refusal) == (False, "not_found")
    assert len(await desk.store.buckets()) == 2


async def test_where_none_has_room_one_more_bucket_is_made_for_all(desk: Desk) -> None:
    await desk.holds(photos=9_450, photos_1=9_450)
    report = await desk.upload(*(desk.file(f"{n}.png", 100) for n in range(6)))
    assert {file.bucket for file in report.files} == {"photos-2"}
    assert report.new_buckets == ("photos-2",)
    assert await desk.store.bucket("photos-2") == Bucket("photos-2")


async def test_each_buckets_reason_is_given_where_nothing_takes_a_file(desk: Desk) -> None:
    closed = replace(FAMILY, automatic=frozenset({"alert"}))
    await desk.holds(photos=9_450, photos_1=9_450)
    ended = (await desk.upload(desk.file("a.png"), desk.file("b.png", 20), family=closed)).files
    assert [one.stored for one in ended] == [False, True]
    assert "photos: it is to be filled to 95 %" in ended[0].sentence
    assert "photos-1: it is to be filled" in ended[0].sentence
    (huge,) = (await desk.upload(desk.file("huge.png", 9_900))).files
    assert not huge.stored
    assert [b.name for b in await desk.store.buckets()] == ["photos", "photos-1"]
    (run, _) = await runs(desk.workspace)
    assert (run.state, run.failed) == (RunState.PARTLY, 1)


async def test_a_storage_that_is_full_everywhere_gets_one_new_bucket_and_no_more(desk: Desk) -> None:
    for name in ("photos", "photos-1"):
        (desk.folder / "storage" / name / "old.png").write_bytes(b"old")
    desk.store.refuses = {f"photos{end}": Full("No room.") for end in ("", *(f"-{n}" for n in range(1, 20)))}
    first, *others = (await desk.upload(*(desk.file(f"{n}.png") for n in range(6)))).files
    assert "photos-2: No room." in first.sentence
    assert not any(one.stored for one in (first, *others))
    assert not (await desk.upload(desk.file("later.png"))).new_buckets
    assert [b.name for b in await desk.store.buckets()] == ["photos", "photos-1", "photos-2"]


@pytest.mark.parametrize("why", [TooLarge("Over 50 MB."), WrongType("No such type."), NotAllowed("Not you.")])
async def test_what_no_bucket_of_a_project_takes_makes_no_bucket_after_the_other(desk: Desk, why: Exception) -> None:
    for name in ("photos", "photos-1"):
        (desk.folder / "storage" / name / "old.png").write_bytes(b"old")
    desk.store.refuses = {f"photos{end}": why for end in ("", *(f"-{n}" for n in range(1, 20)))}
    for call in range(2):
        told = await desk.upload(*(desk.file(f"{call}-{n}.png", 100 + n) for n in range(4)))
        assert (told.new_buckets, [one.stored for one in told.files]) == ((), [False] * 4)
        assert all(str(why) in one.sentence for one in told.files)


async def test_what_was_refused_once_is_tried_again_the_next_time(desk: Desk) -> None:
    async with desk.session() as uploads:
        for name in ("photos", "photos-1"):
            desk.store.refuses[name] = NotAllowed("The sign-in has ended.")
        (refused,) = await uploads.send([ToSend(desk.file("a.png"), 1)])
        desk.store.refuses.clear()
        (told,) = await uploads.send([ToSend(desk.file("a.png"), 1)])
    assert uploads.run is not None and (uploads.run.done, uploads.run.failed) == (1, 0)
    assert (refused.stored, told.stored, told.bucket) == (False, True, "photos")


async def test_where_the_first_bucket_refuses_a_file_one_more_is_tried(desk: Desk) -> None:
    (desk.folder / "storage" / "photos-1").rmdir()
    desk.store.refuses = {"photos": TooLarge("Over 50 MB."), "photos-2": TooLarge("Over 50 MB.")}
    (told,) = (await desk.upload(desk.file("a.png"))).files
    assert (told.stored, told.bucket) == (True, "photos-1")


async def test_a_key_lives_in_one_bucket_of_its_family(desk: Desk) -> None:
    await desk.upload(desk.file("a.png"))
    await desk.holds(photos=9_000, photos_1=0)
    (again,) = (await desk.upload(desk.file("a.png"))).files
    assert (again.stored, again.bucket) == (True, "photos")
    assert "was there already" in again.sentence
    assert [(run.done, run.skipped, run.undoable) for run in await runs(desk.workspace)] == [
        (0, 1, False),
        (1, 0, True),
    ]
    (other,) = (await desk.upload(desk.file("a.png", 300))).files
    assert not other.stored
    assert "exists already, with other content" in other.sentence
    assert desk.where() == {"a.png": "photos"}
    assert (desk.folder / "storage/photos/a.png").stat().st_size == 100


async def test_six_gigabytes_that_fit_nowhere_are_told_of_without_reading_them(desk: Desk) -> None:
    path = desk.file("huge.mp4")
    with path.open("r+b") as file:
        file.truncate(6 << 30)  # no block of it is on the disk
    (told,) = (await desk.upload(path, family=replace(FAMILY, capacity_bytes=1 << 32))).files
    assert (told.stored, told.sha256, told.refusal) == (False, "", "too_large")
    assert "huge.mp4 has 6,442,450,944 bytes, and no bucket of photos takes more than 4,080,218,931" in told.sentence


async def test_a_file_without_a_byte_is_a_file(desk: Desk) -> None:
    (path := desk.file("empty.jpg")).write_bytes(b"")
    for _ in range(2):
        (told,) = (await desk.upload(path)).files
        assert (told.stored, told.size_bytes) == (True, 0)
    assert desk.where() == {"empty.jpg": "photos"}


async def test_two_files_of_one_name_are_not_both_uploaded(desk: Desk) -> None:
    one, two = desk.file("x/a.png"), desk.file("y/a.png")
    ended = (await desk.upload(one, two)).files
    assert sorted(file.stored for file in ended) == [False, True]


async def test_what_was_stored_when_the_program_died_is_found_again(desk: Desk) -> None:
    desk.store.dies_after = True
    with pytest.raises(Died):
        await desk.upload(desk.file("a.png"))
    desk.store.dies_after = False
    (dead,) = await runs(desk.workspace)
    assert dead.state in (RunState.INTERRUPTED, RunState.RUNNING)
    report = await desk.upload(desk.file("a.png"), desk.file("b.png"))
    assert [file.stored for file in report.files] == [True, True]
    settled = next(run for run in await runs(desk.workspace) if run.run_id == dead.run_id)
    assert (settled.state, settled.done) == (RunState.DONE, 1)
    (entry,) = await run_steps(desk.workspace, dead.run_id)
    assert (entry.state, entry.step.bucket) == (StepState.DONE, "photos")


async def test_a_cancelled_upload_ends_at_once_and_the_next_one_finds_out_what_became_of_it(desk: Desk) -> None:
    stored, never, upload = asyncio.Event(), asyncio.Event(), desk.store.upload

    async def hangs(bucket: str, key: str, path: Path, attributes: Attributes, report: Report = silent) -> Object:
        if key == "stored.png":
            await upload(bucket, key, path, attributes, report)
            stored.set()
        await never.wait()
        raise AssertionError("nobody waits for it")

    desk.store.upload = hangs  # type: ignore[method-assign]
    paths = [desk.file("hangs.png"), desk.file("stored.png")]
    work = asyncio.create_task(desk.upload(*paths))
    async with asyncio.timeout(10):
        await stored.wait()
        work.cancel()
        with pytest.raises(asyncio.CancelledError):
            await work
    desk.store.upload = upload  # type: ignore[method-assign]
    (cut,) = await runs(desk.workspace)
    assert cut.state is RunState.INTERRUPTED
    told = await desk.upload(*paths)
    assert [one.stored for one in told.files] == [True, True]
    _, settled = await runs(desk.workspace)
    assert (settled.run_id, settled.state, settled.done, settled.failed) == (cut.run_id, RunState.PARTLY, 1, 1)
    assert sorted(desk.where()) == ["hangs.png", "stored.png"]


async def test_a_storage_out_of_reach_fails_the_file_and_makes_no_bucket(desk: Desk) -> None:
    desk.store.refuses = {"photos": Unavailable("The storage took too long."), "photos-1": Unavailable("So did it.")}
    (told,) = (await desk.upload(desk.file("a.png"))).files
    assert (told.stored, told.sentence) == (False, "The storage took too long.")
    assert len(await desk.store.buckets()) == 2


async def test_images_are_re_encoded_where_their_family_asks_for_it(desk: Desk) -> None:
    path = desk.folder / "photo.png"
    Image.effect_noise((64, 64), 30).convert("RGB").save(path)
    small = replace(FAMILY, recompress=Recompression(quality=40, above_bytes=500, keep_originals=True))
    (told,) = (await desk.upload(path, family=small)).files
    assert (told.key, told.size_bytes < path.stat().st_size) == ("photo.webp", True)
    assert "was re-encoded" in told.sentence
    (found,) = await desk.store.stat("photos", ["photo.webp"])
    assert found is not None and found.content_type == "image/webp"
    kept = desk.profile.archive / "originals" / "photos" / "photo.png"
    assert kept.read_bytes() == path.read_bytes()


async def test_no_original_is_kept_outside_the_archive_whatever_the_key(desk: Desk) -> None:
    path = desk.folder / "photo.png"
    Image.effect_noise((64, 64), 30).convert("RGB").save(path)
    rule = replace(FAMILY, recompress=Recompression(quality=40, above_bytes=500, keep_originals=True))
    done = await upload_files(desk.workspace, desk.store, desk.profile, rule, [path], prefix="../../../../away")
    assert not done.files[0].stored
    archive = desk.folder / "archive/originals/photos"
    assert [above for above in archive.parents if (above / "away").exists()] == []
    assert (desk.folder / "archive" / "originals" / "photos" / "away" / "photo.png").exists()


async def test_an_image_that_only_loses_its_position_keeps_its_name_and_a_broken_one_stops_no_other(desk: Desk) -> None:
    position = Image.Exif()
    position.get_ifd(0x8825)[1] = "N"
    Image.effect_noise((32, 32), 30).save(desk.folder / "named.png", "JPEG", exif=position)
    broken = desk.folder / "broken.jpg"
    broken.write_bytes((desk.folder / "named.png").read_bytes().replace(b"MM\0*", b"MM\0x", 1))
    rule = replace(FAMILY, recompress=Recompression(drop_position=True))
    named, other = (await desk.upload(desk.folder / "named.png", broken, family=rule)).files
    assert (named.key, named.stored, other.key, other.stored) == ("named.png", True, "broken.jpg", True)
    assert "position was taken out" in named.sentence


def test_any_file_name_becomes_a_key_that_every_storage_takes() -> None:
    names = {"Übung 1.png": "Ubung 1.png", "日本.jpg": "jpg", "a?b#c%.png": "a_b_c_.png", "…": "file", "x" * 300: None}
    for name, key in names.items():
        made = key_of(Path(name))
        assert made and len(made) <= 255 and made.isascii()
        assert key is None or made.strip(".") == key.strip("."), name
    assert key_of(Path("a.png"), "/2026/summer/") == "2026/summer/a.png"


async def test_many_calls_are_one_run_and_count_along_how_full_the_buckets_are(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    for seconds in (300.0, 0.0):
        monkeypatch.setattr(routed, "_COUNTED_ALONG_SECONDS", seconds)
        await desk.holds(photos=5_000, photos_1=5_050)
        async with desk.session() as uploads:
            ended = [
                (await uploads.send([ToSend(desk.file(f"{seconds}-{n}.png", 200), uploads.number())]))[0].bucket
                for n in range(6)
            ]
        assert ended == ["photos", "photos-1"] * 3
    assert [(run.done, run.state) for run in await runs(desk.workspace)] == [(6, RunState.DONE)] * 2


async def test_a_session_in_which_nothing_is_sent_leaves_no_run(desk: Desk) -> None:
    async with desk.session() as uploads:
        pass
    assert uploads.run is None and await runs(desk.workspace) == ()


async def test_a_session_that_died_leaves_nothing_under_way_for_the_next(desk: Desk) -> None:
    desk.store.dies_after = True
    with pytest.raises(Died):
        async with desk.session() as uploads:
            await uploads.send([ToSend(desk.file("a.png"), 1)])
    desk.store.dies_after = False
    async with desk.session() as uploads:
        (told,) = await uploads.send([ToSend(desk.file("a.png"), 1)])
    assert told.stored and list(desk.where()) == ["a.png"]
    assert [run.done for run in await runs(desk.workspace)] == [0, 1]


async def test_files_of_one_key_under_way_at_once_end_in_one_bucket(desk: Desk) -> None:
    await desk.holds(photos=5_000, photos_1=5_000)
    same, other = desk.file("x/a.png"), desk.file("z/a.png")
    again = desk.folder / "files/y/a.png"
    again.parent.mkdir(parents=True)
    again.write_bytes(same.read_bytes())
    async with desk.session() as uploads:
        sent = [uploads.send([ToSend(path, uploads.number(), "a.png")]) for path in (same, again, other)]
        (first,), (second,), (third,) = await asyncio.gather(*sent)
    assert (first.stored, second.stored, third.stored) == (True, True, False)
    assert (third.refusal, third.stands) == ("already_exists", "photos/a.png")
    assert desk.where() == {"a.png": "photos"}
