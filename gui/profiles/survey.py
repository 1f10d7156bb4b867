"""Asks the core about a folder and a SQLite file while a person chooses them; only the newest choice counts."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from core.errors import CoreError
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


class Survey(QObject):
    """Holds at most one set-up open. Errors that a person can act on come as signals, others are faults."""

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

    def look(self, choice: Choice) -> None:
        """Looks at another choice; what was being asked about the one before is dropped."""
        self._drop_measurements()
        self._jobs.ask(self._look(choice), newest=_LOOK)

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

    async def _look(self, choice: Choice) -> None:
        await self.close()
        try:
            storage = await self._open(choice)
        except CoreError as error:
            self.storage_failed.emit(error)
            return
        self.storage_read.emit(storage)
        if storage.choice.catalog is not None:
            await self._guess(storage, is_layout_open=choice.layout is None)
        await self._count()

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

    async def _guess(self, storage: Storage, *, is_layout_open: bool) -> None:
        assert self._setup is not None
        try:
            self.catalog_read.emit(await self._setup.tables())
            found = await self._suggest(self._setup)
            if not found and is_layout_open:
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
