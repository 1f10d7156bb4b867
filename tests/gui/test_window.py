"""The window as a person meets it: opens a project, scans it, and is told what is the matter."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QListWidget, QPushButton

import core.practice
from core.errors import BadProfile, Unavailable
from core.models import RunState
from core.profiles import Profile
from gui.command_palette import CommandPalette
from gui.error_dialog import ErrorDialog
from gui.question_dialog import QuestionDialog
from gui.shortcuts import ShortcutSheet
from gui.widgets.text import Text
from tests.gui.desks import Desktop, FakeEngine, press, run_of, shown, until

Opened = Callable[..., Desktop]


@pytest.fixture
async def desktop(qapp: QApplication) -> AsyncIterator[Opened]:
    made: list[Desktop] = []

    def make(engine: FakeEngine | None, error: Exception | None = None) -> Desktop:
        made.append(Desktop(qapp, engine, error))
        return made[-1]

    yield make
    for one in made:
        await one.close()


@pytest.fixture
def engine(tmp_path: Path) -> FakeEngine:
    return FakeEngine(Profile("clinic", "local", tmp_path, tmp_path / "catalog.db"))


async def test_an_opened_project_is_named_at_the_top_and_never_scanned_at_the_bottom(
    desktop: Opened, engine: FakeEngine
) -> None:
    desk = desktop(engine)
    await desk.open("clinic")
    assert "clinic" in desk.window.profile_button.text()
    assert desk.window.status.scan.text() == "never scanned"
    assert desk.window.tabs.bar.tabText(1) == "Review"


async def test_a_production_project_says_so_in_a_word_and_not_only_in_red(desktop: Opened, tmp_path: Path) -> None:
    desk = desktop(FakeEngine(Profile("clinic", "local", tmp_path, tmp_path / "c.db", production=True)))
    await desk.open()
    assert "production" in desk.window.profile_button.text()


async def test_f5_scans_and_shows_progress_then_the_numbers_everywhere(desktop: Opened, engine: FakeEngine) -> None:
    desk = desktop(engine)
    await desk.open()
    QTest.keyClick(desk.window, Qt.Key.Key_F5)
    await until(lambda: desk.window.job_bar.lines and "of" in desk.window.job_bar.lines[0].numbers.text())
    line = desk.window.job_bar.lines[0]
    assert desk.window.job_bar.isVisible()
    assert "9,030 of 14,802" in line.numbers.text()
    engine.may_end.set()
    await until(lambda: not desk.desk.jobs.running)
    await desk.settle()
    assert line.numbers.text() == "14,802 objects and 20,110 rows compared"
    assert desk.window.tabs.bar.tabText(1) == "Review  312"
    assert desk.window.status.scan.text().startswith("last complete scan ")


async def test_a_second_f5_does_not_start_a_second_scan(desktop: Opened, engine: FakeEngine) -> None:
    desk = desktop(engine)
    await desk.open()
    for _ in range(2):
        QTest.keyClick(desk.window, Qt.Key.Key_F5)
    assert len(desk.desk.jobs.running) == 1


async def test_cancel_stops_the_scan_and_says_what_stays(desktop: Opened, engine: FakeEngine) -> None:
    desk = desktop(engine)
    await desk.open()
    QTest.keyClick(desk.window, Qt.Key.Key_F5)
    await press(desk.window.job_bar, "Cancel")
    await until(lambda: not desk.desk.jobs.running)
    line = desk.window.job_bar.lines[0]
    assert "the last complete scan stays in force" in line.numbers.text()
    await press(line, "Dismiss")
    assert not desk.window.job_bar.isVisible()


async def test_a_scan_that_fails_says_its_sentence_and_its_hint(desktop: Opened, engine: FakeEngine) -> None:
    engine.error = Unavailable("The database notes.db is locked by another program.", "Close that program, then scan.")
    desk = desktop(engine)
    await desk.open()
    QTest.keyClick(desk.window, Qt.Key.Key_F5)
    engine.may_end.set()
    await until(lambda: not desk.desk.jobs.running)
    line = desk.window.job_bar.lines[0]
    assert "locked by another program" in line.numbers.text()
    await press(line, "Details…")
    dialog = await shown(desk.window, ErrorDialog)
    assert "Close that program, then scan." in [text.text() for text in dialog.findChildren(Text)]
    assert not dialog.details_field.isVisible()
    QTest.mouseClick(dialog.close_button, Qt.MouseButton.LeftButton)
    await desk.settle()


async def test_a_fault_of_the_program_shows_as_one_with_a_traceback_to_copy(
    desktop: Opened, engine: FakeEngine
) -> None:
    engine.error = ZeroDivisionError("division by zero")
    desk = desktop(engine)
    await desk.open()
    QTest.keyClick(desk.window, Qt.Key.Key_F5)
    engine.may_end.set()
    await until(lambda: not desk.desk.jobs.running)
    assert "fault of its own" in desk.window.job_bar.lines[0].numbers.text()
    await press(desk.window.job_bar, "Details…")
    dialog = await shown(desk.window, ErrorDialog)
    assert dialog.details_field.isVisible()
    QTest.mouseClick(dialog.copy_button, Qt.MouseButton.LeftButton)
    assert "ZeroDivisionError: division by zero" in QApplication.clipboard().text()
    QTest.mouseClick(dialog.close_button, Qt.MouseButton.LeftButton)
    await desk.settle()


async def test_a_project_that_cannot_be_opened_says_why_and_can_be_tried_again(
    desktop: Opened, engine: FakeEngine
) -> None:
    desk = desktop(engine, BadProfile("In the profile, the table prats does not exist.", "Correct its name."))
    await desk.open()
    banner = desk.window.banners.get("open")
    assert banner is not None
    assert "the table prats does not exist. Correct its name." in banner.text.text()
    await press(banner, "Try again")
    await desk.settle()
    assert desk.opened == ["clinic", "clinic"]


async def test_an_interrupted_run_is_offered_to_go_on_or_to_be_undone(desktop: Opened, engine: FakeEngine) -> None:
    engine.known_runs = [run_of(state=RunState.INTERRUPTED, done=100)]
    desk = desktop(engine)
    await desk.open()
    banner = desk.window.banners.get("interrupted-r1")
    assert banner is not None
    assert "interrupted" in banner.text.text() and "100 of 412 done" in banner.text.text()
    await press(banner, "Undo")
    await until(lambda: engine.undone)
    assert engine.undone == ["r1"]
    assert desk.window.banners.get("interrupted-r1") is None


async def test_an_old_scan_is_called_old(desktop: Opened, engine: FakeEngine) -> None:
    engine.scanned_at = datetime.now(UTC) - timedelta(days=3)
    desk = desktop(engine)
    await desk.open()
    banner = desk.window.banners.get("old")
    assert banner is not None
    assert "much may have changed" in banner.text.text()


async def test_ctrl_z_asks_with_the_size_and_undoes_the_newest_run(desktop: Opened, engine: FakeEngine) -> None:
    engine.known_runs = [run_of("r2"), run_of("r1")]
    desk = desktop(engine)
    await desk.open()
    QTest.keyClick(desk.window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    dialog = await shown(desk.window, QuestionDialog)
    assert "412 changes" in dialog.question.title and dialog.question.title.endswith("?")
    assert dialog.cancel_button.isDefault()
    QTest.mouseClick(dialog.choice_buttons[0], Qt.MouseButton.LeftButton)
    await until(lambda: engine.undone)
    assert engine.undone == ["r2"]


async def test_undoing_an_upload_says_where_its_files_go(desktop: Opened, engine: FakeEngine) -> None:
    engine.known_runs = [run_of("r2", kind="upload")]
    desk = desktop(engine)
    await desk.open()
    QTest.keyClick(desk.window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    dialog = await shown(desk.window, QuestionDialog)
    assert dialog.question.title.startswith("Undo upload of ")
    assert "stored move to the quarantine, even where something names them" in dialog.question.text
    QTest.mouseClick(dialog.cancel_button, Qt.MouseButton.LeftButton)
    await desk.settle()
    assert engine.undone == []


async def test_ctrl_k_finds_a_command_by_a_few_letters_and_does_it(desktop: Opened, engine: FakeEngine) -> None:
    desk = desktop(engine)
    await desk.open()
    QTest.keyClick(desk.window, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    palette = await shown(desk.window, CommandPalette)
    QTest.keyClicks(palette.findChild(QLineEdit), "keyb")
    found = palette.findChild(QListWidget)
    assert isinstance(found, QListWidget)
    assert found.item(0).text() == "Keyboard shortcuts"
    QTest.keyClick(palette.field, Qt.Key.Key_Return)
    sheet = await shown(desk.window, ShortcutSheet)
    assert {"F5", "Ctrl+K", "F6", "Ctrl+Z"} <= {text.text() for text in sheet.findChildren(Text)}
    QTest.mouseClick(sheet.close_button, Qt.MouseButton.LeftButton)
    await desk.settle()


async def test_history_lists_the_runs_and_only_offers_what_can_be_done(desktop: Opened, engine: FakeEngine) -> None:
    engine.known_runs = [run_of("r2", RunState.UNDONE, undoable=False), run_of("r1")]
    desk = desktop(engine)
    await desk.open()
    QTest.keyClick(desk.window, Qt.Key.Key_4, Qt.KeyboardModifier.ControlModifier)
    await desk.settle()
    tab = desk.window.tabs.current
    assert tab is not None
    model = tab.table.model()
    words = [[model.index(row, column).data() for column in range(3)] for row in range(model.rowCount())]
    assert [line[2] for line in words] == ["undone", "done"]
    undo = next(b for b in tab.findChildren(QPushButton) if b.text() == "Undo this run…")
    assert not undo.isEnabled()
    tab.table.selectRow(1)
    assert undo.isEnabled()
    await until(lambda: tab.detail.model.rowCount() == 200)
    assert [tab.detail.model.index(0, column).data() for column in range(3)] == [
        "done",
        "quarantine",
        "sop-images/wire/1.png",
    ]
    tab.detail.table.scrollToBottom()
    await until(lambda: tab.detail.model.rowCount() == 400)


async def test_every_control_has_a_name_that_a_screen_reader_can_say(desktop: Opened, engine: FakeEngine) -> None:
    desk = desktop(engine)
    await desk.open()
    desk.window.tabs.go("history")
    await desk.settle()
    nameless = [b for b in desk.window.findChildren(QPushButton) if not (b.accessibleName() or b.text())]
    assert nameless == []


async def test_the_practice_project_is_made_when_it_is_first_opened(
    desktop: Opened, engine: FakeEngine, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.practice.reset", partial(core.practice.reset, 100))
    desk = desktop(engine)
    desk.opening.open("practice")
    await until(lambda: desk.opened)
    assert desk.opened == ["practice"]
    assert (home / "practice" / "catalog.db").is_file()
    assert "pictures and" in desk.window.job_bar.lines[0].numbers.text()
    assert desk.window.profile_button.text().startswith("Practice project")
    await desk.settle()


async def test_f6_walks_through_the_parts_of_the_window_and_back(desktop: Opened, engine: FakeEngine) -> None:
    engine.known_runs = [run_of()]
    desk = desktop(engine)
    await desk.open()
    desk.window.tabs.go("history")
    await desk.settle()
    tab = desk.window.tabs.current
    assert tab is not None
    desk.window.tabs.bar.setFocus()
    stations = []
    for _ in range(4):
        QTest.keyClick(desk.window, Qt.Key.Key_F6)
        stations.append(desk.window.focusWidget())
    assert stations == [tab.table, tab.detail.table, desk.window.profile_button, desk.window.tabs.bar]
    QTest.keyClick(desk.window, Qt.Key.Key_F6, Qt.KeyboardModifier.ShiftModifier)
    assert desk.window.focusWidget() is desk.window.profile_button


async def test_emptying_the_quarantine_wants_the_name_of_the_project_typed(desktop: Opened, engine: FakeEngine) -> None:
    engine.known_runs = [run_of()]
    desk = desktop(engine)
    await desk.open()
    desk.window.tabs.go("history")
    await desk.settle()
    await press(desk.window, "Empty the quarantine…")
    dialog = await shown(desk.window, QuestionDialog)
    assert dialog.question.title == "Delete 412 objects (4.1 MB) from the quarantine for good?"
    verb, field = dialog.choice_buttons[0], dialog.name_field
    assert field is not None and not verb.isEnabled()
    QTest.keyClicks(field, "clini")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert dialog.isVisible() and not verb.isEnabled()
    QTest.keyClicks(field, "c")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert dialog.isVisible() and verb.isEnabled() and engine.applied == []
    QTest.mouseClick(verb, Qt.MouseButton.LeftButton)
    await until(lambda: engine.applied)
    assert engine.confirmed == "clinic"


async def test_both_themes_keep_text_readable_and_the_window_follows_the_choice(
    desktop: Opened, engine: FakeEngine
) -> None:
    desk = desktop(engine)
    await desk.open()
    desk.desk.settings.change(theme="dark")
    assert desk.window.palette().window().color().lightness() < 60
    desk.desk.settings.change(theme="light")
    assert desk.window.palette().window().color().lightness() > 200


async def test_no_part_of_a_tab_ever_stands_alone_as_a_window_of_its_own(desktop: Opened, engine: FakeEngine) -> None:
    engine.known_runs = [run_of()]
    desk = desktop(engine)
    await desk.open()
    for place in desk.window.tabs.places:
        desk.window.tabs.go(place.id)
        await desk.settle()
        assert desk.window.isActiveWindow()
        assert [w for w in QApplication.topLevelWidgets() if w.isVisible()] == [desk.window]
