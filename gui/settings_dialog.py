"""The settings dialog, made from the declared fields; a change holds at once."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from PySide6.QtWidgets import QCheckBox, QComboBox, QDialog, QGridLayout, QHBoxLayout, QSpinBox, QVBoxLayout, QWidget

from gui.settings import Settings, SettingsFile
from gui.theme import GAP, GAP_LARGE, GAP_SMALL, GAP_TINY
from gui.translation import translate
from gui.widgets.buttons import button, quiet_button
from gui.widgets.text import Text

_WIDTH = 760
"""Every line of it fits without being wrapped."""


def _said(text: object) -> str:
    return translate("Settings", str(text))


class SettingsDialog(QDialog):
    """One line per declared field: its label, a field that fits its type, and what it does."""

    def __init__(self, file: SettingsFile, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Settings"))
        self._file = file
        self.fields: dict[str, QWidget] = {}
        form = QGridLayout()
        form.setHorizontalSpacing(GAP_LARGE)
        form.setVerticalSpacing(GAP_TINY)
        form.setColumnStretch(1, 1)
        for declared in dataclasses.fields(Settings):
            if declared.metadata:
                self._add_line(form, declared.name, declared.metadata)
        self.problem = Text(tone="danger", wraps=True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(GAP_LARGE, GAP_LARGE, GAP_LARGE, GAP)
        layout.setSpacing(GAP)
        layout.addWidget(Text(self.tr("Settings"), "heading"))
        layout.addLayout(form)
        layout.addStretch(1)
        layout.addWidget(self.problem)
        layout.addLayout(self._buttons())
        self.setMinimumWidth(_WIDTH)
        self._say_problem()

    def _add_line(self, form: QGridLayout, name: str, about: Mapping[str, object]) -> None:
        label, tip = _said(about["label"]), _said(about["tip"])
        value = getattr(self._file.current, name)
        field = self._field(name, value, label, about)
        field.setAccessibleName(label)
        field.setAccessibleDescription(tip)
        self.fields[name] = field
        row = form.rowCount()
        if not isinstance(field, QCheckBox):
            title = Text(label)
            title.setBuddy(field)
            form.addWidget(title, row, 0)
        form.addWidget(field, row, 1)
        about_it = Text(tip, "small", "muted", wraps=True)
        about_it.setContentsMargins(0, 0, 0, GAP)
        form.addWidget(about_it, row + 1, 1)

    def _field(self, name: str, value: object, label: str, about: Mapping[str, object]) -> QWidget:
        choices = about.get("choices")
        if isinstance(choices, Mapping):
            box = QComboBox()
            for key, text in choices.items():
                box.addItem(_said(text), key)
            box.setCurrentIndex(box.findData(value))
            box.currentIndexChanged.connect(lambda _index: self._change(name, box.currentData()))
            return box
        if isinstance(value, bool):
            check = QCheckBox(label)
            check.setChecked(value)
            check.toggled.connect(lambda on: self._change(name, on))
            return check
        spin = QSpinBox()
        spin.lineEdit().setTextMargins(GAP_TINY, 0, 0, 0)
        spin.setRange(int(str(about["low"])), int(str(about["high"])))
        spin.setSuffix(_said(about.get("unit", "")))
        spin.setValue(int(str(value)))
        spin.valueChanged.connect(lambda number: self._change(name, number))
        return spin

    def _buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(GAP_SMALL)
        self.defaults_button = quiet_button(self.tr("Back to the defaults"), self._on_defaults_button_clicked)
        self.close_button = button(self.tr("Close"), self.accept)
        self.close_button.setDefault(True)
        row.addWidget(self.defaults_button)
        row.addStretch(1)
        row.addWidget(self.close_button)
        return row

    def _change(self, name: str, value: str | int | bool) -> None:
        self._file.change(**{name: value})
        self._say_problem()

    def _on_defaults_button_clicked(self) -> None:
        for declared in dataclasses.fields(Settings):
            field = self.fields.get(declared.name)
            if isinstance(field, QComboBox):
                field.setCurrentIndex(field.findData(declared.default))
            elif isinstance(field, QCheckBox):
                field.setChecked(bool(declared.default))
            elif isinstance(field, QSpinBox):
                field.setValue(int(str(declared.default)))

    def _say_problem(self) -> None:
        text = self.tr("The settings cannot be kept: %1").replace("%1", self._file.problem)
        self.problem.setText(text)
        self.problem.setVisible(bool(self._file.problem))
