"""The two lines over the Review tab, and the banners about sources that are in doubt."""

from __future__ import annotations

from functools import partial

from core.models import Kind, State
from core.status import Status
from gui import words
from gui.desk import Desk
from gui.jobs import NextStep
from gui.scan import scan_title
from gui.tabs.review.repairs import Repairs
from gui.tabs.review.wording import waiting_words
from gui.translation import translate

Totals = dict[tuple[Kind, State], int]


def of(desk: Desk, status: Status | None, settled: int) -> tuple[str, str]:
    """Title and subtitle: how much was found, what was compared, whether all of it was seen, and what was settled since
    then; while a scan runs, that it is still listing."""
    title, subtitle = _of(desk, status, settled)
    if any(job.title == scan_title() for job in desk.jobs.running):
        listing = translate("Heading", "still listing…")
        subtitle = f"{subtitle} · {listing}" if subtitle else listing
    return title, subtitle


def _of(desk: Desk, status: Status | None, settled: int) -> tuple[str, str]:
    if desk.engine is None or status is None:
        return translate("Heading", "Review"), ""
    if status.scanned_at is None:
        return translate("Heading", "Review"), translate("Heading", "not scanned yet")
    found = sum(status.findings.values())
    waiting = waiting_words(status)
    nothing = translate("Heading", "Nothing to do yet") if waiting else translate("Heading", "Everything fits")
    if not status.complete and not waiting:
        nothing = translate("Heading", "Not everything could be looked at")
    title = translate("Heading", "%Ln finding(s)", "", found) if found else nothing
    seen = translate("Heading", "%1 objects against %2 rows").replace("%1", words.number(status.objects))
    seen = seen.replace("%2", words.number(status.rows))
    when = words.clock(status.scanned_at)
    if settled:
        since = translate("Heading", "%Ln finding(s) were settled since the scan at %1", "", settled)
        return title, f"{seen} · {since.replace('%1', when)}"
    proof = (
        translate("Heading", "both sides complete at %1")
        if status.complete
        else translate("Heading", "not everything could be listed at %1")
    )
    parts = [seen, proof.replace("%1", when)] if found or not waiting else [waiting, seen, proof.replace("%1", when)]
    return title, " · ".join(parts)


def warn_of_doubts(desk: Desk, status: Status, repairs: Repairs) -> None:
    """One banner for each source that is doubted, with the step to look at it."""
    for source in status.sources:
        name = f"doubt.{source.name}"
        if not source.doubted:
            desk.banners.take(name)
            continue
        text = translate("Heading", "%1 is in doubt: %2 What rests on it is unproven.")
        desk.banners.put(
            name,
            text.replace("%1", source.name).replace("%2", source.doubted),
            "warning",
            (NextStep(translate("Heading", "Look and accept…"), partial(repairs.look_at_doubt, source)),),
        )
