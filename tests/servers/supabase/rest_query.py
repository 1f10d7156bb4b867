"""What a query string of PostgREST asks for: columns, conditions, order, page and arguments."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import parse_qsl

from tests.servers.supabase.rest_errors import RestError
from tests.servers.supabase.rest_grammar import (
    Condition,
    Field,
    Logic,
    read_condition,
    read_field,
    read_logic,
    read_path,
    read_rest,
)
from tests.servers.supabase.rest_scanner import Scanner, read_name, read_quoted, read_words

_RANGE = re.compile(r"(\d+)-(\d*)")
_AGGREGATE = re.compile(r"(?:\.(?:sum|avg|count|max|min)\(\)|count\(\))")


@dataclass(frozen=True, slots=True)
class Selected:
    """A column of the answer; the field `*` stands for all of them."""

    field: Field
    cast: str = ""
    alias: str = ""

    @property
    def name(self) -> str:
        """What the answer calls it: the alias, or the last key of a path that is not a number."""
        if self.alias:
            return self.alias
        keys = [step.key for step in self.field.path if isinstance(step.key, str)]
        return keys[-1] if keys else self.field.name


@dataclass(frozen=True, slots=True)
class Order:
    field: Field
    direction: str = ""
    nulls: str = ""


@dataclass(frozen=True, slots=True)
class Query:
    """A query string, understood; `arguments` are those of a function called by GET."""

    selected: tuple[Selected, ...] = (Selected(Field("*")),)
    conditions: tuple[Condition | Logic, ...] = ()
    order: tuple[Order, ...] = ()
    limit: int | None = None
    offset: int = 0
    columns: tuple[str, ...] | None = None
    on_conflict: tuple[str, ...] | None = None
    arguments: tuple[tuple[str, str], ...] = ()

    @property
    def everything(self) -> bool:
        return self.selected == (Selected(Field("*")),)


def parse_query(query: str, *, function: bool = False, range_header: str | None = None) -> Query:
    """Understand a query string.

    Args:
        query: as it stands in the URL, still encoded.
        function: a function is called by GET: what is no condition is an argument.
        range_header: of a GET; narrows the page.

    Raises:
        RestError: PGRST100 for what cannot be read, PGRST103 for a page that cannot be, PGRST108 for an embedded
            resource, PGRST123 for an aggregate.
    """
    pairs = [(key, value) for key, value in parse_qsl(query, keep_blank_values=True) if key != "apikey"]
    first = dict(reversed(pairs))
    conditions: list[Condition | Logic] = []
    arguments: list[tuple[str, str]] = []
    for key, value in pairs:
        last = key.rsplit(".", 1)[-1]
        if last in ("and", "or"):
            conditions.append(_parse_tree(key, value))
        elif key in ("select", "columns", "on_conflict") or last in ("order", "limit", "offset"):
            continue
        elif function and not _is_condition(value):
            arguments.append((key, value))
        else:
            conditions.append(_parse_condition(key, value))
    limit, offset = _page(first.get("limit"), first.get("offset"), range_header)
    return Query(
        selected=_parse_select(first.get("select", "*")),
        conditions=tuple(conditions),
        order=_parse_order(first["order"]) if "order" in first else (),
        limit=limit,
        offset=offset,
        columns=_parse_names("columns parameter", first.get("columns")),
        on_conflict=_parse_names("on_conflict parameter", first.get("on_conflict")),
        arguments=tuple(arguments),
    )


def _whole_number(text: str | None) -> int | None:
    return int(text) if text and re.fullmatch(r"-?\d{1,18}", text) else None


def _page(limit_text: str | None, offset_text: str | None, range_header: str | None) -> tuple[int | None, int]:
    """Limit and offset, of what the parameters and the header both allow."""
    limit, offset = _whole_number(limit_text), _whole_number(offset_text) or 0
    if limit is not None and limit < 0:
        raise _no_range("Limit should be greater than or equal to zero.")
    found = _RANGE.fullmatch(range_header or "")
    if found is None or limit == 0:
        return limit, offset
    first, last = int(found[1]), int(found[2]) if found[2] else None
    if last is not None and last < first:
        raise _no_range("The lower boundary must be lower than or equal to the upper boundary in the Range header.")
    ends = [end for end in (None if limit is None else offset + limit - 1, last) if end is not None]
    start = max(first, offset)
    if not ends:
        return None, start
    if min(ends) < start:
        raise _no_range("The lower boundary must be lower than or equal to the upper boundary in the Range header.")
    return min(ends) - start + 1, start


def _no_range(details: str) -> RestError:
    return RestError("PGRST103", "Requested range not satisfiable", details=details)


def _is_condition(value: str) -> bool:
    try:
        read_condition(Scanner("filter", value), Field(""), read_rest)
    except RestError:
        return False
    return True


def _parse_key(key: str) -> Field:
    scanner = Scanner("tree path", key)
    names = [read_name(scanner)]
    while scanner.take("."):
        names.append(read_name(scanner))
    field = Field(names[-1], read_path(scanner))
    scanner.end()
    if len(names) > 1:
        raise _not_embedded(names[0])
    return field


def _not_embedded(name: str) -> RestError:
    hint = f"Verify that '{name}' is included in the 'select' query parameter."
    return RestError("PGRST108", f"'{name}' is not an embedded resource in this request", hint=hint)


def _parse_condition(key: str, value: str) -> Condition:
    field = _parse_key(key)
    scanner = Scanner("filter", value)
    condition = read_condition(scanner, field, read_rest)
    scanner.end()
    return condition


def _parse_tree(key: str, value: str) -> Condition | Logic:
    """`or=(…)`, `and=(…)`, `not.or=(…)`."""
    *before, joiner = key.split(".")
    embedded = [name for name in before if name != "not"]
    if embedded:
        raise _not_embedded(embedded[0])
    scanner = Scanner("logic tree", f"{'not.' if before else ''}{joiner}{value}")
    tree = read_logic(scanner)
    scanner.end()
    if not isinstance(tree, Logic):
        raise Scanner("logic tree", value).refusal('"("')
    return tree


def _parse_names(what: str, text: str | None) -> tuple[str, ...] | None:
    if text is None:
        return None
    scanner = Scanner(what, text)
    names = [read_name(scanner)]
    scanner.skip_blanks()
    while scanner.take(","):
        scanner.skip_blanks()
        names.append(read_name(scanner))
        scanner.skip_blanks()
    scanner.end()
    return tuple(dict.fromkeys(names))


def _parse_select(text: str) -> tuple[Selected, ...]:
    if not text.strip():
        return ()
    scanner = Scanner("select parameter", text)
    items = [_read_selected(scanner)]
    while scanner.take(","):
        items.append(_read_selected(scanner))
    scanner.end()
    return tuple(items)


def _read_selected(scanner: Scanner) -> Selected:
    scanner.skip_blanks()
    if scanner.sees("..."):
        raise _embedding()
    if scanner.take("*"):
        scanner.skip_blanks()
        return Selected(Field("*"))
    alias = _read_alias(scanner)
    _refuse_aggregate(scanner)
    field = read_field(scanner)
    if scanner.sees("(") or scanner.sees("!"):
        raise _embedding()
    cast = read_words(scanner) if scanner.take("::") else ""
    _refuse_aggregate(scanner)
    return Selected(field, cast, alias)


def _read_alias(scanner: Scanner) -> str:
    start = scanner.place
    quoted = read_quoted(scanner)
    try:
        name = read_name(scanner) if quoted is None else quoted
    except RestError:
        name = ""
    if name and scanner.sees(":") and not scanner.sees("::"):
        scanner.place += 1
        return name
    scanner.place = start
    return ""


def _refuse_aggregate(scanner: Scanner) -> None:
    """Aggregates are switched off on hosted projects."""
    if scanner.match(_AGGREGATE):
        raise RestError("PGRST123", "Use of aggregate functions is not allowed")


def _embedding() -> RestError:
    return RestError("PGRST127", "Feature not implemented", details="This server embeds no resources in others.")


def _parse_order(text: str) -> tuple[Order, ...]:
    scanner = Scanner("order", text)
    terms = [_read_order(scanner)]
    while scanner.take(","):
        terms.append(_read_order(scanner))
    scanner.end()
    return tuple(terms)


def _read_order(scanner: Scanner) -> Order:
    field = read_field(scanner)
    direction = nulls = ""
    for word, keyword in ((".asc", "asc"), (".desc", "desc")):
        if scanner.take(word):
            direction = keyword
            break
    for word, keyword in ((".nullsfirst", "nulls first"), (".nullslast", "nulls last")):
        if scanner.take(word):
            nulls = keyword
            break
    if not scanner.at_end and not scanner.sees(","):
        scanner.place += scanner.sees(".")
        raise scanner.refusal('"asc", "desc", "nullsfirst" or "nullslast"')
    return Order(field, direction, nulls)
