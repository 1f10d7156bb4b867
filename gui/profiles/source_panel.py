"""Which columns name the files: the list of sources, an editor for the chosen one, and its samples."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import QModelIndex, Signal
from PySide6.QtWidgets import QHBoxLayout, QHeaderView, QStackedWidget, QVBoxLayout, QWidget

from core.errors import CoreError
from core.models import Table
from core.profiles import Family, Profile, Source
from core.progress import Progress
from core.suggest import Suggestion
from gui import words
from gui.desk import Desk
from gui.profiles import wordings
from gui.profiles.notice import Notice
from gui.profiles.plain_table import PlainTable
from gui.profiles.preset_menu import preset_menu
from gui.profiles.sample_pictures import SamplePictures
from gui.profiles.sample_table import SampleTable
from gui.profiles.source_editor import SourceEditor
from gui.profiles.source_model import Draft, SourceModel, distinct
from gui.profiles.survey import Survey
from gui.theme import GAP_SMALL
from gui.widgets.buttons import button, quiet_button
from gui.widgets.empty_state import EmptyState
from gui.widgets.text import Text, hairline


class SourcePanel(QWidget):
    """`trial_wanted` asks how a draft fares; `changed` says that the drafts are others now."""

    trial_wanted = Signal(int, object)
    changed = Signal()
    look_again_asked = Signal()
    stop_asked = Signal()

    def __init__(self, desk: Desk, survey: Survey, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        icons, themes = desk.icons, desk.themes
        self.model = SourceModel(icons, themes)
        self.table = PlainTable()
        self.table.setModel(self.model)
        self.table.setAccessibleName(self.tr("Sources"))
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.table.removal_asked.connect(self._on_remove_button_clicked)
        self.table.selectionModel().currentRowChanged.connect(self._on_table_row_changed)
        self.editor = SourceEditor(icons)
        self.editor.edited.connect(self._on_editor_edited)
        self.editor.described.connect(self._on_editor_described)
        self.verdict = Notice(icons, size="body")
        self.is_filled = False
        self._tables: dict[str, Table] = {}
        self._families: dict[str, tuple[Family, ...]] = {}
        self.pictures = SamplePictures(desk, survey)
        self.samples = SampleTable(icons, themes, self.pictures)
        self.empty = EmptyState(icons)
        self.add_button = button(self.tr("Add a source"), self._on_add_button_clicked)
        self.presets_button = quiet_button(self.tr("Presets"), self._on_presets_button_clicked)
        self.presets_button.setToolTip(self.tr("Ready mappings of tables that many projects have"))
        self.remove_button = quiet_button(self.tr("Remove"), self._on_remove_button_clicked)
        self.remove_button.setToolTip(self.tr("Takes the chosen source out of the list (Del); no row is touched"))
        icons.put(self.add_button, "plus")
        icons.put(self.presets_button, "list-plus")
        icons.put(self.remove_button, "trash")
        icons.loaded.connect(self.table.viewport().update)
        icons.loaded.connect(self.samples.viewport().update)
        self._lay_out()
        self.clear()

    @property
    def drafts(self) -> Sequence[Draft]:
        """What is in the list now."""
        return self.model.drafts

    def put_into(self, profile: Profile) -> Profile:
        """The profile with these sources, and the families of buckets that presets bring, unless it has them."""
        known = {family.name for family in profile.families}
        tables = {draft.source.table for draft in self.model.drafts}
        brought = [f for table, families in self._families.items() if table in tables for f in families]
        families = (*profile.families, *(family for family in brought if family.name not in known))
        return replace(profile, sources=distinct([draft.source for draft in self.model.drafts]), families=families)

    def clear(self) -> None:
        """Nothing to look at yet."""
        self.is_filled = False
        self.model.show(())
        self.editor.offer((), ())
        self._say(
            "table",
            self.tr("Which columns name the files?"),
            self.tr("Choose a storage folder and a SQLite file. Nothing in them is changed by looking."),
        )

    def say_looking(self) -> None:
        """Folder and file are being opened."""
        self.clear()
        self._say(
            "hourglass",
            self.tr("Looking…"),
            self.tr("A file that another program is just using is waited for, some seconds at most."),
        )

    def say_unreadable(self) -> None:
        """What was chosen cannot be read now; what is the matter stands beside its field."""
        self.clear()
        self.empty.say(
            "warning-circle",
            self.tr("This cannot be read yet"),
            self.tr("What is the matter stands beside the field on the left. Nothing was changed."),
            step=self.tr("Look again"),
            act=self.look_again_asked.emit,
            tone="danger",
        )

    def say_progress(self, progress: Progress) -> None:
        """Shows how far the guessing is."""
        if progress.total and progress.done < progress.total:
            text = self.tr("%1 of %2: %3").replace("%1", words.number(progress.done + 1))
            text = text.replace("%2", words.number(progress.total)).replace("%3", progress.note)
            title = self.tr("Looking for columns that name these files…")
            if self.empty.title.text() == title:
                self.empty.text.setText(text)  # the button stays, with the focus it may have
                return
            self._say("magnifying-glass", title, text)
            self.empty.say("magnifying-glass", title, text, step=self.tr("Stop looking"), act=self.stop_asked.emit)

    def offer(self, tables: Sequence[Table], buckets: Sequence[str]) -> None:
        """What drafts can be made of from now on."""
        self._tables = {table.name: table for table in tables}
        self.editor.offer(tables, buckets)
        if (draft := self._chosen()) is not None:
            self.editor.show_source(draft.source)
        for one in (self.add_button, self.presets_button):
            one.setEnabled(self.editor.first() is not None)

    def show_guesses(self, found: Sequence[Suggestion]) -> None:
        """Replaces all drafts by what was guessed."""
        self.model.show(found)
        self._show_first()

    def show_sources(self, sources: Sequence[Source]) -> None:
        """Replaces all drafts by the sources of a profile, and asks how they fare."""
        self.model.show_sources(sources)
        self._show_first()
        self.try_again()

    def say_no_tables(self, title: str, text: str) -> None:
        """The tables cannot be read: why, and what to do."""
        self.clear()
        act = self.look_again_asked.emit
        self.empty.say("warning-circle", title, text, step=self.tr("Look again"), act=act, tone="danger")

    def _show_first(self) -> None:
        self.is_filled = True
        self._update_place()
        if self.model.drafts:
            self.table.selectRow(0)
        self.changed.emit()

    def say_fare(self, number: int, fare: Suggestion | Exception) -> None:
        """Takes the answer about a draft."""
        draft = self.model.say_fare(number, fare)
        if draft is not None and draft == self._chosen():
            self._show_fare(draft)
        self.changed.emit()

    def try_again(self) -> None:
        """Asks for all drafts anew, because the buckets are others now."""
        for row, draft in enumerate(list(self.model.drafts)):
            self._ask(self.model.put(row, draft.source))

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(GAP_SMALL)
        head.addWidget(Text(self.tr("Sources: the columns that name files"), "strong"))
        head.addStretch(1)
        head.addWidget(self.remove_button)
        head.addWidget(self.presets_button)
        head.addWidget(self.add_button)
        self._details = QWidget()
        details = QVBoxLayout(self._details)
        details.setContentsMargins(0, 0, 0, 0)
        details.setSpacing(GAP_SMALL)
        details.addWidget(self.table, 1)
        details.addWidget(hairline())
        details.addWidget(self.editor)
        details.addWidget(self.verdict)
        details.addWidget(self.samples)
        self._places = QStackedWidget()
        self._places.addWidget(self.empty)
        self._places.addWidget(self._details)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP_SMALL)
        column.addLayout(head)
        column.addWidget(self._places, 1)

    def _say(self, icon: str, title: str, text: str) -> None:
        self.empty.say(icon, title, text)
        self._places.setCurrentWidget(self.empty)
        for one in (self.remove_button, self.presets_button, self.add_button):
            one.setEnabled(False)

    def _update_place(self) -> None:
        if not self.model.drafts:
            self._say(
                "magnifying-glass",
                self.tr("No column was found that names these files"),
                self.tr(
                    "Perhaps the files lie in another folder, or the buckets are meant otherwise. "
                    "You can also say by hand which column it is."
                ),
            )
        else:
            self._places.setCurrentWidget(self._details)
        self.remove_button.setEnabled(bool(self.model.drafts))
        for one in (self.add_button, self.presets_button):
            one.setEnabled(self.editor.first() is not None)

    def _row(self) -> int:
        return self.table.currentIndex().row()

    def _chosen(self) -> Draft | None:
        row = self._row()
        return self.model.drafts[row] if 0 <= row < len(self.model.drafts) else None

    def _ask(self, draft: Draft) -> None:
        if draft == self._chosen():
            self._show_fare(draft)
        self.trial_wanted.emit(draft.number, draft.source)
        self.changed.emit()

    def _show_fare(self, draft: Draft) -> None:
        if isinstance(draft.fare, CoreError):
            self.verdict.say_error(draft.fare)
        else:
            self.verdict.say(*wordings.verdict(draft.fare))
        if draft.fare is not None:  # the samples of before stay until there are others: no flicker while editing
            self.samples.samples.show(draft.fare.samples if isinstance(draft.fare, Suggestion) else ())

    def _on_table_row_changed(self, current: QModelIndex, previous: QModelIndex) -> None:
        del current, previous
        draft = self._chosen()
        if draft is not None:
            self.editor.show_source(draft.source)
            self._show_fare(draft)

    def _on_editor_edited(self, source: Source) -> None:
        self._ask(self.model.put(self._row(), source))

    def _on_editor_described(self, describes: bool) -> None:
        self.model.describe(self._row(), describes=describes)
        self.changed.emit()

    def _on_add_button_clicked(self) -> None:
        source = self.editor.first()
        if source is not None:
            self._add(source)
            self.editor.table_box.setFocus()

    def _on_presets_button_clicked(self) -> None:
        taken = {draft.source.table for draft in self.model.drafts}
        menu = preset_menu(self, self._tables, taken, self._add_preset)
        menu.popup(self.presets_button.mapToGlobal(self.presets_button.rect().bottomLeft()))

    def _add_preset(self, source: Source, families: tuple[Family, ...]) -> None:
        self._families[source.table] = families
        self._add(source)

    def _add(self, source: Source) -> None:
        self.is_filled = True
        draft = self.model.add(source)
        self._update_place()
        self.table.selectRow(len(self.model.drafts) - 1)
        self._ask(draft)

    def _on_remove_button_clicked(self) -> None:
        row = self._row()
        if row < 0:
            return
        self.model.remove(row)
        self._update_place()
        if self.model.drafts:
            self.table.selectRow(min(row, len(self.model.drafts) - 1))
            self._on_table_row_changed(self.table.currentIndex(), QModelIndex())
        self.changed.emit()
