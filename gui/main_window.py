"""The one window: menus, tabs, banners, Activities and the status line, put together and nothing more."""

from __future__ import annotations

from PySide6.QtCore import QByteArray, QEvent, QObject, QSize, QTimer, Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QMainWindow, QVBoxLayout, QWidget

from gui.actions import Actions
from gui.commands import COMMANDS, MENUS, VIEW, WINDOW_ONLY, Command, said
from gui.desk import Desk
from gui.icons import Icons
from gui.jobs import Jobs
from gui.monitor.watch import Watch
from gui.profile_button import ProfileButton
from gui.remembered import Remembered
from gui.session import Session
from gui.settings import SettingsFile
from gui.tab_stack import TabStack
from gui.tabs import TABS
from gui.theme import Themes
from gui.translation import translate
from gui.widgets.banner import Banners
from gui.widgets.job_bar import JobBar
from gui.widgets.production_band import ProductionBand
from gui.widgets.status_bar import StatusBar

_PLACE = "window.place"


class MainWindow(QMainWindow):
    """Never closes by itself: a close is only asked for, and who listens to `close_asked` decides."""

    close_asked = Signal()
    """The window should go; what that means is a setting."""
    quit_asked = Signal()
    """The program should end."""
    painted = Signal()

    def __init__(self, themes: Themes, settings: SettingsFile, session: Session) -> None:
        super().__init__()
        self.setWindowTitle("Bucketdesk")
        self.setMinimumSize(QSize(880, 560))
        icons = Icons(themes)
        jobs = Jobs(self)
        remembered = Remembered()
        self.actions_by_id = Actions(self, icons)
        self.actions_by_id.add(COMMANDS)
        self.actions_by_id.add(_tab_commands())
        self.banners = Banners(icons)
        self.band = ProductionBand(icons)
        self.tabs = TabStack(TABS)
        self.job_bar = JobBar(jobs, icons)
        self.status = StatusBar(icons)
        self.profile_button = ProfileButton(icons)
        self.tabs.add_corner(self.profile_button)
        self.tabs.add_below_row(self.banners)
        self.tabs.shown.connect(self.actions_by_id.show_tab)
        self.tabs.selection_said.connect(self.status.say_selection)
        self.desk = Desk(
            self,
            jobs,
            session,
            self.actions_by_id,
            themes,
            icons,
            settings,
            remembered,
            self.banners,
            Watch(jobs, session, settings, self),
        )
        self._lay_out()
        self._fill_menus()
        self._is_painted = False
        self.resize(1280, 800)
        self.restoreGeometry(QByteArray(remembered.get(_PLACE)))
        self.tabs.installEventFilter(self)

    def remember_place(self) -> None:
        """Keeps size and place for the next start."""
        self.desk.remembered.put(_PLACE, bytes(self.saveGeometry().data()))
        self.desk.remembered.save()

    def closeEvent(self, event: QCloseEvent) -> None:
        event.ignore()
        self.close_asked.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if not self._is_painted and event.type() == QEvent.Type.Paint:
            self._is_painted = True
            self.tabs.removeEventFilter(self)
            # After this event has been dealt with, and so after the picture is on the screen.
            QTimer.singleShot(0, self.painted.emit)
        return super().eventFilter(watched, event)

    def _lay_out(self) -> None:
        central = QWidget()
        column = QVBoxLayout(central)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.band)
        column.addWidget(self.tabs, 1)
        column.addWidget(self.job_bar)
        column.addWidget(self.status)
        self.setCentralWidget(central)

    def _fill_menus(self) -> None:
        for name in MENUS:
            menu = self.menuBar().addMenu(said(name))
            menu.setToolTipsVisible(True)
            previous = ""
            for command in [command for command in self.actions_by_id if command.menu == name]:
                if previous and command.tab != previous and menu.actions():
                    menu.addSeparator()
                previous = command.tab or "window"
                menu.addAction(self.actions_by_id[command.id])


def _tab_commands() -> list[Command]:
    return [
        Command(
            id=f"go_{place.id}",
            text=place.title,
            menu=VIEW,
            twin=WINDOW_ONLY,
            tip=translate("MainWindow", "Show the tab %1").replace("%1", place.title),
            shortcut=f"Ctrl+{number}",
            icon="squares-four",
        )
        for number, place in enumerate(TABS, 1)
    ]
