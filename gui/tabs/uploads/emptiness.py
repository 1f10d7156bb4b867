"""Why there is no folder to see, each time with the one next step."""

from __future__ import annotations

from functools import partial

from core.errors import Busy, CoreError, NotAllowed, Unavailable
from core.uploads.status.listing import Amounts, FolderState
from gui.desk import Desk
from gui.dropping import why_no_upload
from gui.tabs.uploads.drop_area import DropArea
from gui.tabs.uploads.view_bar import BATCHES, TREES, ViewBar
from gui.translation import QT_TRANSLATE_NOOP, translate

_NONE = {
    FolderState.UPLOADING.value: (
        "pause-circle",
        QT_TRANSLATE_NOOP("UploadsEmpty", "Nothing is uploaded just now"),
        QT_TRANSLATE_NOOP("UploadsEmpty", "Folders under way stand here, with how far each of them is."),
    ),
    FolderState.QUEUED.value: (
        "check-circle",
        QT_TRANSLATE_NOOP("UploadsEmpty", "Nothing waits"),
        QT_TRANSLATE_NOOP("UploadsEmpty", "What was found is uploaded, left out, failed, or to be decided."),
    ),
    FolderState.ASKING.value: (
        "check-circle",
        QT_TRANSLATE_NOOP("UploadsEmpty", "Nothing is to be decided"),
        QT_TRANSLATE_NOOP("UploadsEmpty", "Folders of which somebody has to decide something wait here."),
    ),
    FolderState.DONE.value: (
        "hourglass-medium",
        QT_TRANSLATE_NOOP("UploadsEmpty", "No folder is uploaded yet"),
        QT_TRANSLATE_NOOP("UploadsEmpty", "Folders stand here as soon as all of their files are stored."),
    ),
    FolderState.SKIPPED.value: (
        "minus-circle",
        QT_TRANSLATE_NOOP("UploadsEmpty", "No folder is left out"),
        QT_TRANSLATE_NOOP("UploadsEmpty", "Folders that somebody left out, or that are gone, stand here."),
    ),
    FolderState.FAILED.value: (
        "check-circle",
        QT_TRANSLATE_NOOP("UploadsEmpty", "No folder has failed"),
        QT_TRANSLATE_NOOP("UploadsEmpty", "Folders that were tried as often as allowed stand here, with the reason."),
    ),
}


def say(area: DropArea, desk: Desk, bar: ViewBar, amounts: Amounts, *, is_uploading: bool) -> None:
    """Shows the state that fits: not open, read-only, no family, nothing was ever handed over, or no match."""
    empty, profile = area.state, desk.engine.profile if desk.engine is not None else None
    area.open(False)
    if profile is None:
        _say_not_open(area, desk)
    elif amounts.found or amounts.batches or amounts.troubles or amounts.trees:
        _say_no_match(area, bar, amounts)
    elif is_uploading:
        title = translate("UploadsEmpty", "Looking for folders with pictures")
        empty.say("magnifying-glass", title, translate("UploadsEmpty", "They stand here as soon as they are found."))
    elif why := why_no_upload(desk):
        edit = desk.actions["edit_profile"]
        step = translate("UploadsEmpty", "Edit this profile…") if edit.isEnabled() else ""
        title = translate("UploadsEmpty", "Nothing was uploaded from here yet")
        empty.say("eye", title, why, step=step, act=edit.trigger)
    elif not profile.families:
        empty.say(
            "stack",
            translate("UploadsEmpty", "Nothing can be uploaded yet"),
            translate("UploadsEmpty", "This profile has no family of buckets yet, so nothing says where files go."),
            step=translate("UploadsEmpty", "Go to Capacity"),
            act=desk.actions["go_capacity"].trigger,
        )
    else:
        area.open(True)
        empty.say(
            "cloud-arrow-up",
            translate("UploadsEmpty", "Drop folders or pictures here"),
            translate(
                "UploadsEmpty",
                "Every picture below a folder goes up once, into the bucket that has most room, and stays where it is "
                "on this computer. A stop, a crash or a lost connection costs nothing: uploading goes on where it was. "
                "A small receipt (success.json or failed.json) is written into each folder.",
            ),
            step=translate("UploadsEmpty", "Choose a folder…"),
            act=desk.actions["add_folder"].trigger,
        )


