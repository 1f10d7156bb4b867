"""The five numbers under the heading."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from core.capacity.models import BucketUse, Capacity
from gui import words
from gui.tabs.capacity import wording
from gui.theme import GAP_LARGE
from gui.widgets.chart.ticks import percent
from gui.widgets.text import Text


class Card(QWidget):
    """A name, a number, and what it is about."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.name = Text(name, tone="muted")
        self.number = Text("–", "heading")
        self.about = Text("", "small", "muted")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for text in (self.name, self.number, self.about):
            column.addWidget(text)

    def say(self, number: str, about: str, tone: str = "text") -> None:
        """Shows another number."""
        self.number.setText(number)
        self.number.set_tone(tone)
        self.about.setText(about)
        self.setAccessibleName(f"{self.name.text()}: {number} {about}")


class Cards(QWidget):
    """Stored, objects, fullest bucket, full in, reclaimable."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.stored = Card(self.tr("Stored"))
        self.objects = Card(self.tr("Objects"))
        self.fullest = Card(self.tr("Fullest bucket"))
        self.full_in = Card(self.tr("First one full in"))
        self.reclaimable = Card(self.tr("Reclaimable"))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GAP_LARGE + GAP_LARGE // 2)
        self.all = (self.stored, self.objects, self.fullest, self.full_in, self.reclaimable)
        for card in self.all:
            row.addWidget(card)
        row.addStretch(1)

    def show_capacity(self, found: Capacity) -> None:
        """Reads them from the capacity of a project."""
        fullest = found.buckets[0] if found.buckets else None
        self.stored.say(words.size(stored_bytes(found)), self._growth(found))
        self.objects.say(words.number(found.objects), self.tr("in %Ln bucket(s)", "", len(found.buckets)))
        if fullest is None:
            self.fullest.say("–", "")
        else:
            tone = wording.level_of(fullest)[2]
            self.fullest.say(percent(fullest.share), fullest.name, "text" if tone == "good" else tone)
        self._say_full_in(first_full(found))
        quarantine = self.tr("in quarantine") if found.reclaimable_bytes else self.tr("nothing in quarantine")
        self.reclaimable.say(words.size(found.reclaimable_bytes), quarantine)

    def _growth(self, found: Capacity) -> str:
        known = [use.day_bytes for use in found.buckets if use.day_bytes is not None]
        if not known:
            return self.tr("growth not known yet")
        return self.tr("%1 a week").replace("%1", wording.signed_size(round(sum(known) * 7)))

    def _say_full_in(self, use: BucketUse | None) -> None:
        if use is None:
            self.full_in.say("–", self.tr("too early, or not in sight"))
        else:
            self.full_in.say(
                wording.span_words(use.forecast.full), self.tr("%1, 8 times in 10").replace("%1", use.name)
            )


def stored_bytes(found: Capacity) -> int:
    """All that takes room: objects and archived versions."""
    return sum(use.bytes + use.kept_versions_bytes for use in found.buckets)


def first_full(found: Capacity) -> BucketUse | None:
    """The bucket that is full first, by the likeliest course; None while none is in sight."""
    seen = [use for use in found.buckets if use.forecast.full is not None]
    return min(seen, key=_likeliest, default=None)


def _likeliest(use: BucketUse) -> tuple[bool, float]:
    full = use.forecast.full
    assert full is not None
    return full.middle is None, (full.middle or full.earliest).total_seconds()
