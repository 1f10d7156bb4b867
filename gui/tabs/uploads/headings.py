"""The heading of the Uploads tab: how far it is, and where every folder that was found stands."""

from __future__ import annotations

from core.uploads.status.listing import Amounts
from gui import words
from gui.jobs import Job
from gui.tabs.uploads.columns import a_second
from gui.translation import translate
from gui.uploading import UploadRuns


def heading_of(amounts: Amounts, runs: UploadRuns) -> tuple[str, str]:
    """Both lines. Nothing that was found is missing from the second."""
    if not amounts.found:
        return translate("UploadsHeading", "Uploads"), ""
    title = translate("UploadsHeading", "%1 of %Ln folder(s) uploaded", "", amounts.found)
    if amounts.done == amounts.found:
        title = translate("UploadsHeading", "All of %Ln folder(s) uploaded", "", amounts.found)
    return title.replace("%1", words.number(amounts.done)), " · ".join(
        part for part in (_sum(amounts), present_pace(runs), _left(runs)) if part
    )


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


def present_pace(runs: UploadRuns) -> str:
    """ "38 folders a second · 4.1 MB/s": how fast it goes just now, '' while nothing does."""
    job = runs.job
    if job is None or not job.is_running:
        return ""
    said, rate, carried = [], job.pace.per_second(), runs.bytes_a_second
    if rate:
        said.append(translate("UploadsHeading", "%1 folders a second").replace("%1", words.rate(rate)))
    if carried:
        said.append(a_second(carried))
    return " · ".join(said)


def _left(runs: UploadRuns) -> str:
    """The time left of the upload under way."""
    job = runs.job
    left = job.pace.seconds_left(job.progress) if job is not None and job.is_running else None
    return "" if left is None else translate("UploadsHeading", "%1 left").replace("%1", words.duration(left))


def parked_of(job: Job | None) -> str:
    """Why it waits just now, and until when; '' while it goes on."""
    return job.progress.note if job is not None and job.is_running and job.progress.waiting_until else ""
