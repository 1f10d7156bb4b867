"""The question over a plan names every kind of change in it: a deletion never hides behind another word."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from PySide6.QtWidgets import QApplication

from core.models import PlanHead
from gui.tabs.review.questions import question, verb


def _head(**by_kind: int) -> PlanHead:
    when = datetime(2026, 6, 9, tzinfo=UTC)
    return PlanHead("bucketdesk-plan/1", "p", 1, when, "id", "", sum(by_kind.values()), by_kind, 9_000, None)


@pytest.mark.parametrize(
    ("by_kind", "words", "button"),
    [
        ({"delete_row": 13, "update_row": 10}, ("Delete 13 row", "Change 10 row"), "Do all of this"),
        ({"delete_row": 13, "delete_object": 40}, ("Delete 13 row", "Move 40 object"), "Do all of this"),
        ({"insert_row": 2, "update_row": 3}, ("Insert 2 row", "Change 3 row"), "Do all of this"),
        ({"delete_row": 13}, ("Delete 13 row",), "Delete rows"),
        ({"update_row": 3, "delete_object": 3}, ("Change 3 row", "move 3 object"), "Move to quarantine"),
        ({"delete_object": 40}, ("Move 40 object",), "Move to quarantine"),
    ],
)
def test_every_kind_of_change_stands_in_the_question(
    qapp: QApplication, by_kind: dict[str, int], words: tuple[str, ...], button: str
) -> None:
    head = _head(**by_kind)
    assert [part for part in words if part not in question(head)] == []
    assert verb(head) == button
