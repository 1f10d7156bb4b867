"""Editing and removing a local profile: every field of a source can be changed, and what nobody touched stays."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu

import core.practice
from core import places, profiles
from gui.profile_dialog import ProfileDialog
from gui.question_dialog import QuestionDialog
from tests.gui.desks import press, shown
from tests.gui.projects import ProjectDesk
from tests.gui.test_profile_dialog import pick, words

PROFILE = """\
kind = "local"
# The archive of the clinic; ask Ada before changing anything here.
[local]
storage = "{folder}/storage"
catalog = "{folder}/notes.db"
buckets = ["photos"]
[[sources]]
name = "pictures"
table = "photo"
key = ["id"]
describes = true
bucket = "photos"
columns = [{{ name = "path", holds = "path" }}, {{ name = "small", holds = "path" }}]
status_column = "state"
error_status = "lost"
[links]
expiring_days = 5
"""


@pytest.fixture
def profile(tmp_path: Path) -> Path:
    """The file of a profile of two buckets and a table with every kind of column."""
    for key in ("photos/a.png", "photos/a-small.png", "photos/b.png", "photos/b-small.png", "other/x.png"):
        path = tmp_path / "storage" / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")
    with closing(sqlite3.connect(tmp_path / "notes.db")) as connection:
        connection.executescript(
            "CREATE TABLE photo (id INTEGER PRIMARY KEY, path TEXT, small TEXT, state TEXT, link TEXT, until TEXT, "
            "bytes INTEGER, taken TEXT);"
            "CREATE TABLE media_assets (id INTEGER PRIMARY KEY, storage_path TEXT, storage_bucket TEXT);"
            "CREATE TABLE image_patient_associations (id INTEGER PRIMARY KEY, image_path TEXT, bucket_name TEXT);"
            "INSERT INTO image_patient_associations (image_path, bucket_name) VALUES ('b.png', 'photos');"
            "INSERT INTO photo (path, small) VALUES ('a.png', 'a-small.png'), ('b.png', 'b-small.png');"
            "INSERT INTO media_assets (storage_path, storage_bucket) VALUES ('a.png', 'photos');"
        )
    file = places.profiles() / "clinic.toml"
    file.parent.mkdir(parents=True)
    file.write_text(PROFILE.format(folder=tmp_path.as_posix()), "utf-8")
    return file


@pytest.fixture
async def desk(qapp: QApplication, profile: Path) -> AsyncIterator[ProjectDesk]:
    made = ProjectDesk(qapp)
    await made.open("clinic")
    yield made
    await made.close()


async def edited(desk: ProjectDesk) -> ProfileDialog:
    desk.desk.actions["edit_profile"].trigger()
    dialog = await shown(desk.window, ProfileDialog)
    await desk.quiet()
    return dialog


async def test_what_the_profile_says_is_shown_and_saving_it_changes_nothing(desk: ProjectDesk, profile: Path) -> None:
    before = profiles.load("clinic")
    dialog = await edited(desk)
    assert dialog.places.name == "clinic" and not dialog.places.name_field.isEnabled()
    assert dialog.places.bucket_list.chosen() == ("photos",)
    assert words(dialog.sources.table) == [
        ["photo · path, small", "a path in the bucket", "photos", "describes", "4 of 4 found"]
    ]
    side = dialog.sources.editor.side
    assert side.boxes["status_column"].currentText() == "state" and side.error_field.text() == "lost"
    assert dialog.sources.editor.pages.tabText(1) == "Link, status, size, time  1"
    QTest.mouseClick(dialog.create_button, Qt.MouseButton.LeftButton)
    await desk.settle()
    assert profiles.load("clinic") == before
    assert "ask Ada" in profile.read_text("utf-8")


async def test_every_column_of_a_source_can_be_mapped(desk: ProjectDesk, profile: Path) -> None:
    dialog = await edited(desk)
    editor = dialog.sources.editor
    QTest.mouseClick(editor.further.lines[0].remove_button, Qt.MouseButton.LeftButton)
    editor.pages.setCurrentIndex(1)
    for field, column in (
        ("url_column", "link"),
        ("expires_column", "until"),
        ("size_column", "bytes"),
        ("time_column", "taken"),
    ):
        pick(editor.side.boxes[field], column)
    pick(editor.side.boxes["status_column"], "none")
    assert not editor.side.error_field.isEnabled()
    await desk.quiet()
    QTest.keyClick(dialog.places.care.read_only_box, Qt.Key.Key_Space)
    QTest.mouseClick(dialog.create_button, Qt.MouseButton.LeftButton)
    await desk.settle()
    made = profiles.load("clinic")
    (source,) = made.sources
    assert [column.name for column in source.columns] == ["path"] and source.name == "pictures" and source.describes
    assert (source.url_column, source.expires_column) == ("link", "until")
    assert (source.size_column, source.time_column, source.status_column) == ("bytes", "taken", None)
    assert made.read_only and made.expiring.days == 5 and made.buckets == ("photos",)
    assert "ask Ada" in profile.read_text("utf-8")
    assert desk.window.band.isVisible()


async def test_a_preset_is_offered_where_its_table_is_and_fitted_to_its_columns(desk: ProjectDesk) -> None:
    dialog = await edited(desk)
    QTest.mouseClick(dialog.sources.presets_button, Qt.MouseButton.LeftButton)
    menu = await shown(dialog.sources, QMenu)
    offered = {action.text(): action.isEnabled() for action in menu.actions()}
    assert offered["media_assets"] and not offered["part_images (no such table)"]
    next(action for action in menu.actions() if action.text() == "media_assets").trigger()
    menu.close()
    await desk.quiet()
    assert words(dialog.sources.table)[1] == [
        *("media_assets · storage_path", "a path in the bucket", "column storage_bucket", "mentions", "1 of 1 found")
    ]
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    await desk.settle()


async def test_a_preset_brings_the_families_of_buckets_that_belong_to_it(desk: ProjectDesk) -> None:
    dialog = await edited(desk)
    QTest.mouseClick(dialog.sources.presets_button, Qt.MouseButton.LeftButton)
    menu = await shown(dialog.sources, QMenu)
    next(action for action in menu.actions() if action.text() == "image_patient_associations").trigger()
    menu.close()
    await desk.quiet()
    QTest.mouseClick(dialog.create_button, Qt.MouseButton.LeftButton)
    await desk.settle()
    made = profiles.load("clinic")
    assert [source.table for source in made.sources] == ["photo", "image_patient_associations"]
    assert [(family.name, family.retention_days) for family in made.families] == [("patient-images", 30)]


async def test_a_table_that_is_gone_is_told_and_the_profile_can_be_corrected(desk: ProjectDesk, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "notes.db")) as connection:
        connection.execute("ALTER TABLE photo RENAME TO picture")
        connection.commit()
    dialog = await edited(desk)
    assert words(dialog.sources.table)[0][4] == "cannot be read"
    assert "photo" in dialog.sources.verdict.text.text() and not dialog.create_button.isEnabled()
    pick(dialog.sources.editor.table_box, "picture")
    await desk.quiet()
    assert words(dialog.sources.table)[0][4] == "2 of 2 found"
    assert dialog.create_button.isEnabled()
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    await desk.settle()


async def test_cancelling_the_question_removes_nothing_and_the_practice_project_cannot_be_removed(
    desk: ProjectDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.practice.reset", partial(core.practice.reset, 100))
    desk.desk.actions["remove_profile"].trigger()
    question = await shown(desk.window, QuestionDialog)
    await press(question, "Cancel")
    await desk.settle()
    assert profiles.names() == ("clinic",) and desk.desk.engine is not None
    desk.opening.open("practice")
    await desk.work()
    assert not desk.desk.actions["remove_profile"].isEnabled() and not desk.desk.actions["edit_profile"].isEnabled()
