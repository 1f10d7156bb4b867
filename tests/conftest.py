"""What every test gets: a home of its own, no screen, and the same examples at every run in CI."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# Before anything loads Qt: without these two it looks for a screen, and warns that it must guess a folder.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
if not Path(os.environ.get("XDG_RUNTIME_DIR") or "/nowhere").is_dir():
    os.environ["XDG_RUNTIME_DIR"] = tempfile.mkdtemp(prefix="bucketdesk-runtime-")

settings.register_profile("desk", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("ci" if os.environ.get("CI") else "desk")


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty BUCKETDESK_HOME, so that no test reads or writes the profiles of whoever runs it."""
    folder = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("BUCKETDESK_HOME", str(folder))
    return folder
