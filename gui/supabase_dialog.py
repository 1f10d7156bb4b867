"""The dialog that makes or edits the profile of a Supabase project: connect first, then say what names the files."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QPushButton, QStackedWidget, QVBoxLayout

from core import profiles
from core.errors import CoreError
from core.profile_setup import Count, check_new_name, offer_name
from core.profiles import SUPABASE, Profile
from core.secrets import POSTGRES_PASSWORD
from core.suggest import Suggestion
from gui.database.dialog import DatabaseDialog
from gui.desk import Desk
from gui.dialogs import finished
from gui.profiles import keeping, trial
from gui.profiles.connection_page import ConnectionPage
from gui.profiles.mapping_page import MappingPage
from gui.profiles.step_row import StepRow
from gui.profiles.survey import Survey, Tried
from gui.theme import GAP, GAP_LARGE
from gui.widgets.side import fit_screen
from gui.widgets.text import Text

_SIZE = (1144, 720)
_NAMES, _KEYRING, _KEPT = "profile.names", "profile.keyring", "profile.kept"


class SupabaseDialog(QDialog):
    """Two pages; `made` is the name of the profile once it is written. With `profile` it edits that one."""

    def __init__(self, desk: Desk, profile: Profile | None = None) -> None:
        super().__init__(desk.window)
        self.made = ""
        self._desk = desk
        self._edited = profile
        self._taken: tuple[str, ...] = ()
        self._tested: keeping.Wanted | None = None
        self._is_testing = False
        self._is_saving = False
        self._has_failed = False
        self._saves_when_tested = False
        self.survey = Survey(desk.jobs)
        self.connection = ConnectionPage(desk)
        self.mapping = MappingPage(desk, self.survey)
        self.row = StepRow(desk.icons)
        self.heading = Text(size="heading")
        self.step = Text(tone="muted")
        self._lay_out()
        self._connect()
        fit_screen(self, *_SIZE)
        if profile is not None:
            self._show_profile(profile)
        desk.jobs.ask(asyncio.to_thread(profiles.names), self._on_names_read, newest=_NAMES)
        say = partial(self.connection.keyring_notice.say, tone="warning")
        desk.jobs.ask(keeping.keyring_state(), say, newest=_KEYRING)
        self.finished.connect(self._on_finished)
        self._go(self.connection)
        self.connection.form.url_field.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        is_enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if is_enter and not isinstance(self.focusWidget(), QPushButton):
            return  # fields deal with Enter themselves; only a button leaves the page
        super().keyPressEvent(event)

    def _lay_out(self) -> None:
        self.pages = QStackedWidget()
        for page in (self.connection, self.mapping):
            self.pages.addWidget(page)
        head = QVBoxLayout()
        head.setSpacing(2)
        head.addWidget(self.heading)
        head.addWidget(self.step)
        column = QVBoxLayout(self)
        column.setContentsMargins(GAP_LARGE, GAP_LARGE, GAP_LARGE, GAP)
        column.setSpacing(GAP)
        column.addLayout(head)
        column.addWidget(self.pages, 1)
        column.addWidget(self.row)

    def _connect(self) -> None:
        survey, mapping, row = self.survey, self.mapping, self.row
        row.cancel_button.clicked.connect(self.reject)
        row.back_button.clicked.connect(lambda: self._go(self.connection))
        row.test_button.clicked.connect(self.test)
        row.next_button.clicked.connect(self._on_next_button_clicked)
        row.save_button.clicked.connect(self._on_save_button_clicked)
        survey.connected.connect(self._on_connected)
        survey.storage_failed.connect(self._on_connection_failed)
        survey.counted.connect(self._on_counted)
        survey.catalog_read.connect(mapping.show_tables)
        survey.catalog_failed.connect(mapping.say_no_tables)
        survey.suggested.connect(self._on_suggested)
        self.connection.changed.connect(self._on_connection_changed)
        self.connection.test_asked.connect(self.test)
        self.connection.stop_asked.connect(self._on_stop_asked)
        self.connection.forget_asked.connect(self._on_forget_asked)
        self.connection.set_up_asked.connect(lambda: self._desk.jobs.ask(self._set_up_database()))
        mapping.changed.connect(self._update)

    def _show_profile(self, profile: Profile) -> None:
        assert profile.supabase is not None
        self.connection.form.show_supabase(profile.supabase)
        self.mapping.show_profile(profile)
        self._desk.jobs.ask(keeping.where_kept(profile.name), self._on_kept_read, newest=_KEPT)

    def _on_finished(self) -> None:
        """What was asked for this dialog alone is of no use any more."""
        for name in (_NAMES, _KEYRING, _KEPT):
            self._desk.jobs.drop(name)

    def _on_kept_read(self, kept: dict[str, str]) -> None:
        for what, where in kept.items():
            self.connection.form.secrets[what].say_kept(where)
        if not self.connection.form.missing():
            self.test()

    def _on_forget_asked(self, what: str) -> None:
        assert self._edited is not None
        field = self.connection.form.secrets[what]
        self._desk.jobs.ask(
            keeping.forget(self._edited.name, what), lambda _: field.say_kept(""), failed=self.row.notice.say_error
        )

    def _on_names_read(self, names: tuple[str, ...]) -> None:
        self._taken = tuple(name for name in names if self._edited is None or name != self._edited.name)
        self._update()

    def test(self) -> None:
        """Tries the connection as it stands; only reads."""
        self.connection.form.check_address()
        wanted = self._wanted()
        if wanted is None or self.connection.form.missing() or self._is_testing:
            return
        self._is_testing, self._tested, self._has_failed = True, None, False
        self.connection.say_trying()
        self.survey.try_project(trial.open_project(wanted))
        self._update()

    async def _set_up_database(self) -> None:
        wanted = self._wanted()
        if wanted is None:
            return
        edited = self._edited
        profile = edited or Profile(name=trial.name_of(wanted), kind=SUPABASE, supabase=wanted.supabase)
        kept = (await keeping.where_kept(edited.name)).get(POSTGRES_PASSWORD, "") if edited is not None else ""
        typed = wanted.secrets.get(POSTGRES_PASSWORD, "")
        dialog = DatabaseDialog(self._desk, replace(profile, supabase=wanted.supabase), kept, typed=typed, parent=self)
        await finished(dialog)
        if dialog.was_applied:
            self.test()

    def _on_connected(self, tried: Tried) -> None:
        self._is_testing = False
        self._tested = wanted = self._wanted()
        assert wanted is not None
        self.connection.say_passed(tried.lines)
        self.mapping.show_buckets(tried.buckets, self._edited)
        self.survey.buckets = self.mapping.buckets
        if not self.mapping.name:
            self.mapping.form.name_field.setText(offer_name(Path(trial.name_of(wanted)), self._taken))
        if self._saves_when_tested:
            self._save()
            return
        self.survey.look_through(guesses=self._edited is None and not self.mapping.known)
        self._update()
        self.row.next_button.setFocus()

    def _on_connection_failed(self, error: Exception) -> None:
        if not isinstance(error, CoreError):
            self._desk.jobs.went_wrong.emit(error)
        self._is_testing, self._has_failed, self._saves_when_tested = False, True, False
        self.connection.say_failed(error)
        self._update()

    def _on_stop_asked(self) -> None:
        self.survey.drop()
        self._is_testing = self._saves_when_tested = False
        self.connection.say_nothing()
        self._update()

    def _on_connection_changed(self) -> None:
        """What was tried is not what stands there any more."""
        if self._tested is not None or self._is_testing or self._has_failed:
            self.survey.drop()
            self._tested, self._is_testing, self._has_failed, self._saves_when_tested = None, False, False, False
            self.connection.say_nothing()
        self._update()

    def _on_counted(self, bucket: str, count: Count | Exception) -> None:
        self.mapping.form.bucket_list.say_count(bucket, count)

    def _on_suggested(self, found: list[Suggestion] | None) -> None:
        self.mapping.show_suggested(found)

    def _on_next_button_clicked(self) -> None:
        self._go(self.mapping)
        (self.mapping.form.name_field if self._edited is None else self.mapping.sources.table).setFocus()

    def _go(self, page: ConnectionPage | MappingPage) -> None:
        self.pages.setCurrentWidget(page)
        is_first = page is self.connection
        self.row.show_step(is_first=is_first, saves=not is_first or self._edited is not None)
        name = self._edited.name if self._edited is not None else ""
        titles = (
            (self.tr("Connect to a Supabase project"), self.tr("What names the files"))
            if self._edited is None
            else (self.tr("Connection of %1"), self.tr("What names the files of %1"))
        )
        self.heading.setText(titles[0 if is_first else 1].replace("%1", name))
        self.setWindowTitle(self.tr("New profile") if self._edited is None else self.tr("Edit profile"))
        steps = (self.tr("Step 1 of 2: the connection"), self.tr("Step 2 of 2: name, buckets and sources"))
        self.step.setText(steps[0 if is_first else 1])
        self._update()

    def _wanted(self) -> keeping.Wanted | None:
        """What the fields say now; None while the address can be no project's."""
        form = self.connection.form
        try:
            supabase = form.supabase()
        except CoreError:
            return None
        edited = self._edited
        if edited is None:
            return keeping.Wanted(supabase, form.typed_secrets)
        return keeping.Wanted(supabase, form.typed_secrets, edited.name, edited.sources)

    def _on_save_button_clicked(self) -> None:
        """A connection is really tried before it is written; one that does not work is written at the second press."""
        if self._tested is None and not self._has_failed:
            self._saves_when_tested = True
            self.test()
        else:
            self._save()

    def _save(self) -> None:
        wanted, profile = self._wanted(), self._profile()
        if wanted is None or profile is None:
            return

        def done(_kept: bool) -> None:
            self.made = profile.name  # that it is kept for this session only, the window says once the project is open
            self.accept()

        def failed(error: Exception) -> None:
            self._is_saving = False
            self._update()
            self.row.notice.say_error(error)

        self._is_saving = True
        self._update()
        self._desk.jobs.ask(keeping.save(profile, wanted, is_new=self._edited is None), done, failed=failed)

    def _profile(self) -> Profile | None:
        wanted = self._wanted()
        if wanted is None:
            return None
        before = self._edited or Profile(name=self.mapping.name, kind=SUPABASE)
        return self.mapping.put_into(before, wanted.supabase, is_read=self._tested is not None)

    def _update(self) -> None:
        """Says what is still missing; what can be done next is the one coloured button."""
        missing = self.connection.form.missing()
        row, is_passed = self.row, self._tested is not None
        row.test_button.setEnabled(not missing and not self._is_testing)
        row.next_button.setEnabled(is_passed)
        is_first = self.pages.currentWidget() is self.connection
        row.make_main(row.save_button if not is_first else row.next_button if is_passed else row.test_button)
        problem = missing if is_first else self._mapping_problem()
        row.save_button.setEnabled(not problem and not self._is_saving and not self._is_testing)
        save = self.tr("Save anyway") if self._has_failed else self.tr("Save")
        row.say_save(self.tr("Create profile") if self._edited is None else save)
        if problem:
            row.notice.say(problem)
        else:
            row.notice.say(*(("", "muted") if is_first else self.mapping.warning()))

    def _mapping_problem(self) -> str:
        if self._edited is None:
            try:
                check_new_name(self.mapping.name, self._taken)
            except CoreError as error:
                if not self.mapping.name:
                    return self.tr("Give the profile a name.")
                self.mapping.form.name_notice.say_error(error)
                return self.tr("Give the profile another name.")
            self.mapping.form.name_notice.say("")
        return self.mapping.problem()
