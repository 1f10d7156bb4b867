"""What PostgREST's own description tells of tables."""

from __future__ import annotations

import pytest

from core.capabilities import Capabilities
from core.clients.supabase.catalog import SupabaseCatalog
from core.clients.supabase.openapi import from_document
from core.errors import NotFound, Unavailable, Unreadable
from core.models import ForeignKey, Row
from tests.core.supabase.scripted import connected, says, serve

PK = "Note:\nThis is a Primary Key.<pk/>"
FK = "Note:\nThis is a Foreign Key to `images.id`.<fk table='images' column='id'/>"
DOCUMENT = {
    "paths": {"/images": {"get": {}, "post": {}}, "/tags": {"get": {}, "post": {}}, "/sums": {"get": {}}},
    "definitions": {
        "images": {
            "required": ["id", "path"],
            "properties": {
                "id": {"format": "bigint", "type": "integer", "description": PK},
                "path": {"format": "text", "type": "string"},
                "made": {"format": "timestamp with time zone", "type": "string", "default": "now()"},
            },
        },
        "tags": {"required": [], "properties": {"image": {"format": "bigint", "description": FK}}},
        "sums": {"properties": {"n": {"format": "bigint"}}},
    },
}
PLAIN = Capabilities(user_role="service_role", sees_all_objects=True)
MISSING = {"code": "PGRST205", "message": "Could not find the table 'public.x' in the schema cache", "hint": None}


def test_tables_columns_keys_and_what_points_at_them() -> None:
    images, tags = from_document(DOCUMENT, "public")
    assert [(c.name, c.type, c.nullable, c.text_like, c.has_default) for c in images.table.columns] == [
        ("id", "bigint", False, False, False),
        ("path", "text", False, True, False),
        ("made", "timestamp with time zone", True, False, True),
    ]
    assert images.table.primary_key == ("id",) and tags.table.primary_key == ()
    assert images.table.referenced_by == (ForeignKey("tags", ("image",), "images", ("id",), "not told", "not told"),)
    assert [one.table.name for one in from_document(DOCUMENT, "other")] == ["other.images", "other.tags"]


async def test_a_schema_is_looked_at_when_somebody_names_it() -> None:
    async with serve(says(DOCUMENT)) as script, connected(script.url) as session:
        catalog = SupabaseCatalog(session, PLAIN)
        assert (await catalog.table("extra.tags")).name == "extra.tags"
        assert [asked.headers.get("accept-profile") for asked in script.asked] == [None, "extra"]


async def test_a_table_that_no_description_tells_of_is_known_by_its_first_row() -> None:
    closed = says({"code": "42501", "message": "Access to schema is forbidden"}, 403)
    row = says([{"id": 7, "path": "a", "ratio": 0.5, "ok": True, "names": ["x"]}])
    async with serve(closed, row) as script, connected(script.url) as session:
        table = await SupabaseCatalog(session, PLAIN).table("images")
    assert [(c.name, c.type) for c in table.columns] == [
        ("id", "bigint"),
        ("path", "text"),
        ("ratio", "double precision"),
        ("ok", "boolean"),
        ("names", "json"),
    ]
    async with serve(closed, says([])) as script, connected(script.url) as session:
        with pytest.raises(Unreadable, match="empty"):
            await SupabaseCatalog(session, PLAIN).table("images")
    async with serve(closed, says(MISSING, 404)) as script, connected(script.url) as session:
        with pytest.raises(NotFound):
            await SupabaseCatalog(session, PLAIN).table("x")


async def test_an_answer_that_is_no_description_is_not_taken_for_an_empty_catalog() -> None:
    for answer in (says([]), says("")):
        async with serve(answer) as script, connected(script.url) as session:
            with pytest.raises((Unreadable, Unavailable)):
                await SupabaseCatalog(session, PLAIN).tables()


async def test_what_depends_on_a_row_is_not_guessed() -> None:
    async with serve(says(DOCUMENT)) as script, connected(script.url) as session:
        catalog = SupabaseCatalog(session, PLAIN)
        with pytest.raises(Unreadable, match="functions"):
            await catalog.dependents("images", Row((1,), {"id": 1}))
        assert await catalog.dependents("tags", Row((1,), {"image": 1})) == ()