def say_failed(area: DropArea, desk: Desk, error: Exception) -> None:
    """The tracker cannot be read, or another program holds it."""
    area.open(False)
    again = translate("UploadsEmpty", "Try again")
    act = desk.actions["look_at_uploads"].trigger
    if isinstance(error, Busy):
        title = translate("UploadsEmpty", "Another program works with the tracker")
        area.state.say("lock-key", title, _sentence(error), step=again, act=act, tone="warning")
        return
    title = translate("UploadsEmpty", "Where uploads stand cannot be read")
    more = translate("UploadsEmpty", "What is stored is safe: only the notes about it cannot be read.")
    area.state.say("warning-circle", title, f"{_sentence(error)} {more}", step=again, act=act, tone="danger")


def _say_not_open(area: DropArea, desk: Desk) -> None:
    error = desk.session.error
    if error is None:
        area.state.say("circle-dashed", translate("UploadsEmpty", "Opening the project"), "")
    elif isinstance(error, Unavailable):
        title = translate("UploadsEmpty", "The project cannot be reached")
        more = translate("UploadsEmpty", "What was queued is kept and goes on when it can be reached again.")
        again = translate("UploadsEmpty", "Try again")
        reopen = partial(desk.session.wanted.emit, desk.session.name)
        area.state.say("wifi-slash", title, f"{_sentence(error)} {more}", step=again, act=reopen, tone="warning")
    elif isinstance(error, NotAllowed):
        step = translate("UploadsEmpty", "Sign in again…") if desk.actions["sign_in"].isEnabled() else ""
        title = translate("UploadsEmpty", "Not allowed")
        act = desk.actions["sign_in"].trigger
        area.state.say("lock-key", title, _sentence(error), step=step, act=act, tone="warning")
    else:
        title = translate("UploadsEmpty", "The project is not open")
        again = translate("UploadsEmpty", "Try again")
        reopen = partial(desk.session.wanted.emit, desk.session.name)
        area.state.say("warning-circle", title, _sentence(error), step=again, act=reopen, tone="danger")


def _say_no_match(area: DropArea, bar: ViewBar, amounts: Amounts) -> None:
    if bar.view == BATCHES:
        title = translate("UploadsEmpty", "No batch has been uploaded yet")
        area.state.say("stack", title, translate("UploadsEmpty", "Folders go up in batches of fifty."))
        return
    if not amounts.found:
        title = translate("UploadsEmpty", "No folder with pictures was found yet")
        said = translate("UploadsEmpty", "What was handed over holds none, or is still read. “Handed over” says which.")
        step = translate("UploadsEmpty", "Show what was handed over")
        area.state.say("folder-notch-minus", title, said, step=step, act=lambda: bar.show_view(TREES))
        return
    show_all = translate("UploadsEmpty", "Show all folders")
    if bar.is_filtered or bar.view not in _NONE:
        text = translate("UploadsEmpty", "The filter looks through all folders, not only through what was shown.")
        title = translate("UploadsEmpty", "No folder matches the filter")
        area.state.say("funnel", title, text, step=show_all, act=bar.clear)
    elif bar.view in (FolderState.QUEUED, FolderState.UPLOADING) and amounts.done == amounts.found:
        title = translate("UploadsEmpty", "Everything is uploaded")
        text = translate("UploadsEmpty", "All %Ln folder(s) that were found are stored.", "", amounts.found)
        area.state.say("check-circle", title, text, step=show_all, act=bar.clear, tone="good")
    else:
        icon, title, text = _NONE[bar.view]
        said = translate("UploadsEmpty", text)
        area.state.say(icon, translate("UploadsEmpty", title), said, step=show_all, act=bar.clear)


def _sentence(error: Exception) -> str:
    return f"{error.message} {error.hint}".strip() if isinstance(error, CoreError) else str(error)
