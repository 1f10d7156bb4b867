"""The SQL of the set-up: to read, to copy, or to save."""

from __future__ import annotations

import asyncio

from PySide6.QtGui import QFontDatabase, QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from core.errors import WorkspaceError
from gui.desk import Desk
from gui.dialogs import choose_new_file
from gui.profiles.notice import Notice
from gui.theme import GAP_SMALL
from gui.widgets.buttons import button
from gui.widgets.text import Text

_FILE = "bucketdesk-setup.sql"


class SqlView(QWidget):
    """Read only, in letters of one width."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self.field = QPlainTextEdit()
        self.field.setReadOnly(True)
        self.field.setTabChangesFocus(True)
        self.field.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.field.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.field.setAccessibleName(self.tr("The SQL of the set-up"))
        self.copy_button = button(self.tr("Copy"), self._on_copy_button_clicked)
        self.copy_button.setAccessibleName(self.tr("Copy the SQL"))
        self.save_button = button(self.tr("Save…"), self._on_save_button_clicked)
        self.save_button.setAccessibleName(self.tr("Save the SQL"))
        desk.icons.put(self.copy_button, "copy")
        desk.icons.put(self.save_button, "floppy-disk")
        self.notice = Notice(desk.icons)
        row = QHBoxLayout()
        row.setSpacing(GAP_SMALL)
        row.addWidget(Text(self.tr("Paste it into the project's SQL editor, or apply it from here."), tone="muted"), 1)
        row.addWidget(self.copy_button)
        row.addWidget(self.save_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP_SMALL)
        column.addLayout(row)
        column.addWidget(self.field, 1)
        column.addWidget(self.notice)

    def show_sql(self, text: str) -> None:
        """Shows the text from its beginning."""
        self.field.setPlainText(text)

    def _on_copy_button_clicked(self) -> None:
        QGuiApplication.clipboard().setText(self.field.toPlainText())
        self.notice.say(self.tr("The SQL is in the clipboard."), "good")

    def _on_save_button_clicked(self) -> None:
        self._desk.jobs.ask(self._save(), failed=self.notice.say_error)

    async def _save(self) -> None:
        path = await choose_new_file(self, self.tr("Save the SQL"), _FILE, (self.tr("SQL (*.sql)"),))
        if path is None:
            return
        try:
            await asyncio.to_thread(path.write_text, self.field.toPlainText(), "utf-8")
        except OSError as exc:
            why = exc.strerror or str(exc)
            raise WorkspaceError(f"{path} cannot be written: {why}.", "Choose another place.") from exc
        self.notice.say(self.tr("Saved as %1.").replace("%1", path.name), "good")
