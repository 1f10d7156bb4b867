"""`python -m tests.servers.supabase`: a Supabase project on this machine, to try Bucketdesk on, until Ctrl-C."""

from __future__ import annotations

import argparse
import contextlib
import os
import signal
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.servers.serving import served
from tests.servers.supabase.app import make_app
from tests.servers.supabase.borrowed import borrow
from tests.servers.supabase.database import Database
from tests.servers.supabase.faults import Faults
from tests.servers.supabase.settings import Settings
from tests.servers.supabase.world import World

ENVIRONMENT = """\
environment:
  DATABASE_URL     a Postgres that is there already (of a superuser at best): only what is missing is made in it;
                   without it, a database of its own is made, and goes at the end
  STORAGE_URL      somebody else's Storage server, for /storage/v1
  JWT_SECRET       what tokens are signed with (made up, if left out)
  ANON_KEY, SERVICE_KEY, SECRET_KEY, PUBLISHABLE_KEY
                   keys to use instead of made-up ones
  SCHEMAS          what REST exposes, with commas between (public)
  PORT             the same as --port
"""


@dataclass(frozen=True, slots=True)
class Running:
    """A project that answers."""

    url: str
    settings: Settings
    owner_url: str
    """For whoever sets the database up."""
    superuser_url: str
    """The same for somebody who may do everything there, if there is somebody."""


def read_settings(environment: Mapping[str, str], *, hosted: bool) -> Settings:
    """What the environment says, and for the rest what a new project has."""
    given = {
        "jwt_secret": environment.get("JWT_SECRET"),
        "given_anon_key": environment.get("ANON_KEY"),
        "given_service_key": environment.get("SERVICE_KEY"),
        "secret_key": environment.get("SECRET_KEY"),
        "publishable_key": environment.get("PUBLISHABLE_KEY"),
        "storage_url": environment.get("STORAGE_URL"),
    }
    schemas = tuple(name.strip() for name in environment.get("SCHEMAS", "public").split(",") if name.strip())
    known = {name: value for name, value in given.items() if value}
    return Settings(hosted=hosted, schemas=schemas, **known)  # type: ignore[arg-type]


@contextlib.contextmanager
def running(settings: Settings, *, port: int, database_url: str = "") -> Iterator[Running]:
    """A project over the database of that address, or over one of its own."""
    with contextlib.ExitStack() as stack:
        if database_url:
            database: Database = borrow(database_url, with_storage=not settings.storage_url)
            owner_url = superuser_url = database_url
        else:
            database, owner_url, superuser_url = stack.enter_context(_own_database())
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bucketdesk-objects-")))
        url = stack.enter_context(served(make_app(World(settings, database, folder), Faults()), port=port))
        yield Running(url, settings, owner_url, superuser_url)


@contextlib.contextmanager
def _own_database() -> Iterator[tuple[Database, str, str]]:
    from tests.servers.postgres import postgres  # late: it starts a server
    from tests.servers.template import make_database, owner_password, owner_url

    server = postgres()
    name = make_database("supabase", migrated=False)
    services = ("supabase_storage_admin", "authenticator", "supabase_auth_admin")
    try:
        database = Database(*(server.url(name, service, owner_password()) for service in services))
        yield database, owner_url(name), server.url(name)
    finally:
        server.drop_database(name)


def _set_up(url: str) -> None:
    from tests.servers.template import apply_migrations

    apply_migrations(url)


def told(project: Running) -> str:
    """Address and keys, as lines for a .env file."""
    settings = project.settings
    lines = {
        "SUPABASE_URL": project.url,
        "SUPABASE_ANON_KEY": settings.anon_key,
        "SUPABASE_SERVICE_ROLE_KEY": settings.service_key,
        "SUPABASE_PUBLISHABLE_KEY": settings.publishable_key,
        "SUPABASE_SECRET_KEY": settings.secret_key,
        "SUPABASE_JWT_SECRET": settings.jwt_secret,
        "DATABASE_URL": project.owner_url,
    }
    return "\n".join(f"{name}={value}" for name, value in lines.items())


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.servers.supabase",
        description=__doc__,
        epilog=ENVIRONMENT,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--port", type=int, default=int(os.environ.get("PORT") or 0), help="0 takes any free one")
    parser.add_argument("--hosted", action="store_true", help="as strict as the hosted service in all we know of")
    parser.add_argument("--sample", action="store_true", help="fill it with pictures, rows, users and trouble")
    parser.add_argument("--set-up", action="store_true", help="apply Bucketdesk's own migrations to the database")
    chosen = parser.parse_args(arguments)
    settings = read_settings(os.environ, hosted=chosen.hosted)
    # Of two servers that DATABASE_URL could mean, it is the one that is served.
    database_url = os.environ.pop("DATABASE_URL", "")
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    with running(settings, port=chosen.port, database_url=database_url) as project:
        print(told(project), flush=True)
        if chosen.sample:
            from tests.servers.supabase.sample import plant  # late: it loads Pillow

            print(plant(project.url, settings, project.owner_url, project.superuser_url), file=sys.stderr, flush=True)
        if chosen.set_up:
            _set_up(project.owner_url)
        print("Serving until Ctrl-C.", file=sys.stderr, flush=True)
        # In pieces: on Windows a signal does not end a wait without an end.
        while not ended.wait(0.5):
            pass
    return 0


if __name__ == "__main__":
    sys.exit(main())
