"""What opening a profile gives: its storage, its catalog, and, for a project of a service, what only such a one has."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from core.capabilities import Capabilities
from core.ports import Catalog, ObjectStore
from core.profiles import Profile
from core.read_only import ReadOnlyCatalog, ReadOnlyStore
from core.retention.queue import Queued
from core.sign_in import SignInState


class Project(Protocol):
    """A project of a service that one is connected and signed in to."""

    async def capabilities(self) -> Capabilities:
        """What it lets this person do, by real reads; asked anew, but for what was asked just now to open it. Raises
        `CoreError`."""
        ...

    def sign_in_state(self) -> SignInState:
        """How the sign-in stands."""
        ...

    def on_sign_in_change(self, tell: Callable[[], None]) -> None:
        """From now on calls `tell` when the sign-in has changed: renewed, ended, or made anew."""
        ...

    async def sign_in(self, password: str) -> None:
        """Signs in anew by password. Raises `NotAllowed`, `Unavailable`, and `Usage` where one signs in by key."""
        ...

    async def sign_out(self) -> None:
        """Ends the session by password and forgets the password. Raises `Unavailable`, `Usage`."""
        ...

    async def removals(self) -> tuple[Queued, ...]:
        """What its database functions ask to go, the oldest first. Raises `ServiceError`."""
        ...

    async def removals_done(self, ids: Sequence[int]) -> None:
        """Tells that these have been dealt with. Raises `ServiceError`."""
        ...

    async def close(self) -> None:
        """Waits until what keeps the sign-in alive may be cut off. Comes before storage and catalog are closed."""
        ...


@dataclass(frozen=True, slots=True)
class Connection:
    """An open project. `project` is None for a folder and a file. `notices` are sentences about how it was opened.
    `obstacle` says why this person may change nothing there, '' where that is not known."""

    store: ObjectStore
    catalog: Catalog
    project: Project | None = None
    notices: tuple[str, ...] = ()
    obstacle: str = ""

    def guarded(self, profile: Profile) -> Connection:
        """The same, as far as the profile allows: nothing can be written through it when it is read-only."""
        if not profile.read_only:
            return self
        store, catalog = ReadOnlyStore(self.store, profile.name), ReadOnlyCatalog(self.catalog, profile.name)
        return replace(self, store=store, catalog=catalog)

    async def close(self) -> None:
        """Lets go of everything."""
        if self.project is not None:
            await self.project.close()
        await self.catalog.close()
        await self.store.close()
