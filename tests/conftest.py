"""What every test gets: a home of its own, no screen, and no mercy for tasks that are lost on the way."""

from __future__ import annotations

import logging
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from core import secrets

# Before anything loads Qt: without these two it looks for a screen, and warns that it must guess a folder.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
if not Path(os.environ.get("XDG_RUNTIME_DIR") or "/nowhere").is_dir():
    os.environ["XDG_RUNTIME_DIR"] = tempfile.mkdtemp(prefix="bucketdesk-runtime-")

# No test may ask the keyring of whoever runs it; those that need one bring their own.
os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"

settings.register_profile("desk", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("ci" if os.environ.get("CI") else "desk")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leaves out what would take long and tell little more, unless somebody asks for all of it."""
    if os.environ.get("BUCKETDESK_THOROUGH"):
        return
    left_out = [item for item in items if item.get_closest_marker("thorough")]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if not item.get_closest_marker("thorough")]


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty BUCKETDESK_HOME, so that no test reads or writes the profiles of whoever runs it."""
    folder = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("BUCKETDESK_HOME", str(folder))
    for variable in secrets.VARIABLES.values():
        monkeypatch.delenv(variable, raising=False)
    secrets.of_this_process.cache_clear()
    return folder


@pytest.fixture(autouse=True, scope="session")
def drawn_once() -> None:
    """Practice projects of one process share their pictures, which take most of the time that it takes to make one."""
    import core.practice.files
    from tests import pictures

    core.practice.files.draw = pictures.draw_once


class _Overheard(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.messages.append(record.getMessage())


@pytest.fixture(autouse=True)
def lost_tasks() -> Iterator[None]:
    """asyncio only logs that a task was destroyed, or that nobody asked for its exception: here that is a failure."""
    overheard = _Overheard()
    loggers = [logging.getLogger(name) for name in ("asyncio", "qasync")]
    for logger in loggers:
        logger.addHandler(overheard)
    yield
    for logger in loggers:
        logger.removeHandler(overheard)
    assert overheard.messages == []
