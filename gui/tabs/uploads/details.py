"""The right side: one folder with its pictures and files, where they are, and how every attempt at it ended."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from core.local_pictures import LocalPictures
from core.pictures import Picture
from core.uploads.status.close_look import CloseLook, FileRow, look_closely
from core.uploads.status.listing import FolderRow, FolderState, Listing, PastAttempt
from gui import words
from gui.desk import Desk
from gui.tabs.review.columns import key_text
from gui.tabs.uploads.file_line import FileLine
from gui.tabs.uploads.states import name_of, state_of
from gui.theme import GAP_SMALL, GAP_TINY
from gui.translation import translate
from gui.widgets.buttons import button
from gui.widgets.contact_sheet import ContactSheet
from gui.widgets.section import IconLine, Section
from gui.widgets.text import ShortenedText, Text

_WIDTH = 288
_PICTURE_PX = 84  # three of them side by side
_MOST_PICTURES, _MOST_FILES, _MOST_ATTEMPTS = 12, 40, 10


class FolderDetails(QScrollArea):
    """Shows one folder of the table; `show_folder(None)` empties it. `picture_wanted` carries the place of a picture
    among `pictures` that somebody wants to see large; `looked` says that they are known, and whether they are those of
    another folder."""

    picture_wanted = Signal(int)
    looked = Signal(bool)

    def __init__(self, desk: Desk, pictures: LocalPictures, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk, self._source = desk, pictures
        self._folder: FolderRow | None = None
        self._look = CloseLook()
        self.setFixedWidth(_WIDTH)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(self.tr("Details"))
        self.setProperty("role", "plain")
        self.sheet = Section("")
        self.name = ShortenedText(size="strong")
        self.place = ShortenedText(tone="muted")
        self.state = IconLine(desk)
        self.facts = Text(tone="muted", wraps=True)
        self.retry_button = desk.actions.button("retry_folder")
        self.open_button = button(self.tr("Open the folder"), self.open_folder)
        desk.icons.put(self.open_button, "folder-open")
        self.attempts = Section(self.tr("ATTEMPTS"))
        self.stats = Section(self.tr("TEST AND ROW"))
        self.files = Section(self.tr("FILES"))
        content = self._content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, GAP_SMALL, 0)
        column.setSpacing(GAP_TINY)
        for widget in (self.sheet, self.name, self.place, self.state, self.facts):
            column.addWidget(widget)
        column.addSpacing(GAP_SMALL)
        column.addWidget(self.retry_button)
        column.addWidget(self.open_button)
        for section in (self.stats, self.attempts, self.files):
            column.addSpacing(GAP_SMALL)
            column.addWidget(section)
        column.addStretch(1)
        self.setWidget(content)
        self.show_folder(None, None)

    @property
    def pictures(self) -> Sequence[FileRow]:
        """The pictures of the folder, as far as they are known by now."""
        return [one for one in self._look.files if one.is_picture]

    async def picture(self, file: FileRow, side: int) -> Picture:
        """A picture of the folder: from this computer, or from where it is stored. Raises `NoPreview`, `CoreError`."""
        folder, engine = self._folder, self._desk.engine
        if file.here or engine is None or not file.key:
            return await self._source.picture(Path(folder.path if folder else "", file.name), side)
        return await engine.picture(file.bucket, file.key, side)

    def path_of(self, file: FileRow) -> str:
        """Where a file is: on this computer, or under its key."""
        return str(Path(self.place.text(), file.name)) if file.here else f"{file.bucket}/{file.key}"

    def show_folder(self, folder: FolderRow | None, listing: Listing | None) -> None:
        """Shows a folder, or the same one after something became of it."""
        if folder == self._folder and folder is not None:
            return
        is_other = folder is None or self._folder is None or folder.path != self._folder.path
        self._folder = folder
        self._content.setVisible(folder is not None)
        needed = Qt.ScrollBarPolicy.ScrollBarAsNeeded if folder is not None else Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        self.setVerticalScrollBarPolicy(needed)
        if is_other:
            self._show_look(CloseLook())
        if folder is None or listing is None:
            self._desk.jobs.drop("uploads.details")
            return
        self.name.setText(name_of(folder).replace("\\", "/").rpartition("/")[2])
        self.place.setText(folder.path)
        self.facts.setText(" · ".join(_facts(folder)))
        self._show_state(folder)
        self.retry_button.setVisible(folder.state in (FolderState.FAILED, FolderState.SKIPPED) and not folder.gone)
        self.open_button.setVisible(not folder.gone)
        self._desk.jobs.ask(look_closely(listing, folder), self._show_look, newest="uploads.details")

    def open_folder(self) -> None:
        """Shows the folder in the desktop's own file manager."""
        if self._folder is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(self._folder.path))

    def _show_state(self, folder: FolderRow) -> None:
        icon, word, tone = state_of(folder.state)
        self.state.say(icon, tone, f"{word}: {folder.reason}" if folder.reason else word)

    def _show_look(self, look: CloseLook) -> None:
        before, self._look = [one.name for one in self.pictures], look
        is_other = [one.name for one in self.pictures] != before or not look.files
        if is_other:
            self._show_sheet()
        self.looked.emit(is_other)
        self.stats.say(self._stats_lines())
        self.attempts.say([self._attempt_line(one) for one in look.attempts[:_MOST_ATTEMPTS]])
        lines: list[QWidget] = [FileLine(one) for one in look.files[:_MOST_FILES]]
        if look.in_all > len(lines):
            lines.append(Text(self.tr("… and %Ln more", "", look.in_all - len(lines)), tone="muted"))
        if look.why:
            lines.append(Text(look.why, tone="muted", wraps=True))
        self.files.say(lines)

    def _show_sheet(self) -> None:
        """The sheet of another folder: what was asked for the one before is asked no more."""
        shown = self.pictures[:_MOST_PICTURES]
        if not shown:
            self.sheet.say([])
            return
        by_name = {one.name: one for one in shown}
        where = self._folder.path if self._folder is not None else ""

        async def picture(_folder: str, name: str, side: int) -> Picture:
            return await self.picture(by_name[name], side)

        sheet = ContactSheet(self._desk, [(where, one.name) for one in shown], side=_PICTURE_PX, source=picture)
        sheet.pressed.connect(self.picture_wanted)
        lines: list[QWidget] = [sheet]
        if len(self.pictures) > len(shown):
            more = self.tr("… and %Ln more picture(s)", "", len(self.pictures) - len(shown))
            lines.append(Text(more, "small", "muted"))
        self.sheet.say(lines)

    def _stats_lines(self) -> Sequence[QWidget]:
        stats, lines = self._look.stats, []
        if stats is not None and stats.reason:
            lines.append(IconLine(self._desk, "warning", "warning", stats.reason))
        elif stats is not None:
            said = self.tr("stats.json says: %1").replace("%1", stats.status or "") if stats.status else ""
            lines.append(
                IconLine(self._desk, "clipboard-text", "muted", said or self.tr("stats.json names no outcome"))
            )
        for table, key in self._look.rows:
            text = self.tr("Row %1 of %2").replace("%1", key_text(key)).replace("%2", table)
            lines.append(IconLine(self._desk, "table", "muted", text))
        return lines

    def _attempt_line(self, one: PastAttempt) -> QWidget:
        when = words.clock(one.began) if one.began else ""
        said = one.error or self.tr("All of it was stored")
        icon, tone = ("x-circle", "danger") if one.error else ("check-circle", "good")
        return IconLine(self._desk, icon, tone, f"{when}  {said}".strip())


def _facts(folder: FolderRow) -> list[str]:
    facts = [translate("Uploads", "%Ln file(s)", "", folder.files), words.size(folder.size_bytes)]
    if folder.changed is not None:
        facts.append(words.clock(folder.changed))
    return facts
