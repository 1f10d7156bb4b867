"""Asks what a bucket shall take: files up to which size, and of which types."""

from __future__ import annotations

import re

from PySide6.QtWidgets import QCheckBox, QDialog, QGridLayout, QHBoxLayout, QLineEdit, QVBoxLayout

from core.capacity.models import BucketUse
from core.ports import BucketLimits
from gui.desk import Desk
from gui.profiles.notice import Notice
from gui.theme import GAP, GAP_LARGE, GAP_SMALL
from gui.widgets.buttons import button, main_button
from gui.widgets.size_field import SizeField
from gui.widgets.text import Text

_USUAL_BYTES = 50_000_000
_TYPE = re.compile(r"[a-z0-9][a-z0-9.+-]*/(\*|[a-z0-9][a-z0-9.+-]*)")
_IMAGES = "image/jpeg, image/png, image/webp"


class LimitsDialog(QDialog):
    """Accepted by its verb, once something is another and the fields make sense; `limits` says what was chosen."""

    def __init__(self, desk: Desk, use: BucketUse, *, typed_name: str = "") -> None:
        super().__init__(desk.window)
        self._use, self._typed_name = use, typed_name
        title = self.tr("What shall %1 take?").replace("%1", use.name)
        self.setWindowTitle(self.tr("Limits of a bucket"))
        self.setAccessibleName(title)
        self.setMinimumWidth(520)
        self.size_box = QCheckBox(self.tr("Only files up to"))
        self.size_field = SizeField(self.tr("Largest size"))
        self.types_box = QCheckBox(self.tr("Only these types"))
        self.types_field = QLineEdit()
        self.types_field.setAccessibleName(self.tr("Content types, separated by commas"))
        self.types_field.setPlaceholderText(_IMAGES)
        self.name_field: QLineEdit | None = None
        self.notice = Notice(desk.icons)
        self._lay_out(title)
        self._show(use)
        for box, field in ((self.size_box, self.size_field), (self.types_box, self.types_field)):
            box.toggled.connect(field.setEnabled)
            box.toggled.connect(self._update)
            field.setEnabled(box.isChecked())
        self.size_field.changed.connect(self._update)
        self.types_field.textChanged.connect(self._update)
        self._update()

    @property
    def limits(self) -> BucketLimits:
        """What the bucket shall take."""
        return BucketLimits(self.size_field.size_bytes if self.size_box.isChecked() else None, self._types())

    def _lay_out(self, title: str) -> None:
        grid = QGridLayout()
        grid.setHorizontalSpacing(GAP)
        grid.setVerticalSpacing(GAP_SMALL)
        for line, (box, field) in enumerate(((self.size_box, self.size_field), (self.types_box, self.types_field))):
            grid.addWidget(box, line, 0)
            grid.addWidget(field, line, 1)
        grid.setColumnStretch(1, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(GAP_LARGE, GAP_LARGE, GAP_LARGE, GAP)
        column.setSpacing(GAP_SMALL)
        column.addWidget(Text(title, "heading", wraps=True))
        said = self.tr("What is in the bucket stays as it is; only new uploads are held to this. Undo puts it back.")
        column.addWidget(Text(said, tone="muted", wraps=True))
        column.addSpacing(GAP_SMALL)
        column.addLayout(grid)
        if self._typed_name:
            label = Text(self.tr("%1 is production. Type its name to go on.").replace("%1", self._typed_name), "strong",
                         "danger", wraps=True)  # fmt: skip
            self.name_field = QLineEdit()
            self.name_field.setAccessibleName(label.text())
            self.name_field.textChanged.connect(self._update)
            column.addWidget(label)
            column.addWidget(self.name_field)
        column.addStretch(1)
        column.addSpacing(GAP_SMALL)
        foot = QHBoxLayout()
        foot.setSpacing(GAP_SMALL)
        foot.addWidget(self.notice, 1)
        foot.addStretch()
        self.cancel_button = button(self.tr("Cancel"), self.reject)
        self.verb_button = main_button(self.tr("Change the limits"), self.accept)
        for one in (self.cancel_button, self.verb_button):
            one.setAutoDefault(True)
            foot.addWidget(one)
        self.cancel_button.setDefault(True)
        column.addLayout(foot)

    def _show(self, use: BucketUse) -> None:
        self.size_box.setChecked(use.size_limit_bytes is not None)
        self.size_field.show_size(_USUAL_BYTES if use.size_limit_bytes is None else use.size_limit_bytes)
        self.types_box.setChecked(bool(use.mime_types))
        self.types_field.setText(", ".join(use.mime_types))

    def _types(self) -> tuple[str, ...]:
        if not self.types_box.isChecked():
            return ()
        found = [part.strip().lower() for part in self.types_field.text().replace(";", ",").split(",")]
        return tuple(dict.fromkeys(part for part in found if part))

    def _trouble(self) -> str:
        types = self._types()
        if self.size_box.isChecked() and self.size_field.size_bytes == 0:
            return self.tr("A bucket that takes files of no size takes none: write a size above 0.")
        if self.types_box.isChecked() and not types:
            return self.tr("Write at least one type, such as image/jpeg or image/*.")
        wrong = next((one for one in types if not _TYPE.fullmatch(one)), "")
        return (
            self.tr("“%1” is no content type; one reads image/jpeg or image/*.").replace("%1", wrong) if wrong else ""
        )

    def _update(self) -> None:
        trouble, limits = self._trouble(), self.limits
        is_other = limits != BucketLimits(self._use.size_limit_bytes, self._use.mime_types)
        is_typed = self.name_field is None or self.name_field.text() == self._typed_name
        self.notice.say(trouble, "danger")
        self.verb_button.setEnabled(not trouble and is_other and is_typed)
