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
            "After seven days of history there is a forecast.",
        ),
        step=translate("CapacityEmpty", "Scan now"),
        act=desk.actions["scan"].trigger,
    )


def say_no_buckets(empty: EmptyState) -> None:
    """The project has no buckets at all."""
    empty.say(
        "tray",
        translate("CapacityEmpty", "This project has no buckets"),
        translate("CapacityEmpty", "A bucket is made by the first upload, or in the project's own dashboard."),
    )


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
