"""What the commands about projects do: make, edit and remove profiles, sign in, set up the database."""

from __future__ import annotations

import asyncio
import importlib
from types import ModuleType

from PySide6.QtCore import QObject

from core import profiles
from gui.main_window import MainWindow
from gui.opening import Opening

_IN_MENU = ("new_profile", "edit_profile", "sign_in", "set_up_database", "remove_profile", "reset_practice")


class ProjectActions(QObject):
    """Binds those commands; each is on where the open profile has a use for it."""

    def __init__(self, window: MainWindow, opening: Opening) -> None:
        super().__init__(window)
        self._window = window
        self._desk = window.desk
        self._opening = opening
        bind, jobs = self._desk.actions.bind, self._desk.jobs
        bind("new_profile", lambda: jobs.ask(self._make()))
        bind("edit_profile", lambda: jobs.ask(self._edit()))
        bind("remove_profile", lambda: jobs.ask(self._remove()))
        bind("sign_in", lambda: jobs.ask(self._sign_in()))
        bind("set_up_database", lambda: jobs.ask(self._set_up_database()))
        window.profile_button.add_actions([self._desk.actions[name] for name in _IN_MENU])
        self._desk.session.changed.connect(self._update)
        self._update()

    def _update(self) -> None:
        session = self._desk.session
        is_own = session.name not in ("", profiles.PRACTICE)
        is_supabase = session.profile is not None and session.profile.kind == profiles.SUPABASE
        for name in ("edit_profile", "remove_profile"):
            self._desk.actions.enable(name, is_own)
        for name in ("sign_in", "set_up_database"):
            self._desk.actions.enable(name, is_own and is_supabase)

    async def _make(self) -> None:
        making = await _making()
        name = await making.make_profile(self._desk)
        if name is not None:
            self._opening.open(name)

    async def _edit(self) -> None:
        making = await _making()
        name = await making.edit_profile(self._desk, self._desk.session.name)
        if name is not None:
            self._opening.open(name)

    async def _remove(self) -> None:
        making, name, was_open = await _making(), self._desk.session.name, self._desk.engine is not None
        try:
            is_gone = await making.remove_profile(self._desk, name)
        finally:
            if was_open and self._desk.engine is None and name in profiles.names():
                self._opening.open(name)  # what could not be removed is still there to work with
        if is_gone:
            self._opening.open(profiles.PRACTICE)

    async def _sign_in(self) -> None:
        making = await _making()
        if await making.sign_in(self._desk, self._desk.session.name):
            self._opening.open(self._desk.session.name)

    async def _set_up_database(self) -> None:
        making = await _making()
        if await making.set_up_database(self._desk, self._desk.session.name):
            self._opening.open(self._desk.session.name)


async def _making() -> ModuleType:
    """The module of the dialogs; it brings the engine along, half a second that a thread can spend."""
    await asyncio.to_thread(importlib.import_module, "core.profile_setup")
    return importlib.import_module("gui.profiles.making")
