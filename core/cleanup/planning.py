"""A plan being made: what it stands on, the steps so far, and what got none and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from core.cleanup.draft import Draft
from core.cleanup.ground import Ground
from core.cleanup.relations import identity
from core.models import Refusal, Row, Step, StepKind, Table, Value
from core.values import same

GONE = "the row is gone or was changed since the scan"
NOT_MAPPED = "its source is not mapped any more"


@dataclass(slots=True)
class Planning:
    """Shared by the repairs of one plan. `removal`: where deleted objects go."""

    ground: Ground
    draft: Draft
    removal: str
    refused: Counter[tuple[str, str]] = field(default_factory=Counter)

    def refuse(self, where: str, why: str) -> None:
        """Counts a finding that gets no step; `why` is the same sentence for all of its kind."""
        self.refused[where, why] += 1

    def refusals(self) -> tuple[Refusal, ...]:
        """What got no step, most frequent first."""
        return tuple(Refusal(where, why, count) for (where, why), count in self.refused.most_common())

    def as_planned(self, table: Table, key_columns: tuple[str, ...], row: Row) -> Row | None:
        """A row as it will be after the steps so far; None when one of them deletes it."""
        step = self.draft.step(identity(table, key_columns, row))
        if step is None:
            return row
        if step.kind is StepKind.DELETE_ROW:
            return None
        return Row(row.key, {**row.values, **(step.after or {})})

    def change_row(
        self, table: Table, key_columns: tuple[str, ...], row: Row, changes: Mapping[str, Value], finding: str
    ) -> str | None:
        """Adds changes to the one step about a row; returns its thing, None when everything is so already."""
        thing = identity(table, key_columns, row)
        earlier = self.draft.step(thing)
        if earlier is not None and earlier.kind is StepKind.DELETE_ROW:
            return None
        after = {**((earlier and earlier.after) or {}), **changes}
        after = {name: value for name, value in after.items() if not same(value, row.values[name])}
        if not after:
            return None
        step = Step(
            n=0,
            kind=StepKind.UPDATE_ROW,
            finding=earlier.finding if earlier and earlier.finding else finding,
            table=table.name,
            key_columns=key_columns,
            row_key=row.key,
            before=dict(row.values),
            after=after,
        )
        self.draft.put(thing, step)
        return thing
