"""The dialog that edits the bucket families of the open profile: a list of them, and one in full."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QHBoxLayout,
    QListWidget,
    QPushButton,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from core.capacity.models import BucketUse
from core.errors import BadProfile
from core.family_files import check_families, save_families
from core.profiles import Family, Profile
from gui.desk import Desk
from gui.dialogs import finished
from gui.families.form import FamilyForm
from gui.families.permission import to_allow, without_permission
from gui.profiles.notice import Notice
from gui.tabs.capacity.estimate_dialog import EstimateDialog
from gui.theme import GAP, GAP_LARGE, GAP_SMALL
from gui.widgets.buttons import button, main_button
from gui.widgets.empty_state import EmptyState
from gui.widgets.side import fit_screen
from gui.widgets.text import Text

_LIST_WIDTH = 200
_SIZE = (1140, 680)


class FamilyDialog(QDialog):
    """Accepted once the families are written; `chosen` is the bucket or family that it opens with, `buckets` what there
    is to try re-encoding on, the fullest first. `to_allow` are the families in which retention is to run by itself:
    that is written once its owner has seen what it takes."""

    def __init__(self, desk: Desk, profile: Profile, chosen: str = "", buckets: Sequence[BucketUse] = ()) -> None:
        super().__init__(desk.window)
        self._buckets = buckets
        self._desk, self._profile = desk, profile
        self.families: list[Family] = list(profile.families)
        self.to_allow: tuple[str, ...] = ()
        self.setWindowTitle(self.tr("Families"))
        self.list = QListWidget()
        self.list.setAccessibleName(self.tr("Families of buckets"))
        self.list.setProperty("role", "sidebar")
        self.form = FamilyForm(desk.icons)
        self.empty = EmptyState(desk.icons, width=420)
        self.empty.say(
            "stack",
            self.tr("No family yet"),
            self.tr(
                "A family is a bucket with those that take over when it is full. Without one, the usual capacity of "
                "1 GiB holds for each bucket, and nothing overflows."
            ),
            step=self.tr("Add a family"),
            act=lambda: self._add(""),
        )
        self.notice = Notice(desk.icons)
        self._lay_out(profile)
        self.list.currentRowChanged.connect(self._on_list_row_changed)
        self.form.changed.connect(self._on_form_changed)
        self.form.estimate_wanted.connect(self._on_form_estimate_wanted)
        self._fill()
        fit_screen(self, *_SIZE)
        held = [number for number, family in enumerate(self.families) if chosen and family.holds(chosen)]
        if held or not chosen:
            self.list.setCurrentRow(held[0] if held else 0)
            self._on_list_row_changed(self.list.currentRow())
        else:
            self._add(chosen)
        self.list.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        is_enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if is_enter and not isinstance(self.focusWidget(), QPushButton):
            return  # only the button itself writes the profile
        super().keyPressEvent(event)

    def _lay_out(self, profile: Profile) -> None:
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setProperty("role", "plain")
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(self.form)
        self.places = QStackedWidget()
        self.places.addWidget(area)
        self.places.addWidget(self.empty)
        left = QVBoxLayout()
        left.setSpacing(GAP_SMALL)
        self.list.setFixedWidth(_LIST_WIDTH)
        left.addWidget(self.list, 1)
        self.add_button = button(self.tr("Add"), lambda: self._add(""))
        self.remove_button = button(self.tr("Remove"), self._on_remove_clicked)
        line = QHBoxLayout()
        line.setSpacing(GAP_SMALL)
        line.addWidget(self.add_button, 1)
        line.addWidget(self.remove_button, 1)
        left.addLayout(line)
        sides = QHBoxLayout()
        sides.setSpacing(GAP_LARGE)
        sides.addLayout(left)
        sides.addWidget(self.places, 1)
        self.cancel_button = button(self.tr("Cancel"), self.reject)
        self.save_button = main_button(self.tr("Save"), self._on_save_clicked)
        foot = QHBoxLayout()
        foot.setSpacing(GAP_SMALL)
        foot.addWidget(self.notice, 1, Qt.AlignmentFlag.AlignVCenter)
        foot.addStretch()
        for one in (self.cancel_button, self.save_button):
            one.setAutoDefault(True)
            foot.addWidget(one)
        column = QVBoxLayout(self)
        column.setContentsMargins(GAP_LARGE, GAP_LARGE, GAP_LARGE, GAP)
        column.setSpacing(GAP)
        column.addWidget(Text(self.tr("Families of buckets"), "heading"))
        said = self.tr("What a family says holds for all its buckets. It is kept with the profile “%1”.")
        column.addWidget(Text(said.replace("%1", profile.name), tone="muted"))
        column.addLayout(sides, 1)
        column.addLayout(foot)

    def _fill(self) -> None:
        with QSignalBlocker(self.list):
            self.list.clear()
            self.list.addItems([self._title(family) for family in self.families])
        self.remove_button.setEnabled(bool(self.families))
        self._show_place()
        self._check()

    def _show_place(self) -> None:
        shown: QWidget | None = self.empty if not self.families else self.places.widget(0)
        if shown is not None:
            self.places.setCurrentWidget(shown)

    def _title(self, family: Family) -> str:
        return family.name or self.tr("(no name yet)")

    def _on_list_row_changed(self, row: int) -> None:
        if 0 <= row < len(self.families):
            self.form.show_family(self.families[row])
            self.form.estimate_button.setEnabled(self._example() is not None)

    def _on_form_changed(self) -> None:
        row = self.list.currentRow()
        if 0 <= row < len(self.families):
            self.families[row] = self.form.family
            self.list.item(row).setText(self._title(self.families[row]))
            self._check()

    def _add(self, name: str) -> None:
        self.families.append(Family(name))
        self._fill()
        self.list.setCurrentRow(len(self.families) - 1)
        self._on_list_row_changed(self.list.currentRow())
        self.form.basics.name_field.setFocus()

    def _on_remove_clicked(self) -> None:
        row = self.list.currentRow()
        if 0 <= row < len(self.families):
            del self.families[row]
            self._fill()
            self.list.setCurrentRow(min(row, len(self.families) - 1))
            self._on_list_row_changed(self.list.currentRow())

    def _example(self) -> BucketUse | None:
        """The fullest bucket of the family that is shown."""
        return next((use for use in self._buckets if use.objects and self.form.family.holds(use.name)), None)

    def _on_form_estimate_wanted(self) -> None:
        use = self._example()
        if use is not None:
            self._desk.jobs.ask(finished(EstimateDialog(self._desk, use, self.form.recompression.rule, self)))

    def _check(self) -> None:
        """Says what does not hold; the families can be saved when all of it holds and something is another."""
        self.form.estimate_button.setEnabled(self._example() is not None)
        try:
            check_families(self.families)
        except BadProfile as error:
            self.notice.say_error(error)
            self.save_button.setEnabled(False)
            return
        self.save_button.setEnabled(tuple(self.families) != self._profile.families)
        gone = [one.name for one in self._profile.families if one.name not in {now.name for now in self.families}]
        said = self.tr("No longer a family: %1. Its buckets stay as they are.").replace("%1", ", ".join(gone))
        self.notice.say(said if gone else "", "warning")

    def _on_save_clicked(self) -> None:
        def failed(error: Exception) -> None:
            self.save_button.setEnabled(True)
            self.notice.say_error(error)

        self.save_button.setEnabled(False)
        self.to_allow = to_allow(self._profile.families, self.families)
        families = without_permission(self.families, self.to_allow)
        saved = asyncio.to_thread(save_families, self._profile, families)
        self._desk.jobs.ask(saved, lambda _: self.accept(), failed=failed)
