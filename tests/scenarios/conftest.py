"""Collections that close themselves."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from tests.scenarios.collection import PHOTOS, POSTS, Collection


@pytest_asyncio.fixture
async def collection(tmp_path: Path) -> AsyncIterator[Collection]:
    """An empty project with one bucket and one table that describes its files."""
    made = Collection(tmp_path / "project")
    yield made
    await made.close()


@pytest_asyncio.fixture
async def blog(tmp_path: Path) -> AsyncIterator[Collection]:
    """A project whose files are described by one table and mentioned in the HTML of another."""
    made = Collection(tmp_path / "project", sources=(PHOTOS, POSTS))
    yield made
    await made.close()
