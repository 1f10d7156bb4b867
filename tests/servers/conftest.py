"""The tests of the stand-ins use the fixtures that they offer to everybody."""

from tests.servers.fixtures import bare_supabase, desk, shared_supabase, supabase

__all__ = ["bare_supabase", "desk", "shared_supabase", "supabase"]
