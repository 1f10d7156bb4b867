"""The databases that a project's own is copied from: a bare Supabase one, and one with our migrations in it."""

from __future__ import annotations

import atexit
import functools
from pathlib import Path

import psycopg
from psycopg import sql

from tests.servers.postgres import Postgres, postgres

SCHEMA = Path(__file__).with_name("schema")
MIGRATIONS = Path(__file__).parents[2] / "resources" / "supabase" / "migrations"
_OWNER = "postgres_owner"  # what the SQL files call the role of whoever owns the project
_CREATOR = "supabase_admin_or_me"


@functools.cache
def owner() -> str:
    """The role that owns projects: "postgres", no superuser, as on hosted; another name on a lent server."""
    server = postgres()
    with server.connect() as connection:
        name = "bucketdesk_owner" if server.lent else "postgres"
        connection.execute((SCHEMA / "roles.sql").read_bytes())
        role, password = sql.Identifier(name), sql.Literal(owner_password())
        if not connection.execute("select 1 from pg_roles where rolname = %s", [name]).fetchone():
            connection.execute(sql.SQL("create role {}").format(role))
        attributes = "login createdb createrole bypassrls replication password"
        connection.execute(sql.SQL(f"alter role {{}} {attributes} {{}}").format(role, password))
        connection.execute(
            sql.SQL("grant anon, authenticated, service_role, authenticator to {} with admin option").format(role)
        )
        for service in ("authenticator", "supabase_storage_admin", "supabase_auth_admin"):
            connection.execute(sql.SQL("alter role {} password {}").format(sql.Identifier(service), password))
        connection.execute(
            sql.SQL("grant supabase_storage_admin, pg_monitor, pg_signal_backend to {}").format(role),
        )
    return name


def owner_password() -> str:
    """What the owner of projects signs in with."""
    return f"owner-{postgres().password}"


def owner_url(database: str) -> str:
    """The address of a database for the owner of projects: what a person puts in a profile as `postgres`."""
    name = owner()
    return postgres().url(database, name, owner_password())


@functools.cache
def bare_template() -> str:
    """A database with roles, auth and storage, and nothing of ours."""
    name = owner()
    server = postgres()
    database = _own(server.create_database("bucketdesk_bare", owner=name), server)
    with server.connect(database) as connection:
        for file in ("auth.sql", "storage.sql", "listing.sql", "project.sql", "serving.sql"):
            script = (SCHEMA / file).read_text(encoding="utf-8")
            connection.execute(script.replace(_OWNER, name).replace(_CREATOR, server.superuser).encode())
    return database


@functools.cache
def migrated_template() -> str:
    """The bare database with every migration of resources/supabase/migrations applied by the owner, in order."""
    server = postgres()
    database = _own(server.create_database("bucketdesk_migrated", template=bare_template(), owner=owner()), server)
    apply_migrations(owner_url(database))
    return database


def apply_migrations(url: str) -> None:
    """Run each migration in a transaction of its own, as `supabase db push` would; an error names the file."""
    with psycopg.connect(url, autocommit=True) as connection:
        for path in sorted(MIGRATIONS.glob("*.sql")):
            try:
                connection.execute(path.read_bytes())
            except psycopg.Error as error:
                error.add_note(f"while applying {path.name}")
                raise


def make_database(name: str, *, migrated: bool) -> str:
    """A database of its own for one project; returns its real name."""
    server = postgres()
    template = migrated_template() if migrated else bare_template()
    return server.create_database(name, template=template, owner=owner())


def _own(database: str, server: Postgres) -> str:
    """Somebody else's server is left as it was found, but for the roles."""
    if server.lent:
        atexit.register(server.drop_database, database)
    return database
