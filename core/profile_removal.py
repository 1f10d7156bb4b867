"""Removing a profile with what opens its project; what was done there stays on record unless that shall go too."""

from __future__ import annotations

import shutil

from core import places, profile_files, secrets
from core.errors import WorkspaceError
from core.threads import in_thread
from core.workspace import Workspace


async def remove(name: str, *, with_workspace: bool = False) -> None:
    """Removes a profile's secrets, its signed-in session and its file, in this order, so that what fails can be tried
    again. Its workspace, which holds the journal that runs are undone by, is kept unless `with_workspace`; storage,
    catalog, quarantine and archive are never touched. Raises `NotFound`, `WorkspaceError`, and `Busy` when a run is
    under way."""
    profile_files.check_there(name)
    await secrets.of_this_process().forget(name)
    await in_thread(_remove_sign_in, name)
    if with_workspace:
        await _remove_workspace(name)
    await in_thread(profile_files.forget, name)


async def forget_sign_in(name: str) -> None:
    """Removes what lets a profile's person in: the session kept here and the password. Raises `WorkspaceError`."""
    await in_thread(_remove_sign_in, name)
    await secrets.of_this_process().forget(name, secrets.SESSION, secrets.SUPABASE_PASSWORD)


async def _remove_workspace(name: str) -> None:
    folder = places.workspace(name)
    if not folder.is_dir():
        return
    workspace = Workspace(folder)
    try:
        async with workspace.lock():
            pass
    finally:
        await workspace.close()
    await in_thread(_remove_folders, name)


def _remove_folders(name: str) -> None:
    try:
        for folder in (places.workspace(name), places.transfers(name)):
            if folder.is_dir():
                shutil.rmtree(folder)
    except OSError as exc:
        raise WorkspaceError(f"{exc.filename} cannot be removed: {exc.strerror or exc}.") from exc


def _remove_sign_in(name: str) -> None:
    file = places.sign_in(name)
    try:
        for path in (file, file.with_suffix(".lock")):
            path.unlink(missing_ok=True)
    except OSError as exc:
        raise WorkspaceError(f"{file} cannot be removed: {exc.strerror or exc}.") from exc
