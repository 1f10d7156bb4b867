"""Buttons: plain, the one main button of a place, one for what cannot be undone, and quiet ones."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QPushButton, QWidget


def button(text: str, act: Callable[[], None] | None = None, parent: QWidget | None = None) -> QPushButton:
    """A plain button that calls `act` without arguments."""
    made = QPushButton(text, parent)
    made.setAutoDefault(False)
    made.setAccessibleName(text.replace("&", ""))
    if act is not None:
        made.clicked.connect(lambda: act())
    return made


def main_button(text: str, act: Callable[[], None] | None = None, parent: QWidget | None = None) -> QPushButton:
    """The button of the one main action, in the accent colour."""
    made = button(text, act, parent)
    made.setProperty("main", True)
    return made


def danger_button(text: str, act: Callable[[], None] | None = None, parent: QWidget | None = None) -> QPushButton:
    """The button of something that cannot be undone, in red."""
    made = button(text, act, parent)
    made.setProperty("danger", True)
    return made


def quiet_button(text: str, act: Callable[[], None] | None = None, parent: QWidget | None = None) -> QPushButton:
    """A button without outline until the mouse or the focus is on it."""
    made = button(text, act, parent)
    made.setProperty("flat", True)
    return made
