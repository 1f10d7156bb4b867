"""Fixtures over the loopback servers; a conftest imports the ones that its tests want."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from tests.servers.project import SupabaseProject, supabase_project
from tests.servers.storages import Desk, new_desk


@pytest.fixture
def supabase() -> Iterator[SupabaseProject]:
    """An empty Supabase project with our migrations applied."""
    with supabase_project() as project:
        yield project


@pytest.fixture
def bare_supabase() -> Iterator[SupabaseProject]:
    """An empty Supabase project that nobody has set up for Bucketdesk yet."""
    with supabase_project(migrated=False) as project:
        yield project


@pytest.fixture(scope="module")
def shared_supabase() -> Iterator[SupabaseProject]:
    """One bare project for a whole module of tests that stay out of each other's buckets."""
    with supabase_project(migrated=False) as project:
        yield project


@pytest.fixture
def desk(shared_supabase: SupabaseProject) -> Iterator[Desk]:
    """The real storage3 on an empty bucket."""
    with httpx.Client(timeout=30) as http:
        yield new_desk(shared_supabase, http)
        shared_supabase.faults.clear()
