"""What Storage tells of an object, in its three dialects: our function's arrays, list-v2, and info."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from core.models import Attributes, Object

TYPED = "bucketdesk_typed"
"""Metadata values that are no text travel under this name, as one JSON object, so that they come back as they were."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_HEX = "0123456789abcdef"
_UTC_ENDINGS = ("+00:00", "Z")
_PLAIN = "application/octet-stream"


def of_arrays(bucket: str, rows: Sequence[Sequence[Any]]) -> tuple[Object, ...]:
    """From arrays `[name, id, size, etag, mimetype, created_at, updated_at, …]`."""
    times = _Times()
    return tuple([_object(bucket, row[0], row[1], row[2], row[3], row[4], times[row[5], row[6]]) for row in rows])


def of_listing(bucket: str, items: Sequence[Mapping[str, Any]]) -> tuple[Object, ...]:
    """From the items of a flat list-v2."""
    times = _Times()
    return tuple([_of_item(bucket, item, times) for item in items])


def _of_item(bucket: str, item: Mapping[str, Any], times: _Times) -> Object:
    about = item.get("metadata") or {}
    moment = times[item.get("created_at"), item.get("updated_at")]
    return _object(
        bucket, item["name"], item["id"], about.get("size"), about.get("eTag"), about.get("mimetype"), moment
    )


def attributes_of_array(told: Sequence[Any]) -> Attributes:
    """From `[…, mimetype, created_at, updated_at, version, cache_control, user_metadata]`."""
    kind, created, updated, _, cache_control, metadata = told[4:10]
    return _attributes(kind, cache_control, metadata, created, updated)


def attributes_of_info(told: Mapping[str, Any]) -> Attributes:
    """From the answer of info, whose `last_modified` is the row's updated_at."""
    return _attributes(
        told.get("content_type"),
        told.get("cache_control"),
        told.get("metadata"),
        told.get("created_at"),
        told.get("last_modified"),
    )


def of_info(bucket: str, key: str, told: Mapping[str, Any]) -> Object:
    """From the answer of info: what a listing tells of the same object, to the letter."""
    moment = _Times()[told.get("created_at"), told.get("last_modified")]
    return _object(bucket, key, told["id"], told.get("size"), told.get("etag"), told.get("content_type"), moment)


def metadata_for(attributes: Attributes) -> dict[str, Any]:
    """The user metadata to store, values that are no text among them."""
    data: dict[str, Any] = {name: text for name, text in attributes.metadata.items() if name != TYPED}
    typed: dict[str, Any] = json.loads(attributes.metadata.get(TYPED) or "{}")
    return data | typed


class _Times(dict[tuple[Any, Any], tuple[datetime | None, str]]):
    """For (created, updated) as told: when an object changed, and the part of its version that says when it was
    updated. Of a page, much is stored at one time: each is read once."""

    def __missing__(self, told: tuple[Any, Any]) -> tuple[datetime | None, str]:
        created, updated = told
        changed = _time(updated)
        # The API cuts times to milliseconds, the database keeps microseconds: both must give one version.
        moment = "" if changed is None else str((changed - _EPOCH) // _MILLISECOND * 1000)
        if created != updated and (made := _time(created)) is not None and (changed is None or made > changed):
            changed = made
        self[told] = changed, moment
        return self[told]


def _object(
    bucket: str,
    name: str,
    number: str,
    size: Any,
    etag: str | None,
    kind: str | None,
    times: tuple[datetime | None, str],
) -> Object:
    tag = etag.strip('"') if etag else ""
    return Object(
        bucket,
        name,
        size if type(size) is int else _number(size),
        kind or _PLAIN,
        tag if len(tag) == 32 and not tag.strip(_HEX) else None,
        f"{number}/{times[1]}/{tag}",
        times[0],
    )


def _number(size: Any) -> int:
    return int(size) if isinstance(size, float) or str(size).isdigit() else 0


def _time(text: str | None) -> datetime | None:
    """A time, cut to milliseconds as the API does."""
    if not text:
        return None
    if text[19:20] == "." and text[20:23].isdigit() and text.endswith(_UTC_ENDINGS):
        return datetime.fromisoformat(text[:23] + "+00:00")
    return _any_time(text)


def _any_time(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    found = found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    return found.replace(microsecond=found.microsecond // 1000 * 1000)


def _attributes(kind: str | None, cache_control: str | None, metadata: Any, created: Any, updated: Any) -> Attributes:
    told: Mapping[str, Any] = metadata if isinstance(metadata, Mapping) else {}
    texts = {name: value for name, value in told.items() if isinstance(value, str)}
    others = {name: value for name, value in told.items() if not isinstance(value, str)}
    if others:
        texts[TYPED] = json.dumps(others, ensure_ascii=False, sort_keys=True)
    return Attributes(kind or _PLAIN, cache_control or None, texts, _time(created), _time(updated))
