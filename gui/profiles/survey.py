"""Asks the core about a folder and a SQLite file while a person chooses them; only the newest choice counts."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import dataclass, replace
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from core.capabilities import Capability
from core.errors import CoreError
from core.pictures import Picture
from core.profile_setup import Layout, Setup, Surroundings, look_around
from core.profiles import Source
from core.progress import Progress
from core.suggest import Suggestion
from gui.jobs import Jobs

_LOOK = "profile.look"


@dataclass(frozen=True, slots=True)
class Choice:
    """What a person chose so far; None is for Bucketdesk to find out."""

    folder: Path
    layout: Layout | None = None
    catalog: Path | None = None


@dataclass(frozen=True, slots=True)
class Storage:
    """What a choice came to: the buckets of a folder that can be opened, and what lies around it."""

    choice: Choice
    layout: Layout
    buckets: tuple[str, ...]
    around: Surroundings


@dataclass(frozen=True, slots=True)
class Tried:
    """A project that could be connected to: what the sign-in may do there, and its buckets."""

    setup: Setup
    lines: tuple[Capability, ...]
    buckets: tuple[str, ...]


class Survey(QObject):
    """Holds at most one set-up open. Errors that a person can act on come as signals, others are faults."""

    connected = Signal(object)
    storage_read = Signal(object)
    storage_failed = Signal(object)
    counted = Signal(str, object)
    catalog_read = Signal(object)
    catalog_failed = Signal(object)
    progressed = Signal(object)
    suggested = Signal(object)
    measured = Signal(int, object)

    def __init__(self, jobs: Jobs) -> None:
        super().__init__()
        self._jobs = jobs
        self._setup: Setup | None = None
        self._asked: set[int] = set()
        self.buckets: tuple[str, ...] = ()

    def look(self, choice: Choice, *, guesses: bool = True) -> None:
        """Looks at another choice; what was being asked about the one before is dropped. Without `guesses` nothing is
        suggested, because the sources are known."""
        self._drop_measurements()
        self._jobs.ask(self._look(choice, guesses), newest=_LOOK)

    def try_project(self, opened: Coroutine[object, object, Tried]) -> None:
        """Takes a project in place of what is open; `connected` brings it, or `storage_failed` why not."""
        self._drop_measurements()
        self._jobs.ask(self._try_project(opened), newest=_LOOK, failed=self.storage_failed.emit)

    def look_through(self, *, guesses: bool = True) -> None:
        """Reads the tables of the connected project, suggests sources and counts objects."""
        if self._setup is not None:
            self._jobs.ask(self._look_through(self._setup, guesses), newest=_LOOK)

    def guess(self) -> None:
        """Looks again for columns that name objects; `suggested` brings them."""
        if self._setup is not None:
            self._jobs.ask(self._guess_again(self._setup), newest=_LOOK)

    def stop_guessing(self) -> None:
        """Suggests nothing: the person does not want to wait."""
        self._jobs.drop(_LOOK)
        self.suggested.emit([])

    def show_picture(self, bucket: str, key: str, side: int, then: Callable[[Picture], None]) -> None:
        """Asks for a small picture of an object; what is no picture is passed over in silence."""
        if self._setup is not None:
            self._jobs.ask(self._setup.picture(bucket, key, side), then, failed=lambda _error: None)

    def measure(self, number: int, source: Source) -> None:
        """Tries a mapping; `measured` brings the answer under this number: a `Suggestion` or an error."""
        self._asked.add(number)
        self._jobs.ask(self._measure(number, source), newest=(_LOOK, number))

    def drop(self) -> None:
        """Nobody wants an answer any more."""
        self._jobs.drop(_LOOK)
        self._drop_measurements()

    async def close(self) -> None:
        """Lets go of storage and catalog."""
        setup, self._setup = self._setup, None
        if setup is not None:
            await setup.close()

    def _drop_measurements(self) -> None:
        for number in self._asked:
            self._jobs.drop((_LOOK, number))
        self._asked.clear()

    async def _look(self, choice: Choice, guesses: bool) -> None:
        await self.close()
        try:
            storage = await self._open(choice)
        except CoreError as error:
            self.storage_failed.emit(error)
            return
        self.storage_read.emit(storage)
        if storage.choice.catalog is not None:
            await self._read_catalog(storage, guesses)
        await self._count()

    async def _try_project(self, opened: Coroutine[object, object, Tried]) -> None:
        try:
            await self.close()
            tried = await opened
        finally:
            opened.close()
        await self._take(tried.setup)
        self.connected.emit(tried)

    async def _look_through(self, setup: Setup, guesses: bool) -> None:
        try:
            self.catalog_read.emit(await setup.tables())
            self.suggested.emit(await self._suggest(setup) if guesses else None)
        except CoreError as error:
            self.catalog_failed.emit(error)
        await self._count()

    async def _guess_again(self, setup: Setup) -> None:
        try:
            self.suggested.emit(await self._suggest(setup))
        except CoreError as error:
            self.catalog_failed.emit(error)

    async def _open(self, choice: Choice) -> Storage:
        around = await look_around(choice.folder)
        if choice.catalog is None and len(around.catalogs) == 1:
            choice = replace(choice, catalog=around.catalogs[0])
        layout = choice.layout or around.layout
        setup = await Setup.open(choice.folder, layout, choice.catalog)
        await self._take(setup)
        self.buckets = await setup.buckets()
        return Storage(choice, layout, self.buckets, around)

    async def _take(self, setup: Setup) -> None:
        older, self._setup = self._setup, setup
        if older is not None:
            await older.close()

    async def _read_catalog(self, storage: Storage, guesses: bool) -> None:
        assert self._setup is not None
        try:
            self.catalog_read.emit(await self._setup.tables())
            if not guesses:
                self.suggested.emit(None)
                return
            found = await self._suggest(self._setup)
            if not found and storage.choice.layout is None:
                found = await self._try_other_layout(storage)
        except CoreError as error:
            self.catalog_failed.emit(error)
        else:
            self.suggested.emit(found)

    async def _try_other_layout(self, storage: Storage) -> list[Suggestion]:
        """Where nobody chose a layout and nothing resolves, the other one may be meant."""
        layout = Layout.FOLDERS if storage.layout is Layout.WHOLE else Layout.WHOLE
        other = await Setup.open(storage.choice.folder, layout, storage.choice.catalog)
        try:
            buckets = await other.buckets()
            found = await other.suggest(buckets, self._report)
        except BaseException:
            await other.close()
            raise
        if not found:
            await other.close()
            return []
        await self._take(other)
        self.buckets = buckets
        self.storage_read.emit(replace(storage, layout=layout, buckets=buckets))
        return found

    async def _suggest(self, setup: Setup) -> list[Suggestion]:
        return await setup.suggest(self.buckets, self._report)

    def _report(self, progress: Progress) -> None:
        self.progressed.emit(progress)

    async def _count(self) -> None:
        setup = self._setup
        for bucket in self.buckets:
            if setup is None or setup is not self._setup:
                return
            try:
                self.counted.emit(bucket, await setup.count(bucket))
            except CoreError as error:
                self.counted.emit(bucket, error)

    async def _measure(self, number: int, source: Source) -> None:
        if self._setup is None:
            return
        try:
            self.measured.emit(number, await self._setup.measure(source, self.buckets))
        except CoreError as error:
            self.measured.emit(number, error)
