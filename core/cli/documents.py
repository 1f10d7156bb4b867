"""The JSON documents of `--json`. Programs rely on their keys: more may be added, these stay."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from core.browse import ObjectRow
from core.inventory import ScanReport, SourceReport
from core.models import Finding, Kind, Run
from core.practice import PracticeReport
from core.retention import BucketTaking
from core.runs import Trouble
from core.status import Status
from core.values import encode

Document = dict[str, object]


def time(moment: datetime | None) -> str | None:
    """ISO 8601 with its offset, or null."""
    return None if moment is None else moment.isoformat()


def practice(report: PracticeReport) -> Document:
    """`practice reset`"""
    planted = {str(kind): amount for kind, amount in report.planted.items()}
    return {"folder": str(report.folder), "objects": report.objects, "rows": report.rows, "planted": planted}


def finding(found: Finding) -> Document:
    """One item of `findings`"""
    return {
        "id": found.id,
        "kind": str(found.kind),
        "bucket": found.bucket,
        "key": found.key,
        "table": found.table,
        "row_key": [encode(value) for value in found.row_key],
        "column": found.column,
        "element": found.element,
        "bytes": found.size_bytes,
        "changed": time(found.changed),
        "first_seen": time(found.first_seen),
        "last_seen": time(found.last_seen),
        "state": str(found.state),
        "why": found.why,
        "related": found.related,
        "evidence": "; ".join(found.evidence),
    }


def result(run: Run, found: Sequence[Trouble]) -> Document:
    """`apply` and `undo`"""
    return {**_run(run), "troubles": troubles(found)}


def troubles(found: Sequence[Trouble]) -> list[Document]:
    """Why steps ended otherwise than done"""
    return [{"state": str(one.state), "reason": one.reason, "steps": one.steps, "where": one.where} for one in found]


def taking(found: BucketTaking) -> Document:
    """One bucket of `plan retention`"""
    return {
        "bucket": found.bucket,
        "objects": found.objects,
        "bytes": found.bytes,
        "rows": found.rows,
        "oldest": time(found.oldest),
        "newest": time(found.newest),
    }


def _run(run: Run) -> Document:
    return {
        "run_id": run.run_id,
        "kind": run.kind,
        "plan_id": run.plan_id,
        "state": str(run.state),
        "steps": run.steps,
        "done": run.done,
        "skipped": run.skipped,
        "failed": run.failed,
        "drifted": run.drifted,
        "bytes": run.bytes,
        "seconds": round(run.seconds, 3),
    }


def run(run: Run) -> Document:
    """One item of `runs`"""
    return {
        **_run(run),
        "started": time(run.started),
        "ended": time(run.ended),
        "undoable": run.undoable,
        "undo_of": run.undo_of,
    }


def scan(report: ScanReport) -> Document:
    """`scan`"""
    return {
        "scan_id": report.scan_id,
        "objects": report.objects,
        "rows": report.rows,
        "assets": report.assets,
        "complete": report.complete,
        "sources": [_source(source) for source in report.sources],
        "seconds": round(report.seconds, 3),
    }


def _source(source: SourceReport) -> Document:
    return {
        "name": source.name,
        "what": source.what,
        "items": source.items,
        "pages": source.pages,
        "references": source.references,
        "not_understood": source.not_understood,
        "complete": source.complete,
        "doubted": bool(source.doubted),
        "why": " ".join(part for part in (source.why, source.doubted) if part),
    }


def status(status: Status) -> Document:
    """`status`"""
    links = status.links
    return {
        "objects": status.objects,
        "bytes": status.bytes,
        "rows": status.rows,
        "links": {
            "total": links.total,
            "ok": links.ok,
            "missing": links.missing,
            "expired": links.expired,
            "expiring": links.expiring,
        },
        "findings": {str(kind): status.findings.get(kind, 0) for kind in Kind},
        "next": list(status.next),
        "scanned_at": time(status.scanned_at),
        "complete": status.complete,
    }


def object_row(row: ObjectRow) -> Document:
    """One item of `objects`"""
    return {
        "bucket": row.bucket,
        "key": row.key,
        "bytes": row.size_bytes,
        "type": row.content_type,
        "etag": row.etag,
        "changed": time(row.changed),
        "rows": row.rows,
    }
