"""Where a bucket's listing could not be completed: asks for each object that a row names, one by one (spec R1)."""

from __future__ import annotations

import sqlite3
import unicodedata
from collections.abc import Iterable, Sequence
from urllib.parse import unquote

from core.errors import ServiceError
from core.inventory.buckets import add_objects
from core.inventory.session import Session
from core.models import Object
from core.progress import Progress
from core.references.resolver import not_listed

_PAGE = 20_000
_WHICH = (
    "r.scan = ?1 AND r.bucket = ?2 AND r.problem = ?3 AND NOT EXISTS (SELECT 1 FROM unlisted u WHERE u.listing = ?4"
    " AND (r.key = u.prefix OR (u.prefix LIKE '%/' AND substr(r.key, 1, length(u.prefix)) = u.prefix)))"
)
"""References into the bucket, but not into what could not even be looked into: asking would meet the same there."""


async def ask_for_named(session: Session) -> None:
    """Asks for what rows name in buckets whose listing in this scan is not complete. That proves which references lead
    nowhere, and nothing else: the listing stays incomplete. A bucket that hides objects from this reader, or that
    cannot be asked, proves nothing, as before."""
    for bucket, listing in await session.workspace.inventory.read(lambda c: _open_questions(c, session)):
        try:
            await _ask(session, bucket, listing)
        except ServiceError:
            # What the listing itself met is in its `why` already; its references stay as they were: not understood.
            continue


async def _ask(session: Session, bucket: str, listing: int) -> None:
    size, asked, after = session.store.limits.batch_size, 0, ""
    while keys := await session.workspace.inventory.read(
        lambda c, after=after: _named(c, session, bucket, listing, after)  # type: ignore[misc]
    ):
        forms = sorted({form for key in keys for form in _forms(bucket, key)})
        for start in range(0, len(forms), size):
            found = await session.store.stat(bucket, forms[start : start + size])
            there = [one for one in found if one is not None]
            await session.write(lambda c, there=there: _note_there(c, session, bucket, listing, there))  # type: ignore[misc]
            if not session.store.proves_absence(bucket):
                return  # a listing that broke off before its first page did not say that it is cut
        asked += len(keys)
        after = keys[-1]
        session.report(Progress(asked, None, f"Asking for what rows name in {bucket}"))
    await session.write(lambda c: _understand(c, session, bucket, listing))


def _open_questions(connection: sqlite3.Connection, session: Session) -> list[tuple[str, int]]:
    # A bucket that is not there at all is closed with nothing in it: nothing could be asked of it.
    return connection.execute(
        "SELECT name, id FROM listings WHERE scan = ? AND what = 'bucket' AND complete = 0 AND hidden = 0"
        " AND NOT (closed AND items = 0) ORDER BY name",
        (session.id,),
    ).fetchall()


def _named(connection: sqlite3.Connection, session: Session, bucket: str, listing: int, after: str) -> list[str]:
    found = connection.execute(
        f"SELECT DISTINCT key FROM refs_next r WHERE {_WHICH} AND key > ?5 ORDER BY key LIMIT ?6",
        (session.id, bucket, not_listed(bucket), listing, after, _PAGE),
    )
    return [key for (key,) in found]


def _forms(bucket: str, key: str) -> Iterable[str]:
    """The key, and other spellings that would explain a reference to nothing if there were such an object."""
    decoded = unquote(key)
    for form in (key, decoded, unquote(decoded), key.removeprefix("./"), key.removeprefix(f"{bucket}/")):
        yield form
        yield unicodedata.normalize("NFC", form)
        yield unicodedata.normalize("NFD", form)
    yield key.replace("+", " ")
    yield key.lower()


def _note_there(
    connection: sqlite3.Connection, session: Session, bucket: str, listing: int, there: Sequence[Object]
) -> None:
    earlier = connection.execute(
        "SELECT id FROM listings WHERE what = 'bucket' AND name = ? AND current = 1", (bucket,)
    ).fetchone()
    add_objects(connection, listing, earlier[0] if earlier else 0, there, session.now)


def _understand(connection: sqlite3.Connection, session: Session, bucket: str, listing: int) -> None:
    """What was asked for is understood now; the sources' counts follow."""
    told = (session.id, bucket, not_listed(bucket), listing)
    counts = connection.execute(
        f"SELECT count(*), listing FROM refs_next r WHERE {_WHICH} AND form = 0 GROUP BY listing", told
    ).fetchall()
    connection.executemany(
        "UPDATE listings SET not_understood = not_understood - ?1, unlisted = unlisted - ?1, judged = judged + ?1"
        " WHERE id = ?2",
        counts,
    )
    connection.execute(f"UPDATE refs_next AS r SET problem = NULL WHERE {_WHICH}", told)
    connection.execute("UPDATE listings SET asked = 1 WHERE id = ?", (listing,))
