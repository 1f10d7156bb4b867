"""The heading of the Uploads tab: how far it is, and where every folder that was found stands."""

from __future__ import annotations

from core.uploads.listing import Amounts
from gui import words
from gui.jobs import Job
from gui.translation import translate


def heading_of(amounts: Amounts, job: Job | None) -> tuple[str, str]:
    """Both lines. Nothing that was found is missing from the second."""
    if not amounts.found:
        return translate("UploadsHeading", "Uploads"), ""
    title = translate("UploadsHeading", "%1 of %Ln folder(s) uploaded", "", amounts.found)
    return title.replace("%1", words.number(amounts.done)), " · ".join([_sum(amounts), *_pace(job)])


def _sum(amounts: Amounts) -> str:
    parts = [
        (translate("UploadsHeading", "%1 done"), amounts.done, True),
        (translate("UploadsHeading", "%1 left out"), amounts.skipped, False),
        (translate("UploadsHeading", "%1 failed"), amounts.failed, False),
        (translate("UploadsHeading", "%1 queued"), amounts.queued + amounts.asking, True),
        (translate("UploadsHeading", "%1 in flight"), amounts.uploading, False),
    ]
    said = [text.replace("%1", words.number(amount)) for text, amount, always in parts if amount or always]
    return translate("UploadsHeading", "%1 found").replace("%1", words.number(amounts.found)) + " = " + " + ".join(said)


def _pace(job: Job | None) -> list[str]:
    """Rate and time left of the upload under way."""
    if job is None or not job.is_running:
        return []
    said, rate = [], job.pace.per_second()
    if rate:
        said.append(translate("UploadsHeading", "%1 folders a second").replace("%1", words.rate(rate)))
    left = job.pace.seconds_left(job.progress)
    if left is not None:
        said.append(translate("UploadsHeading", "%1 left").replace("%1", words.duration(left)))
    return said
