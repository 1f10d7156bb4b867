"""Handing folders and pictures over: dropped or chosen, with the one question of where they go."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from core.profiles import Profile
from core.profiles.destination import Destination
from core.uploads.desk import Uploads
from core.uploads.status.state import absolute
from gui import dropping
from gui.desk import Desk
from gui.dialogs import Choice, Question, choose_folder, confirm, finished
from gui.jobs import NextStep
from gui.tabs.uploads.destination_dialog import DestinationChoice
from gui.translation import translate


class Adding:
    """Asks only what is not clear, then starts."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def choose(self) -> None:
        """Asks for a folder, then uploads it."""
        if self._desk.engine is None or self._refused():
            return
        folder = await choose_folder(self._desk.window, translate("Uploads", "Choose the folder to upload"))
        if folder is not None:
            await self.add((folder,))

    async def add(self, paths: Sequence[Path]) -> None:
        """Uploads folders with all that is below them, and single files, to one destination."""
        folders = tuple(path for path in paths if path.is_dir())
        files = tuple(path for path in paths if path.is_file())
        if not folders and not files:
            text = translate("Uploads", "Nothing of what was dropped is a folder or a file of this computer.")
            self._desk.banners.put("uploads", text, "warning")
            return
        destination = await self.destination(_question_of(folders, files), folders)
        engine = self._desk.engine
        if destination is None or engine is None:
            return
        if folders:
            await self._desk.uploads.hand_over(folders, destination.name)
        if files:
            family = next(one for one in engine.profile.families if one.name == destination.family)
            dropping.start(self._desk, family, files)

    async def go_on(self, waiting: int) -> None:
        """Uploads what waits in the queue, each folder to where it is to go."""
        title = translate("Uploads", "Upload %Ln folder(s) that wait?", "", waiting)
        if await self.is_clear(title):
            self._desk.uploads.start()

    async def is_clear(self, title: str) -> bool:
        """Whether all that waits may go up, to where it is known to go; asks for what is not known. What waits is
        wanted from then on."""
        engine = self._desk.engine
        if engine is None or self._refused():
            return False
        uploads, name = Uploads(engine.profile), ""
        if await uploads.waiting_without_destination():
            destination = await self.destination(title, ())
            if destination is None:
                return False
            name = destination.name
        elif engine.profile.production and not await confirm(self._desk.window, _typed(engine.profile, title)):
            return False
        await uploads.go_on(name)
        return True

    async def destination(self, title: str, folders: Sequence[Path]) -> Destination | None:
        """Where it is to go; asks where there are several, and for the profile's name in production."""
        engine = self._desk.engine
        if engine is None or self._refused():
            return None
        profile = engine.profile
        destination = await _clear(profile, folders)
        if destination is None:
            key = f"uploads.destination.{profile.name}"
            last = self._desk.remembered.get(key).decode(errors="replace")
            asked = DestinationChoice(profile.all_destinations, self._desk.window, title, last)
            if not await finished(asked):
                return None
            destination = asked.destination
            self._desk.remembered.put(key, destination.name.encode())
        if profile.production and not await confirm(self._desk.window, _typed(profile, title, destination)):
            return None
        return destination

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


async def _clear(profile: Profile, folders: Sequence[Path]) -> Destination | None:
    """The destination that is meant without asking: the only one there is, or that of the tree that holds them all."""
    known = profile.all_destinations
    if len(known) == 1:
        return known[0]
    if not folders:
        return None
    trees = [tree for tree in await Uploads(profile).trees() if tree.destination]
    names = {
        next((tree.destination for tree in trees if tree.path and tree.holds(absolute(path))), "") for path in folders
    }
    return next((one for one in known if names == {one.name}), None)


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


def _typed(profile: Profile, title: str, destination: Destination | None = None) -> Question:
    text = translate("Uploads", "Each folder goes to where it is to go, and nothing is overwritten.")
    if destination is not None:
        text = translate("Uploads", "Into %1: each file goes where there is most room, and nothing is overwritten.")
        text = text.replace("%1", destination.family)
    choices = (Choice("go", translate("Uploads", "Upload")),)
    return Question(title, text, choices, typed_name=profile.name)
