"""What can be done just now with the queue and with the chosen folders, and the menu that offers it in a row."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QMenu

from core.uploads.status.listing import Amounts, FolderState
from gui import words
from gui.desk import Desk
from gui.dropping import why_no_upload
from gui.tabs.uploads.middle import Middle
from gui.translation import translate

if TYPE_CHECKING:
    from gui.tabs.uploads.tab import UploadsTab

_FOR_STATES = {
    "retry_folder": (FolderState.FAILED, FolderState.SKIPPED),
    "leave_folders_out": (FolderState.QUEUED, FolderState.ASKING, FolderState.FAILED),
    "take_folders_back": (FolderState.SKIPPED,),
    "folders_first": (FolderState.QUEUED,),
    "folders_last": (FolderState.QUEUED,),
}
"""In which states of a single folder each of them means something; of several, those do that it fits."""
_MENU = ("preview_folder", "retry_folder", "folders_first", "folders_last", "leave_folders_out", "take_folders_back")


def update(desk: Desk, middle: Middle, amounts: Amounts, *, is_running: bool, shows_folders: bool) -> None:
    """Turns the tab's actions on or off."""
    enable, why = desk.actions.enable, why_no_upload(desk)
    may = desk.engine is not None and not why
    chosen, folder = middle.chosen_count, middle.folder
    only = folder if chosen and not middle.folders.rows.choice.count else None
    enable("look_at_uploads", desk.engine is not None)
    enable("pause_uploading", is_running)
    enable("upload_limits", desk.engine is not None)
    enable("go_on_uploading", may and not is_running and amounts.queued > 0, why)
    enable("retry_failed", may and amounts.failed > 0, why)
    for name, states in _FOR_STATES.items():
        fits = only is None or (only.state in states and not only.gone)
        enable(name, may and chosen > 0 and fits, why)
    for name in ("choose_all_folders", "choose_no_folders", "preview_folder"):
        enable(name, shows_folders and not middle.is_empty)
    tree = middle.tree
    enable("watch_folder", may, why)
    enable("watch_tree", may and tree is not None and bool(tree.tree.path) and not tree.tree.watched, why)
    enable("unwatch_tree", tree is not None and tree.tree.watched)
    enable("verify_tree", tree is not None and bool(tree.tree.path))
    enable("export_uploads", not middle.is_empty)
    enable("filter_uploads", bool(amounts.found))


def open_menu(tab: UploadsTab, place: QPoint) -> None:
    """The menu of the row under the pointer, or of the chosen folders."""
    menu, actions, middle, icons = QMenu(tab), tab.desk.actions, tab.middle, tab.desk.icons
    if tab.bar.shows_folders:
        for name in _MENU:
            if actions[name].isEnabled():
                menu.addAction(actions[name])
        if middle.folder is not None and not middle.folder.gone:
            opens = translate("Uploads", "Open the folder")
            menu.addAction(icons.icon("folder-open"), opens, tab.details.open_folder)
        menu.addSeparator()
    elif middle.tree is not None:
        for name in ("watch_tree", "unwatch_tree", "verify_tree"):
            if actions[name].isEnabled():
                menu.addAction(actions[name])
        menu.addSeparator()
    elif (batch := middle.batch) is not None:
        began = words.clock(batch.started) if batch.started else ""
        show = partial(tab.bar.show_batch, batch.number, began)
        menu.addAction(icons.icon("list-bullets"), translate("Uploads", "Show its folders"), show)
        menu.addSeparator()
    menu.addAction(translate("Uploads", "Copy"), middle.table.copy)
    menu.addAction(actions["export_uploads"])
    menu.addMenu(middle.table.column_menu())
    menu.aboutToHide.connect(menu.deleteLater)
    menu.popup(place)
