"""The left side of a large dialog: a form of one width that scrolls when the screen is too low for it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QFrame, QScrollArea, QWidget

_BAR = 12  # the width of a scroll bar, kept free so that nothing moves when it appears
_AROUND = 48  # what a desktop needs for a title bar and its own edges


def side(form: QWidget, width: int) -> QScrollArea:
    """The form in an area that scrolls up and down; Tab goes to its fields, not to the area."""
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setProperty("role", "plain")
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    form.setContentsMargins(0, 0, _BAR, 0)
    area.setWidget(form)
    area.setFixedWidth(width + _BAR)
    return area


def fit_screen(dialog: QDialog, width: int, height: int) -> None:
    """Gives a dialog its size, or as much of it as the screen has room for; what the window has, there is room for."""
    parent = dialog.parentWidget()
    room = dialog.screen().availableSize()
    if parent is not None:
        room = room.expandedTo(parent.window().size())
    dialog.resize(min(width, room.width() - _AROUND), min(height, room.height() - _AROUND))
