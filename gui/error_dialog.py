"""The dialog of an error: what happened, what to do next, and details to copy."""

from __future__ import annotations

import platform
import traceback

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from core.errors import CoreError
from gui.theme import GAP, GAP_LARGE, GAP_SMALL
from gui.translation import translate
from gui.widgets.buttons import button, quiet_button
from gui.widgets.text import Text


def sentence(error: BaseException) -> str:
    """What happened: the error's own sentence, or that it is a bug."""
    if isinstance(error, CoreError):
        return error.message
    return translate("ErrorDialog", "Bucketdesk came upon a fault of its own: %1").replace(
        "%1", f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    )


def hint(error: BaseException) -> str:
    """What to do next."""
    if isinstance(error, CoreError):
        return error.hint
    return translate(
        "ErrorDialog",
        "What was recorded before it is kept and can be undone. Copy the details, report them and try again.",
    )


def details(error: BaseException) -> str:
    """What helps to find the cause: kind, system and where it happened, with every secret masked."""
    from core.log import mask

    lines = [f"{type(error).__name__} · Python {platform.python_version()} · {platform.platform()}"]
    lines += traceback.format_exception(error)
    return mask("\n".join(lines))


class ErrorDialog(QDialog):
    """Shows one error; `title` says to what it happened."""

    def __init__(self, title: str, error: BaseException, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Bucketdesk"))
        self.setAccessibleName(title)
        self.setMinimumWidth(520)
        self._details = details(error)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(GAP_LARGE, GAP_LARGE, GAP_LARGE, GAP)
        layout.setSpacing(GAP_SMALL)
        layout.addWidget(Text(title, "heading", wraps=True))
        layout.addWidget(Text(sentence(error), wraps=True))
        if hint(error):
            layout.addWidget(Text(hint(error), tone="muted", wraps=True))
        self.details_field = QPlainTextEdit(self._details)
        self.details_field.setReadOnly(True)
        self.details_field.setTabChangesFocus(True)
        self.details_field.setAccessibleName(self.tr("Details"))
        self.details_field.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.details_field.setFixedHeight(180)
        self.details_field.setVisible(not isinstance(error, CoreError))
        layout.addWidget(self.details_field)
        layout.addSpacing(GAP)
        layout.addLayout(self._buttons())
        self.close_button.setFocus()

    def _buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        self.details_button = quiet_button(self.tr("Show details"), self._on_details_button_clicked)
        self.copy_button = quiet_button(self.tr("Copy details"), self._on_copy_button_clicked)
        self.close_button = button(self.tr("Close"), self.accept)
        self.close_button.setDefault(True)
        self.details_button.setVisible(self.details_field.isHidden())
        row.addWidget(self.details_button)
        row.addWidget(self.copy_button)
        row.addStretch(1)
        row.addWidget(self.close_button)
        return row

    def _on_details_button_clicked(self) -> None:
        self.details_field.setVisible(True)
        self.details_button.setVisible(False)
        self.adjustSize()

    def _on_copy_button_clicked(self) -> None:
        QGuiApplication.clipboard().setText(self._details)
        self.copy_button.setText(self.tr("Copied"))
