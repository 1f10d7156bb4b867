"""The values that everything passes around: objects, rows, findings, steps, runs. No behaviour beyond naming."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

Value = str | int | float | bytes | None
"""One cell of a catalog row."""
RowKey = tuple[Value, ...]
"""The values of a source's key columns, in their order."""

QUARANTINE = "bucketdesk-quarantine"
"""The bucket that removed objects move to; every bucket whose name begins so is ours and no finding's business."""


# --- storage ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Bucket:
    """A bucket as its store describes it; limits are None where there are none."""

    name: str
    public: bool = False
    size_limit_bytes: int | None = None
    mime_types: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Object:
    """One stored object. `version` is opaque and differs whenever the content may; `changed` is the later of created
    and updated (UTC), None when the store has no time for it; `etag` is None where it was not computed yet. `leads_to`:
    for a link in a folder, (bucket, key) of the object that it shows, itself where that lies outside of the storage."""

    bucket: str
    key: str
    size_bytes: int
    content_type: str
    etag: str | None
    version: str
    changed: datetime | None
    leads_to: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Unlisted:
    """A prefix (ending in `/`) or key that a listing could not look into. `blocks` makes the listing incomplete.
    `leads_to`: for a link to a folder of the same storage, (bucket, prefix) of what it shows."""

    prefix: str
    why: str
    blocks: bool
    leads_to: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class ObjectPage:
    """Objects in bytewise order of key. `cursor` is None when the listing is closed; an empty page may have one.
    `hidden`: why this reader may not be shown every object, a sentence; empty when it is proven to see all."""

    items: tuple[Object, ...]
    cursor: str | None
    unlisted: tuple[Unlisted, ...] = ()
    hidden: str = ""


@dataclass(frozen=True, slots=True)
class Move:
    """One object to another place. With `version`, only if it still has it. Never overwrites."""

    bucket: str
    key: str
    to_bucket: str
    to_key: str
    version: str | None = None


@dataclass(frozen=True, slots=True)
class Attributes:
    """What a store keeps beside the bytes; all of it survives quarantine and undo."""

    content_type: str = "application/octet-stream"
    cache_control: str | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)
    created: datetime | None = None
    updated: datetime | None = None


# --- catalog ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Column:
    """A column as the catalog declares it. `text_like`: its values may hold text, JSON or arrays. `has_default`: an
    insert may leave it out, as the catalog then fills it, numbered keys included."""

    name: str
    type: str
    nullable: bool
    generated: bool
    text_like: bool
    has_default: bool = False


@dataclass(frozen=True, slots=True)
class ForeignKey:
    """`table`.`columns` point at `to_table`.`to_columns`. Actions in lower case: `cascade`, `set null` …"""

    table: str
    columns: tuple[str, ...]
    to_table: str
    to_columns: tuple[str, ...]
    on_delete: str
    on_update: str


@dataclass(frozen=True, slots=True)
class Table:
    """A table: its columns, declared primary key (may be empty), the foreign keys that point *at* it, and whether a
    DELETE trigger stands on it."""

    name: str
    columns: tuple[Column, ...]
    primary_key: tuple[str, ...]
    referenced_by: tuple[ForeignKey, ...]
    delete_trigger: bool


@dataclass(frozen=True, slots=True)
class Row:
    """One row, or the part of it that was asked for."""

    key: RowKey
    values: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class RowPage:
    """Rows in order of key; `cursor` is None when the table is at its end. `hidden`: why this reader may not be shown
    every row, a sentence; empty when it is proven to see all."""

    rows: tuple[Row, ...]
    cursor: RowKey | None
    hidden: str = ""


class RowAction(enum.StrEnum):
    """What a row change does."""

    INSERT = "insert_row"
    UPDATE = "update_row"
    DELETE = "delete_row"


@dataclass(frozen=True, slots=True)
class RowChange:
    """One change to exactly one row. `before` holds every recorded column (None for an insert) and is compared with
    the row, type and value; `after` holds the whole row for an insert, the changed columns for an update. `loose`:
    columns of an update that a trigger of the table may set to something else again, as the time of the last change."""

    action: RowAction
    table: str
    key_columns: tuple[str, ...]
    key: RowKey
    before: Mapping[str, Value] | None
    after: Mapping[str, Value] | None
    loose: tuple[str, ...] = ()


# --- results of bulk calls -------------------------------------------------------------------------------------------


class Result(enum.StrEnum):
    """How one item of a bulk call, or one step of a run, ended."""

    DONE = "done"
    SKIPPED = "skipped"
    FAILED = "failed"
    DRIFTED = "drifted"


@dataclass(frozen=True, slots=True)
class Outcome:
    """One item's end. `reason` is a sentence unless done. `row` is the row as a change left it (None once deleted);
    `object` the object where a move or upload left it."""

    result: Result
    reason: str = ""
    row: Mapping[str, Value] | None = None
    object: Object | None = None


# --- findings --------------------------------------------------------------------------------------------------------


class Kind(enum.StrEnum):
    """The kinds of finding of this release, in the order people see them."""

    FILE_WITHOUT_ROW = "file_without_row"
    ROW_WITHOUT_FILE = "row_without_file"
    WRONG_PREFIX = "wrong_prefix"
    STALE_METADATA = "stale_metadata"
    DUPLICATE_CONTENT = "duplicate_content"
    LINK_MISSING = "link_missing"
    LINK_EXPIRED = "link_expired"
    LINK_EXPIRING = "link_expiring"
    OVER_AGE = "over_age"


