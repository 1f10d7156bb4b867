"""Whether a row step still holds: its row is as planned, and what it names, or stops naming, is as it must be."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from core.apply.proofs import Ground
from core.apply.recheck import Readings, Recheck
from core.apply.rows import holds
from core.apply.snapshots import Spot
from core.models import Kind, Object, Row, RowKey, Step, StepKind, Value
from core.profiles import Source
from core.values import encode_key

CHANGED = "The row has changed since the plan was made."
GONE = "The row is not there any more."


class RowFacts:
    """The rows of one window as they are now, and what they name before and after."""

    def __init__(self, sources: Sequence[Source], looks: Recheck, there: Mapping[tuple[str, RowKey], Row]) -> None:
        self._sources = sources
        self._looks = looks
        self._there = there

    def row(self, step: Step) -> Row | None:
        """The whole row that a step acts on, None where it is absent."""
        return self._there.get((step.table, step.row_key))

    def source(self, ground: Ground) -> Source | None:
        """The source that a finding is about."""
        return next((s for s in self._sources if s.name == ground.source), None)

    def of_table(self, table: str) -> list[Source]:
        """Every source on a table."""
        return [s for s in self._sources if s.table == table]

    def before(self, step: Step) -> list[Readings]:
        """What the row names now."""
        row = self.row(step)
        return self._looks.places(row, self.of_table(step.table)) if row else []

    def after(self, step: Step) -> list[Readings]:
        """What the row will name."""
        row = self.row(step)
        values: dict[str, Value] = {**(row.values if row else {}), **(step.after or {})}
        return self._looks.places(Row(step.row_key, values), self.of_table(step.table))

    def spots(self, step: Step) -> Iterable[Spot]:
        """Every object that must be looked at to judge a step."""
        if not step.table:
            return
        named = self.before(step) if step.kind is StepKind.DELETE_ROW else [*self.before(step), *self.after(step)]
        yield from ((bucket, key) for place in named for bucket, key, _ in place if bucket and key)


def judge_row(
    step: Step, ground: Ground, facts: RowFacts, standing: Mapping[Spot, Object], leaving: Mapping[Spot, str]
) -> str:
    """Why a row step with a finding of its own may not be done; '' when it may. `leaving`: copies that go once this
    step is done, each with the key of the equal object that stays."""
    if step.kind is StepKind.INSERT_ROW:
        return _judge_insert(step, ground, facts, standing)
    if ground.kind is Kind.DUPLICATE_CONTENT:
        return _judge_merge(step, ground, facts, standing, leaving)
    source = facts.source(ground)
    if source is None or source.table != step.table or source.key != step.key_columns:
        return "The finding behind it is about another table."
    if ground.row_key != encode_key(step.row_key):
        return "The finding behind it is about another row."
    if wrong := as_planned(step, facts):
        return wrong
    if ground.kind is Kind.ROW_WITHOUT_FILE and (ground.bucket, ground.key) in standing:
        return f"The file {ground.bucket}/{ground.key} is there now."
    if step.kind is StepKind.DELETE_ROW:
        if ground.kind is not Kind.ROW_WITHOUT_FILE or not source.describes:
            return "Only a row that describes a missing file may be deleted."
        return names_nothing(facts.before(step), standing)
    return _judge_references(step, facts, standing, leaving)


def as_planned(step: Step, facts: RowFacts) -> str:
    """Whether the row is there with every recorded value."""
    row = facts.row(step)
    if row is None:
        return GONE
    return "" if holds(row.values, step.before or {}) else CHANGED


def names_nothing(places: Sequence[Readings], standing: Collection[Spot]) -> str:
    """Whether everything that a row names is understood and absent."""
    for readings in places:
        for bucket, key, problem in readings:
            if (bucket, key) in standing:
                return f"It names {bucket}/{key}, which is there."
            if problem:
                return f"What it names is not understood: {problem}."
    return "" if places else "It names nothing, so nothing says that it is not needed."


def names_no_file(places: Sequence[Readings], standing: Collection[Spot]) -> str:
    """Whether nothing that a row names is there; what is not understood is passed over."""
    there = next(((b, k) for place in places for b, k, _ in place if (b, k) in standing), None)
    return f"It names {there[0]}/{there[1]}, which is there." if there else ""


def judge_association(step: Step, facts: RowFacts, standing: Collection[Spot], leaving: Collection[Spot]) -> str:
    """Whether a row may go along with an object that retention removes after it (`leaving`): it says whose that is, and
    names nothing else that is there."""
    if step.kind is not StepKind.DELETE_ROW:
        return "Only a whole row goes along with an object."
    if not any(s.goes_with_object and s.key == step.key_columns for s in facts.of_table(step.table)):
        return f"Rows of {step.table} do not go along with an object."
    places = facts.before(step)
    if not any((bucket, key) in leaving for readings in places for bucket, key, _ in readings):
        return "It does not name the object that it would go along with."
    for readings in places:
        for bucket, key, problem in readings:
            if (bucket, key) in standing and (bucket, key) not in leaving:
                return f"It names {bucket}/{key}, which is there."
            if problem and (bucket or "", key) not in leaving:
                return f"What it names is not understood: {problem}."
    return ""


def _judge_references(step: Step, facts: RowFacts, standing: Collection[Spot], leaving: Mapping[Spot, str]) -> str:
    """Whether an update takes no file's name away, but for copies that leave, and gives none that is not there."""
    before, after = facts.before(step), facts.after(step)
    for readings in before:
        if readings in after or not any(key for _, key, _ in readings):
            continue
        for bucket, key, problem in readings:
            if bucket and (bucket, key) in standing and (bucket, key) not in leaving:
                return f"It names {bucket}/{key}, which is there."
            if problem and (bucket or "", key) not in leaving:
                return f"What it names is not understood: {problem}."
    for readings in after:
        named = [(bucket, key) for bucket, key, _ in readings if bucket and key]
        if readings not in before and named and not any(spot in standing for spot in named):
            return f"It would name {named[0][0]}/{named[0][1]}, which is not there."
    return ""


