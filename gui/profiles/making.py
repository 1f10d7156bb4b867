"""Making, editing and removing profiles: which dialog asks, and what is done when it was answered."""

from __future__ import annotations

import asyncio

from core import places, profiles
from core.profile_removal import remove
from core.profiles import SUPABASE, Profile
from core.secrets import POSTGRES_PASSWORD, SUPABASE_KEY
from gui.database.dialog import DatabaseDialog
from gui.desk import Desk
from gui.dialogs import Choice, Question, confirm, finished
from gui.profile_dialog import ProfileDialog
from gui.profiles.keeping import where_kept
from gui.profiles.kind_dialog import KindDialog
from gui.profiles.sign_in_dialog import SignInDialog
from gui.supabase_dialog import SupabaseDialog
from gui.translation import translate


async def make_profile(desk: Desk) -> str | None:
    """Asks for everything a new profile needs and writes it; its name, or None when the person changed their mind."""
    kind = KindDialog(desk.icons, desk.window)
    if not await finished(kind):
        return None
    return await _made(SupabaseDialog(desk) if kind.kind == SUPABASE else ProfileDialog(desk))


async def edit_profile(desk: Desk, name: str) -> str | None:
    """Shows what a profile says and writes what was changed; its name, or None. Raises `NotFound`, `BadProfile`."""
    profile = await asyncio.to_thread(profiles.load, name)
    return await _made(_editor(desk, profile))


def _editor(desk: Desk, profile: Profile) -> SupabaseDialog | ProfileDialog:
    return SupabaseDialog(desk, profile) if profile.kind == SUPABASE else ProfileDialog(desk, profile)


async def _made(dialog: SupabaseDialog | ProfileDialog) -> str | None:
    try:
        return dialog.made if await finished(dialog) else None
    finally:
        dialog.survey.drop()
        await dialog.survey.close()


async def sign_in(desk: Desk, name: str) -> bool:
    """Asks for the secret of a profile again; says whether it was taken. Raises `NotFound`, `BadProfile`."""
    profile = await asyncio.to_thread(profiles.load, name)
    dialog = SignInDialog(desk, profile, has_key=SUPABASE_KEY in await where_kept(name))
    try:
        return await finished(dialog)
    finally:
        dialog.survey.drop()
        await dialog.survey.close()


async def set_up_database(desk: Desk, name: str) -> bool:
    """Shows what a project's database has and lacks, and sets it up where that is asked; says whether it was. Raises
    `NotFound`, `BadProfile`."""
    profile = await asyncio.to_thread(profiles.load, name)
    kept = (await where_kept(name)).get(POSTGRES_PASSWORD, "")
    dialog = DatabaseDialog(desk, profile, kept)
    await finished(dialog)
    return dialog.was_applied


async def remove_profile(desk: Desk, name: str) -> bool:
    """Asks, then removes the profile's file and its secrets; says whether it did. Raises `NotFound`,
    `WorkspaceError`."""
    question = Question(
        title=translate("Making", "Remove the profile %1?").replace("%1", name),
        text=translate(
            "Making",
            "Its file and its keys go from this computer. Nothing is removed from the project itself, and what was "
            "done to it so far stays recorded in %1: a profile of the same name finds it there.",
        ).replace("%1", str(places.workspace(name))),
        choices=(Choice("remove", translate("Making", "Remove the profile")),),
    )
    if not await confirm(desk.window, question):
        return False
    for job in desk.jobs.running:
        await job.stop()
    await desk.session.close()  # nobody may be using its sign-in while that goes
    await remove(name)
    return True


__all__ = ["edit_profile", "make_profile", "remove_profile", "set_up_database", "sign_in"]
