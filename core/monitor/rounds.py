"""One round of monitoring: measure, do what is automatic, and see what is news."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime

from core.capacity.alerts import update
from core.capacity.models import Alert, Capacity, Severity
from core.changes import Change
from core.errors import NotFound
from core.monitor.actions import act, told_of
from core.monitor.deeds import APPLY, Deed
from core.monitor.record import Told, renew
from core.monitor.watched import Watched

MOST_SAID = 50
"""So many alerts of one round are written out; of the others, the number."""
_log = logging.getLogger(__name__)
_LEVELS = {Severity.INFO: logging.INFO, Severity.WARNING: logging.WARNING, Severity.URGENT: logging.ERROR}


@dataclass(frozen=True, slots=True)
class Round:
    """What a round saw, did and has to tell. `trouble` says why it could not look, and `hint` what to do about that;
    the alerts are then those that stood before, or what the last scan leads to."""

    at: datetime
    capacity: Capacity | None
    told: Told
    deeds: tuple[Deed, ...] = ()
    trouble: str = ""
    hint: str = ""

    @property
    def alerts(self) -> tuple[Alert, ...]:
        """Those that stand, the worst first."""
        return self.told.standing


async def make_round(project: Watched, now: datetime) -> Round:
    """Goes round once. Where a service has nothing that counts, what the last scan saw is judged. Raises
    `ServiceError`, `WorkspaceError`."""
    trouble = hint = ""
    try:
        found = await project.look()
    except NotFound as exc:
        trouble, hint = exc.message, exc.hint
        found = await project.capacity()
    acted = await act(project, found, now)
    if any(deed.kind == APPLY for deed in acted.deeds):
        found = await project.capacity()  # what was taken has been measured already
    buckets = list(told_of(project.profile, found.buckets))
    told = await renew(
        project.workspace,
        project.profile.project,
        lambda before: update(before, buckets, now, acted.alerts),
        now,
    )
    _note(told, acted.deeds)
    if told.news or told.ended or acted.deeds:
        project.changes.say(Change.ALERTS)
    return Round(now, found, told, acted.deeds, trouble, hint)


def _note(told: Told, deeds: tuple[Deed, ...]) -> None:
    """Each news goes to the log once; of thousands at once, the worst do."""
    for deed in deeds:
        _log.info("Done by itself: %s", deed.what)
    for alert in told.news[:MOST_SAID]:
        _log.log(_LEVELS[alert.severity], "%s %s", alert.what, alert.next_step)
    for alert in told.ended[:MOST_SAID]:
        _log.info("Over: %s", alert.what)
    further = max(0, len(told.news) - MOST_SAID) + max(0, len(told.ended) - MOST_SAID)
    if further:
        _log.warning("%s further alerts began or ended in this round.", f"{further:,}")
