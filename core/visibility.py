"""What making a bucket private or public would stop or open: the links that rows keep into it, counted by kind."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from urllib.parse import unquote

from core.errors import CoreError
from core.models import RowKey
from core.ports import Catalog, ObjectStore
from core.profiles import Profile, Source
from core.progress import Progress, Report, silent
from core.workspace import Workspace

_LINK = re.compile(
    r"(?:(?:https?:)?//(?P<host>[^/\s\"'<>()@]+))?(?:/storage/v1)?/(?:object|render/image)"
    r"/(?P<kind>public|sign|authenticated)/(?P<bucket>[^/\s\"'<>?#]+)/(?P<key>[^\s\"'<>?#]+)"
)
_SAMPLES = 5


@dataclass(frozen=True, slots=True)
class StoredLink:
    """One link that a row keeps."""

    table: str
    row_key: RowKey
    url: str


@dataclass(slots=True)
class Visibility:
    """What a switch of `bucket` to public or private (`public`) would do. `links` counts stored links into it by kind:
    `public`, `sign`, `authenticated`; `tables` those that would stop working by table, with `samples` of them.
    `unread`: tables that could not be read, each with why. `objects`: how many the last scan saw there, None without
    one; `mentions`: how many of them tables name that nobody mapped."""

    bucket: str
    public: bool
    rows: int = 0
    links: dict[str, int] = field(default_factory=lambda: {"public": 0, "sign": 0, "authenticated": 0})
    tables: dict[str, int] = field(default_factory=dict)
    samples: list[StoredLink] = field(default_factory=list)
    unread: dict[str, str] = field(default_factory=dict)
    objects: int | None = None
    mentions: int = 0

    @property
    def breaks(self) -> int:
        """How many stored links would stop working."""
        return 0 if self.public else self.links["public"]

    @property
    def sentences(self) -> tuple[str, ...]:
        """What would happen, for a person to read before deciding."""
        return tuple(self._sentences())

    def _sentences(self) -> Iterable[str]:
        if self.public:
            many = "every object" if self.objects is None else f"all {self.objects:,} objects"
            yield f"Whoever knows or guesses an address in {self.bucket} can open {many} there, without signing in."
            yield "No stored link stops working."
        else:
            if self.breaks:
                yield f"{self.breaks:,} stored links into {self.bucket} would stop working: they are public addresses."
            else:
                yield f"No stored link into {self.bucket} is known that would stop working."
            for table, count in sorted(self.tables.items()):
                yield f"{count:,} of them stand in {table}."
            if self.links["sign"]:
                yield f"{self.links['sign']:,} signed links go on working until they expire."
            yield "Copies that browsers and caches hold stay open until they expire there."
        if self.mentions:
            yield f"{self.mentions:,} objects are named in tables that nobody mapped; links there are not counted."
        for table, why in self.unread.items():
            yield f"{table} could not be read, so its links are not counted: {why}"


async def preview(
    workspace: Workspace,
    store: ObjectStore,
    catalog: Catalog,
    profile: Profile,
    bucket: str,
    public: bool,
    report: Report = silent,
) -> Visibility:
    """Reads every mapped column and URL column now, and counts the storage links in them, in text, HTML and JSON too.
    Raises `NotFound` without such a bucket, `WorkspaceError`; a table that cannot be read is told of."""
    await store.bucket(bucket)
    found = Visibility(bucket, public)
    for source in profile.sources:
        try:
            await _count(catalog, profile, source, found, report)
        except CoreError as exc:
            found.unread[source.table] = exc.message
    found.objects, found.mentions = await workspace.inventory.read(lambda c: _inventory(c, bucket))
    return found


async def _count(catalog: Catalog, profile: Profile, source: Source, found: Visibility, report: Report) -> None:
    columns = tuple(
        dict.fromkeys([*(c.name for c in source.columns), *([source.url_column] if source.url_column else [])])
    )
    cursor: RowKey | None = None
    while True:
        page = await catalog.read(source.table, source.key, columns, cursor)
        for row in page.rows:
            for name in columns:
                value = row.values[name]
                if isinstance(value, str) and "/" in value:
                    _note(found, source.table, row.key, links_in(value, found.bucket, profile.hosts))
        found.rows += len(page.rows)
        report(Progress(found.rows, None, f"Reading links of {source.table}"))
        if page.cursor is None or page.cursor == cursor:
            return
        cursor = page.cursor


def links_in(text: str, bucket: str, hosts: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """The storage links into a bucket that a text holds, as (kind, address). `hosts` are the project's; none means that
    any host's links count, and an address without a host is always the project's own."""
    ours = frozenset(hosts)
    return tuple(
        (match["kind"], match[0])
        for match in _LINK.finditer(text)
        if unquote(match["bucket"]) == bucket and (not ours or not match["host"] or match["host"].lower() in ours)
    )


def _note(found: Visibility, table: str, key: RowKey, links: Sequence[tuple[str, str]]) -> None:
    for kind, url in links:
        found.links[kind] += 1
        if kind == "public" and not found.public:
            found.tables[table] = found.tables.get(table, 0) + 1
            if len(found.samples) < _SAMPLES:
                found.samples.append(StoredLink(table, key, url))


def _inventory(c: sqlite3.Connection, bucket: str) -> tuple[int | None, int]:
    listed = c.execute(
        "SELECT items FROM listings WHERE what = 'bucket' AND current = 1 AND name = ?", (bucket,)
    ).fetchone()
    (mentions,) = c.execute("SELECT count(DISTINCT key) FROM mentions WHERE bucket = ?", (bucket,)).fetchone()
    return (None if listed is None else int(listed[0])), int(mentions)
