"""One trial: a program in an environment of its own, its collection, and Bucketdesk's command line beside them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import venv
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
PROGRAMS = {
    "anki": ("anki_notes.py", ("anki==26.9.3",)),
    "django": ("django_uploads.py", ("django==5.2.19", "django-unused-media==0.2.2", "pillow")),
    "photologue": ("photologue_photos.py", ("django-photologue==3.20",)),
    "beets": ("beets_music.py", ("beets==2.14.1", "pillow")),
    "shotwell": ("shotwell_photos.py", ()),
}


@dataclass(frozen=True, slots=True)
class Trial:
    """One program's collection, and how to ask the program and Bucketdesk about it."""

    name: str
    work: Path
    python: Path
    cli: Path

    @property
    def folder(self) -> Path:
        """The collection."""
        return self.work / self.name / "collection"

    @property
    def plan(self) -> Path:
        """Where its plan is written."""
        return self.work / self.name / "plan.jsonl"

    @property
    def script(self) -> tuple[Path, ...]:
        """The command that makes the collection, or asks or uses it."""
        return self.python, HERE / PROGRAMS[self.name][0], self.folder

    def ask(self, *options: str) -> dict[str, Any]:
        """The program's own answer."""
        command = (*self.script, *options)
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, encoding="utf-8")
        return dict(json.loads(done.stdout))

    def ask_copy(self) -> dict[str, Any]:
        """The program's answer about a copy, so that asking changes nothing."""
        copy = self.work / self.name / "copy"
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(self.folder, copy)
        command = (*self.script[:2], copy, "--ask")
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, encoding="utf-8")
        return dict(json.loads(done.stdout))

    def findings(self, *words: str) -> list[dict[str, Any]]:
        """Every finding that is not kept."""
        return list(self.desk("findings", "--limit", "1000000", *words)["items"])

    def write_profile(self, text: str) -> None:
        """The profile by which Bucketdesk knows the collection."""
        (self.work / self.name / "home" / "profiles" / f"{self.name}.toml").write_text(text, "utf-8")

    def desk(self, *words: str, may: tuple[int, ...] = (0,)) -> dict[str, Any]:
        """What a command of Bucketdesk answers. Ends the run when its exit code is none of those that it may have."""
        own = {**os.environ, "BUCKETDESK_HOME": str(self.work / self.name / "home"), "PYTHONIOENCODING": "utf-8"}
        command = (self.cli, "--profile", self.name, "--json", *words)
        done = subprocess.run(command, env=own, check=False, capture_output=True, text=True, encoding="utf-8")
        if done.returncode not in may:
            sys.exit(f"{' '.join(words)}: exit {done.returncode}\n{done.stdout}\n{done.stderr}")
        return dict(json.loads(done.stdout))


def prepare(name: str, work: Path, cli: Path) -> Trial:
    """An environment with the program in it, and an empty place for its collection."""
    place = work / "environments" / name
    if not place.exists():
        venv.create(place, with_pip=bool(PROGRAMS[name][1]))
        if PROGRAMS[name][1]:
            subprocess.run((python_of(place), "-m", "pip", "install", "-q", *PROGRAMS[name][1]), check=True)
    shutil.rmtree(work / name, ignore_errors=True)
    (work / name / "home" / "profiles").mkdir(parents=True)
    return Trial(name, work, python_of(place), cli)


def python_of(place: Path) -> Path:
    """The interpreter of a virtual environment."""
    return place / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
