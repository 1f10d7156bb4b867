"""What can be done about one bucket, from its row: look at it in Review, make the next one, open or close it."""

from __future__ import annotations

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QMenu, QWidget

from core.capacity.models import BucketUse
from gui.desk import Desk
from gui.dialogs import Choice, Question, confirm
from gui.translation import translate


def open_menu(desk: Desk, parent: QWidget, use: BucketUse | None, place: QPoint) -> None:
    """Opens the menu of a bucket; what writes is off where nothing may be written."""
    if use is None:
        return
    menu = QMenu(parent)
    menu.addAction(desk.icons.icon("magnifying-glass"), _said("Open Review"), desk.actions["go_review"].trigger)
    menu.addSeparator()
    entries = [
        menu.addAction(
            _said("Make private…") if use.public else _said("Make public…"),
            lambda: desk.jobs.ask(_switch(desk, use)),
        )
    ]
    if use.family:
        entries.append(menu.addAction(_said("Make the next bucket…"), lambda: desk.jobs.ask(_make_next(desk, use))))
    for entry in entries:
        entry.setEnabled(not desk.actions.why_no_writing)
    menu.aboutToHide.connect(menu.deleteLater)
    menu.popup(place)


async def _switch(desk: Desk, use: BucketUse) -> None:
    """Shows how many stored links would break, then asks."""
    engine = desk.engine
    if engine is None:
        return
    found = await engine.families.preview_visibility(use.name, not use.public)
    title = _said("Make %1 private?") if use.public else _said("Make %1 public?")
    verb = _said("Make private") if use.public else _said("Make public")
    name = use.name if engine.profile.production else ""
    question = Question(
        title.replace("%1", use.name), " ".join(found.sentences), (Choice("go", verb),), typed_name=name
    )
    if await confirm(desk.window, question):
        await engine.families.set_public(use.name, not use.public)
        desk.banners.put("bucket-done", _said("Done. History has the way back."), "good")


async def _make_next(desk: Desk, use: BucketUse) -> None:
    engine = desk.engine
    if engine is None:
        return
    text = _said("It gets the settings of the family. History can take it away again while it is empty.")
    title = _said("Make the next bucket of %1?").replace("%1", use.family)
    if await confirm(desk.window, Question(title, text, (Choice("go", _said("Make the bucket")),))):
        made = await engine.families.make_next(use.family)
        desk.banners.put("bucket-done", made.sentence, "warning" if made.trouble else "good")


def _said(text: str) -> str:
    return translate("BucketMenu", text)
