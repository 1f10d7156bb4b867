"""Radio buttons that belong together: Tab reaches the chosen one, arrow keys the others."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QButtonGroup, QRadioButton


def bind_together(parent: QObject, *buttons: QRadioButton) -> QButtonGroup:
    """Makes one group of them, with the first one chosen."""
    group = QButtonGroup(parent)
    for button in buttons:
        group.addButton(button)
    choose(group, buttons[0])
    return group


def choose(group: QButtonGroup, chosen: QRadioButton) -> None:
    """Chooses one. Qt moves the tab stop only when a person does, so that Tab would stop at one that is not chosen."""
    chosen.setChecked(True)
    for button in group.buttons():
        button.setFocusPolicy(Qt.FocusPolicy.StrongFocus if button is chosen else Qt.FocusPolicy.ClickFocus)
