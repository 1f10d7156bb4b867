"""What a verification found missing: each file with the reason, to read and to export."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout

from core.uploads.checks.verification import NotArrived, Verified
from gui import words
from gui.desk import Desk
from gui.table import Table
from gui.table_export import export_table
from gui.table_model import Column, TableModel
from gui.theme import GAP, GAP_LARGE, GAP_SMALL
from gui.translation import translate
from gui.widgets.buttons import button, main_button
from gui.widgets.held_rows import HeldRows
from gui.widgets.side import fit_screen
from gui.widgets.text import Text

_KEYS: Mapping[str, Callable[[NotArrived], str | float]] = {
    "path": lambda one: one.path.casefold(),
    "why": lambda one: one.sentence,
}


class VerifiedDialog(QDialog):
    """Closed by its one button."""

    def __init__(self, desk: Desk, path: Path, found: Verified) -> None:
        super().__init__(desk.window)
        lacking = sum(found.lacking.values())
        title = self.tr("%Ln file(s) in %1 not proven to have arrived", "", lacking).replace("%1", path.name)
        self.setWindowTitle(self.tr("Verification"))
        self.setAccessibleName(title)
        said = self.tr("%1 of %2 files were found as they are here, in a listing made just now.")
        said = said.replace("%1", words.number(found.arrived)).replace("%2", words.number(found.files))
        if lacking > len(found.not_arrived):
            first = self.tr("These are the first %1.").replace("%1", words.number(len(found.not_arrived)))
            said = f"{said} {first}"
        model: TableModel[NotArrived] = TableModel(desk.jobs, _columns(path), "uploads.verified", is_checkable=False)
        self.table: Table[NotArrived] = Table(desk.themes, model, self.tr("Files that are not proven to be there"))
        model.show(HeldRows(found.not_arrived, _KEYS))
        self.close_button = main_button(self.tr("Close"), self.accept)
        self.close_button.setDefault(True)
        foot = QHBoxLayout()
        foot.setSpacing(GAP_SMALL)
        export = button(self.tr("Export…"), lambda: desk.jobs.ask(export_table(desk, model.texts(), "not-arrived")))
        desk.icons.put(export, "export")
        foot.addWidget(export)
        foot.addStretch(1)
        foot.addWidget(self.close_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(GAP_LARGE, GAP_LARGE, GAP_LARGE, GAP)
        column.setSpacing(GAP_SMALL)
        column.addWidget(Text(title, "heading", wraps=True))
        column.addWidget(Text(said, tone="muted", wraps=True))
        column.addSpacing(GAP_SMALL)
        column.addWidget(self.table, 1)
        column.addSpacing(GAP_SMALL)
        column.addLayout(foot)
        fit_screen(self, 960, 560)


def _columns(path: Path) -> tuple[Column[NotArrived], ...]:
    above = f"{path.parent}/"
    return (
        Column("path", translate("UploadsVerified", "File"), lambda one: one.path.removeprefix(above),
               lambda one: one.path, sort="path", sample="wards/ward-12/2026-11-21 Patient 1234567/overview.jpg",
               cut_middle=True),
        Column("why", translate("UploadsVerified", "Why"), lambda one: one.sentence, sort="why", stretches=True),
    )  # fmt: skip
