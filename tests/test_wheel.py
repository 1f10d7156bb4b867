"""The wheel, as somebody would install it: an empty environment, the declared dependencies, both commands."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PINS = [f"--constraint={ROOT / 'requirements' / name}" for name in ("run.txt", "services.txt")]

pytestmark = [pytest.mark.timeout(600), pytest.mark.xdist_group("wheel")]


def _run(*command: str | Path, cwd: Path) -> str:
    """The command's output; it runs where the sources are not, so that only what is installed can be found."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    answer = subprocess.run(command, cwd=cwd, env=clean, capture_output=True, text=True, timeout=500, check=False)
    assert answer.returncode == 0, f"{command}\n{answer.stdout}\n{answer.stderr}"
    return answer.stdout


@pytest.fixture(scope="module")
def commands(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of commands of an environment in which nothing but the wheel was asked for."""
    folder = tmp_path_factory.mktemp("wheel")
    pip = [sys.executable, "-m", "pip"]
    _run(*pip, "wheel", "-qq", "--no-deps", "--no-build-isolation", f"--wheel-dir={folder}", ROOT, cwd=folder)
    _run(sys.executable, "-m", "venv", "--without-pip", folder / "empty", cwd=folder)
    commands = folder / "empty" / ("Scripts" if os.name == "nt" else "bin")
    wheel = next(folder.glob("bucketdesk-*.whl"))
    _run(*pip, f"--python={commands / 'python'}", "install", "-qq", "--no-compile", *PINS, wheel, cwd=folder)
    return commands


def test_the_wheel_declares_everything_that_it_needs(commands: Path, tmp_path: Path) -> None:
    _run(sys.executable, "-m", "pip", f"--python={commands / 'python'}", "check", cwd=tmp_path)


@pytest.mark.parametrize("command", ["bucketdesk", "bucketdesk-cli"])
def test_an_installed_command_explains_itself(commands: Path, tmp_path: Path, command: str) -> None:
    said = _run(commands / command, "--help", cwd=tmp_path)
    assert "--practice" in said


def test_the_installed_command_line_finds_what_was_planted(commands: Path, tmp_path: Path) -> None:
    desk = [commands / "bucketdesk-cli", "--practice", "--json"]
    planted = json.loads(_run(*desk, "practice", "reset", "--objects", "300", cwd=tmp_path))["planted"]
    scanned = json.loads(_run(*desk, "scan", cwd=tmp_path))
    assert scanned["complete"]
    found = json.loads(_run(*desk, "status", cwd=tmp_path))["findings"]
    assert {kind: count for kind, count in found.items() if count} == {k: n for k, n in planted.items() if n}