def _judge_merge(
    step: Step, ground: Ground, facts: RowFacts, standing: Mapping[Spot, Object], leaving: Mapping[Spot, str]
) -> str:
    """A row that names copies may name the ones kept instead, and nothing else."""
    if step.kind is not StepKind.UPDATE_ROW or (ground.bucket, ground.key) not in leaving:
        return "The copy that it names would not be removed after it."
    if not any(source.key == step.key_columns for source in facts.of_table(step.table)):
        return "Its table is not mapped."
    if wrong := as_planned(step, facts):
        return wrong
    kept = {(bucket, same) for (bucket, _), same in leaving.items()}
    before = facts.before(step)
    for readings in facts.after(step):
        named = [(bucket, key) for bucket, key, _ in readings if key]
        if named and readings not in before and not kept.intersection(named):
            return "It would name something else than the copy that is kept."
    return _judge_references(step, facts, standing, leaving)


def _judge_insert(step: Step, ground: Ground, facts: RowFacts, standing: Mapping[Spot, Object]) -> str:
    spot = (ground.bucket, ground.key)
    if ground.kind is not Kind.FILE_WITHOUT_ROW:
        return "The finding behind it is not about a file without a row."
    if spot not in standing:
        return f"The file {ground.bucket}/{ground.key} is not there any more."
    if step.version and standing[spot].version != step.version:
        return "The file has changed since the plan was made."
    if facts.row(step) is not None:
        return "A row with this key is there already."
    describing = [s for s in facts.of_table(step.table) if s.describes]
    if not describing or not any(spot == (b, k) for place in facts.after(step) for b, k, _ in place):
        return "The row would not name the file that it is made for."
    return ""
