"""The Uploads tab on a real practice project: dropped, uploaded, failed, tried again, and told in words."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QImage

from core.errors import NotAllowed, Trouble
from core.uploads.desk import Uploads
from core.uploads.status.listing import FolderState
from gui.paused import remember_paused, resume_paused
from gui.tabs.uploads.destination_dialog import DestinationChoice
from gui.tabs.uploads.tab import UploadsTab
from gui.tabs.uploads.view_bar import BATCHES
from gui.uploading import GROUP
from tests.gui.desks import press, shown, until
from tests.gui.reviews import Review

PICTURE = QImage(8, 8, QImage.Format.Format_RGB32)


async def uploads(review: Review) -> UploadsTab:
    """The tab."""
    review.window.tabs.go("uploads")
    await review.settle()
    tab = review.window.tabs.current
    assert isinstance(tab, UploadsTab)
    return tab


def drop(tab: UploadsTab, *paths: Path) -> None:
    """What a person does with the mouse."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    some = (QPointF(20, 20), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    entered = QDragEnterEvent(some[0].toPoint(), *some[1:])
    tab.dragEnterEvent(entered)
    assert entered.isAccepted() and tab.veil.isVisible()
    tab.dropEvent(QDropEvent(*some))
    assert not tab.veil.isVisible()


async def test_folders_are_dropped_fail_are_repaired_and_tried_again(unscanned: Review, tmp_path: Path) -> None:
    tab = await uploads(unscanned)
    assert tab.middle.area.is_open and not tab.main_button.isVisible() and not tab.bar.isVisible()
    assert tab.middle.area.state.title.text() == "Drop folders or pictures here"
    wards = tmp_path / "wards"
    for name in ("one", "two", "bad"):
        (wards / name).mkdir(parents=True)
        QImage(8, 8 + ord(name[0]), QImage.Format.Format_RGB32).save(str(wards / name / "eye.png"))  # no duplicates
    (wards / "bad" / "eye.png").rename(wards / "bad" / "Ärger.png")  # no key can carry this name
    drop(tab, wards)
    asked = await shown(unscanned.window, DestinationChoice)
    assert asked.choice.count() > 1  # else nothing would be asked
    asked.accept()
    await until(lambda: tab.runs.is_running or tab.amounts.found)
    await unscanned.work()
    assert (tab.amounts.done, tab.amounts.failed, tab.amounts.found) == (2, 1, 3)
    assert tab.main_button.isVisible() and tab.main_button.isEnabled()
    assert tab.heading.title.text() == "2 of 3 folders uploaded"
    assert tab.heading.subtitle.text() == "3 found = 2 done + 1 failed + 0 queued"

    tab.bar.buttons[FolderState.FAILED.value].click()
    await unscanned.settle()
    folder = tab.middle.folder
    assert folder is not None and Path(folder.path).name == "bad" and tab.middle.table.rows.rowCount() == 1
    assert folder.reason in tab.details.state.text.text() and tab.details.retry_button.isVisible()
    (wards / "bad" / "Ärger.png").rename(wards / "bad" / "eye.png")
    await press(tab, "Retry failed")  # where it is to go is known by now
    await until(lambda: tab.amounts.done == 3)
    await unscanned.work()
    assert tab.middle.area.state.title.text() == "No folder has failed"
    await press(tab, "Show all folders")
    await unscanned.settle()
    assert tab.middle.table.rows.rowCount() == 3 and not tab.retry_button.isVisible()

    tab.bar.buttons[BATCHES].click()
    await unscanned.settle()
    assert tab.middle.table.rows.rowCount() == tab.amounts.batches == 2 and not tab.details.isVisible()
    unscanned.desk.actions["step_back"].trigger()
    await unscanned.settle()
    tab.bar.words.setText("two")
    await until(lambda: tab.middle.table.rows.rowCount() == 1)
    await unscanned.settle()


async def test_what_is_no_folder_and_no_file_is_said_so(unscanned: Review, tmp_path: Path) -> None:
    tab = await uploads(unscanned)
    drop(tab, tmp_path / "nothing")
    await unscanned.settle()
    banner = unscanned.desk.banners.get("uploads")
    assert banner is not None and "Nothing of what was dropped" in banner.text.text()
    assert not unscanned.desk.jobs.running


async def test_an_upload_that_was_paused_by_quitting_goes_on_and_one_that_broke_off_is_offered(
    unscanned: Review, tmp_path: Path
) -> None:
    engine = unscanned.real
    (tmp_path / "wards" / "one").mkdir(parents=True)
    PICTURE.save(str(tmp_path / "wards" / "one" / "eye.png"))
    uploads_of = Uploads(engine.profile)
    await uploads_of.add([tmp_path / "wards"], engine.profile.all_destinations[0].name)
    runs = unscanned.desk.uploads
    await runs.greet(goes_on=False)
    assert unscanned.window.tabs.bar.tabText(2) == "Uploads"
    banner = unscanned.desk.banners.get("uploads-waiting")
    assert banner is not None and "still waits to be uploaded" in banner.text.text() and not runs.is_running
    job = unscanned.desk.jobs.start("Upload", lambda _: asyncio.sleep(60), group=GROUP)
    job.cancel()
    await remember_paused(unscanned.desk, [job])
    await unscanned.work()
    assert resume_paused(unscanned.desk, ()) == frozenset()
    await until(lambda: runs.is_running)
    assert unscanned.desk.banners.get("uploads-waiting") is None
    await unscanned.work()
    assert (await uploads_of.left()) == (0, 0) and (await uploads_of.state()).folders.success == 1
    await runs.greet(goes_on=False)
    assert unscanned.desk.banners.get("uploads-waiting") is None


class SignedOut:
    """A store whose sign-in has ended; everything but uploading works."""

    def __init__(self, store: Any) -> None:
        self.store = store

    def __getattr__(self, name: str) -> Any:
        return getattr(self.store, name)

    async def upload(self, *_: object, **__: object) -> object:
        raise NotAllowed("The sign-in has ended.", trouble=Trouble.SIGNED_OUT)


async def test_a_sign_in_that_ends_costs_no_attempt_and_the_upload_goes_on_after_the_next(
    unscanned: Review, tmp_path: Path
) -> None:
    engine, runs = unscanned.real, unscanned.desk.uploads
    (tmp_path / "wards" / "one").mkdir(parents=True)
    PICTURE.save(str(tmp_path / "wards" / "one" / "eye.png"))
    engine.store = SignedOut(engine.store)  # type: ignore[assignment]
    asked: list[str] = []
    unscanned.desk.actions.bind("sign_in", lambda: asked.append("sign in"))
    await runs.hand_over((tmp_path / "wards",), engine.profile.all_destinations[0].name)
    await unscanned.work()
    assert asked == ["sign in"]
    state = await Uploads(engine.profile).state()
    assert (state.folders.pending, state.folders.failed) == (1, 0)
    engine.store = engine.store.store
    resume_paused(unscanned.desk, ())  # as it is when the project is opened again after signing in
    await until(lambda: runs.is_running)
    await unscanned.work()
    assert (await Uploads(engine.profile).state()).folders.success == 1
