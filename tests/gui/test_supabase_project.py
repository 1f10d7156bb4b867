"""The window on a Supabase project, from the first paste to the undo, clicking what a person clicks."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from core import profiles
from core.secrets import of_this_process
from gui.database.dialog import DatabaseDialog
from gui.profiles import trial
from gui.profiles.sign_in_dialog import SignInDialog
from gui.question_dialog import QuestionDialog
from tests.gui.desks import press, shown, until
from tests.gui.projects import ProjectDesk, fill, paste
from tests.gui.test_profile_dialog import words
from tests.servers.fixtures import bare_supabase, supabase
from tests.servers.project import SupabaseProject

__all__ = ["bare_supabase", "supabase"]


@pytest.fixture
async def desk(qapp: QApplication) -> AsyncIterator[ProjectDesk]:
    of_this_process.cache_clear()
    made = ProjectDesk(qapp)
    await made.settle()  # between fixture and test the loop stands still, and no question survives that
    yield made
    await made.close()
    of_this_process.cache_clear()


async def test_from_the_first_paste_to_a_clean_up_that_is_undone(
    desk: ProjectDesk, bare_supabase: SupabaseProject
) -> None:
    fill(bare_supabase)
    dialog = await desk.connect_with(bare_supabase.url, bare_supabase.secret_key)
    assert "Database set-up: no" in " ".join(dialog.connection.capabilities.words())
    QTest.mouseClick(dialog.row.next_button, Qt.MouseButton.LeftButton)
    await desk.quiet()
    assert words(dialog.mapping.sources.table) == [
        ["part_images · storage_path", "a path in the bucket", "sop-images", "describes", "30 of 31 found"]
    ]
    dialog.mapping.form.name_field.setText("Clinic North")
    QTest.mouseClick(dialog.row.save_button, Qt.MouseButton.LeftButton)
    await desk.settle()
    assert profiles.load("Clinic North").sources[0].describes
    await set_up(desk, bare_supabase)
    desk.window.tabs.go("review")
    await desk.scan()
    await desk.look_at("file_without_row")
    assert desk.listed() == [f"parts/loose-{number}.png" for number in range(3)]
    desk.tab.middle.choose_all()
    await desk.settle()
    await press(desk.tab, desk.main.text())
    preview = await desk.preview()
    assert preview.verb_button.isEnabled() and not preview.name_fields
    QTest.mouseClick(preview.verb_button, Qt.MouseButton.LeftButton)
    await desk.work()
    assert "3 of 3 done" in desk.window.job_bar.lines[-1].numbers.text()
    assert [key for key in bare_supabase.keys("sop-images") if "loose" in key] == []
    await press(desk.window.job_bar, "Undo")
    await desk.work()
    assert len([key for key in bare_supabase.keys("sop-images") if "loose" in key]) == 3


async def set_up(desk: ProjectDesk, project: SupabaseProject) -> None:
    """From the banner to a database that is set up."""
    banner = desk.window.banners.get("set-up")
    assert banner is not None
    await press(banner, "Set up the database…")
    dialog = await shown(desk.window, DatabaseDialog)
    assert dialog.empty.title.text() == "Not looked at yet" and not dialog.apply_button.isEnabled()
    assert "create or replace function" in dialog.sql.field.toPlainText()
    paste(dialog.address.field, project.database_url)
    assert dialog.address.password.value and dialog.address.password.value not in dialog.address.field.text()
    QTest.mouseClick(dialog.address.look_button, Qt.MouseButton.LeftButton)
    await desk.quiet()
    assert {line[0] for line in words(dialog.table)} == {"missing"}
    QTest.mouseClick(dialog.apply_button, Qt.MouseButton.LeftButton)
    question = await shown(dialog, QuestionDialog)
    await press(question, "Set it up")
    await until(lambda: dialog.was_applied)
    await desk.quiet()
    assert {line[0] for line in words(dialog.table)} == {"there"}
    assert not dialog.apply_button.isEnabled()
    QTest.mouseClick(dialog.close_button, Qt.MouseButton.LeftButton)
    await desk.settle()
    assert desk.window.banners.get("set-up") is None


@pytest.mark.parametrize(
    ("url", "key", "said"),
    [
        ("{url}", "sb_secret_wrong", "key"),
        ("http://127.0.0.1:9", "sb_secret_any", "127.0.0.1:9"),
        ("https://no-such-host.invalid", "sb_secret_any", "no-such-host.invalid"),
    ],
)
async def test_a_wrong_key_a_wrong_port_and_a_host_that_is_not_there_each_get_a_sentence(
    desk: ProjectDesk, supabase: SupabaseProject, url: str, key: str, said: str
) -> None:
    dialog = await desk.connect_with(url.format(url=supabase.url), key)
    title, hint = dialog.connection.empty.title.text(), dialog.connection.empty.text.text()
    assert said in title and hint, (title, hint)
    assert not dialog.row.next_button.isEnabled()
    QTest.mouseClick(dialog.row.cancel_button, Qt.MouseButton.LeftButton)
    await desk.settle()


async def test_a_project_that_keeps_silent_is_given_up_with_a_sentence(
    desk: ProjectDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trial, "PATIENCE_SECONDS", 1.0)

    async def say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()  # until the other side gives up
        writer.close()

    server = await asyncio.start_server(say_nothing, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()
    dialog = await desk.connect_with(f"http://{host}:{port}", "sb_secret_any")
    assert dialog.connection.empty.title.text() == "The project did not answer within 1 second."
    assert dialog.connection.empty.text.text() and dialog.row.test_button.isEnabled()
    QTest.mouseClick(dialog.row.cancel_button, Qt.MouseButton.LeftButton)
    await desk.settle()
    server.close()
    await server.wait_closed()


async def test_the_direct_connection_is_tried_too_and_a_password_in_its_address_is_never_seen(
    desk: ProjectDesk, supabase: SupabaseProject
) -> None:
    dialog = await desk.dialog()
    form = dialog.connection.form
    paste(form.url_field, supabase.url)
    paste(form.key.field, supabase.secret_key)
    QTest.keyClick(form.direct_box, Qt.Key.Key_Space)
    paste(form.postgres_field, supabase.database_url)
    assert form.postgres_field.text() in supabase.database_url.replace(f":{form.postgres_password.value}@", "@")
    form.postgres_field.undo()
    assert form.postgres_password.value not in form.postgres_field.text()
    QTest.mouseClick(dialog.row.test_button, Qt.MouseButton.LeftButton)
    await desk.quiet()
    assert dialog.connection.capabilities.words()[-1].startswith("Direct connection: yes.")
    paste(form.postgres_password.field, "wrong")
    QTest.keyClick(form.postgres_password.field, Qt.Key.Key_Return)
    await desk.quiet()
    assert dialog.connection.capabilities.words()[-1].startswith("Direct connection: no.")
    assert dialog.row.next_button.isEnabled()
    QTest.mouseClick(dialog.row.cancel_button, Qt.MouseButton.LeftButton)
    await desk.settle()


async def test_a_person_whose_sign_in_ended_is_told_and_signs_in_again(
    desk: ProjectDesk, supabase: SupabaseProject
) -> None:
    fill(supabase)
    supabase.make_user("ada@example.com", "lovelace", "admin")
    dialog = await desk.dialog()
    form = dialog.connection.form
    paste(form.url_field, supabase.url)
    QTest.mouseClick(form.password_button, Qt.MouseButton.LeftButton)
    paste(form.key.field, supabase.publishable_key)
    paste(form.email_field, "ada@example.com")
    paste(form.password.field, "wrong")
    QTest.keyClick(form.password.field, Qt.Key.Key_Return)
    await desk.quiet()
    assert "password" in dialog.connection.empty.title.text().lower()
    paste(form.password.field, "lovelace")
    QTest.keyClick(form.password.field, Qt.Key.Key_Return)
    await desk.quiet()
    assert dialog.row.next_button.isEnabled(), dialog.connection.empty.title.text()
    QTest.mouseClick(dialog.row.next_button, Qt.MouseButton.LeftButton)
    await desk.quiet()
    dialog.mapping.form.name_field.setText("Ada")
    QTest.mouseClick(dialog.row.save_button, Qt.MouseButton.LeftButton)
    await desk.settle()
    assert desk.window.banners.get("sign-in") is None
    await desk.project.sign_out()
    await desk.settle()
    banner = desk.window.banners.get("sign-in")
    assert banner is not None and "Signed out of Ada" in banner.text.text()
    await press(banner, "Sign in again…")
    again = await shown(desk.window, SignInDialog)
    paste(again.secret.field, "wrong")
    QTest.keyClick(again.secret.field, Qt.Key.Key_Return)
    await desk.quiet()
    assert "password" in again.notice.text.text().lower() and again.isVisible()
    paste(again.secret.field, "lovelace")
    QTest.mouseClick(again.sign_in_button, Qt.MouseButton.LeftButton)
    await desk.settle()
    assert desk.window.banners.get("sign-in") is None
    assert desk.project.sign_in_state().is_signed_in  # type: ignore[union-attr]
