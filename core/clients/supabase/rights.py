"""The SQL that would give whoever is signed in a right that is missing: for the project's owner, in the SQL editor."""

from __future__ import annotations

from core.clients.supabase.session import Session
from core.errors import CoreError
from core.models import Bucket
from core.sign_in import claims_of


async def create_hint(session: Session, bucket: Bucket, *, is_set_up: bool) -> str:
    """How to get a bucket that this sign-in may not make."""
    limit = "null" if bucket.size_limit_bytes is None else str(bucket.size_limit_bytes)
    types = "null"
    if bucket.mime_types:
        types = f"array[{', '.join(_quoted(one) for one in bucket.mime_types)}]"
    make = (
        "insert into storage.buckets (id, name, public, file_size_limit, allowed_mime_types) values"
        f" ({_quoted(bucket.name)}, {_quoted(bucket.name)}, {str(bucket.public).lower()}, {limit}, {types})"
        " on conflict (id) do nothing;"  # it may be there already, where this sign-in does not see it
    )
    if is_set_up:
        make += f" select public.setup_image_bucket_policies({_quoted(bucket.name)});"
    return f"{await _grant(session, 'insert', is_set_up=is_set_up)} Or make this one bucket there: {make}"


async def change_hint(session: Session, what: str, *, is_set_up: bool) -> str:
    """How to get the right to change (`update`) or remove (`delete`) buckets."""
    return await _grant(session, what, is_set_up=is_set_up)


async def register_hint(session: Session, name: str) -> str:
    """How to get a bucket registered that this sign-in may not register."""
    grant = await _grant(session, "insert", is_set_up=True)
    return f"{grant} Or register it there: select public.setup_image_bucket_policies({_quoted(name)});"


async def _grant(session: Session, command: str, *, is_set_up: bool) -> str:
    """The right itself: the role admin where our policies stand, else a policy of its own for this account."""
    person = await _person(session)
    if not person:
        return "Use a secret key, or sign in with e-mail and password."
    if is_set_up:
        return (
            "An owner of the project can run in its SQL editor: update auth.users set raw_app_meta_data ="
            f""" coalesce(raw_app_meta_data, '{{}}') || '{{"role": "admin"}}' where id = {_quoted(person)};"""
            " (sign in again afterwards)."
        )
    policies = " ".join(
        f"create policy bucketdesk_{one}_buckets on storage.buckets for {one} to authenticated"
        f" {'with check' if one == 'insert' else 'using'} (auth.uid() = {_quoted(person)});"
        for one in (command, "select")
    )
    return f"An owner of the project can run in its SQL editor: {policies}"


async def _person(session: Session) -> str:
    """The account that is signed in, '' for a key."""
    try:
        claims = claims_of(await session.tokens.bearer())
    except CoreError:
        return ""
    return str(claims.get("sub") or "") if claims.get("role") == "authenticated" else ""


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
