"""News that *something of a kind* changed; who shows it asks again."""

from __future__ import annotations

import enum
from collections.abc import Callable


class Change(enum.Flag):
    """What kind of thing changed."""

    INVENTORY = enum.auto()
    FINDINGS = enum.auto()
    RUNS = enum.auto()
    PROFILES = enum.auto()
    SIGN_IN = enum.auto()
    CAPACITY = enum.auto()
    ALERTS = enum.auto()


class Changes:
    """Tells every listener, in the thread that says so. Listeners must be quick and must not raise."""

    def __init__(self) -> None:
        self._listeners: list[Callable[[Change], None]] = []

    def listen(self, listener: Callable[[Change], None]) -> Callable[[], None]:
        """Adds a listener; the callable that comes back removes it again."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener) if listener in self._listeners else None

    def say(self, change: Change) -> None:
        """Tells every listener that things of these kinds changed."""
        for listener in list(self._listeners):
            listener(change)
