"""Runs one PostgreSQL and ends it, folder and all, when its standard input closes: whoever started it is gone."""

from __future__ import annotations

import contextlib
import shutil
import signal
import subprocess
import sys


def keep(folder: str, user: str, command: list[str]) -> None:
    """Start `command` as `user` ("" for the one we are), wait until standard input ends, stop it, remove `folder`."""
    as_user = {"user": user, "group": user_group(user), "extra_groups": []} if user else {}
    with open(f"{folder}/log", "wb") as log:  # noqa: PTH123 - started without site-packages and as quickly as can be
        server = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=folder, **as_user)  # type: ignore[call-overload]
        # Ctrl-C reaches every process of the terminal: the tests still need their server for tidying up.
        with contextlib.suppress(ValueError):
            signal.signal(signal.SIGINT, signal.SIG_IGN)
        sys.stdin.buffer.read()
        server.send_signal(getattr(signal, "SIGQUIT", signal.SIGTERM))
        try:
            server.wait(10)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()
    shutil.rmtree(folder, ignore_errors=True)


def user_group(user: str) -> int:
    """The group of a user of this machine."""
    import pwd

    return pwd.getpwnam(user).pw_gid


if __name__ == "__main__":
    keep(sys.argv[1], sys.argv[2], sys.argv[3:])
