"""Repairs of files without a row that remove the file: into the quarantine, or into the archive."""

from __future__ import annotations

from collections.abc import Sequence

from core.cleanup.chosen import Chosen
from core.cleanup.planning import Planning
from core.models import Step, StepKind
from core.things import object_thing
from core.threads import in_thread

NOT_LISTED = "the object is not in the inventory any more"


async def remove_objects(planning: Planning, findings: Sequence[Chosen]) -> None:
    """One `delete_object` step for each."""
    steps = []
    for finding in findings:
        if finding.version is None:
            planning.refuse(finding.bucket, NOT_LISTED)
        else:
            steps.append((object_thing(finding.bucket, finding.key), removal_of(finding, planning.removal)))
    await in_thread(planning.draft.put_all, steps)


def removal_of(finding: Chosen, removal: str, same_as: str = "") -> Step:
    """The step that removes the object of a finding."""
    return Step(
        n=0,
        kind=StepKind.DELETE_OBJECT,
        finding=finding.id,
        bucket=finding.bucket,
        key=finding.key,
        size_bytes=finding.size_bytes,
        etag=finding.etag,
        version=finding.version,
        removal=removal,
        same_as=same_as,
        changed=finding.changed,
    )
