"""The icon in the system's tray, where there is one: keeps work running without a window."""

from __future__ import annotations

import time

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication, QMenu, QSystemTrayIcon

from gui.error_dialog import sentence
from gui.jobs import Job
from gui.main_window import MainWindow


class Tray(QObject):
    """Appears when it is first needed; without a tray, the window asks for attention instead."""

    quit_asked = Signal()

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._icon: QSystemTrayIcon | None = None
        window.desk.jobs.ended.connect(self._on_jobs_ended)

    @property
    def is_available(self) -> bool:
        """Whether this desktop has a tray."""
        return QSystemTrayIcon.isSystemTrayAvailable()

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
            self._icon.setToolTip("Bucketdesk")
            menu = QMenu(self._window)
            menu.addAction(self.tr("Show Bucketdesk"), self.show_window)
            menu.addAction(self.tr("Quit"), self.quit_asked.emit)
            self._icon.setContextMenu(menu)
            self._icon.activated.connect(self._on_icon_activated)
        self._icon.show()
        return self._icon

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
