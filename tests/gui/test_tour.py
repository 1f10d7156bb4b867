"""The tour goes all the way on a real practice project: scan, plan, apply, undo, and pictures that are not blank."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication
from shiboken6 import delete

import core.practice
from gui.guide import guided
from gui.main_window import MainWindow
from gui.session import Session
from gui.settings import SettingsFile
from gui.theme import Themes


def colours(path: Path) -> int:
    image = QImage(str(path))
    assert (image.width(), image.height()) == (1280, 800)
    return len({image.pixel(x, y) for x in range(0, 1280, 8) for y in range(0, 800, 8)})


async def test_the_tour_really_cleans_up_and_undoes_and_shows_it(
    qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("core.practice.reset", partial(core.practice.reset, 200))
    session = Session()
    window = MainWindow(Themes(qapp), SettingsFile(), session)
    try:
        assert await guided(window, tmp_path, "practice") == 0
    finally:
        await window.desk.jobs.stop(10)
        await session.close()
        window.hide()
        delete(window)
    told = capsys.readouterr().out
    assert "planned" in told and "Undo clean-up" in told
    pictures = sorted(tmp_path.glob("*.png"))
    assert len(pictures) >= 20
    assert {path.stem.rpartition("-")[2] for path in pictures} == {"light", "dark"}
    assert all(colours(path) > 4 for path in pictures)
