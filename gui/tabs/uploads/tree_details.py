"""The right side while trees are shown: one tree, its watch, and what can be done with it."""

from __future__ import annotations

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QVBoxLayout, QWidget

from core.uploads.status.tree_rows import TreeRow
from gui import words
from gui.desk import Desk
from gui.tabs.uploads.trees import path_of, since_of
from gui.theme import GAP_SMALL, GAP_TINY
from gui.translation import translate
from gui.widgets.buttons import button
from gui.widgets.section import IconLine
from gui.widgets.text import ShortenedText, Text

_WIDTH = 288


class TreeDetails(QWidget):
    """Shows one tree; `show_tree(None)` empties it."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.tree: TreeRow | None = None
        self.setFixedWidth(_WIDTH)
        self.setAccessibleName(self.tr("Details"))
        self.name = ShortenedText(size="strong")
        self.place = ShortenedText(tone="muted")
        self.goes = Text(tone="muted", wraps=True)
        self.watch = IconLine(desk)
        self.watch_button = desk.actions.button("watch_tree")
        self.unwatch_button = desk.actions.button("unwatch_tree")
        self.verify_button = desk.actions.button("verify_tree")
        self.open_button = button(self.tr("Open the folder"), self._on_open_clicked)
        desk.icons.put(self.open_button, "folder-open")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, GAP_SMALL, 0)
        column.setSpacing(GAP_TINY)
        for widget in (self.name, self.place, self.goes):
            column.addWidget(widget)
        column.addSpacing(GAP_SMALL)
        column.addWidget(self.watch)
        column.addSpacing(GAP_SMALL)
        for made in (self.watch_button, self.unwatch_button, self.verify_button, self.open_button):
            column.addWidget(made)
        column.addStretch(1)
        column.addWidget(desk.actions.button("watch_folder"))
        self._parts = [self.name, self.place, self.goes, self.watch, self.verify_button, self.open_button]

    def show_tree(self, row: TreeRow | None) -> None:
        """Shows a tree."""
        self.tree = row
        for part in self._parts:
            part.setVisible(row is not None)
        is_watched = row is not None and row.tree.watched
        self.watch_button.setVisible(row is not None and not is_watched)
        self.unwatch_button.setVisible(is_watched)
        if row is None:
            return
        self.name.setText(path_of(row).replace("\\", "/").rstrip("/").rpartition("/")[2])
        self.place.setText(row.tree.path)
        counts = row.counts
        parts = [
            translate("UploadsTrees", "%Ln folder(s)", "", counts.found.folders),
            translate("UploadsTrees", "%Ln file(s)", "", counts.found.files),
            words.size(counts.found.size_bytes),
        ]
        if row.tree.destination:
            parts.insert(0, self.tr("goes to %1").replace("%1", row.tree.destination))
        self.goes.setText(" · ".join(parts))
        self.watch.say("eye" if is_watched else "eye-slash", "accent" if is_watched else "muted", since_of(row))

    def _on_open_clicked(self) -> None:
        if self.tree is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(self.tree.tree.path))
