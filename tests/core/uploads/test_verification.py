"""What is said to have arrived has arrived; what has not says why, and half a listing proves nothing."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from hashlib import md5, sha256
from pathlib import Path

import pytest

from core.errors import Unavailable, Unreadable
from core.models import Object, ObjectPage
from core.uploads.checks.verification import Lack, Proof, Verified
from core.uploads.desk import Uploads
from core.uploads.queueing.acts import Chosen
from core.uploads.tracker import Tracker
from tests.core.uploads.test_run import WARDS, Ward
from tests.core.uploads.test_run import ward as ward  # a fixture
from tests.core.uploads.trees import device, put


async def _verified(ward: Ward, *paths: Path) -> Verified:
    return await ward.uploads.verify(ward.store, paths or [ward.root])


async def _uploaded(ward: Ward) -> Path:
    """a and b are stored in wards, and a note beside the pictures of a is not meant to be."""
    device(ward.root, "a", "1.jpg", "2.jpg", "notes.txt", "stats.json")
    device(ward.root, "b", "3.jpg")
    await ward.uploads.add([ward.root], "wards")
    await ward.run()
    return ward.path.parent / "storage/wards"


async def test_everything_that_arrived_is_proven(ward: Ward) -> None:
    await _uploaded(ward)
    found = await _verified(ward)
    assert (found.is_whole, found.files, found.arrived, found.proven) == (True, 3, 3, {Proof.CONTENT: 3})
    assert (found.not_meant, found.buckets, found.listed, found.size_bytes) == (2, ("wards",), 3, 21)


def _other_content(stored: Path, root: Path) -> None:
    put(stored / "a/1.jpg", b"sketch!")


def _other_size(stored: Path, root: Path) -> None:
    put(stored / "a/1.jpg", b"longer than it was")


def _missing(stored: Path, root: Path) -> None:
    (stored / "a/1.jpg").unlink()


def _changed(stored: Path, root: Path) -> None:
    put(root / "a/1.jpg", b"changed")


def _came_later(stored: Path, root: Path) -> None:
    (root / "a/1.jpg").rename(root / "a/later.jpg")


@pytest.mark.parametrize(
    ("spoil", "lack", "said"),
    [
        (_other_content, Lack.OTHER_CONTENT, "wards/a/1.jpg holds other content now."),
        (_other_size, Lack.OTHER_SIZE, "wards/a/1.jpg has 18 bytes; 7 were stored."),
        (_missing, Lack.MISSING, "wards/a/1.jpg is not there any more."),
        (_changed, Lack.CHANGED, "It changed since it was uploaded as wards/a/1.jpg."),
        (_came_later, Lack.NEVER, "It came after its folder was uploaded."),
    ],
)
async def test_what_has_not_arrived_is_named_with_its_reason(
    ward: Ward, spoil: Callable[[Path, Path], None], lack: Lack, said: str
) -> None:
    spoil(await _uploaded(ward), ward.root)
    found = await _verified(ward)
    (lost,) = found.not_arrived
    assert (lost.lack, lost.sentence, found.arrived, found.lacking) == (lack, said, 2, {lack: 1})
    assert Path(lost.path).parent == ward.root / "a"
    assert (await _verified(ward, ward.root / "b")).is_whole


async def test_what_never_went_up_says_why(ward: Ward) -> None:
    await _uploaded(ward)
    device(ward.root, "new", "x.jpg")
    device(ward.root, "out", "x.jpg")
    device(ward.root, "bad", "ü.jpg")
    device(ward.root, "waits", "x.jpg")
    await ward.uploads.scan([ward.root / name for name in ("out", "bad", "waits")])
    await ward.uploads.leave_out(Chosen(below=[str(ward.root / "out")]), "Nobody needs it.")
    await ward.uploads.add([ward.root / "bad"], "wards")
    await ward.run(ward.root / "bad")
    found = await _verified(ward)
    said = {Path(one.path).parent.name: (one.lack, one.sentence) for one in found.not_arrived}
    assert said["new"] == (Lack.NEVER, "Its folder was never scanned.")
    assert said["out"] == (Lack.LEFT_OUT, "Nobody needs it.")
    assert said["waits"] == (Lack.NEVER, "It waits in the queue.")
    assert said["bad"][0] is Lack.FAILED and "takes no “ü”" in said["bad"][1]
    assert (found.files, found.arrived) == (7, 3)


async def test_a_project_that_never_uploaded_proves_nothing_and_makes_no_tracker(ward: Ward) -> None:
    device(ward.root, "a", "1.jpg")
    uploads = replace(ward.uploads, tracker_path=None)
    found = await uploads.verify(ward.store, [ward.root])
    assert found.lacking == {Lack.NEVER: 1} and not uploads.path.exists()


async def test_what_was_re_encoded_on_its_way_is_proven_by_what_was_recorded(ward: Ward) -> None:
    stored = await _uploaded(ward)
    put(stored / "a/1.jpg", b"small")
    ward.sql("UPDATE uploaded_files SET bytes = 5, sha256 = ? WHERE name = '1.jpg'", sha256(b"small").digest())
    assert (await _verified(ward)).proven == {Proof.CONTENT: 2, Proof.RECORD: 1}
    put(ward.root / "a/1.jpg", b"other picture")  # of what it is now, that proves nothing
    assert (await _verified(ward)).lacking == {Lack.CHANGED: 1}


async def test_what_is_there_is_proven_whoever_stored_it(ward: Ward) -> None:
    stored = await _uploaded(ward)
    put(stored / "c/same.jpg")
    put(stored / "c/other.jpg", b"sketch!")
    device(ward.root, "c", "same.jpg", "other.jpg", "nowhere.jpg")
    clear = replace(ward.profile, families=(WARDS,), destinations=())  # a tracker that knows nothing needs no more
    empty = Uploads(clear, await _empty_tracker(ward.path.with_name("another.db")))
    for uploads in (ward.uploads, empty):
        found = await uploads.verify(ward.store, [ward.root])
        assert sorted(Path(one.path).name for one in found.not_arrived) == ["nowhere.jpg", "other.jpg"]
        assert {one.lack for one in found.not_arrived} == {Lack.NEVER} and found.arrived == 4


async def _empty_tracker(path: Path) -> Path:
    await (await Tracker.open(path)).close()
    return path


async def test_an_etag_in_the_listing_spares_reading_what_is_stored(
    ward: Ward, monkeypatch: pytest.MonkeyPatch
) -> None:
    await _uploaded(ward)
    real = ward.store.list_objects

    def with_etag(one: Object) -> Object:
        if one.key == "b/3.jpg":
            return one  # stored in parts: there is no MD5 of it
        return replace(one, etag=f'"{md5(b"picture").hexdigest()}"')

    async def listed(bucket: str, **more: object) -> ObjectPage:
        page = await real(bucket, **more)  # type: ignore[arg-type]
        return replace(page, items=tuple(with_etag(one) for one in page.items))

    monkeypatch.setattr(ward.store, "list_objects", listed)
    assert (await _verified(ward)).proven == {Proof.ETAG: 2, Proof.CONTENT: 1}


async def test_a_listing_that_cannot_be_completed_proves_nothing(ward: Ward, monkeypatch: pytest.MonkeyPatch) -> None:
    await _uploaded(ward)

    async def fails(bucket: str, **more: object) -> ObjectPage:
        raise Unavailable("The storage does not answer.")

    async def turns(bucket: str, **more: object) -> ObjectPage:
        return ObjectPage((), "again")

    for listing in (fails, turns):
        monkeypatch.setattr(ward.store, "list_objects", listing)
        with pytest.raises(Unreadable, match="nothing is proven"):
            await _verified(ward)


async def test_what_a_listing_does_not_show_yet_is_asked_for(ward: Ward, monkeypatch: pytest.MonkeyPatch) -> None:
    await _uploaded(ward)

    async def lags(bucket: str, **more: object) -> ObjectPage:
        return ObjectPage((), None)

    monkeypatch.setattr(ward.store, "list_objects", lags)
    assert (await _verified(ward)).is_whole


async def test_a_bucket_that_is_gone_has_lost_everything(ward: Ward) -> None:
    shutil.rmtree(await _uploaded(ward))
    assert (await _verified(ward)).lacking == {Lack.MISSING: 3}


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
async def test_a_folder_that_cannot_be_read_is_not_proven(ward: Ward) -> None:
    await _uploaded(ward)
    (ward.root / "a").chmod(0)
    found = await _verified(ward)
    (ward.root / "a").chmod(0o755)
    assert found.lacking == {Lack.UNREADABLE: 1} and found.arrived == 1


async def test_what_waits_to_go_elsewhere_has_not_arrived_there(ward: Ward) -> None:
    await _uploaded(ward)
    await ward.uploads.add([ward.root], "labs")
    found = await _verified(ward)
    assert (found.arrived, found.lacking) == (0, {Lack.NEVER: 3})
    assert {one.sentence for one in found.not_arrived} == {"It waits in the queue."}
    await ward.run()
    found = await _verified(ward)
    assert (found.is_whole, found.buckets) == (True, ("labs",))
