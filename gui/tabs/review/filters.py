"""The filter line over the table: words, bucket, type and size."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QIcon, QShortcut
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QWidget

from gui.icons import Icons
from gui.theme import GAP_SMALL

_PAUSE_MS = 120  # as long as a quick typist's pause between letters
_MB = 1_000_000


class FilterLine(QWidget):
    """`changed` comes when the filter is another one; typing is waited for. `left`: the keys want to go on below."""

    changed = Signal()
    left = Signal()

    def __init__(self, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.words = QLineEdit()
        self.words.setClearButtonEnabled(True)
        self.words.setMinimumWidth(96)
        self.words.setAccessibleName(self.tr("Filter"))
        glass = self.words.addAction(QIcon(), QLineEdit.ActionPosition.LeadingPosition)
        icons.put(glass, "magnifying-glass", "muted")
        self._bucket = self._choice(self.tr("Bucket"), [(self.tr("All buckets"), "")])
        self._type = self._choice(self.tr("Type"), self._types())
        self._size = self._choice(self.tr("Size"), self._sizes())
        self._timer = QTimer(self, interval=_PAUSE_MS, singleShot=True)
        self._timer.timeout.connect(self.changed)
        self.words.textChanged.connect(lambda _text: self._timer.start())
        for key in (Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            QShortcut(key, self.words, context=Qt.ShortcutContext.WidgetShortcut).activated.connect(self.left)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GAP_SMALL)
        row.addWidget(self.words, 1)
        for choice in (self._bucket, self._type, self._size):
            row.addWidget(choice)
            choice.currentIndexChanged.connect(lambda _index: self.changed.emit())

    @property
    def text(self) -> str:
        """The words to look for."""
        return self.words.text().strip()

    @property
    def bucket(self) -> str:
        """The bucket to show, "" for all."""
        return str(self._bucket.currentData() or "")

    @property
    def content_type(self) -> str:
        """How the content type begins, "" for any."""
        return str(self._type.currentData() or "")

    @property
    def sizes(self) -> tuple[int | None, int | None]:
        """Least and most bytes, inclusive; None for no bound."""
        least, most = self._size.currentData() or (None, None)
        return least, most

    @property
    def is_waiting(self) -> bool:
        """Whether somebody has just typed, and `changed` is still to come."""
        return self._timer.isActive()

    @property
    def is_set(self) -> bool:
        """Whether it holds anything back."""
        return bool(self.text or self.bucket or self.content_type or self.sizes != (None, None))

    def offer(self, buckets: Sequence[str], noun: str) -> None:
        """Says what can be filtered: the buckets there are, and what the table shows."""
        self.words.setPlaceholderText(self.tr("Filter %1").replace("%1", noun))
        kept = self.bucket
        if [self._bucket.itemData(i) for i in range(1, self._bucket.count())] == list(buckets):
            return
        self._bucket.blockSignals(True)
        while self._bucket.count() > 1:
            self._bucket.removeItem(1)
        for bucket in buckets:
            self._bucket.addItem(bucket, bucket)
        self._bucket.setCurrentIndex(max(self._bucket.findData(kept), 0))
        self._bucket.blockSignals(False)

    def choose_bucket(self, bucket: str) -> None:
        """Lets everything of one bucket through, and nothing else."""
        if self._bucket.findData(bucket) < 0:
            self._bucket.addItem(bucket, bucket)  # what is offered may still be on its way
        self._bucket.blockSignals(True)
        self._bucket.setCurrentIndex(self._bucket.findData(bucket))
        self._bucket.blockSignals(False)
        self._clear((self._type, self._size))

    def allow(self, *, types_and_sizes: bool, buckets: bool) -> None:
        """Shows the choices that mean something for what the table shows."""
        self._type.setVisible(types_and_sizes)
        self._size.setVisible(types_and_sizes)
        self._bucket.setVisible(buckets)

    def clear(self) -> None:
        """Lets everything through again."""
        self._clear((self._bucket, self._type, self._size))

    def _clear(self, choices: Sequence[QComboBox]) -> None:
        for choice in choices:
            choice.blockSignals(True)
            choice.setCurrentIndex(0)
            choice.blockSignals(False)
        self.words.blockSignals(True)
        self.words.clear()
        self.words.blockSignals(False)
        self._timer.stop()
        self.changed.emit()

    def _choice(self, name: str, entries: Sequence[tuple[str, object]]) -> QComboBox:
        choice = QComboBox()
        choice.setAccessibleName(name)
        choice.setToolTip(name)
        choice.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        choice.setMinimumContentsLength(max(len(text) for text, _ in entries[:1]))
        choice.view().setMinimumWidth(160)
        for text, value in entries:
            choice.addItem(text, value)
        return choice

    def _types(self) -> list[tuple[str, object]]:
        return [
            (self.tr("Any type"), ""),
            (self.tr("Pictures"), "image/"),
            ("JPEG", "image/jpeg"),
            ("PNG", "image/png"),
            ("WebP", "image/webp"),
            (self.tr("Video"), "video/"),
        ]

    def _sizes(self) -> list[tuple[str, object]]:
        return [
            (self.tr("Any size"), None),
            (self.tr("Empty"), (0, 0)),
            (self.tr("Under 100 KB"), (None, 99_999)),
            (self.tr("100 KB to 1 MB"), (100_000, _MB - 1)),
            (self.tr("1 MB to 10 MB"), (_MB, 10 * _MB - 1)),
            (self.tr("Over 10 MB"), (10 * _MB, None)),
        ]
