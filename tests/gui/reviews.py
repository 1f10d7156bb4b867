"""The Review tab on a real practice project, and what a person does there with mouse and keys."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QMenu, QPushButton, QWidget

from core.engine import Engine, find_profile, open_engine
from core.profiles import PRACTICE
from gui.tabs.review.middle import AnyTable
from gui.tabs.review.plan_dialog import PlanDialog
from gui.tabs.review.tab import ReviewTab
from tests.gui.desks import Desktop, shown, until


class Review(Desktop):
    """The window with its Review tab."""

    def __init__(self, app: QApplication, engine: Engine) -> None:
        super().__init__(app, engine)  # type: ignore[arg-type]
        self.real = engine

    @property
    def tab(self) -> ReviewTab:
        """The tab."""
        tab = self.window.tabs.current
        assert isinstance(tab, ReviewTab)
        return tab

    @property
    def table(self) -> AnyTable:
        """The table that is shown."""
        return self.tab.middle.table

    @property
    def main(self) -> QPushButton:
        """The main button."""
        button = self.tab.main_button
        assert isinstance(button, QPushButton)
        return button

    async def scan(self) -> None:
        """F5, and waits for its end."""
        self.window.activateWindow()
        await until(self.window.isActiveWindow)
        QTest.keyClick(self.window, Qt.Key.Key_F5)
        await self.work()

    async def work(self) -> None:
        """Waits until no job runs and everything was asked."""
        await asyncio.sleep(0)
        await until(lambda: not self.desk.jobs.running and not self.desk.jobs.is_asking)
        await asyncio.sleep(0)

    async def look_at(self, shelf_id: str) -> None:
        """Clicks an entry of the list at the left."""
        shelves = self.tab.shelves
        place = shelves.visualItemRect(shelves.item_of(shelf_id)).center()
        QTest.mouseClick(shelves.viewport(), Qt.MouseButton.LeftButton, pos=place)
        await self.settle()

    async def filter(self, text: str) -> None:
        """Ctrl+F, types, and waits for the answer."""
        await self.key(Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
        words = self.tab.middle.filters.words
        words.clear()
        QTest.keyClicks(words, text)
        await until(lambda: not self.tab.middle.filters.is_waiting)
        await self.settle()

    async def key(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        """Presses a key where the focus is, and waits for the answers."""
        QTest.keyClick(self.window.focusWidget() or self.window, key, modifiers)
        await self.settle()

    async def key_in(
        self, window: QWidget, key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier
    ) -> None:
        """Presses a key where the focus of a window is; with a dialog open there is no answer to wait for."""
        QTest.keyClick(window.focusWidget() or window, key, modifiers)
        await asyncio.sleep(0)

    async def empty_table(self, database: Path, table: str) -> None:
        """Deletes every row of a table behind the program's back, and scans."""
        with closing(sqlite3.connect(database)) as connection:
            connection.execute(f'DELETE FROM "{table}"')
            connection.commit()
        await self.scan()

    async def click_box(self, row: int, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        """Clicks the check box of a row."""
        place = self.table.visualRect(self.table.rows.index(row, 0))
        QTest.mouseClick(
            self.table.viewport(), Qt.MouseButton.LeftButton, modifiers, QPoint(place.left() + 12, place.center().y())
        )
        await self.settle()

    async def click_header(self, column_id: str) -> None:
        """Clicks a title."""
        header = self.table.horizontalHeader()
        section = self.column(column_id)
        place = QPoint(header.sectionViewportPosition(section) + 12, header.height() // 2)
        QTest.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=place)
        await self.settle()

    async def choose(self, name: str, text: str) -> None:
        """Takes an entry of one of the choices beside the filter."""
        choices = self.tab.middle.filters.findChildren(QComboBox)
        choice = next(found for found in choices if found.accessibleName() == name)
        choice.setCurrentIndex(choice.findText(text))
        await self.settle()

    def column(self, column_id: str) -> int:
        """Where a column stands in the model."""
        return next(n for n, column in enumerate(self.table.rows.columns) if column.id == column_id)

    def says(self, row: int, column_id: str) -> str:
        """What a cell says."""
        return str(self.table.rows.index(row, self.column(column_id)).data())

    def listed(self, column_id: str = "key") -> list[str]:
        """What a whole column says."""
        return [self.says(row, column_id) for row in range(self.table.rows.rowCount())]

    def checked(self) -> list[int]:
        """The rows whose box is checked."""
        rows = range(self.table.rows.rowCount())
        role = Qt.ItemDataRole.CheckStateRole
        return [n for n in rows if self.table.rows.index(n, 0).data(role) is Qt.CheckState.Checked]

    async def preview(self) -> PlanDialog:
        """The preview of the plan, as soon as it is open."""
        return await shown(self.window, PlanDialog)

    async def menu(self) -> dict[str, Callable[[], None]]:
        """Right-clicks the current row: what the menu offers, by its words."""
        place = self.table.visualRect(self.table.currentIndex()).center()
        self.table.customContextMenuRequested.emit(place)
        menu = await shown(self.tab, QMenu)
        return {action.text(): action.trigger for action in menu.actions()}

    def colours(self, rect: QRect | None = None) -> set[int]:
        """The colours of the picture at the right."""
        image = self.tab.details.picture.grab(rect or QRect(0, 0, -1, -1)).toImage()
        return {image.pixel(x, y) for x in range(0, image.width(), 4) for y in range(0, image.height(), 4)}


async def open_practice() -> Engine:
    """The engine of the practice project."""
    return await open_engine(find_profile(PRACTICE))
