"""Where the database of a project is, and its password: for the direct connection."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QVBoxLayout, QWidget

from gui.icons import Icons
from gui.profiles.postgres_field import PostgresField
from gui.profiles.secret_field import SecretField
from gui.theme import GAP_SMALL, GAP_TINY
from gui.widgets.buttons import button
from gui.widgets.text import Text


class AddressForm(QWidget):
    """`look_asked` says that the person wants to see what is there."""

    look_asked = Signal()
    changed = Signal()

    def __init__(self, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.field = PostgresField(self.tr("Address of the database"))
        self.field.textChanged.connect(lambda _text: self._on_field_changed())
        self.field.returnPressed.connect(self.look_asked)
        self.password = SecretField(self.tr("Password of the database"), icons)
        self.password.changed.connect(self.changed)
        self.password.entered.connect(self.look_asked)
        self.field.password_found.connect(self.password.replace_with)
        self.keep_box = QCheckBox(self.tr("Keep both with the profile"))
        self.keep_box.setToolTip(self.tr("The address in the profile, the password in the system's keyring"))
        self.look_button = button(self.tr("Look what is there"), self.look_asked.emit)
        label = Text(self.field.accessibleName(), "strong")
        label.setBuddy(self.field)
        where = Text(self.tr("The dashboard shows it under Connect → Direct connection."), "small", "muted", wraps=True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP_TINY)
        for widget in (label, self.field, where):
            column.addWidget(widget)
        column.addSpacing(GAP_SMALL)
        column.addWidget(self.password)
        column.addSpacing(GAP_TINY)
        column.addWidget(self.keep_box)
        column.addSpacing(GAP_SMALL)
        column.addWidget(self.look_button)

    @property
    def address(self) -> str:
        """The address as it stands."""
        return self.field.address

    def _on_field_changed(self) -> None:
        self.look_button.setEnabled(bool(self.address))
        self.changed.emit()
