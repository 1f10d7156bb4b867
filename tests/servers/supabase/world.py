"""All that the services of one project share."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from tests.servers.supabase.database import Database
from tests.servers.supabase.gateway import Request
from tests.servers.supabase.settings import Settings
from tests.servers.supabase.tus_uploads import ResumableUpload


@dataclass(frozen=True, slots=True)
class World:
    """Lives as long as the server does."""

    settings: Settings
    database: Database
    folder: Path  # the objects' bytes, each file named by its version
    requests: list[Request] = field(default_factory=list)
    uploads: dict[str, ResumableUpload] = field(default_factory=dict)  # those under way, by id

    def path(self, version: str) -> Path:
        """Where the bytes of a version lie."""
        return self.folder / version

    async def ask(self, query: str, *args: object) -> tuple[object, ...] | None:
        """The first row that a statement answers, run as the owner of the storage tables."""
        async with self.database.storage.connection() as connection:
            cursor = await connection.execute(query.encode(), args or None)
            return await cursor.fetchone()
