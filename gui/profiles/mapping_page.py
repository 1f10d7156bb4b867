"""The second page of a Supabase profile: name, buckets and care on the left, the sources on the right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from core.errors import CoreError
from core.models import Table
from core.profiles import Profile, Source, Supabase
from core.suggest import Suggestion
from gui.desk import Desk
from gui.error_dialog import hint, sentence
from gui.profiles.project_form import ProjectForm
from gui.profiles.source_panel import SourcePanel
from gui.profiles.survey import Survey
from gui.theme import GAP_LARGE
from gui.widgets.side import side

_FORM_WIDTH = 304


class MappingPage(QWidget):
    """`changed` says that anything here is another now. `known`: the sources to begin with at the next connection."""

    changed = Signal()

    def __init__(self, desk: Desk, survey: Survey, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._survey = survey
        self._tables: Sequence[Table] = ()
        self._is_looking = False
        self.known: tuple[Source, ...] = ()
        self.form = ProjectForm(desk.icons)
        self.sources = SourcePanel(desk, survey)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GAP_LARGE)
        row.addWidget(side(self.form, _FORM_WIDTH))
        row.addWidget(self.sources, 1)
        self.form.changed.connect(self.changed)
        self.form.buckets_changed.connect(self._on_buckets_changed)
        self.sources.changed.connect(self.changed)
        self.sources.trial_wanted.connect(survey.measure)
        self.sources.look_again_asked.connect(lambda: survey.look_through())
        self.sources.stop_asked.connect(survey.stop_guessing)
        survey.progressed.connect(self.sources.say_progress)
        survey.measured.connect(self.sources.say_fare)

    @property
    def name(self) -> str:
        """The name as typed."""
        return self.form.name

    @property
    def buckets(self) -> tuple[str, ...]:
        """The buckets with a check mark."""
        return self.form.bucket_list.chosen()

    def show_profile(self, profile: Profile) -> None:
        """Shows what a profile says already."""
        self.form.show_profile(profile)

    def show_buckets(self, names: Sequence[str], profile: Profile | None) -> None:
        """The connection works, and these buckets are there."""
        self.form.show_buckets(names, profile.buckets if profile is not None else ())
        known = tuple(draft.source for draft in self.sources.drafts)
        self.known = known or self.known or (profile.sources if profile is not None else ())
        self.sources.say_looking()
        self._is_looking = True

    def show_suggested(self, found: Sequence[Suggestion] | None) -> None:
        """Shows what was guessed, or, where nothing was, the sources that are known."""
        self._is_looking = False
        if found is None:
            self.sources.show_sources(self.known)
        else:
            self.sources.show_guesses(found)

    def show_tables(self, tables: Sequence[Table]) -> None:
        """The tables that sources can be made of."""
        self._tables = tables
        self.sources.offer(tables, self.buckets)

    def say_no_tables(self, error: CoreError) -> None:
        """The tables cannot be read."""
        self._tables, self._is_looking = (), False
        self.sources.say_no_tables(sentence(error), hint(error))
        self.changed.emit()

    def put_into(self, profile: Profile, supabase: Supabase, *, is_read: bool) -> Profile:
        """The profile with what stands here; what could not be shown without a connection stays as it was."""
        made = replace(
            profile,
            name=self.name,
            supabase=supabase,
            production=self.form.care.production_box.isChecked(),
            read_only=self.form.care.read_only_box.isChecked(),
            safety=replace(profile.safety, removal=self.form.care.removal),
        )
        if not is_read or not self.sources.is_filled:
            return made
        return self.sources.put_into(replace(made, buckets=self.form.buckets))

    def problem(self) -> str:
        """What keeps the profile from being written; '' when nothing does."""
        drafts = self.sources.drafts
        if self.form.bucket_list.count() and not self.buckets:
            return self.tr("Choose at least one bucket.")
        if self._is_looking:
            return self.tr("Looking for columns that name these files…")
        if any(draft.fare is None for draft in drafts):
            return self.tr("Looking at the sources…")
        if not all(draft.is_sound for draft in drafts):
            return self.tr("Correct or remove the source that cannot be read.")
        return ""

    def warning(self) -> tuple[str, str]:
        """What to mind before the profile is written, and its tone."""
        drafts = self.sources.drafts
        if not drafts:
            text = self.tr("Without a source nothing tells which files are needed; one can be added later.")
            return text, "warning"
        useless = sum(isinstance(d.fare, Suggestion) and not d.fare.resolved for d in drafts)
        text = self.tr("%Ln source(s) name(s) no file that is there", "", useless) if useless else ""
        return text, "warning"

    def _on_buckets_changed(self) -> None:
        self._survey.buckets = self.buckets
        self.sources.offer(self._tables, self.buckets)
        self.sources.try_again()
        self.changed.emit()
