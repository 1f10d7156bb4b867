"""The Capacity tab on a real practice project: what a person reads, clicks and takes away."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton

from gui.tabs.capacity.report import write_report
from gui.tabs.capacity.tab import CapacityTab
from gui.tabs.capacity.what_if import WhatIfDialog
from gui.widgets.chart.plot import thinned
from gui.widgets.chart.treemap import squarify
from tests.gui.desks import shown, until
from tests.gui.reviews import Review


async def test_after_a_scan_the_tab_says_how_full_buckets_are_and_takes_it_to_a_report(
    review: Review, tmp_path: Path
) -> None:
    review.window.tabs.go("capacity")
    await review.settle()
    tab = review.window.tabs.current
    assert isinstance(tab, CapacityTab)
    assert tab.heading.title.text().endswith("used")
    assert tab.cards.fullest.about.text() == "patient-images"
    assert tab.table.rows.rowCount() == 4
    assert tab.bars.chart is not None and len(tab.bars.chart.values) == 4
    for button, first in (("Folders", "ward"), ("Types", "JPEG"), ("Ages", "under a day")):
        QTest.mouseClick(
            next(b for b in tab.findChildren(QPushButton) if b.text() == button), Qt.MouseButton.LeftButton
        )
        assert tab.bucket.lines[0].name.startswith(first)
    tab.bucket.treemap.setFocus()
    QTest.keyClick(tab.bars.chart, Qt.Key.Key_Right)
    assert tab.bars.chart.accessibleDescription().startswith("patient-images: ")
    tab.choose("cms-images")  # while its ages are shown, and never its course
    await review.settle()
    page = tab._page()
    assert page is not None
    assert [drawing.title for drawing in page.drawings] == [
        "Buckets by type, share of capacity",
        "cms-images over time, and ahead",
    ]
    write_report(tmp_path / "report.pdf", page)
    assert (tmp_path / "report.pdf").read_bytes().startswith(b"%PDF")
    assert [w for w in QApplication.topLevelWidgets() if w.isVisible()] == [review.window], "no chart stays behind"
    review.desk.actions["what_if"].trigger()
    dialog = await shown(review.window, WhatIfDialog)
    dialog.amounts["patient-images"].unit.setCurrentText("MB")
    dialog.amounts["patient-images"].number.setValue(1)
    await until(lambda: "new bucket" in dialog.answer.text())
    dialog.reject()
    await review.settle()


def test_tiles_fill_the_room_and_their_areas_are_in_proportion() -> None:
    rects = squarify([6, 3, 1], QRectF(0, 0, 200, 100))
    areas = [rect.width() * rect.height() for rect in rects]
    assert [round(area) for area in areas] == [12000, 6000, 2000]


def test_a_thinned_line_keeps_its_ends_and_its_peaks() -> None:
    x = np.arange(10_000, dtype=np.float64)
    y = np.zeros(10_000)
    y[4_321] = 9.0
    few_x, few_y = thinned(x, y, 500)
    assert len(few_x) <= 2_000
    assert (few_x[0], few_x[-1], few_y.max()) == (0.0, 9_999.0, 9.0)
