"""Which project is open: opens its engine after the window has been painted, and passes its news on."""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from core.changes import Change
from core.errors import CoreError

if TYPE_CHECKING:
    from core.capabilities import Capability
    from core.engine import Engine
    from core.profiles import Profile

Opener = Callable[[str], Coroutine[object, object, "Engine"]]


class Session(QObject):
    """At most one engine. `changed` says that another project (or none) is open, `news` what kind of thing changed.
    `refusals` are rights that a scan needs and this sign-in has not; `profile` is known while it can be read, even if
    the project cannot be opened."""

    changed = Signal()
    wanted = Signal(str)
    """The name of a profile that is to be opened, or opened again because it says something else now."""
    news = Signal(object)

    def __init__(self, opener: Opener | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._opener = opener or open_named
        self._forget: Callable[[], None] | None = None
        self.engine: Engine | None = None
        self.name = ""
        self.error: Exception | None = None
        self.is_opening = False
        self.refusals: tuple[Capability, ...] = ()
        self.profile: Profile | None = None
        self._before_closing: list[Callable[[], Coroutine[object, object, None]]] = []

    def before_closing(self, end: Callable[[], Coroutine[object, object, None]]) -> None:
        """From now on `end` is awaited before an engine is closed: what goes on in the background must not lose it."""
        self._before_closing.append(end)

    async def open(self, name: str) -> None:
        """Closes what is open, then opens the profile of this name. An error is kept in `error`; `changed` tells."""
        await self.close()
        self.name, self.error, self.is_opening, self.refusals, self.profile = name, None, True, (), None
        self.changed.emit()
        try:
            engine = await self._opener(name)
        except CoreError as error:
            self.error = error
            self.profile = await asyncio.to_thread(_profile_of, name)
        else:
            self.engine, self.profile = engine, engine.profile
            # The engine may speak from any thread; a signal brings it into this one.
            self._forget = engine.changes.listen(lambda change: self.news.emit(change))
        finally:
            self.is_opening = False
        self.changed.emit()

    async def close(self) -> None:
        """Closes the engine, if one is open."""
        for end in self._before_closing:
            await end()
        engine, self.engine = self.engine, None
        if self._forget is not None:
            self._forget()
            self._forget = None
        if engine is not None:
            await engine.close()

    def say(self, change: Change) -> None:
        """Spreads news that the window itself made."""
        self.news.emit(change)


async def open_named(name: str) -> Engine:
    """Opens a profile by its name; the engine is imported in a thread, so that the window stays awake."""
    await asyncio.to_thread(importlib.import_module, "core.engine")
    from core import engine

    return await engine.open_engine(await asyncio.to_thread(engine.find_profile, name))


def _profile_of(name: str) -> Profile | None:
    """What the profile of a project that could not be opened says, as far as it can be read."""
    from core import profiles

    try:
        return profiles.load(name)
    except CoreError:
        return None
