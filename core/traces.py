"""What an act leaves behind in the journal: enough to settle it after a crash, and to undo it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from core.models import Attributes, Value
from core.plan_lines import compact
from core.values import decode_row, encode_row


@dataclass(frozen=True, slots=True)
class Trace:
    """`place` and `version`: where an object lies in the quarantine, and as what. `attributes`, `archived`, `member`,
    `digest`: an archived object's attributes, ZIP file, name in it (empty: a file by itself) and content. `before`,
    `row`: the whole row before and after. `back`: why the act is being put back, `back_state`: how the step then ends.
    `origin`: the step (run, n) that this one undoes or purges."""

    place: str = ""
    version: str = ""
    attributes: Attributes | None = None
    archived: str = ""
    digest: str = ""
    before: Mapping[str, Value] | None = None
    row: Mapping[str, Value] | None = None
    back: str = ""
    back_state: str = ""
    origin: tuple[str, int] | None = None
    member: str = ""


_TEXTS = ("place", "version", "archived", "member", "digest", "back", "back_state")


def write_trace(trace: Trace) -> str:
    """One line of JSON; empty for a trace that says nothing."""
    data: dict[str, object] = {name: value for name in _TEXTS if (value := getattr(trace, name))}
    if trace.attributes is not None:
        data["attributes"] = attributes_json(trace.attributes)
    if trace.before is not None:
        data["before"] = encode_row(trace.before)
    if trace.row is not None:
        data["row"] = encode_row(trace.row)
    if trace.origin is not None:
        data["origin"] = list(trace.origin)
    return compact(data) if data else ""


def read_trace(line: str) -> Trace:
    """The trace that `write_trace` wrote."""
    if not line:
        return Trace()
    data = json.loads(line)
    return Trace(
        **{name: data.get(name, "") for name in _TEXTS},
        attributes=read_attributes(data["attributes"]) if "attributes" in data else None,
        before=decode_row(data["before"]) if "before" in data else None,
        row=decode_row(data["row"]) if "row" in data else None,
        origin=(data["origin"][0], data["origin"][1]) if "origin" in data else None,
    )


def attributes_json(attributes: Attributes) -> dict[str, object]:
    """What a store keeps beside the bytes, ready for `json.dumps`."""
    return {
        "content_type": attributes.content_type,
        "cache_control": attributes.cache_control,
        "metadata": dict(attributes.metadata),
        "created": attributes.created.isoformat() if attributes.created else None,
        "updated": attributes.updated.isoformat() if attributes.updated else None,
    }


def read_attributes(data: Mapping[str, object]) -> Attributes:
    """The attributes that `attributes_json` gave."""
    cache_control, metadata = data.get("cache_control"), data.get("metadata")
    return Attributes(
        content_type=str(data.get("content_type", "application/octet-stream")),
        cache_control=None if cache_control is None else str(cache_control),
        metadata={str(k): str(v) for k, v in metadata.items()} if isinstance(metadata, dict) else {},
        created=_time(data.get("created")),
        updated=_time(data.get("updated")),
    )


def _time(value: object) -> datetime | None:
    return datetime.fromisoformat(value) if isinstance(value, str) else None
