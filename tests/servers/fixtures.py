"""Fixtures over the loopback servers; a conftest imports the ones that its tests want."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.servers.project import SupabaseProject, supabase_project


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
