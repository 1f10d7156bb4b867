"""Why the table is empty, each time with the one next step."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.capabilities import SET_UP
from core.errors import CoreError, NotAllowed, Unavailable
from core.profiles import PRACTICE
from core.status import Status
from gui import words
from gui.desk import Desk
from gui.tabs.review.filters import FilterLine
from gui.tabs.review.kinds import FINDINGS, Shelf
from gui.tabs.review.wording import waiting_words
from gui.translation import translate
from gui.widgets.empty_state import EmptyState

if TYPE_CHECKING:
    from core.capabilities import Capability


def say(
    empty: EmptyState,
    desk: Desk,
    status: Status | None,
    shelf: Shelf | None,
    filters: FilterLine,
    *,
    has_settled: bool = False,
) -> None:
    """Shows the state that fits: offline, not allowed, never scanned, nothing matches, settled by a run, or clean."""
    scan = desk.actions["scan"]
    if desk.engine is None and desk.session.error is not None:
        _say_not_open(empty, desk, desk.session.error)
    elif desk.engine is None or status is None:
        empty.say("circle-dashed", translate("Empty", "Opening the project"), "")
    elif desk.session.refusals and not (status.complete and desk.engine.profile.sources):
        _say_not_allowed(empty, desk, desk.session.refusals[0])
    elif status.scanned_at is None:
        empty.say(
            "magnifying-glass",
            translate("Empty", "Nothing has been compared yet"),
            translate(
                "Empty",
                "A scan lists every object and every row and shows what does not fit together. It changes nothing.",
            ),
            step=translate("Empty", "Scan now"),
            act=scan.trigger,
        )
    elif filters.is_set:
        empty.say(
            "funnel",
            translate("Empty", "Nothing matches the filter"),
            translate("Empty", "The filter looks through everything of this kind, not only through what was shown."),
            step=translate("Empty", "Clear the filter"),
            act=filters.clear,
        )
    elif has_settled:
        empty.say(
            "check-circle",
            translate("Empty", "All of these were settled"),
            translate(
                "Empty", "What was done is in History and can be undone there. A scan looks whether all of it fits."
            ),
            step=translate("Empty", "Scan again"),
            act=scan.trigger,
            tone="good",
        )
    elif shelf is not None and shelf.shows != FINDINGS:
        empty.say("tray", translate("Empty", "There is nothing of this kind in the project"), _scanned(status))
    elif not status.complete:
        empty.say(
            "warning-circle",
            translate("Empty", "Nothing found, but the last scan was not complete"),
            translate("Empty", "What could not be listed proves nothing. Look at the warnings above, then scan again."),
            step=translate("Empty", "Scan again"),
            act=scan.trigger,
            tone="warning",
        )
    elif shelf is not None and shelf.kind is not None and (waiting := waiting_words(status)):
        text = translate("Empty", "But %1: they are listed on the left, and nothing is done to them.")
        empty.say("hourglass-medium", _none_of(shelf), f"{text.replace('%1', waiting)} {_scanned(status)}")
    else:
        empty.say("check-circle", _none_of(shelf), _scanned(status), tone="good")


def _say_not_open(empty: EmptyState, desk: Desk, error: Exception) -> None:
    """The project could not be opened: offline, not allowed, or anything else."""
    sentence = error.message if isinstance(error, CoreError) else str(error)
    hint = error.hint if isinstance(error, CoreError) else ""
    if isinstance(error, Unavailable):
        title = translate("Empty", "The project cannot be reached")
        empty.say("wifi-slash", title, f"{sentence} {hint}".strip(), tone="warning")
    elif isinstance(error, NotAllowed):
        act = desk.actions["sign_in"].trigger
        title, step = translate("Empty", "Not allowed"), translate("Empty", "Sign in again…")
        empty.say("lock-key", title, f"{sentence} {hint}".strip(), step=step, act=act, tone="danger")
    else:
        title = translate("Empty", "The project is not open")
        act = desk.actions["edit_profile"].trigger
        step = translate("Empty", "Edit this profile…") if desk.session.name not in ("", PRACTICE) else ""
        empty.say("warning-circle", title, f"{sentence} {hint}".strip(), step=step, act=act, tone="danger")


def _say_not_allowed(empty: EmptyState, desk: Desk, refusal: Capability) -> None:
    """A right is missing that a scan needs; `refusal` names it."""
    title = translate("Empty", "Not allowed: %1").replace("%1", refusal.name.lower())
    text = f"{refusal.sentence} {refusal.next_step}".strip()
    is_set_up = refusal.next_step == SET_UP
    step = translate("Empty", "Set up the database…") if is_set_up else translate("Empty", "Sign in again…")
    act = desk.actions["set_up_database" if is_set_up else "sign_in"].trigger
    empty.say("lock-key", title, text, step=step, act=act, tone="warning")


def _none_of(shelf: Shelf | None) -> str:
    by_id = {
        "unproven": translate("Empty", "Nothing is unproven"),
        "young": translate("Empty", "Nothing is too young"),
        "kept": translate("Empty", "Nothing is kept"),
        "wrong_prefix": translate("Empty", "No wrong prefixes"),
        "link_missing": translate("Empty", "No link is missing"),
        "link_expired": translate("Empty", "No link has expired"),
        "link_expiring": translate("Empty", "No link expires soon"),
        "over_age": translate("Empty", "Nothing is over the age limit"),
    }
    if shelf is None:
        return translate("Empty", "Nothing found")
    return by_id.get(shelf.id) or translate("Empty", "No %1").replace("%1", shelf.title.lower())


def say_failed(empty: EmptyState, error: Exception) -> None:
    """The question to the workspace failed."""
    hint = error.hint if isinstance(error, CoreError) else ""
    empty.say("warning-circle", str(error), hint, tone="danger")


def _scanned(status: Status) -> str:
    text = translate("Empty", "%1 objects and %2 rows compared, %3.")
    when = words.clock(status.scanned_at) if status.scanned_at else ""
    return text.replace("%1", words.number(status.objects)).replace("%2", words.number(status.rows)).replace("%3", when)
