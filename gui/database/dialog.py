"""The dialog that sets up a project's database: what is there, the SQL, and applying it over a direct connection."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QStackedWidget, QTabBar, QVBoxLayout, QWidget

from core import database_setup
from core.database_setup import Applied
from core.database_status import Item
from core.profiles import Profile
from core.progress import Progress
from gui import words
from gui.database.address_form import AddressForm
from gui.database.installation import Installation
from gui.database.item_panel import ItemPanel
from gui.database.sql_view import SqlView
from gui.desk import Desk
from gui.dialogs import Choice, Question, confirm
from gui.error_dialog import hint, sentence
from gui.profiles.bucket_list import BucketList
from gui.profiles.notice import Notice
from gui.theme import GAP, GAP_LARGE, GAP_SMALL, GAP_TINY
from gui.widgets.buttons import button, main_button
from gui.widgets.empty_state import EmptyState
from gui.widgets.side import fit_screen, side
from gui.widgets.text import Text

_SIZE = (1144, 720)
_FORM_WIDTH = 344
_ASKING = "database"


class DatabaseDialog(QDialog):
    """`was_applied` says whether anything was changed, so that the project should be asked anew what it allows."""

    def __init__(
        self, desk: Desk, profile: Profile, kept: str = "", *, typed: str = "", parent: QWidget | None = None
    ) -> None:
        """`kept` says where the database's password is kept, `typed` is one that was typed already. With a `parent` the
        profile is just being made or edited, and nothing is kept with it."""
        super().__init__(parent or desk.window)
        self.was_applied = False
        self._desk = desk
        self._profile = profile
        self._items: Sequence[Item] = ()
        self._is_busy = False
        self._done = ""
        self.address = AddressForm(desk.icons)
        self.address.field.setText(profile.supabase.postgres if profile.supabase else "")
        self.address.password.say_kept(kept)
        if typed:
            self.address.password.replace_with(typed)
        self.address.keep_box.setVisible(parent is None)
        self.address.look_asked.connect(self.look)
        self.address.changed.connect(self._update)
        self.buckets = BucketList()
        self.buckets.setAccessibleName(self.tr("Buckets to register"))
        self.buckets.chosen_changed.connect(self._update)
        self.found = ItemPanel(desk.icons, desk.themes)
        self.table = self.found.table
        self.empty = EmptyState(desk.icons, width=520)
        self.sql = SqlView(desk)
        self.sql.show_sql(database_setup.script())
        self.notice = Notice(desk.icons, size="body")
        self.close_button = button(self.tr("Close"), self.reject)
        self.apply_button = main_button(self.tr("Set up the database…"), self._on_apply_button_clicked)
        self._lay_out()
        fit_screen(self, *_SIZE)
        self.finished.connect(lambda: desk.jobs.drop(_ASKING))
        self._say_unknown()
        self._update()
        if self.address.address and self.address.password.is_there:
            self.look()

    def look(self) -> None:
        """Reads what is there; changes nothing."""
        if self._is_busy or not self.address.address:
            return
        self._is_busy = True
        self.empty.say("hourglass", self.tr("Looking…"), self.tr("The database is only read."))
        self._places.setCurrentWidget(self.empty)
        self._desk.jobs.ask(self._look(), self._on_looked, failed=self._on_failed, newest=_ASKING)
        self._update()

    def _installation(self) -> Installation:
        return Installation(self._profile, self.address.address)

    async def _look(self) -> tuple[Item, ...]:
        installation = self._installation()
        await installation.take_password(self.address.password.value, lasting=self.address.keep_box.isChecked())
        found = await installation.look()
        if self.address.keep_box.isChecked():
            await installation.keep_address()
        return found

    def _on_looked(self, items: tuple[Item, ...]) -> None:
        self._is_busy = False
        self._items = items
        self.found.show_items(items)
        self._places.setCurrentWidget(self.found)
        loose = [item.name for item in items if item.kind == "bucket" and item.state == "missing"]
        self.buckets.show_buckets(loose, can_choose=True)
        self._bucket_part.setVisible(bool(loose))
        done, self._done = self._done, ""
        wanting = sum(item.state != "there" for item in items if item.kind != "bucket")
        if wanting:
            self.notice.say(self.tr("%Ln thing(s) to make or bring up to date", "", wanting), "warning")
        else:
            self.notice.say(done or self.tr("Everything is there and up to date."), "good")
        self._update()

    def _on_failed(self, error: Exception) -> None:
        self._is_busy = False
        self.notice.say("")
        self.empty.say("warning-circle", sentence(error), hint(error), tone="danger")
        self._places.setCurrentWidget(self.empty)
        self._items = ()
        self._update()

    def _on_apply_button_clicked(self) -> None:
        self._desk.jobs.ask(self._apply(), self._on_applied, failed=self._on_failed, newest=_ASKING)

    async def _apply(self) -> Applied | None:
        if not await confirm(self, self._question()):
            return None
        self._is_busy = True
        self._update()
        register = self.buckets.chosen() if self.buckets.count() else ()
        return await self._installation().apply(register, self._say_progress)

    def _say_progress(self, progress: Progress) -> None:
        if progress.total and progress.done < progress.total:
            text = self.tr("%1 of %2: %3").replace("%1", words.number(progress.done + 1))
            self.notice.say(text.replace("%2", words.number(progress.total)).replace("%3", progress.note))

    def _on_applied(self, done: Applied | None) -> None:
        if done is None:
            return
        self._is_busy = False
        self.was_applied = True
        text = self.tr("The database is set up.")
        if done.registered:
            text += " " + self.tr("Registered: %1.").replace("%1", ", ".join(done.registered))
        self._done = " ".join([text, *done.notices])
        self.look()

    def _question(self) -> Question:
        profile = self._profile
        return Question(
            title=self.tr("Set up the database of %1?").replace("%1", profile.name),
            text=self.tr(
                "What is missing is added, and Bucketdesk's own functions are brought up to date. No row and no table "
                "is removed or replaced. It stays in the database: nothing here takes it out again."
            ),
            choices=(Choice("apply", self.tr("Set it up")),),
            typed_name=profile.name if profile.production else "",
        )

    def _say_unknown(self) -> None:
        self.empty.say(
            "database",
            self.tr("Not looked at yet"),
            self.tr(
                "With the address and the password of the database, what is there can be seen and set up from here. "
                "Or copy the SQL and run it in the project's SQL editor."
            ),
        )
        self._places.setCurrentWidget(self.empty)

    def _lay_out(self) -> None:
        title = self.tr("Set up the database of %1").replace("%1", self._profile.name)
        self.setWindowTitle(title)
        self._bucket_part = QWidget()
        part = QVBoxLayout(self._bucket_part)
        part.setContentsMargins(0, 0, 0, 0)
        part.setSpacing(GAP_TINY)
        part.addWidget(Text(self.tr("Buckets to register"), "strong"))
        part.addWidget(self.buckets)
        why = self.tr("Staff and managers reach a bucket through the policies once it is registered.")
        part.addWidget(Text(why, "small", "muted", wraps=True))
        self._bucket_part.hide()
        left = QVBoxLayout()
        left.setSpacing(GAP_LARGE)
        left.addWidget(self.address)
        left.addWidget(self._bucket_part)
        left.addStretch(1)
        form = QWidget()
        left.setContentsMargins(0, 0, 0, 0)
        form.setLayout(left)
        self._places = QStackedWidget()
        self._places.addWidget(self.empty)
        self._places.addWidget(self.found)
        self.parts = QTabBar(drawBase=False, expanding=False, documentMode=True)
        self.parts.setAccessibleName(self.tr("Parts of the set-up"))
        stack = QStackedWidget()
        for text, page in ((self.tr("What is there"), self._places), (self.tr("The SQL"), self.sql)):
            self.parts.addTab(text)
            stack.addWidget(page)
        self.parts.currentChanged.connect(stack.setCurrentIndex)
        right = QVBoxLayout()
        right.setSpacing(GAP_SMALL)
        right.addWidget(self.parts)
        right.addWidget(stack, 1)
        sides = QHBoxLayout()
        sides.setSpacing(GAP_LARGE)
        sides.addWidget(side(form, _FORM_WIDTH))
        sides.addLayout(right, 1)
        row = QHBoxLayout()
        row.setSpacing(GAP_SMALL)
        row.addWidget(self.notice, 1, Qt.AlignmentFlag.AlignVCenter)
        row.addStretch()
        for one in (self.close_button, self.apply_button):
            one.setAutoDefault(False)
            row.addWidget(one)
        column = QVBoxLayout(self)
        column.setContentsMargins(GAP_LARGE, GAP_LARGE, GAP_LARGE, GAP)
        column.setSpacing(GAP)
        head = QVBoxLayout()
        head.setSpacing(2)
        head.addWidget(Text(title, "heading"))
        lead = self.tr("Tables and functions of Bucketdesk's own. They are added; nothing is removed or undone.")
        head.addWidget(Text(lead, tone="muted", wraps=True))
        column.addLayout(head)
        column.addLayout(sides, 1)
        column.addLayout(row)

    def _update(self) -> None:
        is_read_only = self._profile.read_only
        why = self.tr("This profile is read-only: its database is only looked at.") if is_read_only else ""
        wants = any(item.state != "there" for item in self._items if item.kind != "bucket")
        registers = bool(self.buckets.count() and self.buckets.chosen())
        self.apply_button.setEnabled(not self._is_busy and not why and bool(self._items) and (wants or registers))
        self.apply_button.setToolTip(why)
        self.address.look_button.setEnabled(not self._is_busy and bool(self.address.address))
