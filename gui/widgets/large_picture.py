"""The large preview: a window beside the table that follows the focus and never takes it."""

from __future__ import annotations

from collections.abc import Coroutine

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QVBoxLayout

from core.errors import CoreError
from core.pictures import Picture
from gui.desk import Desk
from gui.theme import GAP, GAP_SMALL
from gui.widgets.picture_view import PictureView
from gui.widgets.text import ShortenedText
from gui.widgets.thumbnails import pixmap_of

LARGE_SIDE = 1600
_WALKING = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown, Qt.Key.Key_Home, Qt.Key.Key_End,
            Qt.Key.Key_Left, Qt.Key.Key_Right)  # fmt: skip


class LargePicture(QDialog):
    """Space shows and hides it; the arrow keys go on in the table while it is open: `walked` carries them there."""

    walked = Signal(object)

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk.window)
        self._desk = desk
        self.setModal(False)
        self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
        self.resize(880, 660)
        self.setWindowTitle(self.tr("Preview"))
        self.picture = PictureView(desk.icons, desk.themes)
        self.name = ShortenedText(tone="muted")
        column = QVBoxLayout(self)
        column.setContentsMargins(GAP, GAP, GAP, GAP)
        column.setSpacing(GAP_SMALL)
        column.addWidget(self.picture, 1)
        column.addWidget(self.name)

    def show_object(self, place: tuple[str, str] | None) -> None:
        """Shows the picture of an object by (bucket, key); words for anything else."""
        engine = self._desk.engine
        if place is None or engine is None:
            self.name.setText("")
            self.picture.show_words("file-dotted", self.tr("There is no picture to show here"))
            return
        self.show_picture("/".join(place), place[1], engine.picture(*place, LARGE_SIDE))

    def show_picture(self, name: str, title: str, question: Coroutine[object, object, Picture]) -> None:
        """Shows what this question brings, under its whole name."""
        self.name.setText(name)
        self.setWindowTitle(title)
        self._desk.jobs.ask(question, self._on_picture, failed=self._on_no_picture, newest="large.picture")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space:
            self.hide()
        elif event.key() in _WALKING:  # where the desktop gave this window the focus all the same
            self.walked.emit(event)
        else:
            super().keyPressEvent(event)

    def _on_picture(self, picture: Picture) -> None:
        self.picture.show_picture(pixmap_of(picture, self._desk))

    def _on_no_picture(self, error: Exception) -> None:
        self.picture.show_words("image-square", error.message if isinstance(error, CoreError) else str(error))
