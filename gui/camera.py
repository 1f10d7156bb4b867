"""Takes pictures of the window and of the dialogs over it, in both themes."""

from __future__ import annotations

import asyncio
from pathlib import Path

from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import QColor, QPainter, QPixmap
from PySide6.QtWidgets import QApplication, QDialog, QMenu, QWidget

from gui.main_window import MainWindow
from gui.theme import Themes

_SETTLE_SECONDS = 0.05


class Camera:
    """Numbers its pictures in the order they are taken: `03-review-dark.png`, and `…-200.png` at twice the scale."""

    def __init__(self, window: MainWindow, themes: Themes, folder: Path) -> None:
        self._window = window
        self._themes = themes
        self._folder = folder
        self.taken: list[Path] = []
        self._number = 0

    async def take(self, name: str) -> None:
        """Takes the window as it stands, once light and once dark; first in the theme of the picture before, because
        a change of theme takes longer than all else here."""
        self._number += 1
        scale = round(self._window.devicePixelRatioF() * 100)
        for theme in ("light", "dark") if self._number % 2 else ("dark", "light"):
            self._themes.choose(theme)
            await asyncio.sleep(_SETTLE_SECONDS)
            suffix = "" if scale == 100 else f"-{scale}"
            path = self._folder / f"{self._number:02}-{name}-{theme}{suffix}.png"
            self._picture().save(str(path))
            self.taken.append(path)

    def _picture(self) -> QPixmap:
        picture = self._window.grab()
        for over in _over(self._window):
            place = _place(over, self._window)
            painter = QPainter(picture)
            painter.fillRect(place.adjusted(-1, -1, 1, 1), QColor(self._themes.current.outline))
            painter.drawPixmap(place.topLeft(), over.grab())
            painter.end()
        return picture


def _over(window: MainWindow) -> list[QWidget]:
    """The dialogs and menus that stand over the window, each after the one that it stands over."""
    found = [w for w in QApplication.topLevelWidgets() if w.isVisible() and isinstance(w, QDialog | QMenu)]
    return sorted(found, key=lambda over: _depth(over, window))


def _depth(over: QWidget, window: MainWindow) -> int:
    """How many widgets lie between it and the window."""
    parent, depth = over.parentWidget(), 0
    while parent is not None and parent is not window:
        parent, depth = parent.parentWidget(), depth + 1
    return depth


def _place(over: QWidget, window: MainWindow) -> QRect:
    """Where it stands in the window: menus where they are, dialogs in the middle, as a desktop puts them."""
    if isinstance(over, QMenu):
        return QRect(window.mapFromGlobal(over.pos()), over.size())
    corner = QPoint((window.width() - over.width()) // 2, max(0, (window.height() - over.height()) // 3))
    return QRect(corner, over.size())
