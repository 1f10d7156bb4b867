"""The choices of a retention: how much goes, and where to."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QRadioButton, QSpinBox, QWidget

from gui.profiles.radios import bind_together, choose
from gui.theme import GAP, GAP_SMALL
from gui.widgets.text import Text


class Choices(QWidget):
    """All that is over age, or oldest first until a share; into the quarantine or the archive. `changed` says that
    another plan is wanted."""

    changed = Signal()

    def __init__(self, down_to_percent: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.all_button = QRadioButton(self.tr("All that is over age"))
        self.share_button = QRadioButton(self.tr("Oldest first, until a bucket is down to"))
        self.share = QSpinBox(minimum=0, maximum=100, value=down_to_percent)
        self.share.setSuffix(" %")
        self.share.setKeyboardTracking(False)
        self.share.setAccessibleName(self.tr("Share of its capacity that a bucket comes down to"))
        self.quarantine_button = QRadioButton(self.tr("Quarantine"))
        self.archive_button = QRadioButton(self.tr("Archive"))
        self.consequence = Text(tone="muted", wraps=True)
        self._much = bind_together(self, self.all_button, self.share_button)
        self._where = bind_together(self, self.archive_button, self.quarantine_button)
        self._lay_out()
        self._update()
        self._much.buttonClicked.connect(self._on_choice_clicked)
        self._where.buttonClicked.connect(self._on_choice_clicked)
        self.share.valueChanged.connect(self._on_share_changed)

    @property
    def until_share(self) -> float | None:
        """The share that buckets come down to; None for all that is over age."""
        return self.share.value() / 100 if self.share_button.isChecked() else None

    @property
    def destination(self) -> str:
        """Where objects go."""
        return "archive" if self.archive_button.isChecked() else "quarantine"

    def _lay_out(self) -> None:
        much, where = QHBoxLayout(), QHBoxLayout()
        for row, widgets in (
            (much, (self.all_button, self.share_button)),
            (where, (self.archive_button, self.quarantine_button)),
        ):
            row.setSpacing(GAP)
            for widget in widgets:
                row.addWidget(widget)
        much.setSpacing(GAP_SMALL)
        much.insertSpacing(1, GAP_SMALL)
        much.addWidget(self.share)
        much.addWidget(Text(self.tr("of its capacity")))
        much.addStretch(1)
        where.addStretch(1)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(GAP)
        grid.setVerticalSpacing(GAP_SMALL)
        grid.addWidget(Text(self.tr("Take"), "strong"), 0, 0)
        grid.addLayout(much, 0, 1)
        grid.addWidget(Text(self.tr("Move to"), "strong"), 1, 0)
        grid.addLayout(where, 1, 1)
        grid.addWidget(self.consequence, 2, 1)
        grid.setColumnStretch(1, 1)

    def _on_choice_clicked(self) -> None:
        self._update()
        self.changed.emit()

    def _on_share_changed(self) -> None:
        if self.share_button.isChecked():
            self.changed.emit()
        else:
            choose(self._much, self.share_button)
            self._on_choice_clicked()

    def _update(self) -> None:
        for group in (self._much, self._where):
            choose(group, group.checkedButton())  # type: ignore[arg-type]
        if self.archive_button.isChecked():
            text = self.tr(
                "ZIP files in the archive folder of this computer, read back before anything leaves for good. Frees "
                "the space. Undo brings back bytes, type and metadata, but not the id, the owner and the time of "
                "creation."
            )
        else:
            text = self.tr(
                "Takes room in the project's storage until the quarantine is emptied; until then undo brings it back."
            )
        self.consequence.setText(text)
