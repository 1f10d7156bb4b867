"""Asks how fast uploads may go, while they go: bytes and requests a second, and files at once."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QCheckBox, QDialog, QGridLayout, QHBoxLayout, QVBoxLayout

from core.errors import Usage
from core.uploads.sending.limits import MOST_AT_ONCE, Limits
from gui.desk import Desk
from gui.profiles.notice import Notice
from gui.theme import GAP, GAP_LARGE, GAP_SMALL
from gui.widgets.buttons import button, main_button
from gui.widgets.numbers import ShortNumber, WholeNumber
from gui.widgets.size_field import SizeField
from gui.widgets.text import Text

_TICK_MS = 500
_USUAL = Limits(2_000_000, 10.0, 8)
_MOST_REQUESTS = 10_000.0


class UploadLimitsDialog(QDialog):
    """`limits` says what was chosen; `present` tells how fast it goes just now, '' while nothing does."""

    def __init__(self, desk: Desk, limits: Limits, present: Callable[[], str]) -> None:
        super().__init__(desk.window)
        self._before, self._present = limits, present
        title = self.tr("How fast may uploads go?")
        self.setWindowTitle(self.tr("Limits of uploads"))
        self.setAccessibleName(title)
        self.setMinimumWidth(480)
        self.now = Text(tone="muted")
        self.bytes_box = QCheckBox(self.tr("At most"))
        self.bytes_field = SizeField(self.tr("Bytes a second"))
        self.requests_box = QCheckBox(self.tr("At most"))
        self.requests_field = ShortNumber(_MOST_REQUESTS)
        self.requests_field.setAccessibleName(self.tr("Requests a second"))
        self.at_once_box = QCheckBox(self.tr("Always"))
        self.at_once_field = WholeNumber(1, MOST_AT_ONCE)
        self.at_once_field.setAccessibleName(self.tr("Files at once"))
        self.notice = Notice(desk.icons)
        self._lay_out(title)
        self._show(limits)
        for box, field in (
            (self.bytes_box, self.bytes_field),
            (self.requests_box, self.requests_field),
            (self.at_once_box, self.at_once_field),
        ):
            box.toggled.connect(field.setEnabled)
            box.toggled.connect(self._update)
            field.setEnabled(box.isChecked())
        self.bytes_field.changed.connect(self._update)
        self.requests_field.valueChanged.connect(self._update)
        self.at_once_field.valueChanged.connect(self._update)
        self._timer = QTimer(self, interval=_TICK_MS)
        self._timer.timeout.connect(self._say_now)
        self._timer.start()
        self._say_now()
        self._update()

    @property
    def limits(self) -> Limits:
        """What uploads are to keep to."""
        return Limits(
            self.bytes_field.size_bytes if self.bytes_box.isChecked() else None,
            self.requests_field.value() if self.requests_box.isChecked() else None,
            self.at_once_field.value() if self.at_once_box.isChecked() else None,
        )

    def _lay_out(self, title: str) -> None:
        grid = QGridLayout()
        grid.setHorizontalSpacing(GAP_SMALL)
        grid.setVerticalSpacing(GAP_SMALL)
        rows = (
            (self.bytes_box, self.bytes_field, self.tr("a second")),
            (self.requests_box, self.requests_field, self.tr("requests a second")),
            (self.at_once_box, self.at_once_field, self.tr("files at once")),
        )
        for line, (box, field, unit) in enumerate(rows):
            grid.addWidget(box, line, 0)
            grid.addWidget(field, line, 1)
            grid.addWidget(Text(unit), line, 2)
        grid.setColumnStretch(1, 1)
        said = self.tr(
            "They hold at once, for the upload under way too, and stay until they are changed. Without them it goes as "
            "fast as the service bears: 4 files at once at first, then up to 32."
        )
        column = QVBoxLayout(self)
        column.setContentsMargins(GAP_LARGE, GAP_LARGE, GAP_LARGE, GAP)
        column.setSpacing(GAP_SMALL)
        column.addWidget(Text(title, "heading", wraps=True))
        column.addWidget(Text(said, tone="muted", wraps=True))
        column.addSpacing(GAP_SMALL)
        column.addLayout(grid)
        column.addSpacing(GAP_SMALL)
        column.addWidget(self.now)
        column.addStretch(1)
        column.addSpacing(GAP_SMALL)
        foot = QHBoxLayout()
        foot.setSpacing(GAP_SMALL)
        foot.addWidget(self.notice, 1)
        foot.addStretch()
        self.cancel_button = button(self.tr("Cancel"), self.reject)
        self.verb_button = main_button(self.tr("Set the limits"), self.accept)
        for one in (self.cancel_button, self.verb_button):
            one.setAutoDefault(True)
            foot.addWidget(one)
        self.cancel_button.setDefault(True)
        column.addLayout(foot)

    def _show(self, limits: Limits) -> None:
        self.bytes_box.setChecked(limits.bytes_per_second is not None)
        self.bytes_field.show_size(limits.bytes_per_second or _USUAL.bytes_per_second or 0)
        self.requests_box.setChecked(limits.requests_per_second is not None)
        self.requests_field.setValue(limits.requests_per_second or _USUAL.requests_per_second or 0)
        self.at_once_box.setChecked(limits.at_once is not None)
        self.at_once_field.setValue(limits.at_once or _USUAL.at_once or 1)

    def _say_now(self) -> None:
        present = self._present()
        text = self.tr("Just now: %1").replace("%1", present) if present else self.tr("Nothing is uploaded just now.")
        self.now.setText(text)

    def _update(self) -> None:
        trouble = ""
        try:
            self.limits.check()
        except Usage as error:
            trouble = f"{error.message} {error.hint}".strip()
        self.notice.say(trouble, "danger")
        self.verb_button.setEnabled(not trouble and self.limits != self._before)
