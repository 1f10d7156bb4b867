"""Filling in a connection from the environment or from a .env file, and saying which names were not there."""

from __future__ import annotations

import asyncio
import os

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from core.env_file import read_env_file
from core.prefill import Prefill, prefill
from gui.desk import Desk
from gui.dialogs import choose_file
from gui.profiles.notice import Notice
from gui.theme import GAP_SMALL, GAP_TINY
from gui.widgets.buttons import button
from gui.widgets.text import Text


class PrefillRow(QWidget):
    """`found` brings what the environment or a file says."""

    found = Signal(object)

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self.environment_button = button(self.tr("the environment"), self._on_environment_button_clicked)
        self.environment_button.setAccessibleName(self.tr("Fill in from the environment"))
        self.file_button = button(self.tr("a .env file…"), self._on_file_button_clicked)
        self.file_button.setAccessibleName(self.tr("Fill in from a .env file"))
        self.notice = Notice(desk.icons)
        row = QHBoxLayout()
        row.setSpacing(GAP_SMALL)
        row.addWidget(Text(self.tr("Fill in from"), tone="muted"))
        row.addWidget(self.environment_button)
        row.addWidget(self.file_button)
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP_TINY)
        column.addLayout(row)
        column.addWidget(self.notice)

    def _say(self, found: Prefill, where: str) -> None:
        """Says what was there, what was not and what cannot be used, and passes it on."""
        if found.found:
            text = self.tr("From %1: %2.").replace("%2", ", ".join(one.name for one in found.found))
        else:
            text = self.tr("Nothing about a project stands in %1.")
        lines = [text.replace("%1", where)]
        if found.missing:
            missing = ", ".join(names[0] for names in found.missing)
            lines.append(self.tr("Not there: %1.").replace("%1", missing))
        self.notice.say("\n".join([*lines, *found.notices]), "good" if found.url and not found.notices else "warning")
        self.found.emit(found)

    def _on_environment_button_clicked(self) -> None:
        self._say(prefill(os.environ), self.tr("the environment"))

    def _on_file_button_clicked(self) -> None:
        self._desk.jobs.ask(self._read_file(), failed=self.notice.say_error)

    async def _read_file(self) -> None:
        filters = (self.tr("Environment files (%1)").replace("%1", ".env .env.* *.env"), self.tr("All files (*)"))
        path = await choose_file(self, self.tr("A .env file"), filters)
        if path is not None:
            self._say(prefill(await asyncio.to_thread(read_env_file, path)), path.name)
