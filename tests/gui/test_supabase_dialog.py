"""The dialog that makes a Supabase profile: paste, test, look, create; and every way in which that goes wrong."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QLineEdit

from core import places, profiles
from core.errors import CoreError, NotAllowed, Unavailable
from core.profiles import Supabase
from core.secrets import POSTGRES_PASSWORD, SUPABASE_KEY, SUPABASE_PASSWORD, of_this_process
from tests.gui.desks import Desktop, press, shown, until
from tests.gui.projects import paste
from tests.gui.services import URL, Service, cancel, connected, desk, opened, service
from tests.gui.test_profile_dialog import quiet, words

__all__ = ["desk", "service"]


async def test_address_and_key_and_two_keys_of_enter_are_enough(desk: Desktop, service: Service) -> None:
    dialog = await connected(desk)
    assert service.asked[0].secrets == {SUPABASE_KEY: "sb_secret_abc"}
    assert dialog.connection.capabilities.words() == [
        "List objects: yes. Objects can be listed.",
        "Change rows: no. Rows cannot be changed. Choose “Set up database”.",
        "Create buckets: not known. That shows when one is created.",
    ]
    assert dialog.connection.verdict.text.text() == "Connected. One line below says no."
    assert dialog.focusWidget() is dialog.row.next_button
    QTest.keyClick(dialog.row.next_button, Qt.Key.Key_Return)
    assert dialog.mapping.name == "abcdefghijklmnopqrst"
    assert words(dialog.mapping.sources.table)[0][0] == "part_images · storage_path"
    assert dialog.mapping.form.bucket_list.chosen() == ("archive", "sop-images")
    QTest.mouseClick(dialog.row.save_button, Qt.MouseButton.LeftButton)
    await desk.settle()
    assert desk.opened == ["clinic", "abcdefghijklmnopqrst"]
    made = profiles.load("abcdefghijklmnopqrst")
    assert made.supabase == Supabase(URL) and made.buckets == () and not made.production
    assert [source.table for source in made.sources] == ["part_images"]
    assert await of_this_process().get(made.name, SUPABASE_KEY) == "sb_secret_abc"
    written = next(p for p in profiles_folder() if p.stem == made.name).read_text("utf-8")
    assert "sb_secret" not in written


def profiles_folder() -> list[Path]:
    return list(places.profiles().iterdir())


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (NotAllowed("The project does not take this key.", "Copy it again."), "does not take this key"),
        (Unavailable("abc.supabase.co cannot be found.", "Check the address."), "cannot be found"),
        (Unavailable("The project did not answer within 10 seconds.", "Try again."), "did not answer"),
    ],
)
async def test_what_goes_wrong_is_one_sentence_and_the_next_step(
    desk: Desktop, service: Service, error: CoreError, said: str
) -> None:
    service.error = error
    dialog = await connected(desk)
    assert said in dialog.connection.empty.title.text()
    assert dialog.connection.empty.text.text() == error.hint
    assert not dialog.row.next_button.isEnabled() and dialog.row.test_button.isEnabled()
    service.error = None
    QTest.mouseClick(dialog.row.test_button, Qt.MouseButton.LeftButton)
    await quiet(desk)
    assert dialog.row.next_button.isEnabled()
    await cancel(desk, dialog)


async def test_the_test_can_be_stopped_and_nothing_waits_for_it(desk: Desktop, service: Service) -> None:
    service.may_answer.clear()
    dialog = await opened(desk)
    paste(dialog.connection.form.url_field, URL)
    paste(dialog.connection.form.key.field, "sb_secret_abc")
    QTest.mouseClick(dialog.row.test_button, Qt.MouseButton.LeftButton)
    await until(lambda: service.asked)
    await press(dialog, "Stop the test")
    await quiet(desk)
    assert dialog.connection.empty.title.text() == "Two things to paste"
    assert dialog.row.test_button.isEnabled()
    QTest.mouseClick(dialog.row.test_button, Qt.MouseButton.LeftButton)
    await until(lambda: len(service.asked) == 2)
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    await desk.settle()
    assert desk.desk.jobs.open_questions == 0


async def test_an_address_that_can_be_no_projects_is_told_at_once(desk: Desktop, service: Service) -> None:
    dialog = await opened(desk)
    form = dialog.connection.form
    paste(form.url_field, "https://supabase.com/docs")
    QTest.keyClick(form.url_field, Qt.Key.Key_Tab)
    assert "Supabase's own site" in form.url_notice.text.text()
    paste(form.key.field, "sb_secret_abc")
    QTest.keyClick(form.key.field, Qt.Key.Key_Return)
    await quiet(desk)
    assert service.asked == []
    paste(form.url_field, "https://supabase.com/dashboard/project/abcdefghijklmnopqrst/settings/api")
    QTest.keyClick(form.url_field, Qt.Key.Key_Tab)
    assert form.url_field.text() == URL and form.url_notice.isHidden()
    await cancel(desk, dialog)


async def test_a_connection_that_is_changed_has_to_be_tested_again(desk: Desktop, service: Service) -> None:
    dialog = await connected(desk)
    paste(dialog.connection.form.key.field, "sb_secret_other")
    assert not dialog.row.next_button.isEnabled()
    assert dialog.connection.empty.title.text() == "Two things to paste"
    await cancel(desk, dialog)


async def test_signing_in_as_a_person_with_a_direct_connection_too(desk: Desktop, service: Service) -> None:
    dialog = await opened(desk)
    form = dialog.connection.form
    paste(form.url_field, URL)
    QTest.mouseClick(form.password_button, Qt.MouseButton.LeftButton)
    assert form.key.label.text() == "Publishable or anon key"
    for field, text in ((form.key.field, "sb_publishable_x"), (form.email_field, "ada@example.com")):
        paste(field, text)
    assert dialog.row.notice.text.text() == "Type the password you sign in with."
    paste(form.password.field, "lovelace")
    QTest.keyClick(form.direct_box, Qt.Key.Key_Space)
    paste(form.postgres_field, "postgresql://postgres:se%2Fcret@db.example.com:5432/postgres")
    assert form.postgres_field.text() == "postgresql://postgres@db.example.com:5432/postgres"
    assert form.postgres_password.value == "se/cret"
    assert form.postgres_password.field.echoMode() is QLineEdit.EchoMode.Password
    QTest.mouseClick(dialog.row.test_button, Qt.MouseButton.LeftButton)
    await quiet(desk)
    assert service.asked[0].supabase.email == "ada@example.com"
    assert service.asked[0].secrets == {
        SUPABASE_KEY: "sb_publishable_x",
        SUPABASE_PASSWORD: "lovelace",
        POSTGRES_PASSWORD: "se/cret",
    }
    assert "lovelace" not in repr(service.asked[0])
    await cancel(desk, dialog)


async def test_the_environment_fills_in_and_names_what_is_missing(
    desk: Desktop, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NEXT_PUBLIC_SUPABASE_URL", URL + "/")
    monkeypatch.setenv("SUPABASE_SERVICE_ROLE_KEY", "sb_secret_env")
    dialog = await opened(desk)
    QTest.mouseClick(dialog.connection.prefill.environment_button, Qt.MouseButton.LeftButton)
    form = dialog.connection.form
    assert form.url_field.text() == URL
    assert form.key.value == "sb_secret_env" and form.key.field.echoMode() is QLineEdit.EchoMode.Password
    told = dialog.connection.prefill.notice.text.text()
    assert "NEXT_PUBLIC_SUPABASE_URL, SUPABASE_SERVICE_ROLE_KEY" in told
    assert "Not there: SUPABASE_DB_URL" in told and "sb_secret" not in told
    assert dialog.row.test_button.isEnabled()
    await cancel(desk, dialog)


async def test_a_env_file_can_be_chosen(desk: Desktop, service: Service, tmp_path: Path) -> None:
    file = tmp_path / "project.env"
    file.write_text(f'SUPABASE_URL="{URL}"\nSUPABASE_DB_URL=postgresql://postgres:pw@localhost/postgres\n')
    dialog = await opened(desk)
    QTest.mouseClick(dialog.connection.prefill.file_button, Qt.MouseButton.LeftButton)
    browser = await shown(dialog, QFileDialog)
    browser.setDirectory(str(tmp_path))
    browser.findChild(QLineEdit).setText(str(file))
    browser.accept()
    await quiet(desk)
    form = dialog.connection.form
    assert form.url_field.text() == URL and form.direct_box.isChecked()
    assert form.postgres_password.value == "pw" and "pw" not in form.postgres_field.text()
    assert "Not there: SUPABASE_SERVICE_ROLE_KEY" in dialog.connection.prefill.notice.text.text()
    await cancel(desk, dialog)


async def test_a_key_of_the_other_kind_is_told_while_it_is_pasted(desk: Desktop, service: Service) -> None:
    dialog = await opened(desk)
    form = dialog.connection.form
    paste(form.key.field, "sb_publishable_abc")
    assert "publishable key" in form.key_notice.text.text()
    QTest.mouseClick(form.password_button, Qt.MouseButton.LeftButton)
    assert form.key_notice.isHidden()
    paste(form.key.field, "sb_secret_abc")
    assert "secret key, which opens everything" in form.key_notice.text.text()
    QTest.mouseClick(form.key_button, Qt.MouseButton.LeftButton)
    assert form.key_notice.isHidden()
    await cancel(desk, dialog)
