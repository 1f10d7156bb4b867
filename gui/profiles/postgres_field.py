"""A field for the address of a direct Postgres connection; a password in it is taken out of sight at once."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from core.profiles.direct import parted

_PASTED = 2  # so many characters at once nobody typed


class PostgresField(QLineEdit):
    """`password_found` brings the password of an address that was pasted, or typed to its end."""

    password_found = Signal(str)

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._before = 0
        self.setAccessibleName(name)
        self.setPlaceholderText("postgresql://postgres@db.….supabase.co:5432/postgres")
        self.textChanged.connect(self._on_text_changed)
        self.editingFinished.connect(self._part)

    @property
    def address(self) -> str:
        """The address as it stands."""
        return self.text().strip()

    def _on_text_changed(self, text: str) -> None:
        grown, self._before = len(text) - self._before, len(text)
        if grown >= _PASTED:
            self._part()

    def _part(self) -> None:
        address, password = parted(self.text())
        if password is not None:
            self.setText(address)  # which forgets, too, what Ctrl+Z would bring back
            self.password_found.emit(password)
