"""What takes long to import is imported when somebody needs it: not by the window's start, not by --help."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
HEAVY = {"supabase", "httpx", "aiohttp", "psycopg", "keyring", "cryptography", "cloudinary", "openpyxl"}


@pytest.mark.parametrize(
    "module", ["core.cli.__main__", "core.cli.commands", "core.engine", "core.profile_setup", "core.profile_check"]
)
def test_a_local_profile_waits_for_no_service(module: str) -> None:
    code = f"import {module}, sys; print(*sorted({HEAVY!r} & {{name.partition('.')[0] for name in sys.modules}}))"
    answer = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert answer.stdout.split() == []


def test_the_window_paints_before_anything_draws_charts_or_icons() -> None:
    """The first picture needs the window alone; pyqtgraph takes a second, and comes after it."""
    heavy = HEAVY | {"pyqtgraph", "numpy", "qtawesome", "PIL"}
    code = (
        "import gui.app, gui.tabs.capacity.tab, gui.tabs.capacity.report, sys;"
        f"print(*sorted({heavy!r} & {{name.partition('.')[0] for name in sys.modules}}), 'core.engine' in sys.modules)"
    )
    answer = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert answer.stdout.split() == ["False"]  # nor the engine: a thread imports it
