"""Supabase behind the ports: Storage, PostgREST, the project's own functions, and sign-in."""
