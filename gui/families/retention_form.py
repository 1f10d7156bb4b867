"""For how long a family keeps what it holds: an age for all, others by folder and type, how much may go at once."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QGridLayout, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from core.profiles import Family, RetentionRule
from gui.icons import Icons
from gui.theme import GAP, GAP_SMALL
from gui.translation import translate
from gui.widgets.buttons import button, quiet_button
from gui.widgets.numbers import WholeNumber
from gui.widgets.text import Text

_USUAL_DAYS, _MOST_DAYS = 30, 36_500
_USUAL_SHARE = 20
_DAYS_WIDTH, _LEAST_WIDTH = 116, 72


class RuleLine(QWidget):
    """One rule: days, the beginning of keys, and types."""

    changed = Signal()
    removed = Signal()

    def __init__(self, rule: RetentionRule, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.days = _days(rule.days)
        self.days.setAccessibleName(self.tr("Days that the rule keeps objects"))
        self.days.setFixedWidth(_DAYS_WIDTH)
        self.prefix = QLineEdit(rule.prefix)
        self.prefix.setMinimumWidth(_LEAST_WIDTH)
        self.prefix.setPlaceholderText(self.tr("any folder"))
        self.prefix.setAccessibleName(self.tr("Beginning of the keys that the rule is about"))
        self.types = QLineEdit(", ".join(rule.types))
        self.types.setMinimumWidth(_LEAST_WIDTH)
        self.types.setPlaceholderText(self.tr("any type"))
        self.types.setAccessibleName(self.tr("Content types that the rule is about"))
        self.remove_button = quiet_button("", self.removed.emit)
        self.remove_button.setAccessibleName(self.tr("Remove this rule"))
        self.remove_button.setToolTip(self.tr("Remove this rule"))
        icons.put(self.remove_button, "trash", "muted")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GAP_SMALL)
        row.addWidget(self.days)
        row.addWidget(self.prefix, 1)
        row.addWidget(self.types, 1)
        row.addWidget(self.remove_button)
        self.days.valueChanged.connect(self.changed)
        for field in (self.prefix, self.types):
            field.textChanged.connect(self.changed)

    @property
    def rule(self) -> RetentionRule:
        """What the line says."""
        types = (part.strip().lower() for part in self.types.text().split(","))
        return RetentionRule(self.days.value(), self.prefix.text().strip(), tuple(part for part in types if part))


class RetentionForm(QWidget):
    """`changed` says that the fields say something else."""

    changed = Signal()

    def __init__(self, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icons = icons
        self._before = Family("")
        self.age_box = QCheckBox(self.tr("Objects are over age after"))
        self.days = _days(_USUAL_DAYS)
        self.days.setAccessibleName(self.age_box.text())
        self.share_box = QCheckBox(self.tr("One clean-up may take of a bucket up to"))
        self.share = WholeNumber(1, 100, " %")
        self.share.setValue(_USUAL_SHARE)
        self.share.setAccessibleName(self.share_box.text())
        self.share_box.setToolTip(self.tr("Otherwise the guard of the profile decides."))
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(GAP)
        grid.setVerticalSpacing(GAP_SMALL)
        for line, (box, field) in enumerate(((self.age_box, self.days), (self.share_box, self.share))):
            grid.addWidget(box, line, 0)
            grid.addWidget(field, line, 1)
            box.toggled.connect(field.setEnabled)
            box.toggled.connect(self.changed)
            field.valueChanged.connect(self.changed)
            field.setEnabled(False)
        grid.setColumnStretch(0, 1)
        self.lines: list[RuleLine] = []
        self._rules = QVBoxLayout()
        self._rules.setSpacing(GAP_SMALL)
        self.add_button = button(self.tr("Another age for a folder or a type"), self._on_add_clicked)
        icons.put(self.add_button, "plus")
        foot = QHBoxLayout()
        foot.addWidget(self.add_button)
        foot.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP_SMALL)
        column.addLayout(grid)
        column.addLayout(self._rules)
        column.addLayout(foot)
        said = self.tr("Nothing is removed by this alone: a clean-up is planned, shown, and moved out of the way.")
        column.addWidget(Text(said, "small", "muted", wraps=True))

    def show_family(self, family: Family) -> None:
        """Shows what a family says."""
        self._before = family
        self.blockSignals(True)
        self.age_box.setChecked(family.retention_days is not None)
        self.days.setValue(_USUAL_DAYS if family.retention_days is None else family.retention_days)
        self.share_box.setChecked(family.retention_share is not None)
        self.share.setValue(_USUAL_SHARE if family.retention_share is None else round(family.retention_share * 100))
        for line in self.lines[:]:
            self._remove(line)
        for rule in family.rules:
            self._add(rule)
        self.blockSignals(False)

    def put_into(self, family: Family) -> Family:
        """The family with what stands in the fields."""
        before = self._before.retention_share
        share = self.share.value() / 100
        if before is not None and round(before * 100) == self.share.value():
            share = before
        return replace(
            family,
            retention_days=self.days.value() if self.age_box.isChecked() else None,
            retention_share=share if self.share_box.isChecked() else None,
            rules=tuple(line.rule for line in self.lines),
        )

    def _on_add_clicked(self) -> None:
        self._add(RetentionRule(self.days.value())).prefix.setFocus()
        self.changed.emit()

    def _add(self, rule: RetentionRule) -> RuleLine:
        line = RuleLine(rule, self._icons)
        line.changed.connect(self.changed)
        line.removed.connect(lambda: self._on_line_removed(line))
        self.lines.append(line)
        self._rules.addWidget(line)
        return line

    def _on_line_removed(self, line: RuleLine) -> None:
        self._remove(line)
        self.add_button.setFocus()
        self.changed.emit()

    def _remove(self, line: RuleLine) -> None:
        self.lines.remove(line)
        self._rules.removeWidget(line)
        line.hide()
        line.deleteLater()


def _days(value: int) -> WholeNumber:
    field = WholeNumber(1, _MOST_DAYS, translate("RetentionForm", " days"))
    field.setValue(value)
    return field
