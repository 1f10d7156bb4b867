"""Handing folders and pictures over: dropped or chosen, with the one question of where they go."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from core.profiles import Family, Profile
from gui import dropping
from gui.desk import Desk
from gui.dialogs import Choice, Question, choose_folder, confirm, finished
from gui.families.choice_dialog import FamilyChoice
from gui.jobs import NextStep
from gui.tabs.uploads.running import UploadRuns
from gui.translation import translate


class Adding:
    """Asks only what is not clear, then starts."""

    def __init__(self, desk: Desk, runs: UploadRuns) -> None:
        self._desk, self._runs = desk, runs

    async def choose(self) -> None:
        """Asks for a folder, then uploads it."""
        if self._desk.engine is None or self._refused():
            return
        folder = await choose_folder(self._desk.window, translate("Uploads", "Choose the folder to upload"))
        if folder is not None:
            await self.add((folder,))

    async def add(self, paths: Sequence[Path]) -> None:
        """Uploads folders with all that is below them, and single files, into one family."""
        folders = tuple(path for path in paths if path.is_dir())
        files = tuple(path for path in paths if path.is_file())
        if not folders and not files:
            text = translate("Uploads", "Nothing of what was dropped is a folder or a file of this computer.")
            self._desk.banners.put("uploads", text, "warning")
            return
        family = await self._family(_question_of(folders, files))
        if family is None:
            return
        if folders:
            self._runs.start(family, folders)
        if files:
            dropping.start(self._desk, family, files)

    async def go_on(self, waiting: int) -> None:
        """Uploads what waits in the queue."""
        family = await self._family(translate("Uploads", "Upload %Ln folder(s) that wait?", "", waiting))
        if family is not None:
            self._runs.start(family, ())

    async def family_for_retry(self, failed: int) -> Family | None:
        """Where folders that failed are to go now; None when nobody wants that any more."""
        return await self._family(translate("Uploads", "Upload %Ln folder(s) again?", "", failed))

    async def _family(self, title: str) -> Family | None:
        """The family that is meant; asks where there are several, and for the profile's name in production."""
        engine = self._desk.engine
        if engine is None or self._refused():
            return None
        profile = engine.profile
        family = dropping.clear_family(profile, None)
        if family is None:
            key = f"uploads.family.{profile.name}"
            last = self._desk.remembered.get(key).decode(errors="replace")
            asked = FamilyChoice(profile.families, 0, self._desk.window, title=title, chosen=last)
            if not await finished(asked):
                return None
            family = asked.family
            self._desk.remembered.put(key, family.name.encode())
        if profile.production and not await confirm(self._desk.window, _typed(profile, title, family)):
            return None
        return family

    def _refused(self) -> bool:
        """Says why nothing can go up, if that is so."""
        desk = self._desk
        if why := dropping.why_no_upload(desk):
            desk.banners.put("uploads", why, "warning")
            return True
        if desk.engine is not None and not desk.engine.profile.families:
            text = translate("Uploads", "This profile has no family of buckets yet, so nothing says where files go.")
            steps = (NextStep(translate("Uploads", "Capacity…"), desk.actions["go_capacity"].trigger),)
            desk.banners.put("uploads", text, "warning", steps)
            return True
        return False


def _question_of(folders: Sequence[Path], files: Sequence[Path]) -> str:
    if len(folders) == 1 and not files:
        return translate("Uploads", "Upload what is in %1?").replace("%1", folders[0].name or str(folders[0]))
    if folders and not files:
        return translate("Uploads", "Upload what is in %Ln folder(s)?", "", len(folders))
    if not folders:
        return translate("Uploads", "Upload %Ln picture(s)?", "", len(files))
    both = translate("Uploads", "Upload what is in %1, and %2?")
    both = both.replace("%1", translate("Uploads", "%Ln folder(s)", "", len(folders)))
    return both.replace("%2", translate("Uploads", "%Ln file(s)", "", len(files)))


def _typed(profile: Profile, title: str, family: Family) -> Question:
    text = translate("Uploads", "Into %1: each file goes where there is most room, and nothing is overwritten.")
    choices = (Choice("go", translate("Uploads", "Upload")),)
    return Question(title, text.replace("%1", family.name), choices, typed_name=profile.name)
