"""Pictures of the current folder large: Space opens them, left and right go through them, up and down to others."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtGui import QKeyEvent

from gui import words
from gui.desk import Desk
from gui.tabs.uploads.details import FolderDetails
from gui.tabs.uploads.middle import Middle
from gui.translation import translate
from gui.widgets.large_picture import LARGE_SIDE, LargePicture


class Preview(QObject):
    """Follows the details of the current folder while it is open."""

    def __init__(self, desk: Desk, middle: Middle, details: FolderDetails) -> None:
        super().__init__(details)
        self._middle, self._details = middle, details
        self._at = 0
        self.large = LargePicture(desk)
        self.large.walked.connect(self._on_walked)
        details.picture_wanted.connect(self.open_at)
        details.looked.connect(self._on_looked)
        middle.folders.installEventFilter(self)

    def toggle(self) -> None:
        """Opens it on the first picture, or closes it."""
        if self.large.isVisible():
            self.large.hide()
        else:
            self.open_at(0)

    def close(self) -> bool:
        """Closes it; says whether it was open."""
        was_open = self.large.isVisible()
        self.large.hide()
        return was_open

    def open_at(self, number: int) -> None:
        """Opens it on one of the pictures."""
        self._at = number
        self._show()
        self.large.show()
        QTimer.singleShot(0, self._middle.folders.setFocus)

    def eventFilter(self, watched: QObject, event: object) -> bool:
        del watched
        if isinstance(event, QKeyEvent) and event.type() == QKeyEvent.Type.KeyPress and self.large.isVisible():
            return self._step(event)
        return False

    def _step(self, event: QKeyEvent) -> bool:
        steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
        step = steps.get(Qt.Key(event.key()))
        if step is None:
            return False
        self._at = min(max(self._at + step, 0), max(len(self._details.pictures) - 1, 0))
        self._show()
        return True

    def _on_walked(self, event: QKeyEvent) -> None:
        if not self._step(event):
            self._middle.folders.keyPressEvent(event)

    def _on_looked(self, is_other: bool) -> None:
        if is_other:
            self._at = 0
        if self.large.isVisible():
            self._show()

    def _show(self) -> None:
        pictures = self._details.pictures
        if not 0 <= self._at < len(pictures):
            self.large.show_object(None)
            return
        file = pictures[self._at]
        name = translate("Uploads", "%1 (%2 of %3)").replace("%2", words.number(self._at + 1))
        name = name.replace("%3", words.number(len(pictures))).replace("%1", self._details.path_of(file))
        self.large.show_picture(name, file.name, self._details.picture(file, LARGE_SIDE))
