"""The guide of the tour: opens, scans, cleans up, undoes, and says at each stop what to take a picture of."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QApplication, QDialog

from core.errors import CoreError
from core.models import FindingFilter, Kind, RunState, Selection
from core.profiles import PRACTICE, SUPABASE, Profile, Supabase
from gui import runs
from gui.app import furnish, live, paint
from gui.camera import Camera
from gui.database.dialog import DatabaseDialog
from gui.dialogs import finished
from gui.jobs import Job, JobState
from gui.main_window import MainWindow
from gui.profile_dialog import ProfileDialog
from gui.profiles.kind_dialog import KindDialog
from gui.profiles.sign_in_dialog import SignInDialog
from gui.scan import start_scan
from gui.supabase_dialog import SupabaseDialog

_TICK_SECONDS = 0.02
_SIZE = (1280, 800)


class Guide:
    """Leads through one project; only the practice project is changed, and put back."""

    def __init__(self, window: MainWindow, camera: Camera, profile: str) -> None:
        self._window = window
        self._desk = window.desk
        self._camera = camera
        self._profile = profile
        self.told: list[str] = []

    async def lead(self) -> None:
        """The whole tour. Raises `CoreError` when a step of it does not end as it should."""
        opening = furnish(self._window)
        opening.open(self._profile)
        await self._until(lambda: self._desk.engine is not None or self._desk.session.error is not None)
        if self._desk.session.error is not None:
            raise self._desk.session.error
        await self._quiet()
        await self._camera.take("never-scanned")
        start_scan(self._desk)
        await self._quiet()
        self._tell(self._check())
        await self._tabs()
        if self._profile == PRACTICE:
            await self._clean_up_and_undo()
        await self._dialogs()

    async def _tabs(self) -> None:
        for place in self._window.tabs.places:
            self._window.tabs.go(place.id)
            await self._quiet()
            tab = self._window.tabs.current
            assert tab is not None
            async for name in tab.stops():
                await self._quiet()
                await self._camera.take(f"{place.id}-{name}" if name else place.id)

    async def _clean_up_and_undo(self) -> None:
        engine = self._desk.engine
        assert engine is not None
        wanted = Selection(FindingFilter(kinds=(Kind.FILE_WITHOUT_ROW,)))
        head, path = await engine.plan_cleanup(wanted)
        self._tell(f"planned {head.steps} steps")
        self._window.tabs.go("review")
        runs.apply_plan(self._desk, path, self._window.tr("Move %1 to quarantine").replace("%1", str(head.steps)))
        await self._quiet()
        self._tell(self._check())
        await self._camera.take("applied")
        newest = (await engine.runs())[0]
        if newest.done == 0 or not newest.undoable:
            raise CoreError("The clean-up of the tour changed nothing.")
        self._window.tabs.go("history")
        await self._quiet()
        await self._camera.take("history-applied")
        runs.undo_run(self._desk, newest)
        await self._quiet()
        self._tell(self._check())
        await self._camera.take("history-undone")
        undone = next(run for run in await engine.runs() if run.run_id == newest.run_id)
        if undone.state is not RunState.UNDONE:
            raise CoreError(f"The clean-up of the tour is {undone.state} after its undo.")
        self._window.tabs.go("review")

    async def _dialogs(self) -> None:
        for command in ("palette", "shortcuts", "settings", "about", "undo_last"):
            self._desk.actions[command].trigger()
            await self._quiet()
            await self._camera.take(command.replace("_", "-"))
            for dialog in self._open_dialogs():
                dialog.reject()
            await self._quiet()
        await self._new_profile()
        await self._supabase_dialogs()
        self._window.profile_button.open_menu()
        await self._camera.take("projects")
        self._window.profile_button.menu_of_profiles.close()

    async def _new_profile(self) -> None:
        """The dialogs that make a profile: of the folder of the open one, and empty for a Supabase project, because
        the tour needs no network; both are left without making one."""
        engine = self._desk.engine
        assert engine is not None
        self._desk.actions["new_profile"].trigger()
        await self._until(self._open_dialogs)
        await self._camera.take("new-profile")
        kinds = self._open_dialogs()[0]
        assert isinstance(kinds, KindDialog)
        kinds.supabase_button.click()
        await self._until(lambda: any(isinstance(d, SupabaseDialog) for d in self._open_dialogs()))
        await self._until(lambda: self._desk.jobs.open_questions <= 1)
        await self._camera.take("new-supabase-profile")
        await self._leave()
        if engine.profile.storage is None:
            return
        self._desk.actions["new_profile"].trigger()
        await self._until(self._open_dialogs)
        kinds = self._open_dialogs()[0]
        assert isinstance(kinds, KindDialog)
        kinds.local_button.click()
        await self._until(lambda: any(isinstance(d, ProfileDialog) for d in self._open_dialogs()))
        dialog = next(d for d in self._open_dialogs() if isinstance(d, ProfileDialog))
        dialog.places.storage_field.setText(str(engine.profile.storage))
        dialog.places.look_again()
        await self._until(lambda: self._desk.jobs.open_questions <= 1)
        await self._camera.take("new-local-profile")
        await self._leave()

    async def _supabase_dialogs(self) -> None:
        """Two dialogs of a Supabase project, empty: the tour has no such project and needs no network."""
        example = Profile("Example", SUPABASE, supabase=Supabase("https://abcdefghijklmnopqrst.supabase.co"))
        for name, dialog in (
            ("set-up-database", DatabaseDialog(self._desk, example)),
            ("sign-in", SignInDialog(self._desk, example)),
        ):
            self._desk.jobs.ask(finished(dialog))
            await self._until(dialog.isVisible)
            if isinstance(dialog, DatabaseDialog):
                dialog.parts.setCurrentIndex(1)
            await self._camera.take(name)
            await self._leave()

    async def _leave(self) -> None:
        for dialog in self._open_dialogs():
            dialog.reject()
        await self._quiet()

    def _check(self) -> str:
        """The closing line of the newest job. Raises what it failed with."""
        line = self._window.job_bar.lines[-1]
        job: Job = line.job
        if job.state is not JobState.DONE:
            raise CoreError(f"{job.title} did not end well: {line.numbers.text()}")
        return f"{job.title}: {line.numbers.text()}"

    def _tell(self, text: str) -> None:
        self.told.append(text)
        print(text, flush=True)

    def _open_dialogs(self) -> list[QDialog]:
        return [d for d in QApplication.topLevelWidgets() if isinstance(d, QDialog) and d.isVisible()]

    async def _quiet(self) -> None:
        """Waits until no job runs and no question is open but that of a dialog."""
        await asyncio.sleep(_TICK_SECONDS)
        jobs = self._desk.jobs
        await self._until(lambda: not jobs.running and (not jobs.is_asking or self._open_dialogs()))

    async def _until(self, condition: Callable[[], object]) -> None:
        while not condition():  # noqa: ASYNC110 - what is waited for has no event in common
            await asyncio.sleep(_TICK_SECONDS)


async def guided(window: MainWindow, folder: Path, profile: str) -> int:
    """Leads through the project and says at the end what was done; 1 when something of it did not work."""
    await paint(window)
    window.resize(*_SIZE)
    camera = Camera(window, window.desk.themes, folder)
    guide = Guide(window, camera, profile)
    try:
        await guide.lead()
    except CoreError as error:
        print(f"The tour stopped: {error.message} {error.hint}", file=sys.stderr)
        return 1
    print(f"{len(camera.taken)} pictures in {folder}")
    return 0


if __name__ == "__main__":
    sys.exit(live(lambda window: guided(window, Path(sys.argv[1]), sys.argv[2])))
