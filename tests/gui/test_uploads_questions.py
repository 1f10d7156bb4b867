"""What only a person can decide: shown with both pictures, answered for one or many, and taken back."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtGui import QImage

from core.uploads.status.listing import FolderState
from gui.tabs.uploads.tab import UploadsTab
from tests.gui.desks import press, until
from tests.gui.reviews import Review


async def test_duplicates_are_asked_about_answered_and_asked_about_again(unscanned: Review, tmp_path: Path) -> None:
    review, destination = unscanned, unscanned.real.profile.all_destinations[0].name
    for tree, folders in (("first", ("a",)), ("second", ("b", "c"))):
        for name in folders:
            (tmp_path / tree / name).mkdir(parents=True)
            QImage(9, 9, QImage.Format.Format_RGB32).save(str(tmp_path / tree / name / f"{name}.png"))
    for tree in ("first", "second"):
        for folder in (tmp_path / tree).iterdir():
            pixels = QImage(9, 9, QImage.Format.Format_RGB32)
            pixels.fill(0x336699)
            pixels.save(str(next(folder.iterdir())))
    review.window.tabs.go("uploads")
    await review.settle()
    tab = review.window.tabs.current
    assert isinstance(tab, UploadsTab)
    await review.desk.uploads.hand_over((tmp_path / "first",), destination)
    await review.work()
    await review.desk.uploads.hand_over((tmp_path / "second",), destination)
    await review.work()
    assert (tab.amounts.done, tab.amounts.asking) == (1, 2)
    assert review.window.tabs.bar.tabText(2).endswith("2")

    tab.bar.buttons[FolderState.ASKING.value].click()
    await review.settle()
    await review.settle()
    asked = tab.questions
    assert asked.isVisible() and not tab.details.isVisible()
    assert asked.theirs_name.text().endswith("/a.png") and "9 × 9" in asked.theirs_about.text()
    assert "9 × 9" in asked.mine_about.text() and "is stored already" in asked.asked.text.text()
    assert [answer.value for answer, made in asked.buttons.items() if made.isVisible()] == [
        "upload",
        "skip",
        "leave_out",
    ]
    tab.middle.folders.rows.choose_all()
    assert "2 chosen folders" in asked.for_all.text()
    await press(asked, "Leave the folder out")
    await until(lambda: tab.amounts.skipped == 2)
    await review.settle()
    await press(review.window.banners, "Undo")
    await until(lambda: tab.amounts.asking == 2)
    await review.settle()
    await review.settle()
    assert tab.middle.chosen_count == 1
    await press(asked, "Upload all the same")
    await until(lambda: tab.amounts.done == 2)
    await review.work()
    assert (tab.amounts.asking, tab.amounts.queued) == (1, 0)
