"""Why there is nothing to see in the Capacity tab, each time with the one next step."""

from __future__ import annotations

from core.errors import CoreError, NotAllowed, Unavailable
from gui.desk import Desk
from gui.translation import translate
from gui.widgets.empty_state import EmptyState


def say_opening(empty: EmptyState, desk: Desk) -> None:
    """No project is open: it is on its way, or could not be opened."""
    error = desk.session.error
    if error is None:
        empty.say("circle-dashed", translate("CapacityEmpty", "Opening the project"), "")
    else:
        say_failed(empty, desk, error)


def say_never_measured(empty: EmptyState, desk: Desk) -> None:
    """The project is open, and nothing was ever measured or scanned."""
    empty.say(
        "chart-bar",
        translate("CapacityEmpty", "Nothing has been measured yet"),
        translate(
            "CapacityEmpty",
            "A scan measures every bucket and shows what it is made of. It changes nothing. "
            "After seven days of history there is a forecast. Files that are dropped here are uploaded.",
        ),
        step=translate("CapacityEmpty", "Scan now"),
        act=desk.actions["scan"].trigger,
    )


def say_no_buckets(empty: EmptyState, desk: Desk) -> None:
    """The project has no buckets at all; a family says what the first one will be."""
    profile = desk.engine.profile if desk.engine is not None else None
    title = translate("CapacityEmpty", "This project has no buckets")
    if profile is None or not profile.families:
        text = translate(
            "CapacityEmpty", "A bucket is made in the project's own dashboard, or by the first upload into a family."
        )
        step, act = translate("CapacityEmpty", "Make a family…"), desk.actions["edit_family"].trigger
    else:
        text = translate("CapacityEmpty", "Drop files here: the first upload makes the first bucket of %1.").replace(
            "%1", profile.families[0].name
        )
        step, act = translate("CapacityEmpty", "Choose files…"), desk.actions["upload_files"].trigger
    empty.say("tray", title, text, step=step, act=act)


def say_failed(empty: EmptyState, desk: Desk, error: Exception) -> None:
    """Offline, not allowed, or anything else; the step is the one that helps there."""
    sentence = error.message if isinstance(error, CoreError) else str(error)
    text = f"{sentence} {error.hint if isinstance(error, CoreError) else ''}".strip()
    if isinstance(error, Unavailable):
        title, step = translate("CapacityEmpty", "The project cannot be reached"), ""
        act = desk.actions["measure"].trigger
        if desk.engine is not None:
            step = translate("CapacityEmpty", "Try again")
        empty.say("wifi-slash", title, text, step=step, act=act, tone="warning")
    elif isinstance(error, NotAllowed):
        step = translate("CapacityEmpty", "Sign in again…") if desk.actions["sign_in"].isEnabled() else ""
        title = translate("CapacityEmpty", "Not allowed")
        empty.say("lock-key", title, text, step=step, act=desk.actions["sign_in"].trigger, tone="warning")
    else:
        title = translate("CapacityEmpty", "The capacity cannot be read")
        empty.say("warning-circle", title, text, tone="danger")
