"""What of the set-up is in a project's database, what is missing, and what is there in another form."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from core.database_setup import Database, Migration, migrations

State = Literal["there", "missing", "older", "differs"]
Kind = Literal["function", "table", "index", "policy", "trigger", "bucket"]
_FUNCTION = re.compile(
    r"create or replace function ([\w.]+)\(.*?\bas \$function\$(.*?)\$function\$", re.DOTALL | re.IGNORECASE
)
_TABLE = re.compile(r"bucketdesk\.make_table\('(\w+)', '(\w+) ")
_OURS = re.compile(r"create table if not exists (bucketdesk\.\w+)")
_COLUMNS = re.compile(r"bucketdesk\.add_columns\('public\.(\w+)',(.*?)\);\n", re.DOTALL)
_INDEX = re.compile(r"bucketdesk\.add_index\('public\.(\w+)', '(\w+)'")
_PROTECTED = re.compile(r"bucketdesk\.protect\('public\.(\w+)'")
_STORAGE_POLICY = re.compile(r"\('(storage\.\w+)', '(bucketdesk_\w+)', '\w+',")
_TABLE_POLICIES = ("bucketdesk_read", "bucketdesk_add", "bucketdesk_change", "bucketdesk_remove")
_WORST_FIRST: tuple[State, ...] = ("differs", "older", "missing", "there")
_DOES: dict[State, str] = {
    "there": "",
    "missing": "It will be made.",
    "older": "It will be brought up to date.",
    "differs": "Another one of this name is here: it will be replaced.",
}
FAMILIES = ("patient-images",)
"""Families of buckets that are looked for where a profile names none."""


@dataclass(frozen=True, slots=True)
class Item:
    """One thing of the set-up. `sentence` says what applying would do about it; "" when nothing."""

    name: str
    kind: Kind
    state: State
    sentence: str = ""


async def status(database: Database, families: Sequence[str] = ()) -> tuple[Item, ...]:
    """Everything that the set-up brings, and the existing buckets of the families (`missing`: not registered). Reads
    only. Raises `ServiceError`."""
    steps = migrations()
    return (
        *await _functions(database, steps),
        *await _tables(database, steps),
        *await _indexes(database, steps),
        *await _policies(database, steps),
        *await _trigger(database),
        *await _buckets(database, (*FAMILIES, *families)),
    )


def functions_of(steps: Iterable[Migration]) -> dict[str, frozenset[str]]:
    """The bodies of every function by its full name, overloads together. The last migration that makes it counts."""
    found: dict[str, frozenset[str]] = {}
    for one in steps:
        made = _FUNCTION.findall(one.sql)
        found |= {name: frozenset(body for known, body in made if known == name) for name, _ in made}
    return found


async def _functions(database: Database, steps: Sequence[Migration]) -> list[Item]:
    wanted = functions_of(steps)
    rows = await database.query(
        "select format('%%s.%%s', n.nspname, p.proname), p.prosrc from pg_catalog.pg_proc as p "
        "join pg_catalog.pg_namespace as n on n.oid = p.pronamespace "
        "where format('%%s.%%s', n.nspname, p.proname) = any (%s)",
        list(wanted),
    )
    there: dict[str, set[str]] = {}
    for name, body in rows:
        there.setdefault(str(name), set()).add(str(body).replace("\r\n", "\n"))
    different: State = "older" if await _was_set_up(database) else "differs"
    states: dict[str, State] = {}
    for name, bodies in sorted(wanted.items()):
        found = there.get(name, set())
        states[name] = "there" if bodies <= found else different if found else "missing"
    inner = {state for name, state in states.items() if name.startswith("bucketdesk.")}
    return [
        _function("functions of schema bucketdesk", next(state for state in _WORST_FIRST if state in inner)),
        *(_function(name, state) for name, state in states.items() if not name.startswith("bucketdesk.")),
    ]


def _function(name: str, state: State) -> Item:
    return Item(name, "function", state, _DOES[state])


async def _was_set_up(database: Database) -> bool:
    ((there,),) = await database.query("select to_regclass('bucketdesk.migrations') is not null")
    return bool(there)


async def _tables(database: Database, steps: Sequence[Migration]) -> list[Item]:
    text = "\n".join(one.sql for one in steps)
    wanted: dict[str, set[str]] = {f"public.{name}": {key} for name, key in _TABLE.findall(text)}
    wanted |= {name: set() for name in _OURS.findall(text)}
    for name, listed in _COLUMNS.findall(text):
        wanted[f"public.{name}"] |= set(re.findall(r"'(\w+) [a-z]", listed))
    rows = await database.query(
        "select w.name, c.oid is not null, coalesce(c.relkind in ('r', 'p'), false), "
        "coalesce(c.relrowsecurity, false), "
        "array(select a.attname::text from pg_catalog.pg_attribute as a "
        "where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped) "
        "from unnest(%s::text[]) as w (name) left join pg_catalog.pg_class as c on c.oid = to_regclass(w.name) "
        "order by 1",
        list(wanted),
    )
    return [_table(str(name), wanted[str(name)], *rest) for name, *rest in rows]


def _table(name: str, wanted: set[str], there: object, is_table: object, secured: object, columns: object) -> Item:
    if not there:
        return Item(name, "table", "missing", "It will be made.")
    if not is_table:
        return Item(name, "table", "differs", "Something else has this name: it stays as it is.")
    assert isinstance(columns, list)
    keys = {"id", "bucket_name"} if len(wanted) > 1 else set()
    lacking = sorted(wanted - set(columns) - (keys - {"bucket_name"}))
    does = [f"It gets the columns {', '.join(lacking)}; its rows stay as they are."] if lacking else []
    if not secured:
        does.append("Row level security is switched on: of people signed in, only staff, managers and admins see it.")
    return Item(name, "table", "differs" if does else "there", " ".join(does))


async def _indexes(database: Database, steps: Sequence[Migration]) -> list[Item]:
    wanted = [(table, name) for one in steps for table, name in _INDEX.findall(one.sql)]
    rows = await database.query(
        "select tablename::text, indexname::text from pg_catalog.pg_indexes where schemaname = 'public'"
    )
    there = {(str(table), str(name)) for table, name in rows}
    return [_plain(f"public.{name}", "index", (table, name) in there) for table, name in wanted]


async def _policies(database: Database, steps: Sequence[Migration]) -> list[Item]:
    text = "\n".join(one.sql for one in steps)
    wanted = [(f"public.{table}", name) for table in _PROTECTED.findall(text) for name in _TABLE_POLICIES]
    wanted += _STORAGE_POLICY.findall(text)
    rows = await database.query(
        "select schemaname || '.' || tablename, policyname::text from pg_catalog.pg_policies "
        "where starts_with(policyname, 'bucketdesk_')"
    )
    there = {(str(table), str(name)) for table, name in rows}
    return [_plain(f"{name} on {table}", "policy", (table, name) in there) for table, name in wanted]


async def _trigger(database: Database) -> list[Item]:
    rows = await database.query(
        "select exists (select from pg_catalog.pg_trigger as t where t.tgrelid = to_regclass('storage.buckets') "
        "and t.tgname ~ 'image_bucket')"
    )
    return [_plain("image_bucket trigger on storage.buckets", "trigger", bool(rows[0][0]))]


def _plain(name: str, kind: Kind, there: bool) -> Item:
    state: State = "there" if there else "missing"
    return Item(name, kind, state, _DOES[state])


async def _buckets(database: Database, families: Sequence[str]) -> list[Item]:
    ((there, registry),) = await database.query(
        "select to_regclass('storage.buckets') is not null, to_regclass('bucketdesk.buckets') is not null"
    )
    if not there:
        return []
    rows = await database.query(
        "select b.name from storage.buckets as b "
        "where regexp_replace(b.name, '-[0-9]+$', '') = any (%s) or b.name = any (%s) order by b.name",
        *(list(families), list(families)),
    )
    listed = await database.query("select name from bucketdesk.buckets") if registry else []
    registered = {name for (name,) in listed}
    why = "It is not registered: nobody but admins reaches it through the policies. Register it if you want them to."
    return [
        Item(str(name), "bucket", "there") if name in registered else Item(str(name), "bucket", "missing", why)
        for (name,) in rows
    ]
