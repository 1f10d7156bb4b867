"""Choosing findings in the Review tab: kinds, filter, check boxes, sorting, and taking it all back."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest

from tests.gui.desks import until
from tests.gui.reviews import Review

SHIFT, CONTROL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier


async def test_after_a_scan_the_first_kind_is_listed_with_counts_and_the_first_row_in_detail(review: Review) -> None:
    assert review.tab.heading.title.text() == "59 findings"
    assert review.table.rows.rowCount() == 11
    assert review.tab.details.name.text() == review.says(0, "key")
    await until(lambda: len(review.colours()) > 4)


@pytest.mark.parametrize(
    ("shelf", "count"),
    [("row_without_file", 10), ("wrong_prefix", 6), ("duplicate_content", 6), ("unproven", 9), ("young", 6),
     ("kept", 0), ("objects", 200), ("rows", 341)],
)  # fmt: skip
async def test_each_entry_at_the_left_lists_what_its_number_says(review: Review, shelf: str, count: int) -> None:
    await review.look_at(shelf)
    assert review.table.rows.rowCount() == count
    spoken = review.tab.shelves.item_of(shelf).data(Qt.ItemDataRole.AccessibleTextRole)
    assert spoken.endswith(f", {count}")


async def test_a_click_on_a_box_chooses_the_row_and_the_button_says_how_many(review: Review) -> None:
    for row in (1, 3):
        await review.click_box(row)
    await review.settle()
    assert review.checked() == [1, 3]
    assert review.main.text().startswith("Quarantine 2 · ")
    assert review.window.status.selection.text().startswith("2 chosen, ")
    await review.click_box(3)
    await review.settle()
    assert review.checked() == [1]


async def test_shift_chooses_everything_between(review: Review) -> None:
    await review.click_box(2)
    await review.click_box(6, SHIFT)
    assert review.checked() == [2, 3, 4, 5, 6]


async def test_shift_after_a_box_was_emptied_empties_everything_between(review: Review) -> None:
    review.tab.middle.choose_all()
    await review.click_box(2)
    await review.click_box(5, SHIFT)
    assert review.checked() == [0, 1, 6, 7, 8, 9, 10]


@pytest.mark.parametrize("key", [Qt.Key.Key_Insert, Qt.Key.Key_Return, Qt.Key.Key_Enter])
async def test_a_key_checks_the_current_row_and_the_same_key_unchecks_it(review: Review, key: Qt.Key) -> None:
    review.table.setFocus()
    await review.key(Qt.Key.Key_Down)
    await review.key(key)
    assert review.checked() == [1]
    review.table.go_to(1)
    await review.key(key)
    assert review.checked() == []


async def test_insert_goes_on_to_the_next_row_so_that_many_are_chosen_quickly(review: Review) -> None:
    review.table.setFocus()
    for _ in range(3):
        await review.key(Qt.Key.Key_Insert)
    assert review.checked() == [0, 1, 2]
    assert review.table.currentIndex().row() == 3


async def test_shift_and_an_arrow_choose_row_after_row(review: Review) -> None:
    review.table.setFocus()
    for _ in range(2):
        await review.key(Qt.Key.Key_Down, SHIFT)
    assert review.checked() == [0, 1, 2]


async def test_the_box_in_the_header_chooses_all_then_none_and_shows_when_it_is_some(review: Review) -> None:
    await review.click_header("picture")
    assert len(review.checked()) == 11
    await review.click_box(0)
    assert review.table.rows.choice.count == 10
    assert not review.table.rows.choice.is_all
    await review.click_header("picture")
    assert review.table.rows.choice.is_all
    await review.click_header("picture")
    assert review.checked() == []


async def test_the_line_under_the_table_chooses_all_that_match(review: Review) -> None:
    await review.click_box(0)
    await review.settle()
    footer = review.tab.middle.footer
    assert footer.count.text().startswith("1 of 11 chosen, ")
    assert "choose all 11 that match" in footer.link.text()
    footer.link.linkActivated.emit("#")
    await review.settle()
    assert footer.count.text().startswith("11 of 11 chosen, ")
    assert review.main.text().startswith("Quarantine 11 · ")


async def test_ctrl_a_in_the_table_chooses_all_and_in_the_filter_marks_the_text(review: Review) -> None:
    review.table.setFocus()
    await review.key(Qt.Key.Key_A, CONTROL)
    assert len(review.checked()) == 11
    review.tab.middle.choose_none()
    await review.filter("dunes")
    await review.key(Qt.Key.Key_A, CONTROL)
    assert review.checked() == []
    assert review.tab.middle.filters.words.selectedText() == "dunes"


async def test_a_filter_looks_through_everything_and_the_button_counts_what_matches(review: Review) -> None:
    everything = review.listed()
    wanted = [key for key in everything if "ward" in key]
    assert 0 < len(wanted) < len(everything)
    await review.filter("ward")
    assert review.listed() == wanted
    review.tab.middle.choose_all()
    await review.settle()
    assert review.main.text().startswith(f"Quarantine {len(wanted)} · ")


async def test_choices_by_bucket_type_and_size_hold_back_too(review: Review) -> None:
    await review.choose("Bucket", "sop-images")
    assert set(review.listed("bucket")) == {"sop-images"}
    await review.choose("Type", "PNG")
    assert review.table.rows.rowCount() > 0
    assert not any(key.endswith((".jpg", ".webp")) for key in review.listed())
    await review.choose("Size", "Empty")
    assert review.tab.middle.empty.title.text() == "Nothing matches the filter"


async def test_esc_takes_the_filter_then_the_choice(review: Review) -> None:
    await review.filter("ward")
    review.table.setFocus()
    await review.key(Qt.Key.Key_Insert)
    await review.key(Qt.Key.Key_Escape)
    await review.settle()
    assert review.tab.middle.filters.text == ""
    assert review.table.rows.choice.count == 1, "what was chosen and is still there stays chosen"
    await review.key(Qt.Key.Key_Escape)
    await review.settle()
    assert review.checked() == []


async def test_esc_in_the_filter_clears_it_and_leaves_the_focus_there(review: Review) -> None:
    await review.filter("ward")
    await review.key(Qt.Key.Key_Escape)
    await review.settle()
    assert review.table.rows.rowCount() == 11


async def test_down_in_the_filter_goes_into_the_table(review: Review) -> None:
    await review.filter("ward")
    await review.key(Qt.Key.Key_Down)
    assert review.table.hasFocus()


async def test_a_title_sorts_and_once_more_turns_it_round(review: Review) -> None:
    await review.click_header("key")
    await review.settle()
    assert review.listed() == sorted(review.listed())
    await review.click_header("key")
    await review.settle()
    assert review.listed() == sorted(review.listed(), reverse=True)
    assert review.table.rows.sorted_section == review.column("key")
    section = review.column("key")
    assert review.table.rows.headerData(section, Qt.Orientation.Horizontal, Qt.ItemDataRole.FontRole).bold()


async def test_the_box_of_all_boxes_does_not_touch_the_sort_arrow(review: Review) -> None:
    await review.click_header("bucket")
    await review.click_header("picture")
    await review.settle()
    assert review.table.rows.order == ("bucket", False)


async def test_what_is_chosen_stays_chosen_when_the_table_is_sorted(review: Review) -> None:
    await review.click_box(0)
    chosen = review.says(0, "key")
    await review.click_header("key")
    await review.settle()
    await review.click_header("key")
    await review.settle()
    assert [review.says(row, "key") for row in review.checked()] == [chosen]


async def test_f6_walks_through_the_parts_of_the_tab(review: Review) -> None:
    review.tab.shelves.setFocus()
    walked = []
    for _ in range(3):
        await review.key(Qt.Key.Key_F6)
        walked.append(review.window.focusWidget())
    assert walked == [review.tab.middle.filters.words, review.table, review.tab.details]


async def test_ctrl_c_copies_the_chosen_rows_as_a_table(review: Review) -> None:
    await review.click_box(1)
    await review.click_box(2)
    review.table.setFocus()
    await review.key(Qt.Key.Key_C, CONTROL)
    await review.settle()
    lines = QGuiApplication.clipboard().text().splitlines()
    assert lines[0].split("\t")[:2] == ["Key", "Bucket"]
    assert [line.split("\t")[0] for line in lines[1:]] == [review.says(1, "key"), review.says(2, "key")]


async def test_columns_that_were_moved_and_widened_come_back_with_the_next_window(review: Review) -> None:
    header = review.table.horizontalHeader()
    header.resizeSection(review.column("bucket"), 211)
    header.moveSection(header.visualIndex(review.column("bucket")), 3)
    saved = review.desk.remembered.get("columns.findings")
    header.resizeSection(review.column("bucket"), 100)
    header.moveSection(3, 2)
    review.table.shown_columns.restore(saved)
    assert header.sectionSize(review.column("bucket")) == 211
    assert header.visualIndex(review.column("bucket")) == 3


async def test_a_column_hidden_in_the_menu_of_the_titles_stays_hidden_for_every_kind(review: Review) -> None:
    menu = review.table.column_menu()
    entry = next(action for action in menu.actions() if action.text() == "Bucket")
    entry.trigger()
    await review.look_at("wrong_prefix")
    assert review.table.isColumnHidden(review.column("bucket"))
    assert not review.table.isColumnHidden(review.column("row"))
    await review.look_at("file_without_row")
    assert review.table.isColumnHidden(review.column("bucket"))
    assert review.table.isColumnHidden(review.column("row")), "objects have no row to show"


async def test_hovering_shades_the_row_under_the_pointer(review: Review) -> None:
    place = review.table.visualRect(review.table.rows.index(2, 1)).center()
    QTest.mouseMove(review.table.viewport(), place)
    await until(lambda: review.table.hovered == 2)
    QTest.mouseMove(review.table.viewport(), QPoint(place.x(), 10_000))


async def test_a_narrow_window_leaves_columns_out_so_that_keys_can_be_read(review: Review) -> None:
    review.window.resize(1000, 640)
    await until(lambda: review.table.isColumnHidden(review.column("changed")))
    assert review.table.columnWidth(review.column("key")) >= 160
    review.window.resize(1280, 800)
    await until(lambda: not review.table.isColumnHidden(review.column("changed")))
