"""Widgets side by side that share the width equally."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QWidget

from gui.theme import GAP, GAP_SMALL


def beside(*widgets: QWidget) -> QWidget:
    """One widget that holds these in a row."""
    row = QWidget()
    layout = QHBoxLayout(row)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(GAP + GAP_SMALL)
    for widget in widgets:
        layout.addWidget(widget, 1)
    return row
