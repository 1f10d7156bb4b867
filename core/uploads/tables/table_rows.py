"""The rows of one table that uploads write: found again, inserted or brought up to date, each once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.errors import CoreError, Unavailable
from core.journal import Ending
from core.models import Outcome, Result, Row, RowAction, RowChange, RowKey, Step, StepKind, Value
from core.ports import Catalog
from core.runs import StepState
from core.traces import Trace
from core.uploads.tables.cells import reads_same
from core.uploads.tables.mapping import Mapped
from core.uploads.tables.row_records import RowRecords, known_keys, note_keys
from core.uploads.tracker import Tracker

_PASSING = ("date", "batch")
"""Fields that differ at every upload: for them alone no row is written anew."""
_ENDED = {Result.DONE: StepState.DONE, Result.DRIFTED: StepState.DRIFTED}


@dataclass(frozen=True, slots=True)
class Wanted:
    """A row as it is to be, of a folder or of an image in it; `settles` where it is the folder's own."""

    path: str
    cells: Mapping[str, Value]
    settles: bool


@dataclass(frozen=True, slots=True)
class Written:
    """What became of a row: the row as it is, or in an `error` why it was not written; `passes` where that may pass by
    itself."""

    table: str
    row: Mapping[str, Value] | None = None
    error: str = ""
    passes: bool = False


@dataclass(frozen=True, slots=True)
class _Act:
    """One row that is to be written; `standing` is what it is brought up to date from."""

    place: int
    wanted: Wanted
    key: RowKey
    standing: Mapping[str, Value] | None
    after: Mapping[str, Value]


