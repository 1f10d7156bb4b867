"""More columns of one source that name files, beside the first: each with what it holds."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from core.profiles import HOLDS, ReferenceColumn
from gui.icons import Icons
from gui.profiles import wordings
from gui.profiles.column_box import ColumnBox
from gui.theme import GAP_SMALL, GAP_TINY
from gui.widgets.buttons import quiet_button
from gui.widgets.text import Text


class FurtherColumns(QWidget):
    """One line per column; `edited` says that there are others now."""

    edited = Signal()

    def __init__(self, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icons = icons
        self._names: Sequence[str] = ()
        self.lines: list[_Line] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(GAP_TINY)

    def show_columns(self, names: Sequence[str], columns: Sequence[ReferenceColumn]) -> None:
        """Offers these names and shows these columns."""
        self._names = names
        while len(self.lines) > len(columns):
            self._drop(self.lines[-1])
        while len(self.lines) < len(columns):
            self._add()
        for line, column in zip(self.lines, columns, strict=True):
            line.show_column(names, column)
        self.setVisible(bool(columns))

    def columns(self) -> tuple[ReferenceColumn, ...]:
        """What stands in the lines."""
        return tuple(line.column() for line in self.lines)

    def spare(self, used: Sequence[str]) -> str | None:
        """A column that could be added; None when all are used."""
        taken = {*used, *(line.column().name for line in self.lines)}
        return next((name for name in self._names if name not in taken), None)

    def _add(self) -> None:
        line = _Line(self._icons, self.edited.emit)
        line.remove_button.clicked.connect(lambda: self._on_remove_button_clicked(line))
        self.lines.append(line)
        self._column.addWidget(line)

    def _drop(self, line: _Line) -> None:
        self.lines.remove(line)
        self._column.removeWidget(line)
        line.hide()
        line.deleteLater()

    def _on_remove_button_clicked(self, line: _Line) -> None:
        self._drop(line)
        self.edited.emit()


class _Line(QWidget):
    """One column, what it holds, and the way out."""

    def __init__(self, icons: Icons, act: object) -> None:
        super().__init__()
        assert callable(act)
        self.column_box = ColumnBox(self.tr("Another column"), act)
        self.holds_box = ColumnBox(self.tr("Holds"), act)
        self.holds_box.offer([(wordings.holds(name), name) for name in HOLDS])
        self.remove_button = quiet_button("")
        self.remove_button.setAccessibleName(self.tr("Leave this column out"))
        self.remove_button.setToolTip(self.remove_button.accessibleName())
        icons.put(self.remove_button, "x")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GAP_SMALL)
        row.addWidget(Text(self.tr("and"), "small", "muted"))
        row.addWidget(self.column_box, 1)
        row.addWidget(self.holds_box, 1)
        row.addWidget(self.remove_button)

    def show_column(self, names: Sequence[str], column: ReferenceColumn) -> None:
        """Shows another column."""
        offered = names if column.name in names else (*names, column.name)
        self.column_box.offer([(name, name) for name in offered], column.name)
        self.holds_box.choose(column.holds)

    def column(self) -> ReferenceColumn:
        """What is chosen."""
        return ReferenceColumn(str(self.column_box.currentData()), str(self.holds_box.currentData()))
