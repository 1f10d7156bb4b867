"""The JSON documents of `upload`. Programs rely on their keys: more may be added, these stay."""

from __future__ import annotations

from collections.abc import Sequence

from core.cli.documents import Document, time
from core.uploads.checks.preview import PlannedFile, Preview
from core.uploads.checks.verification import Lack, Proof, Verified
from core.uploads.queueing.questions import ANSWERS, Question
from core.uploads.queueing.roots import Root
from core.uploads.scanning.scan import Scanned
from core.uploads.sending.limits import Limits
from core.uploads.sending.transfer import Transferred
from core.uploads.status.state import UploadState


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
        "found": folders.found,
        "queued": folders.queued,
        "in_flight": folders.in_flight,
        "questions": folders.questions,
        "running": found.is_running,
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
        "without_stats": did.without_stats,
        **scanned(found, after),
    }


def trees(found: Sequence[Root]) -> Document:
    """The trees that were handed over: where each goes, which wait, and which are watched."""
    return {
        "trees": [
            {
                "path": one.path,
                "destination": one.destination or None,
                "asked": dict(one.asked),
                "waiting_since": time(one.wanted),
                "watched": one.watched,
                "scanned": time(one.ended),
                "complete": one.complete,
            }
            for one in found
        ]
    }


def asking(found: Sequence[tuple[int, str, Question]]) -> Document:
    """Folders that wait for an answer; the first thousand."""
    return {
        "asks": [
            {
                "folder": path,
                "kind": str(question.kind),
                "sentence": question.sentence,
                "answers": [str(one) for one in ANSWERS[question.kind]],
                "files": [{"name": one.name, "key": one.key, "stands": one.stands} for one in question.files],
            }
            for _, path, question in found
        ]
    }


def limits(found: Limits) -> Document:
    """How fast uploads may go."""
    return {
        "bytes_per_second": found.bytes_per_second,
        "requests_per_second": found.requests_per_second,
        "at_once": found.at_once,
    }


def preview(found: Preview) -> Document:
    """`upload --dry-run`: counts of all, and the first thousand folders."""
    return {
        "folders": found.folders,
        "files": found.files,
        "bytes": found.size_bytes,
        "unchanged": found.unchanged,
        "left_out": found.left_out,
        "refused": found.refused,
        "existing": found.standing,
        "duplicates": found.duplicates,
        "items": [
            {
                "folder": one.path,
                "destination": one.destination,
                "family": one.family,
                "files": [_planned(file) for file in one.files],
            }
            for one in found.shown
        ],
        "unreadable": [{"path": path, "reason": reason} for path, reason in found.unreadable],
    }


def verification(found: Verified, seconds: float) -> Document:
    """`upload --verify`: what is proven and by what, and what is not; the first thousand of those."""
    return {
        "verified": found.is_whole,
        "files": found.files,
        "bytes": found.size_bytes,
        "arrived": found.arrived,
        "proven_by": {str(proof): found.proven.get(proof, 0) for proof in Proof},
        "not_arrived": {
            "total": sum(found.lacking.values()),
            "by_reason": {str(lack): found.lacking.get(lack, 0) for lack in Lack},
            "items": [
                {
                    "path": one.path,
                    "reason": str(one.lack),
                    "sentence": one.sentence,
                    "bucket": one.bucket or None,
                    "key": one.key or None,
                }
                for one in found.not_arrived
            ],
        },
        "not_meant": found.not_meant,
        "buckets": list(found.buckets),
        "listed": found.listed,
        "seconds": round(seconds, 3),
    }


def _planned(file: PlannedFile) -> Document:
    return {
        "name": file.name,
        "bytes": file.size_bytes,
        "key": file.key or None,
        "why_not": file.why_not or None,
        "existing": file.stands or None,
        "same_content": file.is_same,
        "stored_as": list(file.stored_as),
    }
