"""The Supabase stand-in: Storage, REST and Auth on Starlette, over a real PostgreSQL."""
