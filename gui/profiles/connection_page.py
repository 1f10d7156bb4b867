"""The first page of a Supabase profile: what to paste on the left, what it lets a person do on the right."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from gui.desk import Desk
from gui.error_dialog import hint, sentence
from gui.profiles.connection_form import ConnectionForm
from gui.profiles.notice import Notice
from gui.profiles.prefill_row import PrefillRow
from gui.theme import GAP, GAP_LARGE
from gui.widgets.capability_list import CapabilityList
from gui.widgets.empty_state import EmptyState
from gui.widgets.side import side
from gui.widgets.text import Text

if TYPE_CHECKING:
    from core.capabilities import Capability

_FORM_WIDTH = 412
SET_UP = "Database set-up"
"""The capability that the set-up brings, by its name in the table."""


class ConnectionPage(QWidget):
    """`changed` says that the connection is another one, `test_asked` that it should be tried, `stop_asked` that the
    trial should be given up, `forget_asked` that a kept secret should go, `set_up_asked` that the database
    should be set up."""

    changed = Signal()
    test_asked = Signal()
    stop_asked = Signal()
    forget_asked = Signal(str)
    set_up_asked = Signal()

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.keyring_notice = Notice(desk.icons)
        self.prefill = PrefillRow(desk)
        self.form = ConnectionForm(desk)
        self.form.changed.connect(self.changed)
        self.form.entered.connect(self.test_asked)
        self.prefill.found.connect(self.form.fill)
        for what, field in self.form.secrets.items():
            field.forget_asked.connect(partial(self.forget_asked.emit, what))
        self.empty = EmptyState(desk.icons, width=440)
        self.verdict = Notice(desk.icons, size="body")
        self.capabilities = CapabilityList(desk.icons)
        self._lay_out()
        self.say_nothing()

    def say_nothing(self) -> None:
        """Nothing was tried yet."""
        self._say(
            "key",
            self.tr("Two things to paste"),
            self.tr(
                "The dashboard of the project shows its address under Project Settings → Data API, and its keys under "
                "API Keys. Then test the connection: it only reads, and shows here what you may do."
            ),
        )

    def say_trying(self) -> None:
        """The connection is being tried."""
        self.empty.say(
            "hourglass",
            self.tr("Testing the connection…"),
            self.tr("Buckets, objects, tables and rows are really read, a few of each. Nothing is changed."),
            step=self.tr("Stop the test"),
            act=self.stop_asked.emit,
        )
        self._right.setCurrentWidget(self.empty)

    def say_failed(self, error: BaseException) -> None:
        """The connection cannot be had: why, and what to do."""
        self.empty.say("warning-circle", sentence(error), hint(error), tone="danger")
        self._right.setCurrentWidget(self.empty)

    def say_passed(self, lines: Sequence[Capability]) -> None:
        """What the sign-in may do, with a button where something can be done about it here."""
        refused = sum(line.state == "no" for line in lines)
        if refused:
            text = self.tr("Connected. %Ln line(s) below say no.", "", refused)
            self.verdict.say(text, "warning")
        else:
            self.verdict.say(self.tr("Connected, and everything that was tried works."), "good")
        set_up = (self.tr("Set up the database…"), self.set_up_asked.emit)
        lacks = any(line.name == SET_UP and line.state == "no" for line in lines)
        self.capabilities.say(lines, {SET_UP: set_up} if lacks else {})
        self._right.setCurrentWidget(self._found)

    def _say(self, icon: str, title: str, text: str) -> None:
        self.empty.say(icon, title, text)
        self._right.setCurrentWidget(self.empty)

    def _lay_out(self) -> None:
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP)
        column.addWidget(self.form)
        column.addWidget(self.prefill)
        column.addStretch(1)
        column.addWidget(self.keyring_notice)
        self._found = QWidget()
        found = QVBoxLayout(self._found)
        found.setContentsMargins(0, 0, 0, 0)
        found.setSpacing(GAP)
        found.addWidget(Text(self.tr("What this sign-in may do"), "strong"))
        found.addWidget(self.verdict)
        found.addWidget(self.capabilities, 1)
        self._right = QStackedWidget()
        self._right.addWidget(self.empty)
        self._right.addWidget(self._found)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GAP_LARGE)
        row.addWidget(side(left, _FORM_WIDTH))
        row.addWidget(self._right, 1)
