"""What the Review tab says when there is nothing to list, when something is in doubt, and when a picture is none."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QLineEdit

from core.practice import practice_profile
from gui.question_dialog import QuestionDialog
from tests.gui.desks import press, shown, until
from tests.gui.reviews import Review


def bomb() -> bytes:
    """A PNG that says it is 50,000 × 50,000."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", 50_000, 50_000, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


async def test_a_project_that_was_never_scanned_offers_the_scan(unscanned: Review) -> None:
    empty = unscanned.tab.middle.empty
    assert empty.title.text() == "Nothing has been compared yet"
    assert not unscanned.main.isEnabled()
    await press(unscanned.tab, "Scan now")
    await unscanned.work()
    assert unscanned.table.rows.rowCount() == 11


async def test_no_button_ever_offers_to_do_something_to_nothing(unscanned: Review) -> None:
    assert unscanned.main.text() == "Quarantine…"
    await unscanned.scan()
    await unscanned.filter("no such key")
    assert unscanned.main.text() == "Quarantine…"
    assert not unscanned.main.isEnabled()
    await unscanned.look_at("wrong_prefix")
    assert unscanned.main.text() == "Rewrite paths…"


async def test_a_filter_that_nothing_matches_offers_to_be_cleared(review: Review) -> None:
    await review.filter("no such key")
    assert review.tab.middle.empty.title.text() == "Nothing matches the filter"
    await press(review.tab, "Clear the filter")
    await review.settle()
    assert review.table.rows.rowCount() == 11


async def test_a_kind_without_findings_says_when_and_what_was_compared(review: Review) -> None:
    await review.look_at("kept")
    assert review.tab.middle.empty.title.text() == "Nothing is kept"
    assert review.tab.middle.empty.text.text().startswith("200 objects and 341 rows compared, ")


@pytest.mark.parametrize(
    ("data", "says"),
    [(bomb(), "Too large to preview: over 120 million pixels."), (b"\x89PNG\r\n\x1a\nbroken", "picture")],
    ids=("bomb", "broken"),
)
async def test_a_broken_picture_and_a_bomb_are_shown_as_such(unscanned: Review, data: bytes, says: str) -> None:
    (practice_profile().storage / "sop-images" / "0-first.png").write_bytes(data)
    await unscanned.scan()
    await unscanned.look_at("objects")
    await unscanned.filter("0-first")
    picture = unscanned.tab.details.picture
    await until(lambda: says in picture.accessibleDescription())


async def test_space_shows_the_picture_large_and_the_arrows_go_on_in_the_table(review: Review) -> None:
    review.table.setFocus()
    await review.key(Qt.Key.Key_Space)
    large = review.tab.large
    assert large.isVisible()
    assert large.windowTitle() == review.says(0, "key")
    await review.key_in(large, Qt.Key.Key_Down)
    await review.settle()
    assert large.windowTitle() == review.says(1, "key")
    await review.key_in(large, Qt.Key.Key_Escape)
    assert not large.isVisible()


async def test_a_wiped_table_is_doubted_until_somebody_looked_at_samples(review: Review) -> None:
    await review.empty_table(practice_profile().catalog, "part_images")
    banner = review.desk.banners.get("doubt.part_images")
    assert banner is not None
    assert banner.text.text().startswith("part_images is in doubt: ")
    await press(banner, "Look and accept…")
    dialog = await shown(review.window, QuestionDialog)
    assert dialog.question.title == "Accept part_images as it is?"
    await press(dialog, "Accept this source")
    await review.work()
    assert review.desk.banners.get("doubt.part_images") is None
    totals = await review.real.browse.findings.totals()
    assert sum(totals.values()) > 59


async def test_export_writes_the_view_with_formulas_made_harmless(unscanned: Review, tmp_path: Path) -> None:
    (practice_profile().storage / "sop-images" / "=cmd()").write_bytes(b"x")
    await unscanned.scan()
    await unscanned.look_at("objects")
    await unscanned.filter("=cmd()")
    unscanned.desk.actions["export"].trigger()
    dialog = await shown(unscanned.window, QFileDialog)
    out = tmp_path / "view.csv"
    dialog.findChildren(QLineEdit)[0].setText(str(out))  # selectFile leaves a field alone that has the focus
    dialog.accept()
    await unscanned.work()
    lines = out.read_text("utf-8").splitlines()
    assert lines[0].startswith("Key,Bucket,")
    assert len(lines) == 2
    assert lines[1].startswith("'=cmd(),")


async def test_another_row_of_the_project_shows_what_it_names(review: Review) -> None:
    await review.look_at("rows")
    assert review.tab.details.name.text()
    assert review.tab.middle.footer.count.text() == "341 rows"


async def test_a_table_says_that_it_is_still_listing(unscanned: Review) -> None:
    unscanned.desk.actions["scan"].trigger()
    await until(lambda: unscanned.desk.jobs.running)
    assert "still listing…" in unscanned.tab.heading.subtitle.text()
    await unscanned.work()
    assert "still listing" not in unscanned.tab.heading.subtitle.text()
