"""Cleaning up what is over age, from the window: chosen, looked at, done, and undone from its closing line."""

from __future__ import annotations

import asyncio
import os
import sqlite3
from contextlib import closing
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QTabWidget

from core import places
from gui.retention import open_retention
from gui.retention.dialog import RetentionDialog
from tests.gui.desks import shown, until
from tests.gui.reviews import Review


async def picture(review: Review, dialog: RetentionDialog, name: str) -> None:
    """Keeps a picture of the dialog in both themes, where somebody wants to look at them."""
    folder = os.environ.get("BUCKETDESK_PICTURES")
    if folder:
        await asyncio.sleep(1.5)  # until the thumbnails are there
        for theme in ("light", "dark"):
            review.desk.themes.choose(theme)
            dialog.grab().save(str(Path(folder) / f"{name}-{theme}.png"))
        review.desk.themes.choose("light")


async def opened(review: Review, *buckets: str) -> RetentionDialog:
    """The dialog, when its first plan is there."""
    open_retention(review.desk, buckets)
    dialog = await shown(review.window, RetentionDialog)
    await until(lambda: dialog.planned is not None)
    return dialog


def rows() -> int:
    """How many associations the practice project has."""
    with closing(sqlite3.connect(places.practice() / "catalog.db")) as connection:
        return int(connection.execute("SELECT count(*) FROM image_patient_associations").fetchone()[0])


async def test_all_buckets_are_cleaned_by_one_action_and_come_back_by_another(review: Review) -> None:
    before = rows()
    dialog = await opened(review)
    planned = dialog.planned
    assert planned is not None and planned.head.removal == "archive"
    assert dialog.amount.text().startswith(f"{planned.objects} object") and "that go along" in dialog.amount.text()
    assert {taking.bucket for taking in planned.takings} == {"patient-images", "patient-images-1"}
    tabs = dialog.findChild(QTabWidget)
    assert tabs is not None
    titles = [tabs.tabText(n) for n in range(tabs.count())]
    assert titles == ["Pictures", "Buckets (2)", f"Every step ({planned.head.steps})"]
    await picture(review, dialog, "retention-pictures")
    tabs.setCurrentIndex(1)
    await picture(review, dialog, "retention-buckets")

    QTest.mouseClick(dialog.choices.archive_button, Qt.MouseButton.LeftButton)
    await until(lambda: dialog.planned is not None and dialog.planned.head.removal == "archive")
    assert dialog.verb_button.text() == "Move to archive"
    await picture(review, dialog, "retention-archive")
    QTest.mouseClick(dialog.verb_button, Qt.MouseButton.LeftButton)
    await review.work()
    assert rows() == before - planned.rows

    (run,) = [run for run in await review.real.runs() if run.kind == "retention"]
    assert (run.done, run.failed, run.drifted, run.undoable) == (planned.head.steps, 0, 0, True)
    await review.real.undo(run.run_id)
    await review.work()
    assert rows() == before


async def test_from_review_a_share_takes_no_more_than_it_needs_and_a_guard_wants_the_name_typed(review: Review) -> None:
    await review.look_at("over_age")
    assert review.tab.retention_button.isVisible() and not review.main.isVisible()
    QTest.mouseClick(review.tab.retention_button, Qt.MouseButton.LeftButton)
    dialog = await shown(review.window, RetentionDialog)
    await until(lambda: dialog.planned is not None)
    whole = dialog.planned
    assert whole is not None
    dialog.choices.share.setValue(100)
    await until(lambda: dialog.planned is not None and dialog.planned is not whole)
    assert dialog.planned is not None and dialog.planned.head.steps == 0
    assert not dialog.verb_button.isEnabled()
    await picture(review, dialog, "retention-nothing")
    dialog.reject()
    await review.settle()

    (family,) = [f for f in review.real.profile.families if f.name == "patient-images"]
    object.__setattr__(family, "retention_share", 0.0001)
    with closing(sqlite3.connect(places.practice() / "catalog.db")) as connection, connection:
        connection.execute("UPDATE storage_objects SET updated_at = '2020-01-01', created_at = '2020-01-01'")
        connection.execute("UPDATE image_patient_associations SET created_at = '2020-01-01'")
    await review.scan()
    dialog = await opened(review, "patient-images")
    assert dialog.planned is not None and dialog.planned.head.guard is not None
    name = dialog.planned.head.guard.where
    assert not dialog.verb_button.isEnabled()
    assert list(dialog.name_fields) == [name]
    await picture(review, dialog, "retention-guard")
    QTest.keyClicks(dialog.name_fields[name], name)
    assert dialog.verb_button.isEnabled()
    dialog.reject()
    await review.settle()
