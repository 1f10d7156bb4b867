"""The dialog that makes or edits a local profile: where the files are, which SQLite file names them, and how."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPushButton, QVBoxLayout

from core import profiles
from core.errors import CoreError
from core.models import Table
from core.profile_files import edit
from core.profile_setup import Count, Layout, check_new_name, write
from core.profiles import Profile
from core.suggest import Suggestion
from gui.desk import Desk
from gui.profiles.notice import Notice
from gui.profiles.place_form import PlaceForm
from gui.profiles.source_panel import SourcePanel
from gui.profiles.survey import Choice, Storage, Survey
from gui.theme import GAP, GAP_LARGE, GAP_SMALL
from gui.widgets.buttons import button, main_button
from gui.widgets.side import fit_screen, side
from gui.widgets.text import Text

_FORM_WIDTH = 344
_SIZE = (1144, 720)
_NAMES = "profile.names"


class ProfileDialog(QDialog):
    """Places on the left, sources on the right; `made` is the name of the profile once it is written. With `profile` it
    edits that one."""

    def __init__(self, desk: Desk, profile: Profile | None = None) -> None:
        super().__init__(desk.window)
        self.setWindowTitle(self.tr("New profile") if profile is None else self.tr("Edit profile"))
        self.made = ""
        self._edited = profile
        self._known = () if profile is None else profile.sources
        self._desk = desk
        self._storage: Storage | None = None
        self._tables: tuple[Table, ...] = ()
        self._is_looking = False
        self.survey = Survey(desk.jobs)
        self.places = PlaceForm(desk)
        self.sources = SourcePanel(desk, self.survey)
        self.notice = Notice(desk.icons)
        self._lay_out()
        self._connect()
        fit_screen(self, *_SIZE)
        self.places.storage_field.setFocus()
        desk.jobs.ask(asyncio.to_thread(profiles.names), self._on_names_read, newest=_NAMES)
        self.finished.connect(lambda: desk.jobs.drop(_NAMES))
        if profile is not None:
            self.places.show_profile(profile)
            self.places.look_again()
        self._update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        is_enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if is_enter and not isinstance(self.focusWidget(), QPushButton):
            return  # in a field Enter means: look at this; only the button itself writes the profile
        super().keyPressEvent(event)

    def _lay_out(self) -> None:
        sides = QHBoxLayout()
        sides.setSpacing(GAP_LARGE)
        sides.addWidget(side(self.places, _FORM_WIDTH))
        sides.addWidget(self.sources, 1)
        self.cancel_button = button(self.tr("Cancel"), self.reject)
        is_new = self._edited is None
        verb = self.tr("Create profile") if is_new else self.tr("Save")
        self.create_button = main_button(verb, self._on_create_button_clicked)
        for one in (self.cancel_button, self.create_button):
            one.setAutoDefault(True)
        row = QHBoxLayout()
        row.setSpacing(GAP_SMALL)
        row.addWidget(self.notice, 1, Qt.AlignmentFlag.AlignVCenter)
        row.addStretch()
        row.addWidget(self.cancel_button)
        row.addWidget(self.create_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(GAP_LARGE, GAP_LARGE, GAP_LARGE, GAP)
        column.setSpacing(GAP)
        title = self.tr("Make a folder and a SQLite file a project")
        if self._edited is not None:
            title = self.tr("Edit %1").replace("%1", self._edited.name)
        column.addWidget(Text(title, "heading"))
        column.addLayout(sides, 1)
        column.addLayout(row)

    def _connect(self) -> None:
        survey = self.survey
        survey.storage_read.connect(self._on_storage_read)
        survey.storage_failed.connect(self._on_storage_failed)
        survey.counted.connect(self._on_counted)
        survey.catalog_read.connect(self._on_catalog_read)
        survey.catalog_failed.connect(self._on_catalog_failed)
        survey.progressed.connect(self.sources.say_progress)
        survey.suggested.connect(self._on_suggested)
        survey.measured.connect(self.sources.say_fare)
        self.places.chosen.connect(self._on_places_chosen)
        self.places.buckets_changed.connect(self._on_buckets_changed)
        self.places.changed.connect(self._update)
        self.sources.trial_wanted.connect(survey.measure)
        self.sources.changed.connect(self._update)
        self.sources.look_again_asked.connect(self.places.look_again)
        self.sources.stop_asked.connect(survey.stop_guessing)

    def _on_names_read(self, names: tuple[str, ...]) -> None:
        self.places.taken = tuple(name for name in names if self._edited is None or name != self._edited.name)
        self._update()

    def _on_places_chosen(self, choice: Choice) -> None:
        self._storage, self._tables = None, ()
        self._is_looking = True
        self._known = tuple(draft.source for draft in self.sources.drafts) or self._known
        self.sources.say_looking()
        self.survey.look(choice, guesses=self._edited is None)
        self._update()

    def _on_storage_read(self, storage: Storage) -> None:
        self._storage = storage
        self.places.show_storage(storage)
        if self._edited is not None and self._edited.buckets not in ((), (".",)):
            self.places.bucket_list.choose(self._edited.buckets)
        if storage.choice.catalog is None:
            self._is_looking = False
            self.sources.clear()
        self._offer()
        self._update()

    def _on_storage_failed(self, error: CoreError) -> None:
        self._is_looking = False
        self.places.storage_notice.say_error(error)
        self.places.bucket_list.show_buckets((), can_choose=True)
        self.sources.say_unreadable()
        self._update()

    def _on_counted(self, bucket: str, count: Count | Exception) -> None:
        self.places.bucket_list.say_count(bucket, count)

    def _on_catalog_read(self, tables: tuple[Table, ...]) -> None:
        self._tables = tables
        self.places.say_tables(len(tables))
        self._offer()

    def _on_catalog_failed(self, error: CoreError) -> None:
        self._tables = ()
        self._is_looking = False
        self.sources.say_unreadable()
        self.places.catalog_notice.say_error(error)
        self._update()

    def _on_suggested(self, found: list[Suggestion] | None) -> None:
        self._is_looking = False
        self._offer()
        if found is not None:
            self.sources.show_guesses(found)
        else:
            self.sources.show_sources(self._known)

    def _on_buckets_changed(self) -> None:
        self._offer()
        self.sources.try_again()
        self._update()

    def _offer(self) -> None:
        self.survey.buckets = self.places.bucket_list.chosen()
        self.sources.offer(self._tables, self.survey.buckets)

    def _on_create_button_clicked(self) -> None:
        profile = self._profile()

        def done(_: object) -> None:
            self.made = profile.name
            self.accept()

        def failed(error: Exception) -> None:
            self.create_button.setEnabled(True)
            self.notice.say_error(error)

        self.create_button.setEnabled(False)
        if self._edited is None:
            self._desk.jobs.ask(write(profile), done, failed=failed)
        else:
            self._desk.jobs.ask(asyncio.to_thread(edit, profile), done, failed=failed)

    def _profile(self) -> Profile:
        assert self._storage is not None and self._storage.choice.catalog is not None
        buckets, care = self.places.bucket_list, self.places.care
        whole = self._storage.layout is Layout.WHOLE
        before = self._edited or Profile(name=self.places.name, kind="local")
        made = replace(
            before,
            storage=self._storage.choice.folder,
            catalog=self._storage.choice.catalog,
            buckets=(".",) if whole else () if buckets.are_all_chosen() else buckets.chosen(),
            safety=replace(before.safety, removal=care.removal),
            production=care.production_box.isChecked(),
            read_only=care.read_only_box.isChecked(),
        )
        return self.sources.put_into(made)

    def _update(self) -> None:
        """Says what is still missing, or what to mind; the profile can be created when nothing is missing."""
        self._check_name()
        missing = self._missing()
        self.create_button.setEnabled(not missing)
        if missing:
            self.notice.say(missing)
            return
        useless = sum(isinstance(d.fare, Suggestion) and not d.fare.resolved for d in self.sources.drafts)
        text = self.tr("%Ln source(s) name(s) no file that is there", "", useless) if useless else ""
        self.notice.say(text, "warning")

    def _check_name(self) -> None:
        self._is_name_good = False
        if not self.places.name:
            self.places.name_notice.say("")
            return
        try:
            check_new_name(self.places.name, self.places.taken)
        except CoreError as error:
            self.places.name_notice.say_error(error)
        else:
            self.places.name_notice.say("")
            self._is_name_good = True

    def _missing(self) -> str:
        if self._is_looking:
            return self.tr("Looking…")
        if self._storage is None:
            return self.tr("Choose the folder that holds the files.")
        if not self.places.bucket_list.chosen():
            return self.tr("Choose at least one bucket.")
        if not self._tables:
            is_chosen = self._storage.choice.catalog is not None
            unread = self.tr("The SQLite file that names them cannot be read yet.")
            return unread if is_chosen else self.tr("Choose the SQLite file that names them.")
        if not self.sources.drafts:
            return self.tr("A profile needs a source: without one every file looks as if nobody needed it.")
        if any(draft.fare is None for draft in self.sources.drafts):
            return self.tr("Looking at the sources…")
        if not all(draft.is_sound for draft in self.sources.drafts):
            return self.tr("Correct or remove the source that cannot be read.")
        return "" if self._is_name_good else self.tr("Give the profile a name.")
