"""The right side: one folder with its files, and how every attempt at it ended."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from core.errors import CoreError
from core.uploads.listing import FolderRow, FolderState, Listing, PastAttempt, files_of
from gui import words
from gui.desk import Desk
from gui.tabs.uploads.states import name_of, state_of
from gui.theme import GAP_SMALL, GAP_TINY
from gui.translation import translate
from gui.widgets.buttons import button
from gui.widgets.section import IconLine, Section
from gui.widgets.text import ShortenedText, Text

_WIDTH = 288
_MOST_SHOWN = 40
Answer = tuple[Sequence[PastAttempt], Sequence[tuple[str, int]], int, str]


class FolderDetails(QScrollArea):
    """Shows one folder of the table; `show_folder(None)` empties it."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._folder: FolderRow | None = None
        self.setFixedWidth(_WIDTH)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(self.tr("Details"))
        self.setProperty("role", "plain")
        self.name = ShortenedText(size="strong")
        self.place = ShortenedText(tone="muted")
        self.state = IconLine(desk)
        self.facts = Text(tone="muted", wraps=True)
        self.retry_button = desk.actions.button("retry_folder")
        self.open_button = button(self.tr("Open the folder"), self._on_open_clicked)
        desk.icons.put(self.open_button, "folder-open")
        self.attempts = Section(self.tr("ATTEMPTS"))
        self.files = Section(self.tr("FILES"))
        content = self._content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, GAP_SMALL, 0)
        column.setSpacing(GAP_TINY)
        for widget in (self.name, self.place, self.state, self.facts):
            column.addWidget(widget)
        column.addSpacing(GAP_SMALL)
        column.addWidget(self.retry_button)
        column.addWidget(self.open_button)
        for section in (self.attempts, self.files):
            column.addSpacing(GAP_SMALL)
            column.addWidget(section)
        column.addStretch(1)
        self.setWidget(content)
        self.show_folder(None, None)

    def show_folder(self, folder: FolderRow | None, listing: Listing | None) -> None:
        """Shows a folder, or the same one after something became of it."""
        if folder == self._folder and folder is not None:
            return
        is_other = folder is None or self._folder is None or folder.path != self._folder.path
        self._folder = folder
        self._content.setVisible(folder is not None)
        needed = Qt.ScrollBarPolicy.ScrollBarAsNeeded if folder is not None else Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        self.setVerticalScrollBarPolicy(needed)
        if folder is None or listing is None:
            self._desk.jobs.drop("uploads.details")
            return
        self.name.setText(name_of(folder).replace("\\", "/").rpartition("/")[2])
        self.place.setText(folder.path)
        self.facts.setText(" · ".join(_facts(folder)))
        self._show_state()
        self.retry_button.setVisible(folder.state in (FolderState.FAILED, FolderState.SKIPPED) and not folder.gone)
        self.open_button.setVisible(not folder.gone)
        if is_other:
            self.attempts.say([])
            self.files.say([])
        self._desk.jobs.ask(_asked(listing, folder.path), self._show_answer, newest="uploads.details")

    def _show_state(self) -> None:
        if self._folder is not None:
            icon, word, tone = state_of(self._folder.state)
            self.state.say(icon, tone, f"{word}: {self._folder.reason}" if self._folder.reason else word)

    def _show_answer(self, answer: Answer) -> None:
        attempts, files, in_all, why = answer
        lines: list[QWidget] = []
        for one in attempts:
            when = words.clock(one.began) if one.began else ""
            said = one.error or self.tr("All of it was stored")
            icon, tone = ("x-circle", "danger") if one.error else ("check-circle", "good")
            lines.append(IconLine(self._desk, icon, tone, f"{when}  {said}".strip()))
        self.attempts.say(lines)
        shown: list[QWidget] = [_File(name, size_bytes) for name, size_bytes in files[:_MOST_SHOWN]]
        if in_all > len(shown):
            shown.append(Text(self.tr("… and %Ln more", "", in_all - len(shown)), tone="muted"))
        if why:
            shown.append(Text(why, tone="muted", wraps=True))
        self.files.say(shown)

    def _on_open_clicked(self) -> None:
        if self._folder is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(self._folder.path))


class _File(QWidget):
    """A file's name and its size."""

    def __init__(self, name: str, size_bytes: int) -> None:
        super().__init__()
        size = Text(words.size(size_bytes), tone="muted")
        size.setToolTip(words.exact_size(size_bytes))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GAP_SMALL)
        row.addWidget(ShortenedText(name), 1)
        row.addWidget(size)


async def _asked(listing: Listing, path: str) -> Answer:
    attempts = await listing.attempts(path)
    try:
        files, in_all = await asyncio.to_thread(files_of, path)
    except CoreError as error:
        return attempts, (), 0, error.message
    return attempts, files, in_all, ""


def _facts(folder: FolderRow) -> list[str]:
    facts = [translate("Uploads", "%Ln file(s)", "", folder.files), words.size(folder.size_bytes)]
    if folder.changed is not None:
        facts.append(words.clock(folder.changed))
    return facts
