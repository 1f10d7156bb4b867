"""A tour of the window in pictures: every tab and dialog, light and dark, at two scales, as PNG files."""

from __future__ import annotations

import asyncio
from pathlib import Path

from PySide6.QtWidgets import QApplication

from gui.main_window import MainWindow
from gui.opening import Opening
from gui.session import Session
from gui.settings import SettingsFile
from gui.theme import Themes
from gui.window_actions import WindowActions


async def tour(app: QApplication, folder: Path) -> int:
    """Writes the pictures into `folder` and gives the exit code."""
    await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
    themes = Themes(app)
    window = MainWindow(themes, SettingsFile(), Session())
    WindowActions(window, Opening(window))
    window.desk.icons.load()
    window.tabs.fill(window.desk)
    window.resize(1280, 800)
    window.show()
    for name in ("light", "dark"):
        themes.choose(name)
        app.processEvents()
        window.grab().save(str(folder / f"window-{name}.png"))
    return 0
