"""From a choice in the Review tab to a repair and back: preview, run, undo, keep marks, and all of it by keyboard."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog

from core.engine import Engine
from core.models import FindingFilter, Kind, State
from core.practice import practice_profile
from gui.tabs.review.keep_dialog import KeepDialog
from tests.gui.desks import press, shown, until
from tests.gui.reviews import Review

CONTROL = Qt.KeyboardModifier.ControlModifier


async def is_there(engine: Engine, bucket: str, key: str) -> bool:
    (found,) = await engine.store.stat(bucket, [key])
    return found is not None


async def open_ones(engine: Engine, kind: Kind) -> int:
    return await engine.browse.findings.count(FindingFilter(kinds=(kind,), states=(State.OPEN,)))


async def test_del_asks_with_verb_count_and_size_and_cancel_changes_nothing(review: Review) -> None:
    bucket, key = review.says(0, "bucket"), review.says(0, "key")
    review.table.setFocus()
    await review.key_in(review.window, Qt.Key.Key_Delete)
    dialog = await review.preview()
    assert dialog.accessibleName().startswith("Move 1 object (")
    assert dialog.accessibleName().endswith(") to quarantine?")
    assert dialog.cancel_button.isDefault()
    dialog.cancel_button.click()
    await review.work()
    assert await is_there(review.real, bucket, key)
    assert await review.real.runs() == ()


async def test_what_is_moved_to_quarantine_comes_back_with_undo(review: Review) -> None:
    gone = [(review.says(row, "bucket"), review.says(row, "key")) for row in (1, 2)]
    for row in (1, 2):
        await review.click_box(row)
    review.table.setFocus()
    await review.key_in(review.window, Qt.Key.Key_Delete)
    dialog = await review.preview()
    assert dialog.accessibleName().startswith("Move 2 objects (")
    await press(dialog, "Move to quarantine")
    await review.work()
    assert [await is_there(review.real, *place) for place in gone] == [False, False]
    line = review.window.job_bar.lines[-1]
    assert line.numbers.text().startswith("2 of 2 done")
    await press(line, "Undo")
    await review.work()
    assert [await is_there(review.real, *place) for place in gone] == [True, True]


async def test_the_whole_clean_up_and_its_undo_need_no_mouse(review: Review) -> None:
    review.tab.shelves.setFocus()
    await review.key(Qt.Key.Key_F6)
    await review.key(Qt.Key.Key_F6)
    await review.key(Qt.Key.Key_A, CONTROL)
    count = review.table.rows.choice.count
    await review.key_in(review.window, Qt.Key.Key_Delete)
    dialog = await review.preview()
    await until(dialog.isActiveWindow)
    walked = 0
    while dialog.focusWidget() is not dialog.verb_button and walked < 20:
        await review.key_in(dialog, Qt.Key.Key_Tab)
        walked += 1
    await review.key_in(dialog, Qt.Key.Key_Space)
    await review.work()
    assert (await review.real.runs())[0].done == count
    review.window.activateWindow()
    await until(review.window.isActiveWindow)
    await review.key_in(review.window, Qt.Key.Key_Z, CONTROL)
    question = await shown(review.window, QDialog)
    await press(question, "Undo")
    await review.work()
    assert (await review.real.runs())[0].kind == "undo"
    assert (await review.real.runs())[0].done == count


async def test_what_was_settled_leaves_the_list_at_once_and_comes_back_with_undo(review: Review) -> None:
    review.tab.middle.choose_all()
    review.table.setFocus()
    await review.key_in(review.window, Qt.Key.Key_Delete)
    await press(await review.preview(), "Move to quarantine")
    await review.work()
    assert review.table.rows.rowCount() == 0
    assert "11 findings were settled since" in review.tab.heading.subtitle.text()
    assert review.tab.heading.title.text() == "48 findings"
    assert review.window.tabs.bar.tabText(1) == "Review  48"
    assert review.tab.middle.empty.title.text() == "All of these were settled"
    await press(review.window.job_bar.lines[-1], "Undo")
    await review.work()
    assert review.table.rows.rowCount() == 11
    assert "settled" not in review.tab.heading.subtitle.text()


async def test_a_wrong_prefix_is_rewritten(review: Review) -> None:
    await review.look_at("wrong_prefix")
    assert review.main.text() == "Rewrite 1 path…"
    review.tab.middle.choose_all()
    await review.settle()
    assert review.main.text() == "Rewrite 6 paths…"
    await press(review.tab, review.main.text())
    dialog = await review.preview()
    assert dialog.accessibleName() == "Change 6 rows?"
    await press(dialog, "Change rows")
    await review.work()
    await review.scan()
    assert await open_ones(review.real, Kind.WRONG_PREFIX) == 0


async def test_keep_wants_a_reason_and_moves_the_finding_under_kept(review: Review) -> None:
    key = review.says(0, "key")
    review.table.setFocus()
    await review.key_in(review.window, Qt.Key.Key_P, CONTROL)
    dialog = await shown(review.window, KeepDialog)
    assert not dialog.keep_button.isEnabled()
    dialog.field.setText("used by the printed catalogue")
    await press(dialog, "Keep")
    await review.work()
    assert key not in review.listed()
    await review.look_at("kept")
    assert review.listed() == [key]
    assert review.says(0, "evidence") == "used by the printed catalogue"
    assert not review.main.isVisible()
    review.desk.actions["unkeep"].trigger()
    await review.work()
    assert review.table.rows.rowCount() == 0
    await review.look_at("file_without_row")
    assert key in review.listed()


async def test_the_details_offer_what_else_can_be_done(review: Review) -> None:
    await press(review.tab.details, "Insert a row…")
    dialog = await review.preview()
    assert dialog.accessibleName() == "Insert 1 row?"
    dialog.reject()
    await review.work()


async def test_the_menu_of_a_row_offers_its_actions_and_its_repairs(review: Review) -> None:
    menu = await review.menu()
    assert [text for text in menu if text][:3] == ["Show the picture", "Quarantine…", "Keep…"]
    assert "Archive it…" in menu
    menu["Archive it…"]()
    dialog = await review.preview()
    assert dialog.accessibleName().endswith(") to archive?")
    dialog.reject()
    await review.work()


async def test_unproven_findings_have_no_button_that_changes_anything(review: Review) -> None:
    await review.look_at("unproven")
    assert not review.main.isVisible()
    assert not review.desk.actions["quarantine"].isEnabled()
    assert review.desk.actions["keep"].isEnabled()


async def test_a_run_over_the_guard_asks_for_the_name_of_the_place(review: Review) -> None:
    await review.empty_table(practice_profile().catalog, "part_images")
    await review.real.accept_source("part_images")
    await review.settle()
    await review.look_at("file_without_row")
    review.tab.middle.choose_all()
    await review.settle()
    await press(review.tab, review.main.text())
    dialog = await review.preview()
    (field,) = dialog.name_fields.values()
    assert not dialog.verb_button.isEnabled()
    assert dialog.head.guard is not None
    field.setText(dialog.head.guard.where)
    assert dialog.verb_button.isEnabled()
    dialog.reject()
    await review.work()
