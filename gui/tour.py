"""`bucketdesk --tour FOLDER`: works through a project as a person would, and takes pictures on the way."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

_PRACTICE = "practice"
_SCALES = ("1", "2")
_SCREEN = '{"screens": [{"name": "tour", "x": 0, "y": 0, "width": 2880, "height": 1800, "dpr": 1}]}'


def take_tour(folder: Path, profile: str, *, has_display: bool) -> int:
    """Renders the tour at 100 % and at 200 %, each in a process of its own, because Qt reads the scale only once.

    The practice project is made anew for it in a temporary home, worked on, and thrown away; another profile is only
    scanned. Gives the exit code of the first that fails, else 0.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("[0-9][0-9]-*.png"):
        old.unlink()
    for scale in _SCALES:
        with tempfile.TemporaryDirectory(prefix="bucketdesk-tour-") as home:
            environment = {**os.environ, "QT_SCALE_FACTOR": scale}
            if not has_display:
                screen = Path(home) / "screen.json"
                screen.write_text(_SCREEN, "utf-8")
                environment["QT_QPA_PLATFORM"] = f"offscreen:configfile={screen}"
            if profile == _PRACTICE:
                environment["BUCKETDESK_HOME"] = str(Path(home) / "home")
            command = [sys.executable, "-m", "gui.guide", str(folder), profile]
            ended = subprocess.run(command, env=environment, check=False)
        if ended.returncode != 0:
            return ended.returncode
    return 0
