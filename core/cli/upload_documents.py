"""The JSON documents of `upload`. Programs rely on their keys: more may be added, these stay."""

from __future__ import annotations

from collections.abc import Sequence

from core.cli.documents import Document, time
from core.uploads.scan import Scanned
from core.uploads.state import UploadState
from core.uploads.transfer import Transferred


def state(found: UploadState) -> Document:
    """`upload --status`"""
    folders = found.folders
    return {
        "folders": {
            "pending": folders.pending,
            "success": folders.success,
            "failed": folders.failed,
            "skipped": folders.skipped,
        },
        "files": found.files,
        "bytes": found.size_bytes,
        "batches": [
            {
                "batch_id": batch.batch_id,
                "name": batch.name,
                "total": batch.folders,
                "successful": batch.done,
                "failed": batch.failed,
                "status": batch.state,
                "started": time(batch.started),
                "ended": time(batch.ended),
            }
            for batch in found.batches
        ],
        "failures": [{"folder": one.folder, "reason": one.reason, "retries": one.retries} for one in found.failures],
        "troubles": {
            "total": found.troubles_in_all,
            "items": [{"path": path, "reason": reason} for path, reason in found.troubles],
        },
    }


def scanned(found: Sequence[Scanned], after: UploadState) -> Document:
    """`upload --scan-only`: where uploads stand now, and what each scan found."""
    scans = [
        {
            "root": str(one.root),
            "folders": one.folders,
            "files": one.files,
            "bytes": one.size_bytes,
            "new": one.new,
            "changed": one.changed,
            "unchanged": one.unchanged,
            "gone": one.gone,
            "out_of_reach": one.out_of_reach,
            "troubles": one.troubles,
            "complete": one.complete,
            "seconds": round(one.seconds, 3),
        }
        for one in found
    ]
    return {"scans": scans, "complete": all(one.complete for one in found), **state(after)}


def transferred(found: Sequence[Scanned], did: Transferred, after: UploadState) -> Document:
    """`upload`: what this run did, what its scans found, and where uploads stand now."""
    return {
        "done": did.done,
        "failed": did.failed,
        "skipped": did.skipped,
        "stored": {"files": did.files, "bytes": did.size_bytes},
        "seconds": round(did.seconds, 3),
        "notes": list(did.notes),
        **scanned(found, after),
    }
