"""Editing the families of the open profile: the dialog, and the profile opened anew with what it says then."""

from __future__ import annotations

import asyncio
import importlib

from gui.desk import Desk
from gui.dialogs import finished


async def edit(desk: Desk, chosen: str) -> None:
    """Shows the families of the open profile, that of the `chosen` bucket first, and opens the project again where they
    were changed: monitoring, routing and forecasts then go by them."""
    profile = desk.session.profile
    if profile is None:
        return
    await asyncio.to_thread(importlib.import_module, "core.family_files")
    dialog = importlib.import_module("gui.families.dialog").FamilyDialog(desk, profile, chosen)
    if await finished(dialog):
        desk.session.wanted.emit(desk.session.name)
