"""Asks and changes a project's database for the dialog: one connection for each question, closed after it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace

from core import database_setup, database_status
from core.database_setup import Applied
from core.database_status import Item
from core.engine import open_database
from core.profile_files import edit
from core.profiles import Profile
from core.progress import Report
from core.secrets import POSTGRES_PASSWORD, of_this_process


@dataclass(frozen=True, slots=True)
class Installation:
    """The database of a profile at an address. Every method may raise `CoreError`."""

    profile: Profile
    address: str

    async def look(self) -> tuple[Item, ...]:
        """What is there and what is missing; only reads."""
        opened = await open_database(self.profile, self.address)
        try:
            return await database_status.status(opened, [family.name for family in self.profile.families])
        finally:
            await opened.close()

    async def apply(self, register: tuple[str, ...], report: Report) -> Applied:
        """Sets it up and registers these buckets."""
        opened = await open_database(self.profile, self.address)
        try:
            return await database_setup.apply(opened, register, report=report)
        finally:
            await opened.close()

    async def take_password(self, password: str, *, lasting: bool) -> None:
        """Keeps the typed password, in the keyring or for this session; '' leaves what is kept."""
        if password:
            await of_this_process().put(self.profile.name, POSTGRES_PASSWORD, password, lasting=lasting)

    async def keep_address(self) -> None:
        """Writes the address into the profile."""
        supabase = self.profile.supabase
        if supabase is not None and supabase.postgres != self.address:
            kept = replace(self.profile, supabase=replace(supabase, postgres=self.address))
            await asyncio.to_thread(edit, kept)
