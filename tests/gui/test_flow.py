"""Widgets that go on in the next line where there is no room: all are seen, none lies over another."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QRect
from PySide6.QtWidgets import QApplication, QWidget

from gui.widgets.flow import Flow


@pytest.fixture
def row(qapp: QApplication) -> Iterator[QWidget]:
    """Six widgets of 100 × 30, and a wider one at the end."""
    row = QWidget()
    flow = Flow(row, 4)
    for width in (100,) * 6 + (200,):
        one = QWidget()
        one.setFixedSize(width, 30)
        flow.addWidget(one)
    yield row
    row.deleteLater()


def places(row: QWidget, width: int) -> list[QRect]:
    """Where the seen ones are."""
    layout = row.layout()
    assert layout is not None
    row.resize(width, layout.heightForWidth(width))
    layout.setGeometry(row.rect())
    return [one.geometry() for one in row.findChildren(QWidget) if not one.isHidden()]


@pytest.mark.parametrize("width", [1_000, 830, 823, 500, 210])
def test_all_are_seen_side_by_side_and_the_last_at_the_right_end(row: QWidget, width: int) -> None:
    found = places(row, width)
    assert len(found) == 7
    assert all(row.rect().contains(place) for place in found)
    assert not any(one.intersects(other) for n, one in enumerate(found) for other in found[:n])
    assert found[-1].right() == width - 1
    lines = len({place.top() for place in found})
    assert (lines == 1) == (width >= 824) and row.height() == lines * 34 - 4


def test_what_is_not_seen_takes_no_room(row: QWidget) -> None:
    first = row.findChildren(QWidget)[0]
    first.hide()
    assert places(row, 1_000)[0].left() == 0
    assert len({place.top() for place in places(row, 720)}) == 1
