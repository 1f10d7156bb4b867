"""What a person does to a bucket from the Capacity tab: its menu, files that are dropped, and the family it is of."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QContextMenuEvent, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QMenu

from core import emptying
from core.engine import find_profile
from core.practice import reset
from core.profiles import PRACTICE, Family, Profile, Recompression
from gui.dropping import clear_family
from gui.families.dialog import FamilyDialog
from gui.question_dialog import QuestionDialog
from gui.tabs.capacity.estimate_dialog import EstimateDialog
from gui.tabs.capacity.limits_dialog import LimitsDialog
from gui.tabs.capacity.tab import CapacityTab
from gui.tabs.review.plan_dialog import PlanDialog
from gui.tabs.review.tab import ReviewTab
from tests.gui.desks import Desktop, press, shown, until
from tests.gui.reviews import Review


async def capacity(review: Review) -> CapacityTab:
    """The tab, with its buckets in sight."""
    review.window.tabs.go("capacity")
    await review.settle()
    tab = review.window.tabs.current
    assert isinstance(tab, CapacityTab)
    return tab


async def test_the_menu_key_offers_every_act_on_a_bucket_and_each_does_what_it_says(review: Review) -> None:
    tab = await capacity(review)
    tab.choose("cms-images")
    tab.table.setFocus()
    by_key = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, tab.table.rect().center(), tab.mapToGlobal(tab.pos()))
    QApplication.sendEvent(tab.table, by_key)
    menu = await shown(tab, QMenu)
    offered = [action.text() for action in menu.actions() if action.text() and action.isEnabled()]
    assert offered == [
        "Open the bucket in Review",
        "Clean all buckets up…",
        "Make the bucket public…",
        "Change what the bucket takes…",
        "Upload files…",
        "New overflow bucket…",
        "Families…",
        "What re-encoding would save…",
        "Take everything out of the bucket…",
        "Copy the bucket's name",
        "Copy the row",
        "Columns",
    ]
    menu.close()
    actions, engine = review.desk.actions, review.real
    actions["copy_bucket"].trigger()
    assert QApplication.clipboard().text() == "cms-images"
    actions["make_public"].trigger()
    asked = await shown(review.window, QuestionDialog)
    assert asked.question.title == "Make cms-images public?"
    await press(asked, "Make public")
    await until(lambda: review.desk.banners.get("bucket-done"))
    assert (await engine.store.bucket("cms-images")).public
    await review.work()
    assert actions["make_private"].isEnabled() and not actions["make_public"].isEnabled()

    actions["change_limits"].trigger()
    limits = await shown(review.window, LimitsDialog)
    assert not limits.verb_button.isEnabled()
    limits.types_box.setChecked(True)
    limits.types_field.setText("jpeg")
    assert "content type" in limits.notice.text.text() and not limits.verb_button.isEnabled()
    limits.types_field.setText("image/jpeg, image/png")
    limits.verb_button.click()
    await review.work()
    assert (await engine.store.bucket("cms-images")).mime_types == ("image/jpeg", "image/png")

    actions["estimate_bucket"].trigger()
    estimate = await shown(review.window, EstimateDialog)
    estimate.form.above.show_size(1_000)
    estimate.try_button.click()
    await until(lambda: "saved" in estimate.answer.text())
    estimate.reject()
    actions["edit_family"].trigger()
    families = await shown(review.window, FamilyDialog)
    assert families.form.basics.name_field.text() == "cms-images"
    families.form.estimate_button.click()
    estimate = await shown(families, EstimateDialog)
    assert estimate.form.rule.quality == families.form.recompression.rule.quality
    estimate.reject()
    families.reject()
    await review.settle()

    actions["review_bucket"].trigger()
    await review.settle()
    assert isinstance(review.window.tabs.current, ReviewTab)
    assert review.tab.middle.filters.bucket == "cms-images"


async def test_emptying_wants_the_name_of_the_bucket_at_every_step_and_can_be_undone(
    review: Review, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(emptying, "AT_ONCE", 15)  # of 22 objects
    tab = await capacity(review)
    tab.choose("patient-images-1")
    for taken in (15, 7):
        if taken == 15:
            review.desk.actions["empty_bucket"].trigger()
        else:
            more = review.desk.banners.get("emptying")
            assert more is not None and more.text.text() == "There is more in patient-images-1."
            await press(more, "Take out the next step…")
        dialog = await shown(review.window, PlanDialog)
        assert not dialog.verb_button.isEnabled() and dialog.head.steps == taken
        dialog.name_fields["patient-images-1"].setText("patient-images-1")
        dialog.verb_button.click()
        await review.work()
    assert (await review.real.store.list_objects("patient-images-1")).items == ()
    assert review.desk.banners.get("emptying") is None
    assert (await review.real.runs())[0].undoable
    await until(lambda: not review.desk.actions["empty_bucket"].isEnabled())


async def test_a_dropped_file_goes_up_into_the_family_of_the_chosen_bucket(review: Review, tmp_path: Path) -> None:
    tab = await capacity(review)
    tab.choose("patient-images")
    assert tab.capacity is not None
    objects = tab.capacity.objects
    file = tmp_path / "new.txt"
    file.write_text("new")
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(file))])
    some = (QPointF(20, 20), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    entered = QDragEnterEvent(some[0].toPoint(), *some[1:])
    tab.dragEnterEvent(entered)
    assert entered.isAccepted() and tab.veil.isVisible()
    tab.dropEvent(QDropEvent(*some))
    await asyncio.sleep(0)
    await review.work()
    banner = review.desk.banners.get("dropped")
    assert banner is not None and "patient-images" in banner.text.text()
    held = [await review.real.store.stat(name, ["new.txt"]) for name in ("patient-images", "patient-images-1")]
    assert sum(one[0] is not None for one in held) == 1
    assert tab.capacity is not None and tab.capacity.objects == objects + 1  # and the tab knows
    data.setUrls([QUrl.fromLocalFile(str(tmp_path))])  # a folder is no single file
    entered = QDragEnterEvent(some[0].toPoint(), *some[1:])
    tab.dragEnterEvent(entered)
    assert not entered.isAccepted()


def test_the_family_is_asked_for_only_where_nothing_says_it() -> None:
    one, two = Family("a"), Family("b")
    assert clear_family(Profile("p", "local", families=(one,)), None) is one
    assert clear_family(Profile("p", "local", families=(one, two)), None) is None


async def test_a_family_is_edited_in_the_window_and_the_project_goes_by_it(qapp: QApplication) -> None:
    await reset(200)
    desktop = Desktop(qapp, None)
    await desktop.open("practice", tab="capacity")
    desktop.desk.actions["edit_family"].trigger()
    dialog = await shown(desktop.window, FamilyDialog)
    form = dialog.form
    dialog.list.setCurrentRow(1)
    name = form.basics.name_field.text()
    assert not form.recompress_box.isChecked() and not dialog.save_button.isEnabled()
    form.basics.cleanup.setValue(96)
    assert "overflows at 95 %" in dialog.notice.text.text() and not dialog.save_button.isEnabled()
    form.basics.cleanup.setValue(80)
    form.basics.capacity.show_size(1)
    form.basics.capacity.number.setValue(7)
    form.recompress_box.setChecked(True)
    form.recompression.quality.setValue(70)
    assert dialog.notice.text.text() == ""
    dialog.save_button.click()
    await until(lambda: len(desktop.opened) == 2)  # the dialog is gone by then, the object too
    await desktop.settle()
    engine = desktop.desk.engine
    assert engine is not None and len(engine.profile.families) == 4 and len(desktop.opened) == 2
    saved = next(family for family in find_profile(PRACTICE).families if family.name == name)
    assert (saved.cleanup_at, saved.capacity_bytes) == (0.8, 7_000)
    assert saved.recompress == Recompression(quality=70)
    assert engine.profile.families == find_profile(PRACTICE).families
    await desktop.close()


async def test_retention_runs_by_itself_only_after_a_look_at_what_it_takes(qapp: QApplication) -> None:
    await reset(200)
    desktop = Desktop(qapp, None)
    await desktop.open("practice", tab="capacity")
    desktop.desk.actions["edit_family"].trigger()
    dialog = await shown(desktop.window, FamilyDialog)
    boxes = dialog.form.automatic.boxes
    assert not boxes["apply"].isEnabled()
    boxes["plan"].setChecked(True)
    boxes["apply"].setChecked(True)
    name = dialog.form.basics.name_field.text()
    dialog.save_button.click()
    await until(lambda: len(desktop.opened) == 2)
    asked = await shown(desktop.window, QuestionDialog)
    assert asked.question.title == f"Let retention of {name} run by itself?"
    assert "Today it would take" in asked.question.text
    assert _automatic(name) == {"alert", "overflow", "plan"}  # nothing is allowed before the answer
    await press(asked, "Let it run by itself")
    await until(lambda: len(desktop.opened) == 3)
    await desktop.settle()
    assert _automatic(name) == {"alert", "overflow", "plan", "apply"}
    await desktop.close()


def _automatic(family: str) -> frozenset[str]:
    return next(one for one in find_profile(PRACTICE).families if one.name == family).automatic
