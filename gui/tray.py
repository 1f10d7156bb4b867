"""The icon in the system's tray, where there is one: keeps work and monitoring running without a window."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication, QMenu, QSystemTrayIcon

from core.capacity.models import Severity
from gui.error_dialog import sentence
from gui.jobs import Job
from gui.main_window import MainWindow

if TYPE_CHECKING:
    from core.monitor import Round


class Tray(QObject):
    """Appears when it is first needed; without a tray, the window asks for attention instead."""

    quit_asked = Signal()

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._icon: QSystemTrayIcon | None = None
        self._menu = QMenu(window)
        self._menu.setDefaultAction(self._menu.addAction(self.tr("Open Bucketdesk"), self.show_window))
        self._measure = self._menu.addAction(self.tr("Measure now"), self._on_measure_triggered)
        self._pause = self._menu.addAction("", self._on_pause_triggered)
        self._menu.addSeparator()
        self._menu.addAction(self.tr("Quit"), self.quit_asked.emit)
        window.desk.jobs.ended.connect(self._on_jobs_ended)
        window.desk.watch.told.connect(self._on_watch_told)
        window.desk.watch.changed.connect(self._on_watch_changed)
        window.desk.settings.changed.connect(self._on_settings_changed)
        self._on_watch_changed()
        self._on_settings_changed()

    @property
    def is_available(self) -> bool:
        """Whether this desktop has a tray."""
        return QSystemTrayIcon.isSystemTrayAvailable()

    @property
    def menu(self) -> QMenu:
        """What the icon offers."""
        return self._menu

    def hide_window(self) -> None:
        """Leaves only the icon."""
        self._show_icon()
        self._window.hide()

    def show_window(self) -> None:
        """Brings the window back to the front."""
        if self._window.isMinimized():
            self._window.setWindowState(self._window.windowState() & ~Qt.WindowState.WindowMinimized)
        self._window.show()
        self._window.raise_()
        self._window.activateWindow()

    def tell(self, title: str, text: str) -> None:
        """Sends a message of the system, or at least asks for attention."""
        if self.is_available:
            self._show_icon().showMessage(title, text, QIcon(self._window.windowIcon()))
        QApplication.alert(self._window)

    def close(self) -> None:
        """Takes the icon away."""
        if self._icon is not None:
            self._icon.hide()

    def _show_icon(self) -> QSystemTrayIcon:
        if self._icon is None:
            self._icon = QSystemTrayIcon(self._window.windowIcon(), self)
            self._icon.setToolTip(self._standing())
            self._icon.setContextMenu(self._menu)
            self._icon.messageClicked.connect(self.show_window)
            self._icon.activated.connect(self._on_icon_activated)
        self._icon.show()
        return self._icon

    def _on_measure_triggered(self) -> None:
        """Where monitoring is on, its next round comes now; else it is measured once."""
        desk = self._window.desk
        if desk.watch.is_on:
            desk.watch.look_now()
            return
        from gui.tabs.capacity.measuring import start_measuring

        start_measuring(desk)

    def _on_pause_triggered(self) -> None:
        watch = self._window.desk.watch
        watch.switch(not watch.is_on)

    def _on_watch_changed(self) -> None:
        watch, is_open = self._window.desk.watch, self._window.desk.engine is not None
        self._pause.setText(self.tr("Pause monitoring") if watch.is_on else self.tr("Go on monitoring"))
        for action in (self._pause, self._measure):
            action.setEnabled(is_open)
        if self._icon is not None:
            self._icon.setToolTip(self._standing())

    def _standing(self) -> str:
        last = self._window.desk.watch.last
        if last is None or not last.alerts:
            return "Bucketdesk"
        return f"Bucketdesk – {last.alerts[0].what}"

    def _on_watch_told(self, made: Round) -> None:
        """One message for all that is news, unless somebody looks at the window."""
        news = [alert for alert in made.told.news if alert.severity is not Severity.INFO]
        if not news or (self._window.isActiveWindow() and self._window.isVisible()):
            return
        more = self.tr("and %Ln more", "", len(news) - 1) if len(news) > 1 else ""
        self.tell(self.tr("A bucket needs attention"), f"{news[0].what} {more}".rstrip())

    def _on_settings_changed(self) -> None:
        """Whoever closes the window to the tray sees beforehand where it goes."""
        if self._window.desk.settings.current.close_to_tray and self.is_available:
            self._show_icon()

    def _on_icon_activated(self, reason: QSystemTrayIcon.ActivationReason) -> None:
        if reason is not QSystemTrayIcon.ActivationReason.Context:
            self.show_window()

    def _on_jobs_ended(self, job: Job) -> None:
        took = job.pace.seconds(time.monotonic())
        is_long = took >= self._window.desk.settings.current.notify_after_seconds
        if self._window.isActiveWindow() or not (is_long or job.error is not None):
            return
        text = sentence(job.error) if job.error else job.ending.text if job.ending else self.tr("done")
        self.tell(job.title, text)
