"""Fills a project with the practice project's pictures and rows, trouble included, for a window to be tried on."""

from __future__ import annotations

import base64
import json
import re
import sqlite3
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote, unquote

import httpx
import psycopg
from psycopg import sql

from core.practice.files import Painter, file_rules
from core.practice.mapping import BUCKETS, SITE
from core.practice.registers import Moment
from core.practice.tables import write_catalog
from core.practice.world import imagine
from tests.servers.supabase.settings import Settings

SCHEMA = Path(__file__).parents[1] / "schema" / "sample.sql"
OBJECTS = 300
SEED = 7
AT_ONCE = 4
PASSWORD = "practice"
USERS = {"admin@example.org": "admin", "manager@example.org": "manager", "staff@example.org": "staff"}
_SAMPLE_HOST = "https://practice.supabase.co"
_SIGNED = re.compile(rf"{re.escape(_SAMPLE_HOST)}/storage/v1/object/sign/([^?\s\"']+)\?token=[^.]+\.([^.]+)\.[\w-]+")
_TABLES = (
    "parts",
    "part_images",
    "collections",
    "images",
    "image_tags",
    "patients",
    "image_patient_associations",
    "media_assets",
    "media_collections",
    "articles",
    "newsletters",
)


def plant(url: str, settings: Settings, owner_url: str, superuser_url: str, *, objects: int = OBJECTS) -> str:
    """Make buckets, objects, tables, rows and users; a sentence that says what there is now.

    Args:
        url: of the project: buckets, objects and users are made through its API.
        owner_url: of the database, for whoever owns the project: tables and rows are made there.
        superuser_url: the same for a superuser, who alone can make objects as old as they should be.
    """
    with tempfile.TemporaryDirectory(prefix="bucketdesk-sample-") as name:
        folder = Path(name)
        moment = Moment(datetime.now(UTC).replace(microsecond=0))
        world = imagine(objects, SEED, file_rules(folder))
        sizes = Painter(world, folder / "storage", moment).paint(world.items)
        write_catalog(folder / "catalog.db", world, moment, sizes)
        with closing(sqlite3.connect(folder / "catalog.db")) as catalog:
            catalog.row_factory = sqlite3.Row
            kept = catalog.execute("select * from storage_objects").fetchall()
            _upload(url, settings, folder / "storage", kept)
            with psycopg.connect(owner_url) as connection:
                connection.execute(SCHEMA.read_bytes())
                rows = sum(_copy(connection, catalog, table, url, settings) for table in _TABLES)
            with psycopg.connect(superuser_url) as connection:
                dated = _date_back(connection, kept)
    trouble = ", ".join(f"{kind.value} {count}" for kind, count in sorted(world.quotas.planted.items()))
    age = "" if dated else " All objects are new: only a superuser can make them look old."
    return (
        f"{len(kept)} objects in {len(BUCKETS)} buckets, {rows} rows. Trouble to find: {trouble}.{age}\n"
        f"To sign in with the password {PASSWORD!r}: {', '.join(USERS)}."
    )


def _upload(url: str, settings: Settings, storage: Path, kept: list[sqlite3.Row]) -> None:
    headers = {"apikey": settings.service_key, "Authorization": f"Bearer {settings.service_key}"}
    with httpx.Client(base_url=url, headers=headers, timeout=60) as client:
        for bucket in BUCKETS:
            given = {"id": bucket, "name": bucket, "public": bucket == SITE}
            client.post("/storage/v1/bucket", json=given).raise_for_status()

        def put(row: sqlite3.Row) -> None:
            metadata = base64.b64encode(row["user_metadata"].encode()).decode()
            told = {"content-type": row["content_type"], "cache-control": row["cache_control"], "x-metadata": metadata}
            path = f"/storage/v1/object/{row['bucket_id']}/{quote(row['name'])}"
            data = (storage / row["bucket_id"] / row["name"]).read_bytes()
            client.post(path, content=data, headers=told).raise_for_status()

        with ThreadPoolExecutor(AT_ONCE) as threads:
            list(threads.map(put, kept))
        for email, role in USERS.items():
            given = {"email": email, "password": PASSWORD, "email_confirm": True, "app_metadata": {"role": role}}
            client.post("/auth/v1/admin/users", json=given).raise_for_status()


def _copy(
    connection: psycopg.Connection[tuple[object, ...]],
    catalog: sqlite3.Connection,
    table: str,
    url: str,
    settings: Settings,
) -> int:
    rows = catalog.execute(f'select * from "{table}"').fetchall()
    if not rows:
        return 0
    columns = rows[0].keys()
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    with connection.cursor() as cursor:
        with cursor.copy(sql.SQL("copy {} ({}) from stdin").format(sql.Identifier(table), names)) as copy:
            for row in rows:
                copy.write_row([_value(name, row[name], url, settings) for name in columns])
        if "id" in columns and isinstance(rows[0]["id"], int):
            restart = f"select setval(pg_get_serial_sequence('{table}', 'id'), (select max(id) from {table}))"
            cursor.execute(restart.encode())
    return len(rows)


def _value(column: str, value: object, url: str, settings: Settings) -> object:
    """As PostgreSQL takes it: lists as such, links to this project and signed by it."""
    if not isinstance(value, str):
        return value
    if column == "image_paths":
        return json.loads(value)
    signed = _SIGNED.sub(lambda found: _sign(found, url, settings), value)
    return signed.replace(_SAMPLE_HOST, url)


def _sign(found: re.Match[str], url: str, settings: Settings) -> str:
    told = json.loads(base64.urlsafe_b64decode(found[2] + "=" * (-len(found[2]) % 4)))
    claims = {"url": unquote(found[1]), "scope": "download", "iat": told["iat"], "exp": told["exp"]}
    token = settings.sign(claims)
    return f"{url}/storage/v1/object/sign/{found[1]}?token={token}"


def _ages(kept: list[sqlite3.Row]) -> Iterator[tuple[str, str, str, str]]:
    for row in kept:
        yield row["created_at"], row["updated_at"], row["bucket_id"], row["name"]


def _date_back(connection: psycopg.Connection[tuple[object, ...]], kept: list[sqlite3.Row]) -> bool:
    """Make objects as old as the practice project has them, past the trigger that notes every change."""
    row = connection.execute("select rolsuper from pg_roles where rolname = current_user").fetchone()
    if row != (True,):
        return False
    connection.execute("set local session_replication_role = replica")
    query = "update storage.objects set created_at = %s, updated_at = %s where bucket_id = %s and name = %s"
    with connection.cursor() as cursor:
        cursor.executemany(query, list(_ages(kept)))
    return True
