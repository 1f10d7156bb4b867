"""What came of acting in a round."""

from __future__ import annotations

from dataclasses import dataclass

from core.capacity.models import Alert
from core.monitor.deeds import Deed


@dataclass(frozen=True, slots=True)
class Acted:
    """What was done just now, and what people should know of it while it holds."""

    deeds: tuple[Deed, ...] = ()
    alerts: tuple[Alert, ...] = ()

    def __add__(self, other: Acted) -> Acted:
        return Acted(self.deeds + other.deeds, self.alerts + other.alerts)
