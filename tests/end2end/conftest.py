"""A command line for every test."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.end2end.desk import Desk


@pytest.fixture
def desk(home: Path) -> Desk:
    """A command line in the test's own home."""
    return Desk(home)
