"""What the commands of the whole window do."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QWidget

from core import profiles
from gui import practice_project, runs
from gui.about import About
from gui.command_palette import CommandPalette
from gui.dialogs import finished
from gui.error_dialog import ErrorDialog
from gui.jobs import Job
from gui.main_window import MainWindow
from gui.opening import Opening
from gui.scan import start_scan
from gui.settings_dialog import SettingsDialog
from gui.shortcuts import ShortcutSheet


class WindowActions(QObject):
    """Binds the window's commands; what a tab does is bound by the tab."""

    def __init__(self, window: MainWindow, opening: Opening) -> None:
        super().__init__(window)
        self._window = window
        self._desk = window.desk
        self._opening = opening
        self._bind()
        window.profile_button.chosen.connect(opening.open)
        window.job_bar.error_asked.connect(self._on_job_bar_error_asked)
        window.job_bar.emptied.connect(self._update_activities)
        window.desk.jobs.started.connect(self._update_activities)
        window.desk.jobs.went_wrong.connect(self._on_jobs_went_wrong)
        window.desk.settings.changed.connect(self._on_settings_changed)

    def _bind(self) -> None:
        bind, desk, window = self._desk.actions.bind, self._desk, self._window
        bind("scan", lambda: start_scan(desk))
        bind("add_folder", lambda: desk.jobs.ask(self._add_folder()))
        bind("undo_last", lambda: desk.jobs.ask(runs.undo_newest(desk)))
        bind("open_practice", self._open_practice)
        bind("reset_practice", lambda: desk.jobs.ask(practice_project.ask_and_reset(desk, self._open_practice)))
        bind("about", lambda: desk.jobs.ask(finished(About(window))))
        bind("settings", self._on_settings_triggered)
        bind("palette", self._on_palette_triggered)
        bind("shortcuts", self._on_shortcuts_triggered)
        bind("quit", window.quit_asked.emit)
        bind("next_pane", lambda: self._walk_panes(1))
        bind("previous_pane", lambda: self._walk_panes(-1))
        bind("step_back", self._on_step_back_triggered)
        bind("activities", self._on_activities_triggered)
        for place in window.tabs.places:
            bind(f"go_{place.id}", partial(window.tabs.go, place.id))

    async def _add_folder(self) -> None:
        from gui.tabs.uploads.tab import UploadsTab  # late: most sessions of looking need none of it

        self._window.tabs.go("uploads")
        tab = self._window.tabs.current
        assert isinstance(tab, UploadsTab)
        await tab.adding.choose()

    def _open_practice(self) -> None:
        self._opening.open(profiles.PRACTICE)

    def _on_settings_triggered(self) -> None:
        self._desk.jobs.ask(finished(SettingsDialog(self._desk.settings, self._window)))

    def _on_palette_triggered(self) -> None:
        CommandPalette(self._desk.actions, self._window).open()

    def _on_shortcuts_triggered(self) -> None:
        self._desk.jobs.ask(finished(ShortcutSheet(self._desk.actions, self._window)))

    def _on_activities_triggered(self) -> None:
        self._window.job_bar.setVisible(self._desk.actions["activities"].isChecked())

    def _update_activities(self) -> None:
        has_lines = bool(self._window.job_bar.lines)
        self._desk.actions.enable("activities", has_lines)
        self._desk.actions["activities"].setChecked(has_lines)

    def _on_step_back_triggered(self) -> None:
        tab = self._window.tabs.current
        if tab is not None:
            tab.step_back()

    def _walk_panes(self, step: int) -> None:
        """Gives the focus to the next part of the window; a part counts only while it can be seen."""
        tab = self._window.tabs.current
        panes = [
            self._window.tabs.bar,
            *(tab.panes() if tab else ()),
            self._window.job_bar,
            self._window.profile_button,
        ]
        seen = [pane for pane in panes if pane.isVisible() and pane.isEnabled()]
        focused = self._window.focusWidget()
        here = [number for number, pane in enumerate(seen) if _holds(pane, focused)]
        target = seen[((here[0] if here else -min(step, 0)) + step) % len(seen)]
        _first_focusable(target).setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _on_job_bar_error_asked(self, job: Job) -> None:
        assert job.error is not None
        title = self.tr("“%1” did not end well").replace("%1", job.title)
        self._desk.jobs.ask(finished(ErrorDialog(title, job.error, self._window)))

    def _on_jobs_went_wrong(self, error: BaseException) -> None:
        title = self.tr("That did not work")
        self._desk.jobs.ask(finished(ErrorDialog(title, error, self._window)))

    def _on_settings_changed(self) -> None:
        self._desk.themes.choose(self._desk.settings.current.theme)


def _holds(pane: QWidget, focused: QWidget | None) -> bool:
    return focused is not None and (pane is focused or pane.isAncestorOf(focused))


def _first_focusable(pane: QWidget) -> QWidget:
    """The pane itself, or the first widget in it that takes the focus."""
    if pane.focusPolicy() & Qt.FocusPolicy.TabFocus:
        return pane
    inside = pane.findChildren(QWidget)
    return next(
        (w for w in inside if w.isVisible() and w.isEnabled() and w.focusPolicy() & Qt.FocusPolicy.TabFocus), pane
    )
