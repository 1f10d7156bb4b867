"""The JSON documents of `monitor` and `alerts`. Programs rely on their keys: more may be added, these stay."""

from __future__ import annotations

from collections.abc import Sequence

from core.capacity.models import Alert
from core.cli.documents import Document, time
from core.cli.use_documents import capacity
from core.monitor import Round
from core.monitor.deeds import Deed


def round_(made: Round) -> Document:
    """`monitor --once`, and each round of `monitor`. `trouble` is null where the buckets could be measured."""
    buckets = capacity(made.capacity)["buckets"] if made.capacity else []
    return {
        "at": time(made.at),
        "buckets": buckets,
        "alerts": [_alert(alert) for alert in made.alerts],
        "news": [alert.id for alert in made.told.news],
        "ended": [alert.id for alert in made.told.ended],
        "done": [_deed(deed) for deed in made.deeds],
        "trouble": {"message": made.trouble, "hint": made.hint} if made.trouble else None,
    }


def alerts(found: Sequence[Alert]) -> Document:
    """`alerts`"""
    return {"total": len(found), "items": [_alert(alert) for alert in found]}


def _alert(alert: Alert) -> Document:
    return {
        "id": alert.id,
        "severity": str(alert.severity),
        "level": str(alert.level),
        "bucket": alert.bucket,
        "what": alert.what,
        "next_step": alert.next_step,
        "since": time(alert.since),
        "acknowledged": alert.acknowledged,
        "ended": time(alert.ended),
    }


def _deed(deed: Deed) -> Document:
    return {
        "family": deed.family,
        "kind": deed.kind,
        "about": deed.about,
        "what": deed.what,
        "run_id": deed.run_id or None,
        "file": deed.file or None,
        "steps": deed.steps,
    }
