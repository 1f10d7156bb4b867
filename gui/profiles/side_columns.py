"""The columns of a source beside the one that names the file: link, expiry, status and its words, size, time, key."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QLineEdit, QWidget

from core.models import Table
from core.profiles import Source
from gui.profiles.column_box import ColumnBox
from gui.theme import GAP_SMALL, GAP_TINY
from gui.widgets.text import Text

_WRITTEN = ("url_column", "expires_column", "status_column")
"""What a repair writes: a column that the database works out by itself cannot be one of these."""
_ACROSS = 4


class SideColumns(QWidget):
    """All of them may stay empty; `edited` says that one was chosen or a word was typed."""

    edited = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        titles = {
            "url_column": self.tr("&Link (signed URL)"),
            "expires_column": self.tr("Link &expires"),
            "size_column": self.tr("Si&ze in bytes"),
            "time_column": self.tr("Ti&me of change"),
            "status_column": self.tr("&Status"),
        }
        self.boxes = {name: ColumnBox(title.replace("&", ""), self.edited.emit) for name, title in titles.items()}
        key_title = self.tr("&Rows are told apart by")
        self.key_box = ColumnBox(key_title.replace("&", ""), self.edited.emit)
        self.error_field = self._word(self.tr("Status word for a missing file"))
        self.pending_field = self._word(self.tr("Status word for a row to be processed again"))
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(GAP_SMALL)
        grid.setVerticalSpacing(GAP_TINY)
        words = ((self.tr("if the file is &missing"), self.error_field), (self.tr("to &process"), self.pending_field))
        fields = [(titles[name], box) for name, box in self.boxes.items()] + [*words, (key_title, self.key_box)]
        for number, (title, field) in enumerate(fields):
            label = Text(title, "small", "muted")
            label.setBuddy(field)
            line, place = divmod(number, _ACROSS)
            grid.addWidget(label, 2 * line, place)
            grid.addWidget(field, 2 * line + 1, place)
        for place in range(_ACROSS):
            grid.setColumnStretch(place, 1)

    def show_source(self, table: Table, source: Source) -> None:
        """Offers the table's columns and shows which of them the source reads."""
        nothing = self.tr("none")
        for name, box in self.boxes.items():
            fitting = [column.name for column in table.columns if name not in _WRITTEN or not column.generated]
            chosen = getattr(source, name)
            if chosen is not None and chosen not in fitting:
                fitting.append(chosen)
            box.offer([(nothing, None), *((column, column) for column in fitting)], chosen)
        self._offer_keys(table, source)
        self.error_field.setText(source.error_status)
        self.pending_field.setText(source.pending_status)
        self._update_words()

    def put_into(self, source: Source) -> Source:
        """The source with what is chosen here."""
        default = Source("", "", (), ())
        return replace(
            source,
            **{name: box.currentData() for name, box in self.boxes.items()},
            key=tuple(self.key_box.currentData() or ()),
            error_status=self.error_field.text().strip() or default.error_status,
            pending_status=self.pending_field.text().strip() or default.pending_status,
        )

    @property
    def chosen(self) -> int:
        """How many columns are chosen."""
        return sum(box.currentData() is not None for box in self.boxes.values())

    def _offer_keys(self, table: Table, source: Source) -> None:
        """The key that is found by itself, or any one column: whether its values are unique is asked of the table."""
        known = [key for key in (table.primary_key, source.key) if key]
        keys = dict.fromkeys((*known, *((column.name,) for column in table.columns)))
        self.key_box.offer([(self.tr("their key"), ()), *((", ".join(key), key) for key in keys)], source.key)

    def _word(self, name: str) -> QLineEdit:
        field = QLineEdit()
        field.setAccessibleName(name)
        field.setToolTip(name)
        field.editingFinished.connect(lambda: self.edited.emit() if field.isModified() else None)
        return field

    def _update_words(self) -> None:
        has_status = self.boxes["status_column"].currentData() is not None
        for field in (self.error_field, self.pending_field):
            field.setEnabled(has_status)
            field.setModified(False)
