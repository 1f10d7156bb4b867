"""What was handed over: seen with its state, watched and watched no more, and proven to have arrived."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtGui import QImage
from PySide6.QtWidgets import QFileDialog

from core.uploads.checks.verification import Lack
from core.uploads.desk import Uploads
from gui.tabs.uploads.destination_dialog import DestinationChoice
from gui.tabs.uploads.tab import UploadsTab
from gui.tabs.uploads.verified_dialog import VerifiedDialog
from gui.tabs.uploads.view_bar import TREES
from tests.gui.desks import press, shown, until
from tests.gui.reviews import Review


async def test_a_folder_is_watched_verified_and_watched_no_more(unscanned: Review, tmp_path: Path) -> None:
    review, engine = unscanned, unscanned.real
    wards = tmp_path / "wards"
    for name in ("one", "two"):
        (wards / name).mkdir(parents=True)
        QImage(8, 8, QImage.Format.Format_RGB32).save(str(wards / name / "eye.png"))
    uploads = Uploads(engine.profile)
    destination = engine.profile.all_destinations[0].name
    review.window.tabs.go("uploads")
    await review.settle()
    tab = review.window.tabs.current
    assert isinstance(tab, UploadsTab)
    await review.desk.uploads.hand_over((wards,), destination)
    await review.work()
    assert tab.amounts.done == 2 and tab.amounts.trees == 1

    tab.bar.buttons[TREES].click()
    await review.settle()
    await review.settle()
    tree = tab.middle.tree
    assert tree is not None and tree.counts.done.folders == 2 and tree.tree.destination == destination
    assert tab.tree_details.isVisible() and not tab.details.isVisible()
    (wards / "two" / "late.png").write_bytes((wards / "two" / "eye.png").read_bytes())
    await press(tab, "Verify")
    await review.work()
    line = review.window.job_bar.lines[-1]
    assert "1 of 3 files" in line.numbers.text()
    await press(line, "Show them…")
    dialog = await shown(review.window, VerifiedDialog)
    await until(lambda: dialog.table.rows.at(0))
    lost = dialog.table.rows.at(0)
    assert lost is not None and lost.path.endswith("late.png") and lost.lack in (Lack.NEVER, Lack.CHANGED)
    await press(dialog, "Close")
    await review.settle()

    await press(tab, "Watch this folder…")  # where it goes is known
    await until(lambda: review.desk.uploads.folder_watch.is_on)
    await review.settle()
    await review.settle()
    assert (await uploads.trees())[0].watched and "Watched since" in tab.tree_details.watch.text.text()
    await press(tab, "Watch no longer")
    await until(lambda: not review.desk.uploads.folder_watch.is_on)
    await review.settle()
    assert not (await uploads.trees())[0].watched
    review.desk.actions["watch_folder"].trigger()
    chosen = await shown(review.window, QFileDialog)
    other = tmp_path / "other"
    other.mkdir()
    chosen.setDirectory(str(other))
    chosen.accept()
    (await shown(review.window, DestinationChoice)).reject()
    await review.settle()
    assert len(await uploads.trees()) == 1
