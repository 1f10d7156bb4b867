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
