"""The lines of a plan file as text: its head, then one step a line."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime

from core.models import GuardHit, PlanHead, Refusal, Step, StepKind
from core.values import decode, decode_row, encode, encode_row

_PLAIN = ("finding", "bucket", "key", "etag", "version", "removal", "place", "same_as", "table", "because")


def compact(data: object, *, sort: bool = False) -> str:
    """One line of JSON that can be stored as UTF-8, whatever surrogates its texts hold."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), sort_keys=sort)
    try:
        text.encode()
    except UnicodeEncodeError:
        return json.dumps(data, separators=(",", ":"), sort_keys=sort)
    return text


def write_step(step: Step) -> str:
    """A step as one line of JSON, `n` first, empty fields left out; without a line break."""
    data: dict[str, object] = {"n": step.n, "kind": str(step.kind)}
    for name in _PLAIN:
        value = getattr(step, name)
        if value not in ("", None):
            data[name] = value
    if step.size_bytes:
        data["size_bytes"] = step.size_bytes
    if step.key_columns:
        data["key_columns"] = list(step.key_columns)
    if step.row_key:
        data["row_key"] = [encode(value) for value in step.row_key]
    if step.before is not None:
        data["before"] = encode_row(step.before)
    if step.after is not None:
        data["after"] = encode_row(step.after)
    if step.needs:
        data["needs"] = list(step.needs)
    if step.loose:
        data["loose"] = list(step.loose)
    if step.changed is not None:
        data["changed"] = step.changed.astimezone(UTC).isoformat()
    return compact(data)


def read_step(line: str | bytes) -> Step:
    """The step that `write_step` wrote. Raises `ValueError` for any other line."""
    data = json.loads(line)
    if not isinstance(data, dict):
        raise ValueError("not a step")
    try:
        return Step(
            n=_whole(data["n"]),
            kind=StepKind(data["kind"]),
            finding=_text(data, "finding"),
            bucket=_text(data, "bucket"),
            key=_text(data, "key"),
            size_bytes=_whole(data.get("size_bytes", 0)),
            etag=data.get("etag"),
            version=data.get("version"),
            removal=_text(data, "removal"),
            place=_text(data, "place"),
            same_as=_text(data, "same_as"),
            table=_text(data, "table"),
            key_columns=tuple(str(name) for name in data.get("key_columns", ())),
            row_key=tuple(decode(value) for value in data.get("row_key", ())),
            before=decode_row(data["before"]) if "before" in data else None,
            after=decode_row(data["after"]) if "after" in data else None,
            because=data.get("because"),
            needs=tuple(_whole(n) for n in data.get("needs", ())),
            changed=datetime.fromisoformat(data["changed"]) if "changed" in data else None,
            loose=tuple(str(name) for name in data.get("loose", ())),
        )
    except (KeyError, TypeError) as exc:
        raise ValueError("not a step") from exc


def head_json(head: PlanHead) -> dict[str, object]:
    """The head as `--json` shows it and the plan's first line holds it."""
    guard = head.guard
    return {
        "format": head.format,
        "project": head.project,
        "scan_id": head.scan_id,
        "created": head.created.astimezone(UTC).isoformat(),
        "plan_id": head.plan_id,
        "sha256": head.sha256,
        "steps": head.steps,
        "by_kind": dict(head.by_kind),
        "bytes": head.bytes,
        "guard": None if guard is None else {"share": guard.share, "limit": guard.limit, "where": guard.where},
        "profile": head.profile,
        "removal": head.removal,
        "kind": head.kind,
        "refused": [{"where": r.where, "why": r.why, "count": r.count} for r in head.refused],
    }


def hashed_head(data: Mapping[str, object]) -> bytes:
    """What the hash covers of a head's JSON: all keys but the hash itself, canonically, and a line break."""
    covered = {name: value for name, value in data.items() if name != "sha256"}
    return compact(covered, sort=True).encode() + b"\n"


def read_head_line(line: str | bytes) -> PlanHead:
    """The head that a plan's first line holds. Raises `ValueError` for any other line."""
    data = json.loads(line)
    if not isinstance(data, dict):
        raise ValueError("not a head")
    try:
        return PlanHead(
            format=str(data["format"]),
            project=str(data["project"]),
            scan_id=_whole(data["scan_id"]),
            created=datetime.fromisoformat(data["created"]),
            plan_id=str(data["plan_id"]),
            sha256=str(data["sha256"]),
            steps=_whole(data["steps"]),
            by_kind={str(kind): _whole(count) for kind, count in data["by_kind"].items()},
            bytes=_whole(data["bytes"]),
            guard=None if data["guard"] is None else GuardHit(**data["guard"]),
            profile=_text(data, "profile"),
            removal=_text(data, "removal"),
            refused=tuple(Refusal(**refusal) for refusal in data.get("refused", ())),
            kind=_text(data, "kind"),
        )
    except (KeyError, TypeError, AttributeError) as exc:
        raise ValueError("not a head") from exc


def _text(data: Mapping[str, object], name: str) -> str:
    value = data.get(name, "")
    if not isinstance(value, str):
        raise ValueError(f"{name} is not a text")
    return value


def _whole(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise ValueError("not a whole number")
    return value