class TableRows:
    """The rows of one table."""

    def __init__(self, catalog: Catalog, tracker: Tracker, mapped: Mapped) -> None:
        self._catalog, self._tracker, self.mapped = catalog, tracker, mapped
        self._fields = {column.name: field for column, field in mapped.columns}
        self._columns = {column.name: column for column, _ in mapped.columns}

    @property
    def name(self) -> str:
        """The table's name."""
        return self.mapped.table.name

    async def put(self, records: RowRecords, wanted: Sequence[Wanted]) -> list[Written]:
        """What became of each row, as of `_put`; what is about one and the same image is one row."""
        places: dict[object, int] = {}
        own = [places.setdefault(self._about(one, place), place) for place, one in enumerate(wanted)]
        firsts = sorted(places.values())
        written = dict(zip(firsts, await self._put(records, [wanted[place] for place in firsts]), strict=True))
        return [written[place] for place in own]

    def _about(self, wanted: Wanted, place: int) -> object:
        """Two rows with the same of this are one; without a column that tells, none are."""
        names = [name for name in (self.mapped.found_by, self.mapped.beside) if name]
        return tuple(wanted.cells.get(name) for name in names) if names else place

    async def _put(self, records: RowRecords, wanted: Sequence[Wanted]) -> list[Written]:
        """Sees to it that each of these rows stands there, once; what became of each, in order. Intended before it is
        done, noted after. Raises `WorkspaceError`, and trouble that is not theirs alone (`CoreError.trouble`): what was
        intended stays so until somebody looks (`settle_rows`)."""
        try:
            standing = await self._standing(wanted)
        except CoreError as exc:
            if exc.trouble is not None:
                raise
            return [self._lost(exc)] * len(wanted)
        ended: dict[int, Written] = {}
        acts = []
        for place, one in enumerate(wanted):
            found = standing[place]
            if len(found) > 1:
                ended[place] = Written(self.name, error=f"{len(found)} rows of {self.name} are about it already.")
            elif (act := self._act(place, one, found[0] if found else None)) is not None:
                acts.append(act)
            else:
                ended[place] = Written(self.name, found[0].values)
        await self._note([(wanted[place], one.row) for place, one in ended.items()])
        if acts:
            numbers = await records.intend([self._step(act) for act in acts], [act.standing for act in acts])
            numbered = list(zip(numbers, acts, strict=True))
            for group in ([one for one in numbered if not one[1].key], [one for one in numbered if one[1].key]):
                ended.update(await self._write(records, group))
        return [ended[place] for place in range(len(wanted))]

    async def standing(self, wanted: Wanted) -> list[Row]:
        """The rows that are about this folder or image now. Raises `ServiceError`."""
        return (await self._standing([wanted]))[0]

    async def _standing(self, wanted: Sequence[Wanted]) -> list[list[Row]]:
        """The rows that are about each."""
        found = await self._known(wanted)
        open_ones = [place for place, rows in enumerate(found) if not rows]
        column = self.mapped.found_by
        if not column or not open_ones:
            return found
        values = {str(wanted[place].cells[column]) for place in open_ones}
        keys = await self._catalog.find(self.name, self.mapped.key, column, sorted(values))
        rows = await self._catalog.rows(self.name, self.mapped.key, [key for key, _ in keys]) if keys else ()
        for place in open_ones:
            found[place] = [row for row in rows if row is not None and self._is_about(row, wanted[place])]
        return found

    async def _known(self, wanted: Sequence[Wanted]) -> list[list[Row]]:
        """Those whose key was noted when they were written."""
        paths = [one.path for one in wanted if one.settles]
        keys = await known_keys(self._tracker, self.name, paths) if paths else {}
        if not keys:
            return [[] for _ in wanted]
        rows = await self._catalog.rows(self.name, self.mapped.key, list(keys.values()))
        by_path = {path: row for path, row in zip(keys, rows, strict=True) if row is not None}
        return [
            [row] if one.settles and (row := by_path.get(one.path)) and self._is_about(row, one) else []
            for one in wanted
        ]

    def _is_about(self, row: Row, wanted: Wanted) -> bool:
        names = [name for name in (self.mapped.found_by, self.mapped.beside) if name]
        return all(reads_same(row.values.get(name), wanted.cells.get(name), self._columns[name]) for name in names)

    def _act(self, place: int, wanted: Wanted, row: Row | None) -> _Act | None:
        if row is None:
            return _Act(place, wanted, (), None, wanted.cells)
        held = row.values
        changed = {
            name: value
            for name, value in wanted.cells.items()
            if name not in self.mapped.staying and not reads_same(held.get(name), value, self._columns[name])
        }
        if all(self._fields[name] in _PASSING for name in changed):
            return None  # nothing of it is another now
        return _Act(place, wanted, tuple(held[name] for name in self.mapped.key), held, changed)

    def _step(self, act: _Act) -> Step:
        """What the journal keeps. A row that is found again by a column (`loose` names it) need not be repeated."""
        kind, after = StepKind.UPDATE_ROW if act.key else StepKind.INSERT_ROW, act.after
        by = () if act.key or not self.mapped.found_by else (self.mapped.found_by,)
        if by:
            after = {name: act.after[name] for name in (*by, self.mapped.beside) if name in act.after}
        return Step(
            0,
            kind,
            place=act.wanted.path if act.wanted.settles else "",
            table=self.name,
            key_columns=self.mapped.key,
            row_key=act.key,
            after=after,
            loose=by,
        )

    async def _write(self, records: RowRecords, group: Sequence[tuple[int, _Act]]) -> dict[int, Written]:
        """Inserts or updates, in one call."""
        if not group:
            return {}
        try:
            outcomes = await self._sent([act for _, act in group])
        except CoreError as exc:
            if exc.trouble is not None:
                raise
            if not isinstance(exc, Unavailable):  # else nobody knows: intended it stays, until somebody looks
                await records.end([Ending(n, StepState.FAILED, exc.message) for n, _ in group])
            return {act.place: self._lost(exc) for _, act in group}
        await self._note([(act.wanted, one.row) for (_, act), one in zip(group, outcomes, strict=True)])
        await records.end([_ending(n, act, one) for (n, act), one in zip(group, outcomes, strict=True)])
        return {act.place: self._written(one) for (_, act), one in zip(group, outcomes, strict=True)}

    async def _sent(self, acts: Sequence[_Act]) -> tuple[Outcome, ...]:
        if not acts[0].key:
            return await self._catalog.add_rows(self.name, [act.after for act in acts])
        changes = [
            RowChange(RowAction.UPDATE, self.name, self.mapped.key, act.key, act.standing, act.after) for act in acts
        ]
        return await self._catalog.update_rows(changes)

    async def _note(self, rows: Sequence[tuple[Wanted, Mapping[str, Value] | None]]) -> None:
        """Which row is a folder's own."""
        keys = {
            wanted.path: tuple(row.get(name) for name in self.mapped.key)
            for wanted, row in rows
            if wanted.settles and row is not None
        }
        await note_keys(self._tracker, self.name, keys)

    def _written(self, outcome: Outcome) -> Written:
        if outcome.result is Result.DONE and outcome.row is not None:
            return Written(self.name, outcome.row)
        drifted = outcome.result is Result.DRIFTED  # somebody changed it meanwhile: looked at anew, it is known
        return Written(self.name, error=outcome.reason or f"{self.name} did not show the row.", passes=drifted)

    def _lost(self, exc: CoreError) -> Written:
        return Written(self.name, error=f"{exc.message} {exc.hint}".rstrip(), passes=isinstance(exc, Unavailable))


def _ending(n: int, act: _Act, outcome: Outcome) -> Ending:
    state = _ENDED.get(outcome.result, StepState.FAILED)
    return Ending(n, state, outcome.reason, Trace(before=act.standing, row=outcome.row))
