"""The Uploads tab on a queue in every state: folders are chosen, left out, taken back, moved, seen and exported."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QLineEdit, QMenu

from core.uploads.status.listing import FolderState
from gui.tabs.uploads.example import example
from gui.tabs.uploads.tab import UploadsTab
from gui.tabs.uploads.view_bar import BATCHES
from gui.widgets.contact_sheet import ContactSheet
from tests.gui.desks import press, shown, until
from tests.gui.reviews import Review


@pytest.fixture
async def tab(unscanned: Review) -> AsyncIterator[UploadsTab]:
    """The tab with the queue of the tour."""
    unscanned.window.tabs.go("uploads")
    await unscanned.settle()
    tab = unscanned.window.tabs.current
    assert isinstance(tab, UploadsTab)
    async with example(tab.runs.live) as listing:
        tab.listing = listing
        await seen(unscanned, tab, FolderState.QUEUED)
        yield tab
        tab.listing = None


async def seen(review: Review, tab: UploadsTab, state: FolderState) -> None:
    """Clicks a state over the table."""
    tab.bar.show_view(state.value)
    review.desk.actions["look_at_uploads"].trigger()
    await review.settle()
    await review.settle()


def said(review: Review) -> str:
    """What the banner about the last act says."""
    banner = review.desk.banners.get("uploads.act")
    return banner.text.text() if banner is not None else ""


async def menu_of(review: Review, tab: UploadsTab) -> dict[str, Callable[[], None]]:
    """Right-clicks: what is offered, by its words."""
    tab.middle.table.customContextMenuRequested.emit(tab.middle.table.rect().center())
    menu = await shown(tab, QMenu)
    return {action.text(): action.trigger for action in menu.actions()}


async def test_chosen_folders_are_left_out_taken_back_and_that_is_undone(unscanned: Review, tab: UploadsTab) -> None:
    rows = tab.middle.folders.rows
    queued = rows.rowCount()
    assert queued == tab.amounts.queued == 42
    rows.choose(range(3), True)
    await unscanned.settle()
    assert tab.middle.footer.count.text().startswith("3 of 42 chosen, ")
    tab.middle.folders.setFocus()
    QTest.keyClick(tab.middle.folders, Qt.Key.Key_Delete)
    await until(lambda: tab.amounts.queued == queued - 3)
    await unscanned.settle()
    assert said(unscanned) == "3 folders left out: they stay on this computer and are not uploaded."
    assert rows.rowCount() == queued - 3 and rows.choice.count == 0
    await press(unscanned.window.banners, "Undo")
    await until(lambda: tab.amounts.queued == queued)
    await seen(unscanned, tab, FolderState.SKIPPED)
    assert tab.amounts.skipped == rows.rowCount() == 2
    QTest.keyClick(tab.middle.folders, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    assert rows.choice.is_all
    unscanned.desk.actions["take_folders_back"].trigger()
    await until(lambda: tab.amounts.queued == queued + 2)
    await unscanned.settle()
    assert tab.middle.area.state.title.text() == "No folder is left out"


async def test_a_folder_is_put_first_from_its_menu(unscanned: Review, tab: UploadsTab) -> None:
    rows = tab.middle.folders.rows
    tab.middle.folders.go_to(5)
    folder = tab.middle.folder
    assert folder is not None
    offered = await menu_of(unscanned, tab)
    assert "Retry" not in offered and "Take back" not in offered
    offered["Upload first"]()
    await until(lambda: said(unscanned) == "1 folder moved before all others that wait.")
    await unscanned.settle()
    await unscanned.settle()
    assert rows.row_numbers[0] == folder.number
    await press(unscanned.window.banners, "Undo")
    await until(lambda: rows.row_numbers[5] == folder.number)
    await unscanned.settle()


async def test_a_failed_folder_shows_its_pictures_places_and_attempts(unscanned: Review, tab: UploadsTab) -> None:
    await seen(unscanned, tab, FolderState.FAILED)
    details, rows = tab.details, tab.middle.folders.rows
    assert unscanned.window.tabs.bar.tabText(2).endswith("6")
    held = [rows.at(row) for row in range(rows.rowCount())]
    fits = [one and one.stored == 1 and len(list(Path(one.path).glob("*.jpg"))) > 1 for one in held]
    wanted = fits.index(True)
    tab.middle.folders.go_to(wanted)
    await unscanned.settle()
    folder = tab.middle.folder
    assert folder is not None and details.findChildren(ContactSheet)
    names = sorted(path.name for path in Path(folder.path).glob("*.jpg"))
    assert [one.name for one in details.pictures] == names
    assert len(details.pictures) == len(names)
    assert [one.key for one in details.pictures if one.key] == [f"{Path(folder.path).name}/{names[0]}"]
    tab.middle.folders.setFocus()
    QTest.keyClick(tab.middle.folders, Qt.Key.Key_Space)
    large = tab.preview.large
    assert large.isVisible() and large.windowTitle() == names[0]
    QTest.keyClick(tab.middle.folders, Qt.Key.Key_Right)
    assert large.windowTitle() == names[1] and large.name.text().endswith(f"{names[1]} (2 of {len(names)})")
    await unscanned.settle()
    QTest.keyClick(tab.middle.folders, Qt.Key.Key_Down if wanted == 0 else Qt.Key.Key_Up)
    assert tab.middle.folder != folder
    await until(lambda: details.pictures)
    assert large.windowTitle() == details.pictures[0].name
    unscanned.desk.actions["step_back"].trigger()
    assert not large.isVisible()
    await unscanned.settle()


async def test_the_folders_of_one_batch_are_shown_and_exported(
    unscanned: Review, tab: UploadsTab, tmp_path: Path
) -> None:
    tab.bar.show_view(BATCHES)
    await unscanned.settle()
    tab.middle.table.go_to(2)
    (await menu_of(unscanned, tab))["Show its folders"]()
    await unscanned.settle()
    assert tab.middle.folders.rows.rowCount() == 40 and tab.bar.batch_button.isVisible()
    unscanned.desk.actions["export_uploads"].trigger()
    asked = await shown(unscanned.window, QFileDialog)
    asked.findChildren(QLineEdit)[0].setText(str(tmp_path / "out.csv"))
    asked.accept()
    await unscanned.work()
    lines = (tmp_path / "out.csv").read_text("utf-8").splitlines()
    assert len(lines) == 41 and lines[0].startswith("Folder,State,")
    assert sum("Failed" in line for line in lines) == 3
    unscanned.desk.actions["step_back"].trigger()
    await until(lambda: tab.middle.folders.rows.rowCount() == tab.amounts.found)
    await unscanned.settle()
