"""How far the Capacity tab looks back, and how far ahead with it; what was chosen last is remembered."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from PySide6.QtWidgets import QComboBox, QWidget

from gui.remembered import Remembered

_KEY = "capacity.range"
_AHEAD = {30: 10, 90: 30, 365: 120, 0: 180}
_FIRST = 90
_EVER = datetime(1970, 1, 2, tzinfo=UTC)


class Ranges(QComboBox):
    """Thirty days, ninety, a year, or all of it (0 days)."""

    def __init__(self, remembered: Remembered, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.tr("Time that is looked back on"))
        said = (self.tr("Last 30 days"), self.tr("Last 90 days"), self.tr("Last year"), self.tr("All of it"))
        for days, text in zip(_AHEAD, said, strict=True):
            self.addItem(text, days)
        kept = remembered.get(_KEY).decode(errors="replace")
        self.setCurrentIndex(max(self.findData(int(kept) if kept.isdecimal() else _FIRST), 0))
        self.currentIndexChanged.connect(lambda _: remembered.put(_KEY, str(self.days).encode()))

    @property
    def days(self) -> int:
        """Days that are looked back on; 0 for all."""
        return int(self.currentData())

    @property
    def days_ahead(self) -> int:
        """Days that a forecast is drawn for."""
        return _AHEAD[self.days]

    @property
    def since(self) -> datetime:
        """The moment from which on history is shown."""
        return datetime.now(UTC) - timedelta(days=self.days) if self.days else _EVER
