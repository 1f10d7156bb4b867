"""The SQL for what a query asks: names are quoted, every value is a parameter."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from tests.servers.supabase.rest_grammar import COMPARISONS, RELATIONS, SEARCHES, STATES, Condition, Field, Logic
from tests.servers.supabase.rest_query import Order, Query, Selected
from tests.servers.supabase.rest_schema import Column, Table

SOURCE = "pgrst_source"
_NO_LIMIT = "ALL"


@dataclass(slots=True)
class Statement:
    """A text with $1, $2, … and the values for them."""

    text: str = ""
    values: list[object] = field(default_factory=list)

    def bind(self, value: object) -> str:
        """The place that stands for a value. Nothing after a NUL counts: the database takes none."""
        self.values.append(value.split("\0", 1)[0] if isinstance(value, str) else value)
        return f"${len(self.values)}"


@dataclass(frozen=True, slots=True)
class Format:
    """How the answer is made of rows: `json`, `object`, `csv` or `nothing`; stripped of what is null."""

    kind: str = "json"
    stripped: bool = False


def quote(*names: str) -> str:
    """Names as SQL writes them, joined by dots."""
    return ".".join('"' + name.split("\0", 1)[0].replace('"', '""') + '"' for name in names if name)


def array_text(values: Iterable[str]) -> str:
    """A one-dimensional array as PostgreSQL reads it, whatever its type."""
    quoted = (value.split("\0", 1)[0].replace("\\", "\\\\").replace('"', '\\"') for value in values)
    return "{" + ",".join(f'"{value}"' for value in quoted) + "}"


class Source:
    """Where columns come from: a table, or the rows that a function or a change gave."""

    def __init__(self, name: str, table: Table | None) -> None:
        self.name = name
        self.table = table

    @classmethod
    def of(cls, table: Table) -> Source:
        return cls(quote(table.schema, table.name), table)

    def column(self, name: str) -> str:
        return f"{self.name}.*" if name == "*" else f"{self.name}.{quote(name)}"

    def field(self, statement: Statement, field: Field) -> str:
        column = self.column(field.name)
        if not field.path:
            return column
        known = self.table.columns.get(field.name) if self.table else None
        text = column if known and known.type in ("json", "jsonb") else f"to_jsonb({column})"
        for step in field.path:
            arrow = "->>" if step.as_text else "->"
            key = statement.bind(str(step.key))
            text += f"{arrow}{key}::int" if isinstance(step.key, int) else f"{arrow}{key}::text"
        return f"({text})"

    def condition(self, statement: Statement, condition: Condition) -> str:
        negation = "NOT " if condition.negated else ""
        return f"{negation}{self._compared(statement, condition)}"

    def _compared(self, statement: Statement, condition: Condition) -> str:
        left = self.field(statement, condition.field)
        operator, value = condition.operator, condition.value
        if operator == "in":
            return f"{left} = ANY ({statement.bind(array_text(value))})"
        assert isinstance(value, str)
        if operator == "is":
            return f"{left} IS {STATES[value]}"
        if operator == "isdistinct":
            return f"{left} IS DISTINCT FROM {statement.bind(value)}"
        if operator in SEARCHES:
            language = f"{statement.bind(condition.language)}::regconfig, " if condition.language else ""
            return f"{left} @@ {SEARCHES[operator]}({language}{statement.bind(value)})"
        if operator in RELATIONS:
            return f"{left} {RELATIONS[operator]} {statement.bind(value)}"
        right = statement.bind(value.replace("*", "%") if operator in ("like", "ilike") else value)
        if condition.quantifier:
            right = f"{condition.quantifier.upper()} ({right})"
        return f"{left} {COMPARISONS[operator]} {right}"

    def tree(self, statement: Statement, part: Condition | Logic) -> str:
        if isinstance(part, Condition):
            return self.condition(statement, part)
        joined = f" {part.joiner.upper()} ".join(self.tree(statement, each) for each in part.parts)
        return f"{'NOT ' if part.negated else ''}({joined})"

    def where(self, statement: Statement, conditions: Sequence[Condition | Logic]) -> str:
        if not conditions:
            return ""
        return " WHERE " + " AND ".join(f"({self.tree(statement, part)})" for part in conditions)

    def selected(self, statement: Statement, items: Sequence[Selected]) -> str:
        return ", ".join(self._selected(statement, item) for item in items)

    def _selected(self, statement: Statement, item: Selected) -> str:
        if item.field.name == "*" and not item.field.path:
            return self.column("*")
        text = self.field(statement, item.field)
        # The words of a cast are letters, digits, spaces, _ and $ only: the grammar lets nothing else through.
        cast = f"CAST({text} AS {item.cast})" if item.cast else text
        return f"{cast} AS {quote(item.name)}"

    def ordered(self, statement: Statement, terms: Sequence[Order]) -> str:
        written = (f"{self.field(statement, term.field)} {term.direction} {term.nulls}".strip() for term in terms)
        return " ORDER BY " + ", ".join(written) if terms else ""


def page(statement: Statement, query: Query, max_rows: int | None) -> str:
    """Limit and offset; never more rows than the server gives at once."""
    limits = [limit for limit in (query.limit, max_rows) if limit is not None]
    if not limits and not query.offset:
        return ""
    limit = statement.bind(str(min(limits))) + "::bigint" if limits else _NO_LIMIT
    return f" LIMIT {limit} OFFSET {statement.bind(str(query.offset))}::bigint"


def rows_of(statement: Statement, source: Source, query: Query, max_rows: int | None) -> str:
    """The rows that are asked for, of a source."""
    return (
        f"SELECT {source.selected(statement, query.selected)} FROM {source.name}"
        f"{source.where(statement, query.conditions)}{source.ordered(statement, query.order)}"
        f"{page(statement, query, max_rows)}"
    )


def body(format: Format, *, scalar: bool = False, single: bool = False) -> str:
    """The text of the answer, out of rows `_t`.

    Args:
        format: what the caller takes.
        scalar: each row is one value, `pgrst_scalar`.
        single: there is one row at most, and it stands for itself instead of in an array.
    """
    if format.kind == "nothing":
        return "''"
    if format.kind == "csv":
        head = "(SELECT coalesce(string_agg(k, ','), '') FROM json_object_keys((SELECT row_to_json(h) FROM "
        lines = "coalesce(string_agg(substring(_t::text, 2, length(_t::text) - 2), E'\\n'), '')"
        return f"{head}{SOURCE} h LIMIT 1)) AS k) || E'\\n' || {lines}"
    value = "_t.pgrst_scalar" if scalar else "_t"
    text = f"json_agg({value})"
    if format.kind == "object" or single:
        text = f"{text}->0"
        text = f"json_strip_nulls({text})" if format.stripped else text
        return f"coalesce(({text})::text, 'null')"
    text = f"json_strip_nulls({text})" if format.stripped else text
    return f"coalesce(({text})::text, '[]')"


ANSWER_SETTINGS = (
    "nullif(current_setting('response.headers', true), '') AS headers, "
    "nullif(current_setting('response.status', true), '') AS status"
)


def read_statement(table: Table, query: Query, *, max_rows: int | None, count: str, format: Format) -> Statement:
    """One statement that gives the body, how many rows are in it, and, if they are counted, how many there are."""
    statement = Statement()
    source = Source.of(table)
    rows = rows_of(statement, source, query, max_rows)
    total = "null::bigint"
    if count in ("exact", "estimated"):
        most = f" LIMIT {max_rows + 1}" if count == "estimated" and max_rows is not None else ""
        counted = f"SELECT 1 FROM {source.name}{source.where(statement, query.conditions)}{most}"
        total = f"(SELECT count(*) FROM ({counted}) counted)"
    statement.text = (
        f"WITH {SOURCE} AS ({rows}) SELECT {total} AS total, count(*) AS rows, {body(format)} AS body, "
        f"{ANSWER_SETTINGS}, null AS more FROM (SELECT * FROM {SOURCE}) _t"
    )
    return statement


def planned_statement(table: Table, query: Query) -> Statement:
    """What the planner thinks how many rows there are."""
    statement = Statement()
    source = Source.of(table)
    statement.text = f"EXPLAIN (FORMAT JSON) SELECT 1 FROM {source.name}{source.where(statement, query.conditions)}"
    return statement


def typed(columns: Iterable[Column]) -> str:
    """A list of columns with their types, as json_to_recordset wants it."""
    return ", ".join(f"{quote(column.name)} {column.written_type}" for column in columns)
