"""What PostgREST knows of the database: tables, columns, keys and functions of the exposed schemas, from pg_catalog."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import psycopg

_WIDEST = {
    "bit": "bit varying",
    "bit[]": "bit varying[]",
    "character": "character varying",
    "character[]": "character varying[]",
}
"""A cast to these would cut a value to one character."""
HOISTED_SETTINGS = ("statement_timeout", "default_transaction_isolation")
"""Settings of a function that hold for the whole request: https://docs.postgrest.org/en/stable/references/configuration.html"""


@dataclass(frozen=True, slots=True)
class Column:
    name: str
    description: str | None
    nullable: bool
    type: str
    written_type: str
    """With its length or precision, as a cast needs it."""
    max_length: int | None
    default: str | None
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ForeignKey:
    """Of one column; wider ones are not told in the document of the API."""

    column: str
    table: str
    to_column: str


@dataclass(frozen=True, slots=True)
class Table:
    schema: str
    name: str
    description: str | None
    insertable: bool
    updatable: bool
    deletable: bool
    primary_key: tuple[str, ...]
    columns: Mapping[str, Column]
    foreign_keys: tuple[ForeignKey, ...] = ()


@dataclass(frozen=True, slots=True)
class Parameter:
    name: str
    type: str
    required: bool
    variadic: bool = False


@dataclass(frozen=True, slots=True)
class Routine:
    schema: str
    name: str
    description: str | None
    parameters: tuple[Parameter, ...]
    returns: str
    returns_set: bool
    composite: bool
    volatile: bool
    settings: Mapping[str, str] = field(default_factory=dict)

    @property
    def one_value(self) -> bool:
        """It returns one value that is no row: the only answer that the limit of rows does not cut."""
        return not self.composite and not self.returns_set

    @property
    def signature(self) -> str:
        listed = ", ".join(f"{parameter.name} => {parameter.type}" for parameter in self.parameters)
        return f"{self.schema}.{self.name}({listed})"


@dataclass(frozen=True, slots=True)
class Schema:
    """All of it, as it was when it was read."""

    tables: Mapping[tuple[str, str], Table]
    routines: Mapping[tuple[str, str], Sequence[Routine]]
    role_settings: Mapping[str, Mapping[str, str]]


_COLUMNS = """
select n.nspname, c.relname, d.description,
    c.relkind in ('r', 'p') or pg_relation_is_updatable(c.oid, true) & 8 = 8,
    c.relkind in ('r', 'p') or pg_relation_is_updatable(c.oid, true) & 4 = 4,
    c.relkind in ('r', 'p') or pg_relation_is_updatable(c.oid, true) & 16 = 16,
    coalesce((
        select array_agg(k.attname::text order by k.attname) from pg_constraint p
        join pg_attribute k on k.attrelid = p.conrelid and k.attnum = any (p.conkey)
        where p.conrelid = c.oid and p.contype = 'p'
    ), '{}'),
    a.attname, cd.description, not (a.attnotnull or t.typtype = 'd' and t.typnotnull),
    case when t.typtype = 'd' and bn.nspname = 'pg_catalog' then format_type(b.oid, null)
        when tn.nspname = 'pg_catalog' then format_type(a.atttypid, null)
        else format_type(a.atttypid, a.atttypmod) end,
    format_type(a.atttypid, a.atttypmod),
    case when b.oid in ('bpchar'::regtype, 'varchar'::regtype)
        and coalesce(nullif(t.typtypmod, -1), a.atttypmod) > 0
        then coalesce(nullif(t.typtypmod, -1), a.atttypmod) - 4 end,
    case when a.attidentity = 'd' then format('nextval(%L)', (
            -- Not by pg_get_serial_sequence: whoever reads this may have no right to the schema.
            select s.objid::regclass from pg_depend s where s.refobjid = c.oid and s.refobjsubid = a.attnum
            and s.deptype = 'i' and s.classid = 'pg_class'::regclass and s.refclassid = 'pg_class'::regclass))
        when a.attgenerated <> '' then null
        when ad.adbin is null and t.typbasetype <> 0 then t.typdefault
        else pg_get_expr(ad.adbin, ad.adrelid) end,
    array(select e.enumlabel::text from pg_enum e where e.enumtypid = b.oid order by e.enumsortorder)
from pg_class c
join pg_namespace n on n.oid = c.relnamespace
join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
join pg_type t on t.oid = a.atttypid
join pg_namespace tn on tn.oid = t.typnamespace
join pg_type b on b.oid = coalesce(nullif(t.typbasetype, 0), t.oid)
join pg_namespace bn on bn.oid = b.typnamespace
left join pg_attrdef ad on ad.adrelid = c.oid and ad.adnum = a.attnum
left join pg_description d on d.objoid = c.oid and d.objsubid = 0 and d.classoid = 'pg_class'::regclass
left join pg_description cd on cd.objoid = c.oid and cd.objsubid = a.attnum and cd.classoid = 'pg_class'::regclass
where c.relkind in ('v', 'r', 'm', 'f', 'p') and not c.relispartition and n.nspname = any ($1)
order by n.nspname, c.relname, a.attnum
"""

