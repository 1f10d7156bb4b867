"""The actions of the Uploads tab."""

from __future__ import annotations

from gui.command import ACTIONS, FILE, VIEW, Command
from gui.translation import QT_TRANSLATE_NOOP

UPLOADS = (
    Command(
        id="add_folder",
        text=QT_TRANSLATE_NOOP("Commands", "Upload a folder…"),
        menu=FILE,
        twin="upload",
        tip=QT_TRANSLATE_NOOP("Commands", "Choose a folder: everything below it goes up, each file once"),
        shortcut="Ctrl+U",
        icon="folder-simple-plus",
    ),
    Command(
        id="look_at_uploads",
        text=QT_TRANSLATE_NOOP("Commands", "Look again"),
        menu=VIEW,
        twin="upload --status",
        tip=QT_TRANSLATE_NOOP("Commands", "Show where uploads stand now, those of other programs too"),
        shortcut="F5",
        icon="arrows-clockwise",
        tab="uploads",
    ),
    Command(
        id="go_on_uploading",
        text=QT_TRANSLATE_NOOP("Commands", "Go on"),
        menu=ACTIONS,
        twin="upload",
        tip=QT_TRANSLATE_NOOP("Commands", "Upload the folders that wait in the queue"),
        icon="play",
        tab="uploads",
    ),
    Command(
        id="pause_uploading",
        text=QT_TRANSLATE_NOOP("Commands", "Pause"),
        menu=ACTIONS,
        twin="upload",
        tip=QT_TRANSLATE_NOOP("Commands", "Stop uploading; what is stored stays, the rest waits in the queue"),
        icon="pause",
        tab="uploads",
    ),
    Command(
        id="retry_failed",
        text=QT_TRANSLATE_NOOP("Commands", "Retry failed"),
        menu=ACTIONS,
        twin="upload --max-retries",
        tip=QT_TRANSLATE_NOOP("Commands", "Queue all folders that failed again, and upload them"),
        icon="arrow-counter-clockwise",
        tab="uploads",
    ),
    Command(
        id="retry_folder",
        text=QT_TRANSLATE_NOOP("Commands", "Retry this folder"),
        menu=ACTIONS,
        twin="upload --max-retries",
        tip=QT_TRANSLATE_NOOP("Commands", "Queue the chosen folder again, which failed or was left out, and upload it"),
        icon="arrow-counter-clockwise",
        tab="uploads",
    ),
)
