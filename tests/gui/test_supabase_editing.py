"""Editing the profile of a Supabase project, and what of it is kept, tried and said on the way."""

from __future__ import annotations

import asyncio

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QComboBox, QLineEdit

from core import profiles
from core.errors import Unavailable
from core.profile_files import create
from core.profiles import Profile, ReferenceColumn, Source, Supabase
from core.secrets import SUPABASE_KEY, of_this_process
from gui.profiles import making
from gui.supabase_dialog import SupabaseDialog
from tests.gui.desks import Desktop, press, shown
from tests.gui.projects import paste
from tests.gui.services import URL, Service, cancel, connected, desk, service
from tests.gui.test_profile_dialog import pick, quiet, words

__all__ = ["desk", "service"]


async def test_a_profile_is_edited_without_its_key_being_seen(desk: Desktop, service: Service) -> None:
    status = Source("parts", "part_images", ("id",), (ReferenceColumn("storage_path", "path"),), bucket="sop-images")
    create(Profile("north", "supabase", supabase=Supabase(URL), sources=(status,), buckets=("sop-images",)))
    await of_this_process().put("north", SUPABASE_KEY, "sb_secret_kept")
    answered = asyncio.Event()
    desk.desk.jobs.ask(making.edit_profile(desk.desk, "north"), lambda _: answered.set())
    dialog = await shown(desk.window, SupabaseDialog)
    await quiet(desk)
    form, mapping = dialog.connection.form, dialog.mapping
    assert "kept" in form.key.kept_text.text() and form.key.field.text() == ""
    assert service.asked[0].secrets == {} and service.asked[0].profile == "north"
    QTest.mouseClick(dialog.row.next_button, Qt.MouseButton.LeftButton)
    assert mapping.form.bucket_list.chosen() == ("sop-images",)
    assert words(mapping.sources.table) == [
        ["part_images · storage_path", "a path in the bucket", "sop-images", "mentions", "3 of 3 found"]
    ]
    editor = mapping.sources.editor
    editor.pages.setCurrentIndex(1)
    pick(editor.side.boxes["status_column"], "state")
    pick(editor.side.boxes["url_column"], "signed_url")
    editor.side.error_field.setFocus()
    editor.side.error_field.selectAll()
    QTest.keyClicks(editor.side.error_field, "lost")
    QTest.keyClick(editor.side.error_field, Qt.Key.Key_Tab)
    await quiet(desk)
    QTest.keyClick(mapping.form.care.production_box, Qt.Key.Key_Space)
    QTest.mouseClick(dialog.row.save_button, Qt.MouseButton.LeftButton)
    await answered.wait()
    (source,) = profiles.load("north").sources
    assert (source.name, source.status_column, source.url_column, source.error_status) == (
        *("parts", "state", "signed_url", "lost"),
    )
    assert profiles.load("north").production and profiles.load("north").buckets == ("sop-images",)
    assert await of_this_process().get("north", SUPABASE_KEY) == "sb_secret_kept"


async def test_tab_reaches_every_control_and_each_has_a_name(desk: Desktop, service: Service) -> None:
    dialog = await connected(desk)
    for page in (0, 1):
        kinds = (QAbstractButton, QComboBox, QLineEdit)
        seen = [w for kind in kinds for w in dialog.findChildren(kind) if w.isVisible() and w.isEnabled()]
        controls = [w for w in seen if w.focusPolicy() & Qt.FocusPolicy.TabFocus]
        assert [w for w in controls if not (w.accessibleName() or (isinstance(w, QAbstractButton) and w.text()))] == []
        reached = set()
        for _ in range(60):
            reached.add(dialog.focusWidget())
            QTest.keyClick(dialog.focusWidget(), Qt.Key.Key_Tab)
        apart = {
            w for w in controls if not (isinstance(w, QAbstractButton) and w.autoExclusive() and not w.isChecked())
        }
        assert {w.accessibleName() or w.text() for w in apart - reached} == set(), page
        if page == 0:
            QTest.mouseClick(dialog.row.next_button, Qt.MouseButton.LeftButton)
    await cancel(desk, dialog)


async def test_what_is_saved_was_tried_and_what_does_not_work_is_saved_at_the_second_press(
    desk: Desktop, service: Service
) -> None:
    create(Profile("north", "supabase", supabase=Supabase(URL)))
    await of_this_process().put("north", SUPABASE_KEY, "sb_secret_kept")
    answered = asyncio.Event()
    desk.desk.jobs.ask(making.edit_profile(desk.desk, "north"), lambda _: answered.set())
    dialog = await shown(desk.window, SupabaseDialog)
    await quiet(desk)
    service.error = Unavailable("The project cannot be reached.", "Check the network.")
    await press(dialog, "Replace")
    paste(dialog.connection.form.key.field, "sb_secret_new")
    QTest.mouseClick(dialog.row.save_button, Qt.MouseButton.LeftButton)
    await quiet(desk)
    assert "cannot be reached" in dialog.connection.empty.title.text() and dialog.isVisible()
    assert await of_this_process().get("north", SUPABASE_KEY) == "sb_secret_kept"
    await press(dialog, "Save anyway")
    await answered.wait()
    assert await of_this_process().get("north", SUPABASE_KEY) == "sb_secret_new"


async def test_no_bucket_at_all_is_not_taken_for_every_bucket(desk: Desktop, service: Service) -> None:
    dialog = await connected(desk)
    QTest.mouseClick(dialog.row.next_button, Qt.MouseButton.LeftButton)
    buckets = dialog.mapping.form.bucket_list
    for row in range(buckets.count()):
        buckets.setCurrentRow(row)
        QTest.keyClick(buckets, Qt.Key.Key_Space)
    await quiet(desk)
    assert dialog.row.notice.text.text() == "Choose at least one bucket."
    assert not dialog.row.save_button.isEnabled()
    await cancel(desk, dialog)


async def test_what_was_mapped_by_hand_is_there_again_after_another_test(desk: Desktop, service: Service) -> None:
    dialog = await connected(desk)
    QTest.mouseClick(dialog.row.next_button, Qt.MouseButton.LeftButton)
    editor = dialog.mapping.sources.editor
    pick(editor.holds_box, "bucket and path")
    await quiet(desk)
    QTest.mouseClick(dialog.row.back_button, Qt.MouseButton.LeftButton)
    paste(dialog.connection.form.key.field, "sb_secret_other")
    QTest.mouseClick(dialog.row.test_button, Qt.MouseButton.LeftButton)
    await quiet(desk)
    assert words(dialog.mapping.sources.table)[0][1] == "bucket and path"
    await cancel(desk, dialog)
