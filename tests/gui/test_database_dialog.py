"""The dialog that sets up a database: what it shows, what it copies, what it keeps, and when it asks for the name."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QLineEdit

from core import database_setup, profiles
from core.profile_files import create
from core.profiles import Profile, Supabase
from core.profiles.direct import parted
from core.secrets import POSTGRES_PASSWORD, of_this_process
from gui.database.dialog import DatabaseDialog
from gui.profiles import making
from gui.question_dialog import QuestionDialog
from tests.gui.desks import Desktop, FakeEngine, press, shown, until
from tests.gui.projects import paste
from tests.gui.test_profile_dialog import quiet, words
from tests.servers.fixtures import bare_supabase
from tests.servers.project import SupabaseProject

__all__ = ["bare_supabase"]


@pytest.fixture
async def desk(qapp: QApplication, tmp_path: Path) -> AsyncIterator[Desktop]:
    of_this_process.cache_clear()
    made = Desktop(qapp, FakeEngine(Profile("clinic", "local", tmp_path, tmp_path / "c.db")))
    await made.open("clinic")
    yield made
    await made.close()
    of_this_process.cache_clear()


async def opened(desk: Desktop, url: str = "http://127.0.0.1:9", postgres: str = "", **care: bool) -> DatabaseDialog:
    create(Profile("north", "supabase", supabase=Supabase(url, postgres=postgres), **care))  # type: ignore[arg-type]
    desk.desk.jobs.ask(making.set_up_database(desk.desk, "north"))
    dialog = await shown(desk.window, DatabaseDialog)
    await until(dialog.isActiveWindow)
    return dialog


async def close(desk: Desktop, dialog: DatabaseDialog) -> None:
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    await desk.settle()


async def test_the_sql_can_be_read_copied_and_saved_without_any_connection(desk: Desktop, tmp_path: Path) -> None:
    dialog = await opened(desk)
    assert not dialog.apply_button.isEnabled() and not dialog.address.look_button.isEnabled()
    dialog.parts.setCurrentIndex(1)
    QTest.mouseClick(dialog.sql.copy_button, Qt.MouseButton.LeftButton)
    assert QApplication.clipboard().text() == database_setup.script()
    QTest.mouseClick(dialog.sql.save_button, Qt.MouseButton.LeftButton)
    browser = await shown(dialog, QFileDialog)
    browser.findChild(QLineEdit).setText(str(tmp_path / "setup.sql"))
    browser.accept()
    await quiet(desk)
    assert (tmp_path / "setup.sql").read_text("utf-8") == database_setup.script()
    assert dialog.sql.notice.text.text() == "Saved as setup.sql."
    await close(desk, dialog)


async def test_a_wrong_password_and_no_database_are_told_and_the_right_one_is_kept_only_if_asked(
    desk: Desktop, bare_supabase: SupabaseProject
) -> None:
    address, password = parted(bare_supabase.database_url)
    assert password is not None
    dialog = await opened(desk)
    paste(dialog.address.field, "postgresql://postgres@127.0.0.1:9/postgres")
    QTest.keyClick(dialog.address.field, Qt.Key.Key_Return)
    await quiet(desk)
    assert "127.0.0.1:9" in dialog.empty.title.text() and dialog.empty.text.text()
    paste(dialog.address.field, address)
    paste(dialog.address.password.field, "wrong")
    QTest.keyClick(dialog.address.password.field, Qt.Key.Key_Return)
    await quiet(desk)
    assert "password" in dialog.empty.title.text()
    paste(dialog.address.password.field, password)
    QTest.keyClick(dialog.address.password.field, Qt.Key.Key_Return)
    await quiet(desk)
    assert {line[0] for line in words(dialog.table)} == {"missing"}
    assert profiles.load("north").supabase == Supabase("http://127.0.0.1:9")
    QTest.keyClick(dialog.address.keep_box, Qt.Key.Key_Space)
    QTest.mouseClick(dialog.address.look_button, Qt.MouseButton.LeftButton)
    await quiet(desk)
    kept = profiles.load("north").supabase
    assert kept is not None and kept.postgres == address
    assert await of_this_process().get("north", POSTGRES_PASSWORD) == password
    assert bare_supabase.sql("select to_regclass('bucketdesk.buckets')") == [(None,)]
    await close(desk, dialog)


async def test_buckets_of_a_family_are_registered_and_production_asks_for_its_name(
    desk: Desktop, bare_supabase: SupabaseProject
) -> None:
    for name in ("patient-images", "patient-images-2", "other"):
        bare_supabase.make_bucket(name)
    address, password = parted(bare_supabase.database_url)
    await of_this_process().put("north", POSTGRES_PASSWORD, password or "")
    dialog = await opened(desk, postgres=address, production=True)
    await quiet(desk)
    assert "kept" in dialog.address.password.kept_text.text()
    assert dialog.buckets.chosen() == ("patient-images", "patient-images-2")
    dialog.buckets.setFocus()
    QTest.keyClick(dialog.buckets, Qt.Key.Key_Space)
    QTest.mouseClick(dialog.apply_button, Qt.MouseButton.LeftButton)
    question = await shown(dialog, QuestionDialog)
    assert "nothing here takes it out again" in question.question.text
    assert question.name_field is not None and not question.choice_buttons[0].isEnabled()
    QTest.keyClicks(question.name_field, "north")
    await press(question, "Set it up")
    await until(lambda: dialog.was_applied)
    await quiet(desk)
    assert "Registered: patient-images-2." in dialog.notice.text.text()
    registered = bare_supabase.sql("select name from bucketdesk.buckets where name <> 'bucketdesk-quarantine'")
    assert registered == [("patient-images-2",)]
    assert dialog.buckets.chosen() == ("patient-images",)
    await close(desk, dialog)


async def test_a_read_only_profile_may_look_and_not_apply(desk: Desktop, bare_supabase: SupabaseProject) -> None:
    address, password = parted(bare_supabase.database_url)
    await of_this_process().put("north", POSTGRES_PASSWORD, password or "")
    dialog = await opened(desk, postgres=address, read_only=True)
    await quiet(desk)
    assert words(dialog.table)
    assert not dialog.apply_button.isEnabled() and "read-only" in dialog.apply_button.toolTip()
    await close(desk, dialog)
