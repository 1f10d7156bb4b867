"""What can be done about an alert, as a button beside it."""

from __future__ import annotations

from functools import partial

from core.capacity.models import Alert, Severity
from gui.desk import Desk
from gui.jobs import NextStep
from gui.translation import translate

TONES = {Severity.INFO: "accent", Severity.WARNING: "warning", Severity.URGENT: "danger"}
ICONS = {Severity.INFO: "info", Severity.WARNING: "warning", Severity.URGENT: "warning-circle"}
_ABOUT_AGE = ("filling", "soon", "plan")


def step_of(desk: Desk, alert: Alert) -> NextStep | None:
    """The one thing to do that the window can do; None where there is none, or where nothing may be changed."""
    engine, kind = desk.engine, alert.id.partition(":")[0]
    if engine is None or desk.actions.why_no_writing:
        return None
    family = engine.profile.family_of(alert.bucket)
    if kind in _ABOUT_AGE and family is not None and (family.retention_days is not None or family.rules):
        return NextStep(_said("Clean up…"), partial(_clean_up, desk, alert.bucket))
    if kind == "no-overflow" and family is not None:
        return NextStep(_said("Make a bucket…"), partial(_make_bucket, desk, family.name))
    if kind == "not-allowed" and family is not None:
        return NextStep(_said("See what it would take…"), partial(_preview, desk, family.name))
    if kind == "no-plan" or (kind in _ABOUT_AGE and family is None):
        return NextStep(_said("Families…"), partial(_edit, desk, alert.bucket))
    if kind in ("apply", "overflow"):
        return NextStep(_said("Show in History"), desk.actions["go_history"].trigger)
    return None


def _clean_up(desk: Desk, bucket: str) -> None:
    from gui.retention import open_retention

    open_retention(desk, [bucket])


def _make_bucket(desk: Desk, family: str) -> None:
    from gui.tabs.capacity.bucket_acts import make_next

    desk.jobs.ask(make_next(desk, family))


def _preview(desk: Desk, family: str) -> None:
    from gui.families.permission import look_and_ask

    look_and_ask(desk, [family])


def _edit(desk: Desk, bucket: str) -> None:
    from gui.tabs.capacity.family_editing import edit

    desk.jobs.ask(edit(desk, bucket))


def _said(text: str) -> str:
    return translate("AlertSteps", text)
