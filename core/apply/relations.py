"""Steps that go along with another: rows that a foreign key reaches, and rows that name a copy which is leaving."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from functools import partial

from core.apply import rows
from core.apply.job import Job
from core.apply.row_checks import RowFacts, as_planned, judge_association, names_no_file
from core.apply.snapshots import Spot
from core.errors import NotFound, Unreadable
from core.models import Object, Row, RowKey, Step, StepKind, Table
from core.parallel import side_by_side
from core.runs import Entry

_DEPTH = 16
_AT_ONCE = 8
_Reached = dict[tuple[str, RowKey], tuple[str, frozenset[str]]]
_PARTNERS = (StepKind.DELETE_ROW, StepKind.DELETE_OBJECT)
_CLEARS = ("set null", "set default")


class Relations:
    """Looks up, for the steps of one window, whether they truly go along with the step they say."""

    def __init__(self, job: Job, window: Sequence[Entry]) -> None:
        self._job = job
        self._window = {entry.step.n: entry.step for entry in window}
        self._reached: dict[int, _Reached] = {}
        self._tables: dict[str, Table] = {}

    async def look_ahead(self) -> None:
        """Asks, several at once, what the steps reach that others of the window go along with: a service that is far
        away takes its time over each. What cannot be read is left for `judge` to say. Raises `ServiceError`."""
        numbers = dict.fromkeys(
            step.because for step in list(self._window.values()) if step.because and not step.finding
        )
        partners = [one for number in numbers if (one := await self._step(number)) is not None]
        partners = [one for one in partners if one.kind is StepKind.DELETE_ROW]
        there = await rows.read(self._job, [(one.table, one.key_columns, one.row_key) for one in partners])

        async def look(partner: Step) -> None:
            with contextlib.suppress(NotFound, Unreadable):
                await self._reach(partner, there.get((partner.table, partner.row_key)))

        await side_by_side([partial(look, partner) for partner in partners], _AT_ONCE)

    async def leaving(self, step: Step) -> dict[Spot, str]:
        """The copies that are removed after this step, each with the key of the equal object that stays."""
        found: dict[Spot, str] = {}
        if step.kind is StepKind.UPDATE_ROW:
            for number in await self._job.record.needed_by([step.n]):
                other = await self._step(number)
                if other is not None and other.kind is StepKind.DELETE_OBJECT and other.same_as:
                    found[other.bucket, other.key] = other.same_as
        return found

    async def judge(self, step: Step, facts: RowFacts, standing: Mapping[Spot, Object]) -> str:
        """Why a step with no finding of its own may not be done; '' when it may. Raises `ServiceError`."""
        partner = await self._step(step.because or 0)
        if partner is None or step.n not in partner.needs or partner.kind not in _PARTNERS:
            return "The step that it goes along with does not reach it."
        if wrong := as_planned(step, facts):
            return wrong
        if partner.kind is StepKind.DELETE_OBJECT:
            return judge_association(step, facts, standing, frozenset({(partner.bucket, partner.key)}))
        if step.kind is StepKind.DELETE_ROW and (wrong := names_no_file(facts.before(step), standing)):
            return wrong
        try:
            return await self._judge_dependent(step, partner)
        except (NotFound, Unreadable) as exc:
            return exc.message

    async def _judge_dependent(self, step: Step, partner: Step) -> str:
        reached = self._reached.get(partner.n)
        if reached is None:
            place = (partner.table, partner.key_columns, partner.row_key)
            there = (await rows.read(self._job, [place])).get((partner.table, partner.row_key))
            reached = await self._reach(partner, there)
        action, columns = reached.get((step.table, step.row_key), ("", frozenset()))
        if not action:
            return "It does not depend on the row that it goes along with."
        if step.kind is StepKind.DELETE_ROW:
            return "" if action == "cascade" else "Deleting the other row does not delete this one."
        if step.kind is StepKind.UPDATE_ROW and action in _CLEARS and set(step.after or {}) <= columns:
            return ""
        return "Deleting the other row does not change this one so."

    async def _reach(self, partner: Step, there: Row | None) -> _Reached:
        """Every row that deleting the partner's row reaches: what happens to it, and its columns that point there."""
        found: _Reached = {}
        waiting = [(partner.table, there)] if there is not None else []
        for _ in range(_DEPTH):
            waiting = await self._further(waiting, found)
            if not waiting:
                break
        self._reached[partner.n] = found
        return found

    async def _further(self, waiting: list[tuple[str, Row]], found: _Reached) -> list[tuple[str, Row]]:
        following = []
        for table, row in waiting:
            keys = (await self._table(table)).referenced_by
            if not keys:
                continue
            columns: dict[str, frozenset[str]] = {}
            for key in keys:
                columns[key.table] = columns.get(key.table, frozenset()) | frozenset(key.columns)
            for child, _, whole, action in await self._job.patiently(partial(self._job.catalog.dependents, table, row)):
                if (child, whole.key) not in found:
                    found[child, whole.key] = (action, columns.get(child, frozenset()))
                    if action == "cascade":
                        following.append((child, whole))
        return following

    async def _table(self, name: str) -> Table:
        if name not in self._tables:
            self._tables[name] = await self._job.patiently(partial(self._job.catalog.table, name))
        return self._tables[name]

    async def _step(self, n: int) -> Step | None:
        if n not in self._window:
            entry = (await self._job.record.entries([n])).get(n)
            if entry is None:
                return None
            self._window[n] = entry.step
        return self._window[n]
