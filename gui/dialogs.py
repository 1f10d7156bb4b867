"""Dialogs that are awaited: questions, choices, errors and files, without ever nesting an event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QDir
from PySide6.QtWidgets import QDialog, QFileDialog, QWidget

from gui.question_dialog import Choice, Question, QuestionDialog


async def finished(dialog: QDialog) -> bool:
    """Opens the dialog and waits; says whether it was accepted. Read its fields before the next await."""
    closed: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    def _on_dialog_finished(code: int) -> None:
        if not closed.done():
            closed.set_result(code)

    dialog.finished.connect(_on_dialog_finished)
    dialog.open()
    try:
        return await closed == QDialog.DialogCode.Accepted
    finally:
        dialog.hide()
        dialog.deleteLater()


async def confirm(parent: QWidget, question: Question) -> bool:
    """Asks before something is done; Cancel is the default."""
    return await finished(QuestionDialog(question, parent))


async def choose(parent: QWidget, question: Question) -> Choice | None:
    """Asks for one of the question's choices; None when cancelled."""
    dialog = QuestionDialog(question, parent)
    accepted = await finished(dialog)
    return dialog.chosen if accepted else None


async def choose_folder(parent: QWidget, title: str, start: Path | None = None) -> Path | None:
    """Asks for a folder that exists; None when cancelled."""
    dialog = QFileDialog(parent, title, str(start or QDir.homePath()))
    dialog.setFileMode(QFileDialog.FileMode.Directory)
    dialog.setOption(QFileDialog.Option.ShowDirsOnly)
    return await _chosen_file(dialog)


async def choose_file(parent: QWidget, title: str, filters: Sequence[str], start: Path | None = None) -> Path | None:
    """Asks for a file that exists; a filter reads "SQLite files (*.db *.sqlite)". None when cancelled."""
    dialog = QFileDialog(parent, title, str(start or QDir.homePath()))
    dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
    dialog.setNameFilters(list(filters))
    return await _chosen_file(dialog)


async def choose_files(parent: QWidget, title: str) -> tuple[Path, ...]:
    """Asks for files that exist, of any type; none when cancelled."""
    dialog = QFileDialog(parent, title, QDir.homePath())
    dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
    accepted = await finished(dialog)
    return tuple(Path(name) for name in dialog.selectedFiles()) if accepted else ()


async def choose_new_file(parent: QWidget, title: str, name: str, filters: Sequence[str]) -> Path | None:
    """Asks where to write a file; the dialog itself asks before one is replaced. None when cancelled."""
    dialog = QFileDialog(parent, title, QDir.homePath())
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setFileMode(QFileDialog.FileMode.AnyFile)
    dialog.setNameFilters(list(filters))
    dialog.setDefaultSuffix(Path(name).suffix.lstrip("."))
    dialog.selectFile(name)
    return await _chosen_file(dialog)


async def _chosen_file(dialog: QFileDialog) -> Path | None:
    accepted = await finished(dialog)
    names = dialog.selectedFiles()
    return Path(names[0]) if accepted and names else None


__all__ = [
    "Choice",
    "Question",
    "choose",
    "choose_file",
    "choose_files",
    "choose_folder",
    "choose_new_file",
    "confirm",
    "finished",
]
