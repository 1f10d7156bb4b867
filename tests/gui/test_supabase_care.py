"""Production, read-only, no right and no network: what the window marks, refuses and says on a Supabase project."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from core import profiles
from core.practice import reset
from core.profile_files import create, edit
from core.profiles import PASSWORD, Profile, ReferenceColumn, Source, Supabase
from core.secrets import SUPABASE_KEY, SUPABASE_PASSWORD, of_this_process
from gui.profiles.sign_in_dialog import SignInDialog
from gui.question_dialog import QuestionDialog
from tests.gui.desks import press, shown, until
from tests.gui.projects import ProjectDesk, fill, paste
from tests.servers.fixtures import supabase
from tests.servers.project import SupabaseProject

__all__ = ["supabase"]
PARTS = Source(
    "part_images", "part_images", ("id",), (ReferenceColumn("storage_path", "path"),), True, bucket="sop-images"
)


@pytest.fixture
async def desk(qapp: QApplication) -> AsyncIterator[ProjectDesk]:
    of_this_process.cache_clear()
    made = ProjectDesk(qapp)
    await made.settle()  # between fixture and test the loop stands still, and no question survives that
    yield made
    await made.close()
    of_this_process.cache_clear()


async def north(project: SupabaseProject, **more: object) -> Profile:
    """A profile of the project, with its secret key."""
    profile = Profile("North", "supabase", supabase=Supabase(project.url), sources=(PARTS,), **more)  # type: ignore[arg-type]
    create(profile)
    await of_this_process().put("North", SUPABASE_KEY, project.secret_key)
    return profile


async def test_production_is_marked_and_a_change_asks_for_its_name(
    desk: ProjectDesk, supabase: SupabaseProject
) -> None:
    fill(supabase)
    await north(supabase, production=True)
    await desk.open("North")
    assert desk.window.band.isVisible() and "Production: North" in desk.window.band.text.text()
    assert "production" in desk.window.profile_button.text()
    await desk.scan()
    await desk.look_at("file_without_row")
    desk.tab.middle.choose_all()
    await desk.settle()
    await press(desk.tab, desk.main.text())
    preview = await desk.preview()
    await until(preview.isActiveWindow)
    (field,) = preview.name_fields.values()
    assert preview.focusWidget() is field and not preview.verb_button.isEnabled()
    QTest.keyClicks(field, "Nort")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert preview.isVisible() and not preview.verb_button.isEnabled()
    QTest.keyClicks(field, "h")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert preview.focusWidget() is preview.verb_button
    QTest.keyClick(preview.verb_button, Qt.Key.Key_Return)
    await desk.work()
    assert "3 of 3 done" in desk.window.job_bar.lines[-1].numbers.text()
    undo = desk.window.job_bar.lines[-1].steps[0]
    assert undo.text() == "Undo"
    QTest.mouseClick(undo, Qt.MouseButton.LeftButton)
    question = await shown(desk.window, QuestionDialog)
    assert question.name_field is not None and not question.choice_buttons[0].isEnabled()
    assert len(supabase.keys("sop-images")) == 30
    QTest.keyClicks(question.name_field, "North")
    QTest.mouseClick(question.choice_buttons[0], Qt.MouseButton.LeftButton)
    await until(lambda: len(supabase.keys("sop-images")) == 33)
    await desk.work()


async def test_a_read_only_profile_offers_no_change_and_says_why(desk: ProjectDesk, supabase: SupabaseProject) -> None:
    fill(supabase)
    await north(supabase, read_only=True)
    await desk.open("North")
    assert "read-only" in desk.window.band.text.text()
    await desk.scan()
    await desk.look_at("file_without_row")
    desk.tab.middle.choose_all()
    await desk.settle()
    assert not desk.main.isEnabled() and "read-only" in desk.main.toolTip()
    assert not desk.desk.actions["undo_last"].isEnabled()
    assert list(await desk.menu()) == ["Show the picture", "Keep…", "", "Copy", "Export…", "Columns"]
    edit(replace(profiles.load("North"), read_only=False))
    await desk.open("North")
    assert not desk.window.band.isVisible() and desk.desk.actions["undo_last"].isEnabled()


async def test_a_person_without_a_role_is_told_which_right_is_missing(
    desk: ProjectDesk, supabase: SupabaseProject
) -> None:
    fill(supabase)
    supabase.sql("revoke all on part_images from authenticated")
    supabase.make_user("eve@example.com", "secret")
    create(Profile("Eve", "supabase", supabase=Supabase(supabase.url, PASSWORD, "eve@example.com"), sources=(PARTS,)))
    await of_this_process().put("Eve", SUPABASE_KEY, supabase.publishable_key)
    await of_this_process().put("Eve", SUPABASE_PASSWORD, "secret")
    await desk.open("Eve")
    empty = desk.tab.middle.empty
    assert empty.isVisible() and empty.title.text().startswith("Not allowed: "), empty.title.text()
    assert "role" in empty.text.text() or "policy" in empty.text.text() or "right" in empty.text.text()
    assert empty.button is not None and empty.button.text() == "Sign in again…"


async def test_no_network_is_a_state_of_its_own_and_shows_nothing_of_the_project_before(
    desk: ProjectDesk, supabase: SupabaseProject
) -> None:
    fill(supabase)
    profile = await north(supabase, production=True)
    await desk.open("North")
    await desk.scan()
    assert profile.supabase is not None
    edit(replace(profile, supabase=Supabase("http://127.0.0.1:9")))
    await desk.open("North")
    empty = desk.tab.middle.empty
    assert empty.title.text() == "The project cannot be reached" and "127.0.0.1:9" in empty.text.text()
    assert desk.table.rows.rowCount() == 0
    assert desk.window.band.isVisible()
    banner = desk.window.banners.get("open")
    assert banner is not None
    edit(replace(profile, production=False))
    await press(banner, "Try again")
    await desk.settle()
    assert desk.window.banners.get("open") is None and not desk.window.band.isVisible()


async def test_removing_a_profile_asks_and_leaves_the_project_alone(
    desk: ProjectDesk, supabase: SupabaseProject
) -> None:
    await reset(60)  # what the window falls back to; making the usual one takes long on a busy machine
    fill(supabase)
    await north(supabase)
    await desk.open("North")
    before = supabase.keys("sop-images")
    desk.desk.actions["remove_profile"].trigger()
    question = await shown(desk.window, QuestionDialog)
    assert "Nothing is removed from the project itself" in question.question.text
    await press(question, "Remove the profile")
    await desk.work()
    assert profiles.names() == () and await of_this_process().get("North", SUPABASE_KEY) is None
    assert desk.desk.session.name == "practice" and not desk.desk.actions["remove_profile"].isEnabled()
    assert supabase.keys("sop-images") == before


async def test_without_a_keyring_the_next_session_asks_for_key_and_password_again(
    desk: ProjectDesk, supabase: SupabaseProject
) -> None:
    fill(supabase)
    supabase.make_user("ada@example.com", "lovelace", "admin")
    create(Profile("Ada", "supabase", supabase=Supabase(supabase.url, PASSWORD, "ada@example.com"), sources=(PARTS,)))
    await desk.open("Ada")
    assert desk.tab.middle.empty.title.text() == "Not allowed"
    banner = desk.window.banners.get("open")
    assert banner is not None and "There is no key" in banner.text.text()
    await press(banner, "Sign in again…")
    again = await shown(desk.window, SignInDialog)
    assert again.key is not None and not again.sign_in_button.isEnabled()
    paste(again.key.field, supabase.publishable_key)
    paste(again.secret.field, "lovelace")
    QTest.mouseClick(again.sign_in_button, Qt.MouseButton.LeftButton)
    await desk.settle()
    assert desk.window.banners.get("open") is None and desk.desk.engine is not None
    kept = desk.window.banners.get("secrets")
    assert kept is not None and "for this session only" in kept.text.text()
