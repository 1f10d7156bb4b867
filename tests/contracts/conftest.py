"""Each contract test runs once for every provider; the Supabase ones join here."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from core.ports import Catalog, ObjectStore
from tests.contracts.worlds import KINDS, CatalogWorld, StoreWorld, catalog_world, store_world


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    """The provider under test."""
    return str(request.param)


@pytest_asyncio.fixture
async def world(kind: str) -> AsyncIterator[StoreWorld]:
    """A storage of that provider."""
    async with store_world(kind) as made:
        yield made


@pytest.fixture
def store(world: StoreWorld) -> ObjectStore:
    """The storage's port."""
    return world.store


@pytest_asyncio.fixture
async def catalogs(kind: str) -> AsyncIterator[CatalogWorld]:
    """A catalog of that provider."""
    async with catalog_world(kind) as made:
        yield made


@pytest.fixture
def catalog(catalogs: CatalogWorld) -> Catalog:
    """The catalog's port."""
    return catalogs.catalog
