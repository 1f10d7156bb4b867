"""The command `bucketdesk`: opens the window, or says in a sentence why it cannot."""

from __future__ import annotations

import argparse
import os
import socket
import sys
from collections.abc import Sequence
from pathlib import Path

_PRACTICE = "practice"  # as in core.profiles, which is imported only after the first picture


def main(arguments: Sequence[str] | None = None) -> int:
    """Reads the command line, looks for a display and runs the program. Exit codes: 0 done, 1 failed, 2 wrong usage."""
    chosen = _parser().parse_args(arguments)
    profile = _PRACTICE if chosen.practice else chosen.profile or ""
    if chosen.tour is not None:
        from gui.tour import take_tour

        return take_tour(chosen.tour, profile or _PRACTICE, has_display=has_display())
    if not has_display():
        print(
            "Bucketdesk needs a graphical desktop, and there is none here. "
            "Work with “bucketdesk-cli”, or look at the window in pictures with “bucketdesk --tour FOLDER”.",
            file=sys.stderr,
        )
        return 1
    try:
        from gui.app import run
    except ImportError as error:
        print(_missing_library(error), file=sys.stderr)
        return 1
    try:
        return run(profile)
    except KeyboardInterrupt:
        return 130


def has_display() -> bool:
    """Whether Qt would find a screen; Qt itself ends the whole program when it does not."""
    if sys.platform in ("win32", "darwin"):
        return True
    platform = os.environ.get("QT_QPA_PLATFORM", "")
    if platform and not platform.startswith(("xcb", "wayland")):
        return True
    if os.environ.get("WAYLAND_DISPLAY") and not platform.startswith("xcb"):
        return True
    return _x_server_answers(os.environ.get("DISPLAY", ""))


def _x_server_answers(display: str) -> bool:
    if sys.platform == "win32":
        return False  # asked of no Windows; its Python has no such sockets
    host, _, number = display.partition(":")
    number = number.partition(".")[0]
    if not number.isdigit():
        return False
    if host not in ("", "unix"):
        return True  # over the network: Qt has more patience than we should have here
    for name in (f"\0/tmp/.X11-unix/X{number}", f"/tmp/.X11-unix/X{number}"):
        with socket.socket(socket.AF_UNIX) as probe:
            try:
                probe.connect(name)
            except OSError:
                continue
            return True
    return False


def _missing_library(error: ImportError) -> str:
    text = f"Bucketdesk cannot load Qt: {error}."
    if sys.platform.startswith("linux"):
        text += " On a Debian-like system: apt-get install libegl1 libgl1 libxkbcommon-x11-0 libxcb-cursor0 libdbus-1-3"
    return text


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="bucketdesk", description="Look after images in storage, tables and media libraries."
    )
    project = parser.add_mutually_exclusive_group()
    project.add_argument("--profile", metavar="NAME", help="open this project (the last one otherwise)")
    project.add_argument(
        "--practice", action="store_true", help="open the practice project: made-up pictures to try on"
    )
    parser.add_argument("--tour", metavar="DIR", type=Path, help="render every tab as PNG into this folder, and end")
    return parser


if __name__ == "__main__":
    sys.exit(main())
