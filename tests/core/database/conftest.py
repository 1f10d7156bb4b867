"""Fixtures: a database of a Supabase project, with our migrations in it or without."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.core.database.projects import Project
from tests.servers.postgres import postgres
from tests.servers.template import make_database, owner_url


@pytest.fixture
def project() -> Iterator[Project]:
    """A database that is set up."""
    yield from _project(migrated=True)


@pytest.fixture(scope="module")
def shared() -> Iterator[Project]:
    """A database that is set up, for all tests of a module that leave it as they found it."""
    yield from _project(migrated=True)


@pytest.fixture
def bare() -> Iterator[Project]:
    """A database of a project that nobody has set up yet."""
    yield from _project(migrated=False)


def _project(*, migrated: bool) -> Iterator[Project]:
    name = make_database("setup", migrated=migrated)
    project = Project(name, owner_url(name))
    yield project
    project.close()
    postgres().drop_database(name)
