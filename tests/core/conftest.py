"""Fixtures of the core's tests."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from core.clients.local_catalog import LocalCatalog
from core.profiles import Source
from core.workspace import Workspace
from tests.core.worlds import Make, World


@pytest.fixture
async def make(tmp_path: Path) -> AsyncIterator[Make]:
    made: list[World] = []

    async def build(script: str, *sources: Source, objects: dict[tuple[str, str], str] | None = None) -> World:
        workspace = await Workspace.open(tmp_path / "desk", "here")
        world = World(tmp_path, workspace, sources, LocalCatalog(tmp_path / "c.db"), objects or {})
        world.sql(script)
        await world.survey()
        made.append(world)
        return world

    yield build
    for world in made:
        await world.catalog.close()
        await world.workspace.close()
