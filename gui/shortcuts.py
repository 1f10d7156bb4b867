"""F1: all keys on one page, from the declared commands."""

from __future__ import annotations

from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QDialog, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from gui.actions import Actions
from gui.commands import MENUS, Command, said
from gui.theme import GAP, GAP_LARGE, GAP_SMALL, GAP_TINY
from gui.widgets.buttons import button
from gui.widgets.text import Text


class ShortcutSheet(QDialog):
    """Two columns of commands with their keys, under the names of their menus."""

    def __init__(self, actions: Actions, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Keyboard shortcuts"))
        groups = [(name, [c for c in actions if c.menu == name and c.shortcut]) for name in MENUS]
        groups = [group for group in groups if group[1]]
        grids = (_grid(), _grid())
        half = sum(len(commands) + 2 for _, commands in groups) / 2
        used = 0
        for name, commands in groups:
            self._add_group(grids[0 if used < half else 1], name, commands)
            used += len(commands) + 2
        sides = QHBoxLayout()
        sides.setSpacing(GAP_LARGE * 2)
        for grid in grids:
            grid.setRowStretch(grid.rowCount(), 1)
            sides.addLayout(grid, 1)
        self.close_button = button(self.tr("Close"), self.accept)
        self.close_button.setDefault(True)
        foot = QHBoxLayout()
        foot.addStretch(1)
        foot.addWidget(self.close_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(GAP_LARGE, GAP_LARGE, GAP_LARGE, GAP)
        layout.setSpacing(GAP)
        layout.addWidget(Text(self.tr("Keyboard shortcuts"), "heading"))
        layout.addLayout(sides, 1)
        layout.addLayout(foot)
        self.close_button.setFocus()

    def _add_group(self, grid: QGridLayout, name: str, commands: list[Command]) -> None:
        first = grid.rowCount()
        title = Text(said(name).replace("&", ""), "small", "muted")
        title.setContentsMargins(0, GAP_SMALL if first > 1 else 0, 0, 0)
        grid.addWidget(title, first, 0, 1, 2)
        for number, command in enumerate(commands, first + 1):
            keys = QKeySequence(command.shortcut).toString(QKeySequence.SequenceFormat.NativeText)
            what = Text(said(command.text).replace("…", ""))
            what.setToolTip(said(command.tip))
            grid.addWidget(what, number, 0)
            grid.addWidget(Text(keys, "strong"), number, 1)


def _grid() -> QGridLayout:
    grid = QGridLayout()
    grid.setHorizontalSpacing(GAP_LARGE)
    grid.setVerticalSpacing(GAP_TINY)
    grid.setColumnStretch(0, 1)
    return grid
