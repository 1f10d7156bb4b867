"""A signed-in session between two starts: encrypted in a file, read and renewed by one process at a time."""

from __future__ import annotations

import json
import os
import sqlite3
import tempfile
from dataclasses import asdict, dataclass, field
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken

from core.errors import Unavailable, WorkspaceError

_WAIT_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Kept:
    """A session: whose it is and where, and its two tokens. `ends` is when the access token does, in seconds since 1970
    by the service's clock, `seconds` how long it lasted when it was granted."""

    url: str
    email: str
    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    ends: float
    seconds: float
    role: str = ""


class KeptSession:
    """The file of one profile. Every method blocks, and may raise `WorkspaceError`."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def lock(self) -> sqlite3.Connection:
        """Waits until no other process reads or renews the session; it is ours until the connection is closed.
        Raises `Unavailable` when that takes too long."""
        # An exclusive SQLite transaction is a lock that every platform has and that ends with its process.
        path = self.path.with_suffix(".lock")
        try:
            self._make_folder()
            connection = sqlite3.connect(path, timeout=_WAIT_SECONDS, isolation_level=None, check_same_thread=False)
        except (OSError, sqlite3.Error) as exc:
            raise WorkspaceError(f"{path} cannot be locked: {exc}.") from exc
        try:
            connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.Error as exc:
            connection.close()
            if "locked" in str(exc):
                raise Unavailable("Another window or command is signing in to this project just now.") from exc
            raise WorkspaceError(f"{path} cannot be locked: {exc}.") from exc
        return connection

    def read(self, key: str) -> Kept | None:
        """The session; None where there is none that this key opens."""
        try:
            data = json.loads(Fernet(key).decrypt(self.path.read_bytes()))
            return Kept(**data)
        except (FileNotFoundError, InvalidToken, ValueError, TypeError):
            return None
        except OSError as exc:
            raise WorkspaceError(f"{self.path} cannot be read: {exc.strerror or exc}.") from exc

    def write(self, key: str, session: Kept) -> None:
        """Puts a session in place of the one there, readable by its owner only."""
        data = Fernet(key).encrypt(json.dumps(asdict(session)).encode())
        try:
            self._make_folder()
            descriptor, temporary = tempfile.mkstemp(dir=self.path.parent, prefix=".sign-in-")
            try:
                with os.fdopen(descriptor, "wb") as file:
                    file.write(data)
                    file.flush()
                    os.fsync(file.fileno())
                Path(temporary).replace(self.path)
            except BaseException:
                Path(temporary).unlink(missing_ok=True)
                raise
        except OSError as exc:
            raise WorkspaceError(f"{self.path} cannot be written: {exc.strerror or exc}.") from exc

    def remove(self) -> None:
        """Removes the session, if there is one."""
        try:
            self.path.unlink(missing_ok=True)
        except OSError as exc:
            raise WorkspaceError(f"{self.path} cannot be removed: {exc.strerror or exc}.") from exc

    def _make_folder(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)


def new_key() -> str:
    """What a session can be encrypted with."""
    return Fernet.generate_key().decode()
