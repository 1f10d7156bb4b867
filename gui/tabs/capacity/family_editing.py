"""Editing the families of the open profile: the dialog, and the profile opened anew with what it says then."""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import Callable, Sequence

from core.capacity.models import BucketUse
from gui.desk import Desk
from gui.dialogs import finished


async def edit(desk: Desk, chosen: str, buckets: Sequence[BucketUse] = ()) -> None:
    """Shows the families of the open profile, that of the `chosen` one of its buckets first, and opens the project
    again where they were changed: monitoring, routing and forecasts then go by them."""
    profile = desk.session.profile
    if profile is None:
        return
    await asyncio.to_thread(importlib.import_module, "core.family_files")
    dialog = importlib.import_module("gui.families.dialog").FamilyDialog(desk, profile, chosen, buckets)
    if not await finished(dialog):
        return
    names: tuple[str, ...] = dialog.to_allow
    if names:
        _when_open(desk, lambda: importlib.import_module("gui.families.permission").look_and_ask(desk, names))
    desk.session.wanted.emit(desk.session.name)


def _when_open(desk: Desk, act: Callable[[], None]) -> None:
    """Does something once, as soon as the project is open again; not at all where it cannot be opened."""
    session = desk.session

    def _on_session_changed() -> None:
        if session.engine is not None or session.error is not None:
            session.changed.disconnect(_on_session_changed)
            if session.engine is not None:
                act()

    session.changed.connect(_on_session_changed)