class State(enum.StrEnum):
    """Only `open` findings get steps. `young`: inside the grace period. `unproven`: rules 1 and 3, or a mention."""

    OPEN = "open"
    YOUNG = "young"
    UNPROVEN = "unproven"
    KEPT = "kept"


@dataclass(frozen=True, slots=True)
class Finding:
    """One trouble about one thing. `n` is its number in the workspace until the next scan, `id` holds from scan to
    scan. `row_key` is () for findings about objects. `why` says why the state is not open. `related` is what the repair
    needs: the right key of a wrong prefix, the copy that is kept of a duplicate."""

    n: int
    id: str
    kind: Kind
    state: State
    bucket: str
    key: str
    table: str
    row_key: RowKey
    column: str
    element: int | None
    size_bytes: int | None
    changed: datetime | None
    first_seen: datetime
    last_seen: datetime
    why: str
    related: str
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FindingFilter:
    """Which findings are meant; empty fields mean any. Without `states`, all but kept ones. `text` is a substring of
    key, table or row key, letter case ignored. Sizes are inclusive."""

    kinds: tuple[Kind, ...] = ()
    states: tuple[State, ...] = ()
    buckets: tuple[str, ...] = ()
    text: str = ""
    content_type: str = ""
    min_bytes: int | None = None
    max_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class Selection:
    """A selection that costs the same for ten and for a million: a filter less some exceptions, or a list of ids."""

    filter: FindingFilter = FindingFilter()
    only: frozenset[str] | None = None
    without: frozenset[str] = frozenset()


# --- plans and runs --------------------------------------------------------------------------------------------------


class StepKind(enum.StrEnum):
    """What a step does. `delete_object` moves to the quarantine, or by way of it into the archive."""

    DELETE_OBJECT = "delete_object"
    INSERT_ROW = "insert_row"
    UPDATE_ROW = "update_row"
    DELETE_ROW = "delete_row"
    PURGE_OBJECT = "purge_object"
    RESTORE_OBJECT = "restore_object"
    UPLOAD = "upload"
    CREATE_BUCKET = "create_bucket"
    UPDATE_BUCKET = "update_bucket"
    DROP_BUCKET = "drop_bucket"


class Repair(enum.StrEnum):
    """`plan cleanup --do`."""

    QUARANTINE = "quarantine"
    ARCHIVE = "archive"
    INSERT = "insert"
    DELETE = "delete"
    MARK_ERROR = "mark-error"
    CLEAR = "clear"
    REWRITE = "rewrite"
    MARK_PENDING = "mark-pending"
    MERGE = "merge"


@dataclass(frozen=True, slots=True)
class Step:
    """One change with the precondition it was computed from. Object steps fill bucket, key, size, etag, version; row
    steps fill table, key_columns, row_key, before, after. `finding` is the id of the finding behind it; a step that
    goes along with another (a dependent row) has `because`, that step's n. `needs` are steps that must be done first.
    `place` is where a quarantined object lies (purge, restore). `same_as` is the key whose bytes must be equal.
    `changed` is when the object last changed, for showing. `loose` is as in `RowChange`."""

    n: int
    kind: StepKind
    finding: str = ""
    bucket: str = ""
    key: str = ""
    size_bytes: int = 0
    etag: str | None = None
    version: str | None = None
    removal: str = ""
    place: str = ""
    same_as: str = ""
    table: str = ""
    key_columns: tuple[str, ...] = ()
    row_key: RowKey = ()
    before: Mapping[str, Value] | None = None
    after: Mapping[str, Value] | None = None
    because: int | None = None
    needs: tuple[int, ...] = ()
    changed: datetime | None = None
    loose: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class GuardHit:
    """The worst place of a plan, when it takes more than the guard allows. `limit` is a share, 0 to 1."""

    share: float
    limit: float
    where: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """So many open findings that got no step, where (bucket or table), and why: a sentence. 0 is about the place."""

    where: str
    why: str
    count: int


@dataclass(frozen=True, slots=True)
class PlanHead:
    """The first line of a plan file; the same keys as its JSON. `project` identifies storage and catalog; `removal` is
    where deleted objects go (quarantine, archive), empty when there are none; `kind` is empty for all but retention."""

    format: str
    project: str
    scan_id: int
    created: datetime
    plan_id: str
    sha256: str
    steps: int
    by_kind: Mapping[str, int]
    bytes: int
    guard: GuardHit | None
    profile: str = ""
    removal: str = ""
    refused: tuple[Refusal, ...] = ()
    kind: str = ""


class RunState(enum.StrEnum):
    """Where a run stands."""

    RUNNING = "running"
    INTERRUPTED = "interrupted"
    DONE = "done"
    PARTLY = "partly"
    UNDONE = "undone"


@dataclass(frozen=True, slots=True)
class Run:
    """One application of a plan, or the undoing of one. Counts are over the whole run, resumptions included."""

    run_id: str
    kind: str
    plan_id: str
    started: datetime
    ended: datetime | None
    state: RunState
    steps: int
    done: int
    skipped: int
    failed: int
    drifted: int
    bytes: int
    seconds: float
    undoable: bool
    undo_of: str = ""
