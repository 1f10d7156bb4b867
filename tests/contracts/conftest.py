"""Each contract test runs once for every provider; the Supabase ones join here."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from core.ports import Catalog, ObjectStore
from tests.contracts.catalog_worlds import CHANGING, CatalogWorld, catalog_world
from tests.contracts.worlds import KINDS, StoreWorld, store_world
from tests.live.project import IS_LIVE, LiveProject
from tests.live.world import LiveWorld, open_confined

LIVE = ("test_listing", "test_moves", "test_contents")
"""What a real project is tried with, in buckets of its own."""


@pytest.fixture(params=[*KINDS, *([pytest.param("live", marks=pytest.mark.live)] if IS_LIVE else [])])
def kind(request: pytest.FixtureRequest) -> str:
    """The provider under test."""
    return str(request.param)


@pytest_asyncio.fixture
async def world(kind: str, request: pytest.FixtureRequest) -> AsyncIterator[StoreWorld | LiveWorld]:
    """A storage of that provider."""
    if kind != "live":
        async with store_world(kind) as made:
            yield made
        return
    if request.module.__name__.rpartition(".")[2] not in LIVE:
        pytest.skip("it is about all of a project, and a real one is somebody's")
    project = LiveProject()
    store = await open_confined(project)
    try:
        yield LiveWorld(project, store)
    finally:
        await store.close()
        project.close()


@pytest.fixture
def store(world: StoreWorld) -> ObjectStore:
    """The storage's port."""
    return world.store


@pytest.fixture(params=CHANGING)
def catalog_kind(request: pytest.FixtureRequest) -> str:
    """The provider of the catalog under test."""
    return str(request.param)


@pytest_asyncio.fixture
async def catalogs(catalog_kind: str) -> AsyncIterator[CatalogWorld]:
    """A catalog of that provider."""
    async with catalog_world(catalog_kind) as made:
        yield made


@pytest.fixture
def catalog(catalogs: CatalogWorld) -> Catalog:
    """The catalog's port."""
    return catalogs.catalog
