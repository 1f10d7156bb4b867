"""Icons of one family (Phosphor), tinted by the theme and loaded only after the window has been painted."""

from __future__ import annotations

import os
import weakref
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import QObject, QSize, Signal
from PySide6.QtGui import QAction, QIcon, QPixmap
from PySide6.QtWidgets import QAbstractButton

from gui.theme import Themes


class _Font(Protocol):
    """The part of qtawesome's font that is used here."""

    def icon(self, name: str, /, **options: object) -> QIcon: ...


class Icons(QObject):
    """Gives icons by name; who asked with `put` gets the icon once the font is there, and again in a new theme."""

    loaded = Signal()

    def __init__(self, themes: Themes) -> None:
        super().__init__(themes)
        self._themes = themes
        self._font: _Font | None = None
        self._wearers: dict[int, tuple[weakref.ref[QAction | QAbstractButton], str, str]] = {}
        self._drawn: dict[tuple[str, str, int], QPixmap] = {}
        themes.changed.connect(self._on_theme_changed)

    def load(self) -> None:
        """Loads the font (0.1 to 0.2 s); a second call does nothing."""
        if self._font is None:
            self._font = _load_phosphor()
            self._dress_all()
            self.loaded.emit()

    def icon(self, name: str, tone: str = "text") -> QIcon:
        """The icon `name` in a colour of the theme; an empty one while the font is not loaded."""
        if self._font is None:
            return QIcon()
        colours = self._themes.current.colours()
        return self._font.icon(f"ph.{name}", color=colours[tone], color_disabled=colours["outline"])

    def pixmap(self, name: str, tone: str, side: int) -> QPixmap:
        """The icon as a picture of `side` logical pixels; drawn once, since tables ask for it in every row."""
        if self._font is None:
            return QPixmap()
        known = self._drawn.get((name, tone, side))
        if known is None:
            known = self._drawn[name, tone, side] = self.icon(name, tone).pixmap(QSize(side, side))
        return known

    def put(self, wearer: QAction | QAbstractButton, name: str, tone: str = "text") -> None:
        """Gives an action or a button its icon, now or as soon as there are icons."""
        self._wearers[id(wearer)] = (weakref.ref(wearer), name, tone)
        if self._font is not None:
            wearer.setIcon(self.icon(name, tone))

    def _on_theme_changed(self) -> None:
        self._drawn.clear()
        if self._font is not None:
            self._dress_all()
            self.loaded.emit()

    def _dress_all(self) -> None:
        for key, (reference, name, tone) in list(self._wearers.items()):
            wearer = reference()
            if wearer is None:
                del self._wearers[key]
                continue
            try:
                wearer.setIcon(self.icon(name, tone))
            except RuntimeError:  # Qt has deleted it already
                del self._wearers[key]


def _load_phosphor() -> _Font:
    os.environ.setdefault("QT_API", "pyside6")
    import qtawesome

    # qtawesome.icon() would load all twelve fonts that it ships; we need one.
    folder = Path(qtawesome.__file__).parent / "fonts"
    font = next(folder.glob("phosphor-*.ttf")).name
    charmap = next(folder.glob("phosphor-charmap-*.json")).name
    loaded: _Font = qtawesome.IconicFont(("ph", font, charmap))
    return loaded
