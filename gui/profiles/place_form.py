"""The places of a new profile: its name, the storage folder with its buckets, the SQLite file, what removal means."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QRadioButton, QVBoxLayout, QWidget

from core.profile_setup import CATALOG_ENDINGS, Layout, offer_name
from core.profiles import Profile
from gui.desk import Desk
from gui.dialogs import choose_file, choose_folder
from gui.profiles.bucket_list import BucketList
from gui.profiles.care_form import CareForm
from gui.profiles.notice import Notice
from gui.profiles.radios import bind_together, choose
from gui.profiles.survey import Choice, Storage
from gui.theme import GAP, GAP_SMALL, GAP_TINY
from gui.widgets.buttons import button
from gui.widgets.text import Text


class PlaceForm(QWidget):
    """`chosen` brings another folder, layout or SQLite file; `changed` says that anything else was changed."""

    chosen = Signal(object)
    buckets_changed = Signal()
    changed = Signal()

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._asked: Choice | None = None
        self._layout: Layout | None = None
        self._is_named = False
        self.taken: Sequence[str] = ()
        self._make_fields()
        self._make_choices()
        self._lay_out()

    @property
    def name(self) -> str:
        """The name as typed."""
        return self.name_field.text().strip()

    @property
    def removal(self) -> str:
        """`quarantine` or `archive`, as profiles say it."""
        return self.care.removal

    def show_storage(self, storage: Storage) -> None:
        """Shows what the chosen folder came to."""
        self._asked = storage.choice
        self.storage_notice.say("")
        choose(self._layouts, self.whole_button if storage.layout is Layout.WHOLE else self.folders_button)
        self.bucket_list.show_buckets(storage.buckets, can_choose=storage.layout is Layout.FOLDERS)
        self._show_loose_files(storage)
        self._offer_catalogs(storage)
        if not self._is_named:
            self.name_field.setText(offer_name(storage.choice.folder, self.taken))

    def show_profile(self, profile: Profile) -> None:
        """Shows what a profile that is there already says; its name stays, because its history is kept under it."""
        self._is_named = True
        self.name_field.setText(profile.name)
        self.name_field.setEnabled(False)
        self.name_field.setToolTip(self.tr("The name of a profile stays: its history is kept under it"))
        self.storage_field.setText(str(profile.storage))
        self.catalog_box.setEditText(str(profile.catalog))
        self._layout = Layout.WHOLE if profile.buckets == (".",) else Layout.FOLDERS
        self.care.show_profile(profile)

    def look_again(self) -> None:
        """Asks once more for what stands in the fields."""
        self._asked = None
        self._on_place_chosen()

    def say_tables(self, number: int) -> None:
        """Shows that the SQLite file was read."""
        self.catalog_notice.say(self.tr("%Ln table(s), only read", "", number), "good")

    def _make_fields(self) -> None:
        icons = self._desk.icons
        self.name_field = QLineEdit()
        self.name_field.setPlaceholderText(self.tr("For example: Notes"))
        self.name_field.textEdited.connect(self._on_name_field_edited)
        self.name_field.textChanged.connect(self.changed)
        self.name_notice = Notice(icons)
        self.storage_field = QLineEdit()
        self.storage_field.setPlaceholderText(self.tr("The folder that holds the files"))
        self.storage_field.editingFinished.connect(self._on_storage_field_finished)
        self.storage_browse = button(self.tr("Browse…"), self._on_storage_browse_clicked)
        self.storage_browse.setAccessibleName(self.tr("Browse for the storage folder"))
        self.storage_notice = Notice(icons)
        self.catalog_field = QLineEdit()
        self.catalog_field.setPlaceholderText(self.tr("The database that names them"))
        self.catalog_field.editingFinished.connect(self._on_place_chosen)
        self.catalog_box = QComboBox()
        self.catalog_box.setEditable(True)
        self.catalog_box.setLineEdit(self.catalog_field)
        self.catalog_box.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.catalog_box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.catalog_box.activated.connect(lambda _index: self._on_place_chosen())
        self.catalog_browse = button(self.tr("Browse…"), self._on_catalog_browse_clicked)
        self.catalog_browse.setAccessibleName(self.tr("Browse for the SQLite file"))
        self.catalog_notice = Notice(icons)

    def _make_choices(self) -> None:
        self.folders_button = QRadioButton(self.tr("Each folder in it is a bucket"))
        self.whole_button = QRadioButton(self.tr("The folder itself is one bucket"))
        self.folders_button.clicked.connect(lambda: self._choose_layout(Layout.FOLDERS))
        self.whole_button.clicked.connect(lambda: self._choose_layout(Layout.WHOLE))
        self.bucket_list = BucketList()
        self.bucket_list.chosen_changed.connect(self.buckets_changed)
        self.bucket_notice = Notice(self._desk.icons)
        self.care = CareForm(self.tr("are copied to an archive, checked, and then go"), explains=False)
        self.archive_button = self.care.archive_button
        self._layouts = bind_together(self, self.folders_button, self.whole_button)

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP_TINY)
        self._add_field(column, self.tr("Storage folder"), self.storage_field, self.storage_browse)
        column.addWidget(self.storage_notice)
        column.addSpacing(GAP_TINY)
        column.addWidget(self.folders_button)
        column.addWidget(self.whole_button)
        column.addWidget(self.bucket_list)
        column.addWidget(self.bucket_notice)
        column.addSpacing(GAP)
        self._add_field(column, self.tr("SQLite file"), self.catalog_box, self.catalog_browse)
        column.addWidget(self.catalog_notice)
        column.addSpacing(GAP)
        self._add_field(column, self.tr("Name of the profile"), self.name_field)
        column.addWidget(self.name_notice)
        column.addSpacing(GAP)
        column.addWidget(self.care)
        column.addStretch(1)

    def _add_field(self, column: QVBoxLayout, text: str, field: QWidget, browse: QWidget | None = None) -> None:
        label = Text(text, "strong")
        label.setBuddy(field)
        field.setAccessibleName(text)
        row = QHBoxLayout()
        row.setSpacing(GAP_SMALL)
        row.addWidget(field, 1)
        if browse is not None:
            row.addWidget(browse)
        column.addWidget(label)
        column.addLayout(row)

    def _show_loose_files(self, storage: Storage) -> None:
        number = storage.around.loose_files if storage.layout is Layout.FOLDERS else 0
        text = self.tr("%Ln file(s) in no folder, and so in no bucket", "", number) if number else ""
        if not storage.buckets:
            text = self.tr("There are no folders in it.")
        self.bucket_notice.say(text, "warning")

    def _offer_catalogs(self, storage: Storage) -> None:
        chosen = self.catalog_box.currentText()
        self.catalog_box.clear()
        for path in storage.around.catalogs:
            self.catalog_box.addItem(str(path))
        found = storage.choice.catalog
        self.catalog_box.setEditText(str(found) if found is not None else chosen)
        if found is None and not chosen and storage.around.catalogs:
            text = self.tr("%Ln SQLite file(s) found near: open the list", "", len(storage.around.catalogs))
            self.catalog_notice.say(text)

    def _on_name_field_edited(self, text: str) -> None:
        self._is_named = bool(text.strip())

    def _choose_layout(self, layout: Layout) -> None:
        self._layout = layout
        self._on_place_chosen()

    def _on_storage_field_finished(self) -> None:
        if self._asked is not None and _path(self.storage_field.text()) != self._asked.folder:
            self._layout = None  # of another folder
        self._on_place_chosen()

    def _on_place_chosen(self) -> None:
        folder = _path(self.storage_field.text())
        if folder is None:
            return
        choice = Choice(folder, self._layout, _path(self.catalog_box.currentText()))
        if choice != self._asked:
            self._asked = choice
            for notice in (self.storage_notice, self.catalog_notice, self.bucket_notice):
                notice.say("")
            self.chosen.emit(choice)

    def _on_storage_browse_clicked(self) -> None:
        def take(found: Path | None) -> None:
            if found is not None:
                self.storage_field.setText(str(found))
                self._on_storage_field_finished()

        start = _path(self.storage_field.text())
        self._desk.jobs.ask(choose_folder(self, self.tr("Storage folder"), start), take)

    def _on_catalog_browse_clicked(self) -> None:
        def take(found: Path | None) -> None:
            if found is not None:
                self.catalog_box.setEditText(str(found))
                self._on_place_chosen()

        storage, catalog = _path(self.storage_field.text()), _path(self.catalog_box.currentText())
        filters = (
            self.tr("SQLite files (%1)").replace("%1", " ".join(f"*{ending}" for ending in CATALOG_ENDINGS)),
            self.tr("All files (*)"),
        )
        start = catalog.parent if catalog is not None else storage
        self._desk.jobs.ask(choose_file(self, self.tr("SQLite file"), filters, start), take)


def _path(text: str) -> Path | None:
    """The absolute path that a person typed; None for nothing."""
    text = text.strip()
    if not text:
        return None
    path = Path(text)
    with contextlib.suppress(RuntimeError):  # “~somebody” whom the system does not know: then it is a name like any
        path = path.expanduser()
    return path.absolute()
