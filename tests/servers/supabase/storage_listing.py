"""Listing: `list` with its faults, `list-v2` that is right when flat and wrong with a delimiter (facts.md E2)."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass

from psycopg import sql
from starlette.requests import Request
from starlette.responses import Response

from tests.servers.supabase.storage_errors import StorageError, invalid_parameter
from tests.servers.supabase.storage_requests import Body, Caller, signed_in
from tests.servers.supabase.world import World

MOST_V2 = 1000
INT4_MOST = 2**31 - 1
V1_COLUMNS = ("name", "updated_at", "created_at", "last_accessed_at")
V2_COLUMNS = ("name", "updated_at", "created_at")
TIMES = """extensions.iso(o.updated_at) as updated_at, extensions.iso(o.created_at) as created_at,
           extensions.iso(o.last_accessed_at) as last_accessed_at"""


@signed_in
async def list_v1(request: Request, world: World, caller: Caller) -> Response:
    """One level below a folder, paged by offset."""
    body = await Body.of(request, world)
    prefix = body.text("prefix")
    limit, offset = body.integer("limit", 100, 1), body.integer("offset", 0, 0)
    column, order = body.order(V1_COLUMNS)
    search = body.text("search", "")
    if max(limit, offset) > INT4_MOST:
        raise StorageError(500, "DatabaseError", "DatabaseError", "database error, code: 22003", http=500)
    if prefix and not prefix.endswith("/"):
        prefix += "/"
    if column != "name":
        prefix, search = _escaped(prefix), _escaped(search)
    query = f"""select row_to_json(page)::text from (
                    select o.name, o.id, {TIMES}, o.metadata from storage.search(%s, %s, %s, 1, %s, %s, %s, %s) o
                ) page"""
    given = (prefix, request.path_params["bucket"], limit, offset, search, column, order)
    async with world.database.as_caller(caller.claims) as connection:
        rows = await (await connection.execute(query.encode(), given)).fetchall()
    return Response(f"[{','.join(str(row[0]) for row in rows)}]", media_type="application/json")


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a page begins: after a name, and after a time when the order is by one."""

    after: str = ""
    order: str = ""
    column: str = ""
    time: str = ""

    @classmethod
    def read(cls, text: str) -> Cursor:
        """From its opaque form; raises what the service answers to garbage."""
        letters = {"l": "after", "o": "order", "c": "column", "a": "time"}
        try:
            lines = base64.b64decode(text + "=" * (-len(text) % 4)).decode().split("\n")
            values = {letters[line[0]]: line[2:] for line in lines if line[1] == ":"}
        except (binascii.Error, UnicodeDecodeError, KeyError, IndexError) as error:
            raise invalid_parameter("Invalid Parameter continuation token") from error
        if len(values) != len(lines):
            raise invalid_parameter("Invalid Parameter continuation token")
        return cls(**{"order": "asc", **values})

    def written(self) -> str:
        """Its opaque form."""
        lines = (("l", self.after), ("o", self.order), ("c", self.column), ("a", self.time))
        text = "\n".join(f"{letter}:{value}" for letter, value in lines if value)
        return base64.b64encode(text.encode()).decode()


@signed_in
async def list_v2(request: Request, world: World, caller: Caller) -> Response:
    """Everything under a prefix, or one level with a delimiter, paged by cursor."""
    body = await Body.of(request, world)
    limit = min(body.integer("limit", MOST_V2, 1), MOST_V2)
    prefix, given = body.text("prefix", ""), body.text("cursor", "")
    column, order = body.order(V2_COLUMNS)
    told = body.values.get("sortBy") is not None
    cursor = Cursor.read(given) if given else Cursor()
    column, order = cursor.column or column, cursor.order or order
    query, arguments = (_delimited if body.flag("with_delimiter") else _flat)(
        request.path_params["bucket"], prefix, limit + 1, column, order, cursor
    )
    async with world.database.as_caller(caller.claims) as connection:
        rows = await (await connection.execute(query, arguments)).fetchall()
    more = len(rows) > limit
    answer = ['{"hasNext":true' if more else '{"hasNext":false']
    if more:
        last = rows[limit - 1]
        name, time = str(last[0]), str(last[3] or "") if column != "name" else ""
        written = Cursor(name, order if told or cursor.order else "", column if told or cursor.column else "", time)
        answer.append(f'"nextCursor":{json.dumps(written.written())},"nextCursorKey":{json.dumps(name)}')
    shown = rows[:limit]
    for what, wanted in (("folders", True), ("objects", False)):
        answer.append(f'"{what}":[{",".join(str(text) for _, text, folder, _ in shown if folder is wanted)}]')
    return Response(",".join(answer) + "}", media_type="application/json")


def _flat(
    bucket: str, prefix: str, wanted: int, column: str, order: str, cursor: Cursor
) -> tuple[sql.Composed, list[object]]:
    """By keyset over the index on names: complete, and quick."""
    sign = sql.SQL(">" if order == "asc" else "<")
    conditions: list[sql.Composable] = [sql.SQL("o.bucket_id = %s")]
    arguments: list[object] = [bucket]
    if prefix:
        conditions.append(sql.SQL('o.name collate "C" >= %s and o.name collate "C" < storage.after_prefix(%s)'))
        arguments += [prefix, prefix]
    time: sql.Composable = sql.SQL("null::text")
    by: sql.Composable = sql.SQL("")
    if column != "name":
        named = sql.Identifier("o", column)
        time = sql.SQL("extensions.iso({})").format(named)
        by = sql.SQL("date_trunc('milliseconds', {}) {}, ").format(named, sql.SQL(order))
    if cursor.after and column != "name" and cursor.time:
        row = sql.SQL("(date_trunc('milliseconds', {}), o.name collate \"C\") {} (%s::timestamptz, %s)")
        conditions.append(row.format(sql.Identifier("o", column), sign))
        arguments += [cursor.time, cursor.after]
    elif cursor.after:
        conditions.append(sql.SQL('o.name collate "C" {} %s').format(sign))
        arguments.append(cursor.after)
    query = sql.SQL(
        """select page.name, row_to_json(page)::text, false, page_time from (
               select o.id, o.name, o.metadata, {times}, {time} as page_time
               from storage.objects o where {conditions} order by {by} o.name collate "C" {order} limit %s
           ) whole (id, name, metadata, updated_at, created_at, last_accessed_at, page_time),
           lateral (select whole.id, whole.name, whole.metadata, whole.updated_at, whole.created_at,
                           whole.last_accessed_at) page"""
    ).format(times=sql.SQL(TIMES), time=time, conditions=sql.SQL(" and ").join(conditions), by=by, order=sql.SQL(order))
    return query, [*arguments, wanted]


def _delimited(
    bucket: str, prefix: str, wanted: int, column: str, order: str, cursor: Cursor
) -> tuple[sql.Composed, list[object]]:
    """One level, folders apart; loses names as the real one does (facts.md E1)."""
    query = f"""select page.plain, row_to_json(page.entry)::text, page.folder, page.time from (
                    select o.name as plain, o.id is null as folder, extensions.iso(o.{
        column if column != "name" else "created_at"
    }) as time,
                        (select entry from (select o.key, o.name || case when o.id is null then '/' else '' end as name,
                            o.id, {TIMES}, o.metadata) entry) as entry
                    from storage.search_v2(%s, %s, %s, %s, %s, %s, %s, %s) o
                ) page"""
    levels = len(prefix.split("/")) if prefix else 1
    arguments: list[object] = [prefix, bucket, wanted, levels, cursor.after, order, column, cursor.time]
    return sql.Composed([sql.SQL(query)]), arguments
