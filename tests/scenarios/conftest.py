"""Collections that close themselves."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.scenarios.collection import PHOTOS, POSTS, Collection
from tests.scenarios.project_desk import ProjectDesk, furnish
from tests.scenarios.ward import Ward
from tests.servers.project import SupabaseProject, supabase_project


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


@pytest_asyncio.fixture
async def ward(tmp_path: Path) -> AsyncIterator[Ward]:
    """An empty ward whose family lets retention take half of a bucket."""
    made = Ward(tmp_path / "project", retention_share=0.5)
    yield made
    await made.close()


@pytest.fixture
def project() -> Iterator[SupabaseProject]:
    """A Supabase project that is set up for Bucketdesk, with the small world's tables and bucket, and nothing in it."""
    with supabase_project() as made:
        furnish(made)
        yield made


@pytest.fixture
def bare_project() -> Iterator[SupabaseProject]:
    """The same where nobody has set anything up."""
    with supabase_project(migrated=False) as made:
        furnish(made)
        yield made


@pytest_asyncio.fixture
async def desk(project: SupabaseProject, tmp_path: Path) -> AsyncIterator[ProjectDesk]:
    """Somebody with the project's secret key."""
    made = await ProjectDesk.open(project.url, project.secret_key, tmp_path / "desk")
    yield made
    await made.close()
