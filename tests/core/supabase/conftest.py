"""Projects to try the adapters on."""

from tests.servers.fixtures import bare_supabase, supabase

__all__ = ["bare_supabase", "supabase"]
