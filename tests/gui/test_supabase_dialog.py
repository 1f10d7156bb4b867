"""The dialog that makes a Supabase profile: paste, test, look, create; and every way in which that goes wrong."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QFileDialog, QLineEdit

from core import profiles
from core.capabilities import Capability
from core.engine import connect
from core.errors import CoreError, NotAllowed, Unavailable
from core.profile_setup import Setup
from core.profiles import Profile, ReferenceColumn, Source, Supabase
from core.secrets import POSTGRES_PASSWORD, SUPABASE_KEY, SUPABASE_PASSWORD, of_this_process
from gui.profiles import making, trial
from gui.profiles.keeping import Wanted
from gui.profiles.kind_dialog import KindDialog
from gui.profiles.survey import Tried
from gui.supabase_dialog import SupabaseDialog
from tests.gui.desks import Desktop, FakeEngine, press, shown, until
from tests.gui.test_profile_dialog import pick, quiet, words

URL = "https://abcdefghijklmnopqrst.supabase.co"
LINES = (
    Capability("List objects", "yes", "Objects can be listed."),
    Capability("Change rows", "no", "Rows cannot be changed.", "Choose “Set up database”."),
    Capability("Create buckets", "unknown", "That shows when one is created."),
)


class Service:
    """Stands where the network would be: a folder and a SQLite file, or an error."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.error: CoreError | None = None
        self.asked: list[Wanted] = []
        self.may_answer = asyncio.Event()
        self.may_answer.set()

    async def open_project(self, wanted: Wanted) -> Tried:
        self.asked.append(wanted)
        await self.may_answer.wait()
        if self.error is not None:
            raise self.error
        profile = Profile("new", "local", self.folder / "storage", self.folder / "catalog.db")
        setup = Setup(profile, *await connect(profile))
        return Tried(setup, LINES, await setup.buckets())


@pytest.fixture
def service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Service:
    for key in ("sop-images/a.png", "sop-images/b.png", "sop-images/c.png", "archive/x.png"):
        path = tmp_path / "storage" / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(key.encode())
    with closing(sqlite3.connect(tmp_path / "catalog.db")) as connection:
        connection.executescript(
            "CREATE TABLE part_images (id INTEGER PRIMARY KEY, storage_path TEXT, signed_url TEXT, state TEXT);"
            "CREATE TABLE notes (id INTEGER PRIMARY KEY, body TEXT);"
        )
        for key in "abc":
            connection.execute("INSERT INTO part_images (storage_path) VALUES (?)", (f"{key}.png",))
        connection.commit()
    made = Service(tmp_path)
    monkeypatch.setattr(trial, "open_project", made.open_project)
    return made


@pytest.fixture
async def desk(qapp: QApplication, tmp_path: Path) -> AsyncIterator[Desktop]:
    of_this_process.cache_clear()
    made = Desktop(qapp, FakeEngine(Profile("clinic", "local", tmp_path, tmp_path / "c.db")))
    await made.open("clinic")
    yield made
    await made.close()
    of_this_process.cache_clear()


async def opened(desk: Desktop) -> SupabaseDialog:
    QTest.keyClick(desk.window, Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier)
    kinds = await shown(desk.window, KindDialog)
    QTest.keyClick(kinds, Qt.Key.Key_Return)  # the focus is on the first way in
    dialog = await shown(desk.window, SupabaseDialog)
    await until(dialog.isActiveWindow)
    return dialog


def paste(field: QLineEdit, text: str) -> None:
    field.setFocus()
    field.selectAll()
    QApplication.clipboard().setText(text)
    QTest.keyClick(field, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)


async def connected(desk: Desktop) -> SupabaseDialog:
    dialog = await opened(desk)
    paste(dialog.connection.form.url_field, URL)
    paste(dialog.connection.form.key.field, "sb_secret_abc\n")
    QTest.keyClick(dialog.connection.form.key.field, Qt.Key.Key_Return)
    await quiet(desk)
    return dialog


async def cancel(desk: Desktop, dialog: SupabaseDialog) -> None:
    QTest.mouseClick(dialog.row.cancel_button, Qt.MouseButton.LeftButton)
    await desk.settle()


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
    from core import places

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


async def test_a_profile_is_edited_without_its_key_being_seen(desk: Desktop, service: Service) -> None:
    from core.profile_files import create

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
    from core.profile_files import create

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
