"""A workspace of its own for each test of monitoring."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from core.workspace import Workspace


@pytest_asyncio.fixture
async def workspace(tmp_path: Path) -> AsyncIterator[Workspace]:
    made = await Workspace.open(tmp_path / "workspace", "p")
    yield made
    await made.close()
