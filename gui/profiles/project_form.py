"""What a profile of a Supabase project says beside its connection: its name, its buckets, and how careful to be."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from core.profiles import Profile
from gui.icons import Icons
from gui.profiles.bucket_list import BucketList
from gui.profiles.care_form import CareForm
from gui.profiles.notice import Notice
from gui.theme import GAP, GAP_TINY
from gui.widgets.text import Text


class ProjectForm(QWidget):
    """`changed` says that something is another now, `buckets_changed` that other buckets are chosen."""

    changed = Signal()
    buckets_changed = Signal()

    def __init__(self, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.name_field = QLineEdit()
        self.name_field.setAccessibleName(self.tr("Name of the profile"))
        self.name_field.textChanged.connect(self.changed)
        self.name_notice = Notice(icons)
        self.bucket_list = BucketList()
        self.bucket_list.chosen_changed.connect(self.buckets_changed)
        self.bucket_notice = Notice(icons)
        self.care = CareForm(self.tr("are copied here, checked, and then go"), explains=True)
        self.care.changed.connect(self.changed)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP_TINY)
        label = Text(self.name_field.accessibleName(), "strong")
        label.setBuddy(self.name_field)
        column.addWidget(label)
        column.addWidget(self.name_field)
        column.addWidget(self.name_notice)
        column.addSpacing(GAP)
        column.addWidget(Text(self.tr("Buckets"), "strong"))
        column.addWidget(self.bucket_list)
        column.addWidget(self.bucket_notice)
        column.addSpacing(GAP)
        column.addWidget(Text(self.tr("How careful to be"), "strong"))
        column.addWidget(self.care)
        column.addStretch(1)

    @property
    def name(self) -> str:
        """The name as typed."""
        return self.name_field.text().strip()

    @property
    def buckets(self) -> tuple[str, ...]:
        """The chosen buckets as a profile says them: none for all."""
        return () if self.bucket_list.are_all_chosen() else self.bucket_list.chosen()

    def show_profile(self, profile: Profile) -> None:
        """Shows what a profile that is there already says; its name stays, because its history is kept under it."""
        self.name_field.setText(profile.name)
        self.name_field.setEnabled(False)
        self.name_field.setToolTip(self.tr("The name of a profile stays: its history is kept under it"))
        self.care.show_profile(profile)

    def show_buckets(self, names: Sequence[str], chosen: Sequence[str]) -> None:
        """Shows the buckets that are there, those in `chosen` with a check mark (all of them for none)."""
        self.bucket_list.show_buckets(names, can_choose=True)
        if chosen:
            self.bucket_list.choose(chosen)
        self.bucket_notice.say("" if names else self.tr("No bucket is shown to you in this project."), "warning")