_FOREIGN_KEYS = """
select n.nspname, c.relname, a.attname, o.relname, oa.attname
from pg_constraint f
join pg_class c on c.oid = f.conrelid
join pg_namespace n on n.oid = c.relnamespace
join pg_attribute a on a.attrelid = c.oid and a.attnum = f.conkey[1]
join pg_class o on o.oid = f.confrelid
join pg_namespace fn on fn.oid = o.relnamespace
join pg_attribute oa on oa.attrelid = o.oid and oa.attnum = f.confkey[1]
where f.contype = 'f' and cardinality(f.conkey) = 1 and f.conparentid = 0
    and n.nspname = any ($1) and fn.nspname = any ($1)
order by 1, 2, 3, f.conname
"""

_ROUTINES = """
select n.nspname, p.proname, d.description,
    coalesce(p.proargnames, '{}'), p.proargmodes::text[],
    array(select format_type(i.type, null) from unnest(p.proargtypes) with ordinality as i (type, nth) order by nth),
    p.pronargdefaults, p.provariadic <> 0,
    format_type(p.prorettype, null), p.proretset,
    t.typtype = 'c' or coalesce(p.proargmodes::text[] && '{t,b,o}', false),
    p.provolatile = 'v', coalesce(p.proconfig, '{}')
from pg_proc p
join pg_namespace n on n.oid = p.pronamespace
join pg_type r on r.oid = p.prorettype
join pg_type t on t.oid = coalesce(nullif(r.typbasetype, 0), r.oid)
left join pg_description d on d.objoid = p.oid and d.classoid = 'pg_proc'::regclass
where p.prokind = 'f' and n.nspname = any ($1) and t.typname not in ('trigger', 'event_trigger')
order by 1, 2, p.pronargs, p.oid
"""

_ROLE_SETTINGS = """
select r.rolname, s.setting from pg_roles r
join pg_db_role_setting d on d.setrole = r.oid
    and d.setdatabase in (0, (select oid from pg_database where datname = current_database()))
cross join unnest(d.setconfig) as s (setting)
where pg_has_role(current_user, r.oid, 'member') order by d.setdatabase
"""


async def read_schema(connection: psycopg.AsyncConnection[Any], schemas: Sequence[str]) -> Schema:
    """Read it all, in a transaction that is open already: types are written with their schemas."""
    cursor = psycopg.AsyncRawCursor(connection)
    await cursor.execute("select set_config('search_path', '', true)")
    names = list(schemas)
    foreign_keys: dict[tuple[str, str], list[ForeignKey]] = {}
    await cursor.execute(_FOREIGN_KEYS, (names,))
    for schema, table, *rest in await cursor.fetchall():
        foreign_keys.setdefault((schema, table), []).append(ForeignKey(*rest))
    await cursor.execute(_COLUMNS, (names,))
    tables = _tables(await cursor.fetchall(), foreign_keys)
    await cursor.execute(_ROUTINES, (names,))
    routines: dict[tuple[str, str], list[Routine]] = {}
    for row in await cursor.fetchall():
        routine = _routine(row)
        if _callable(routine):
            routines.setdefault((routine.schema, routine.name), []).append(routine)
    settings: dict[str, dict[str, str]] = {}
    await cursor.execute(_ROLE_SETTINGS)
    for role, setting in await cursor.fetchall():
        name, _, value = setting.partition("=")
        settings.setdefault(role, {})[name] = value
    return Schema(tables, routines, settings)


def _tables(
    rows: Sequence[tuple[Any, ...]], foreign_keys: Mapping[tuple[str, str], Sequence[ForeignKey]]
) -> dict[tuple[str, str], Table]:
    tables: dict[tuple[str, str], Table] = {}
    columns: dict[tuple[str, str], dict[str, Column]] = {}
    for schema, name, description, insertable, updatable, deletable, key, *described, values in rows:
        place = (schema, name)
        column = Column(*[*described, tuple(values)])
        if place not in tables:
            columns[place] = {}
            keys = tuple(foreign_keys.get(place, ()))
            kinds = (insertable, updatable, deletable, tuple(key))
            tables[place] = Table(schema, name, description, *kinds, columns[place], keys)
        columns[place][column.name] = column
    return tables


def _routine(row: tuple[Any, ...]) -> Routine:
    schema, name, description, names, modes, types, defaults, variadic, returns, *kind, settings = row
    inputs = [called for called, mode in zip(names, modes or "i" * len(names), strict=True) if mode in "ibv"]
    inputs = inputs or [""] * len(types)
    last = len(types) - 1
    parameters = tuple(
        Parameter(called, _WIDEST.get(type_, type_), place + defaults <= last, variadic and place == last)
        for place, (called, type_) in enumerate(zip(inputs, types, strict=True))
    )
    pairs = (setting.partition("=") for setting in settings)
    hoisted = {key: value for key, _, value in pairs if key in HOISTED_SETTINGS}
    returns_set, composite, volatile = kind
    return Routine(schema, name, description, parameters, returns, returns_set, composite, volatile, hoisted)


def _callable(routine: Routine) -> bool:
    """All its arguments have names, or it has a single one without that a whole body can be."""
    unnamed = [parameter for parameter in routine.parameters if not parameter.name]
    if not unnamed:
        return True
    return len(routine.parameters) == 1 and unnamed[0].type in ("json", "jsonb", "text", "bytea", "xml")
