"""The dialog of Supabase profiles with nobody at the other end: what answers is a folder, or an error."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from core.capabilities import Capability
from core.engine import connect
from core.errors import CoreError
from core.profile_setup import Setup
from core.profiles import Profile
from core.secrets import of_this_process
from gui.profiles import trial
from gui.profiles.keeping import Wanted
from gui.profiles.kind_dialog import KindDialog
from gui.profiles.survey import Tried
from gui.supabase_dialog import SupabaseDialog
from tests.gui.desks import Desktop, FakeEngine, shown, until
from tests.gui.projects import paste
from tests.gui.test_profile_dialog import quiet

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
    """A folder of two buckets, and a catalog with a table that describes."""
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
    """The window, and no secret from the test before."""
    of_this_process.cache_clear()
    made = Desktop(qapp, FakeEngine(Profile("clinic", "local", tmp_path, tmp_path / "c.db")))
    await made.open("clinic")
    yield made
    await made.close()
    of_this_process.cache_clear()


async def opened(desk: Desktop) -> SupabaseDialog:
    """Ctrl+N and Enter: the focus is on the first way in."""
    QTest.keyClick(desk.window, Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier)
    kinds = await shown(desk.window, KindDialog)
    QTest.keyClick(kinds, Qt.Key.Key_Return)
    dialog = await shown(desk.window, SupabaseDialog)
    await until(dialog.isActiveWindow)
    return dialog


async def connected(desk: Desktop) -> SupabaseDialog:
    """Pastes address and key, and presses Enter."""
    dialog = await opened(desk)
    paste(dialog.connection.form.url_field, URL)
    paste(dialog.connection.form.key.field, "sb_secret_abc\n")
    QTest.keyClick(dialog.connection.form.key.field, Qt.Key.Key_Return)
    await quiet(desk)
    return dialog


async def cancel(desk: Desktop, dialog: SupabaseDialog) -> None:
    """Leaves the dialog."""
    QTest.mouseClick(dialog.row.cancel_button, Qt.MouseButton.LeftButton)
    await desk.settle()
