"""The line over the table: folders by state with their numbers, batches, what was not read, and words to filter by."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QIcon, QShortcut
from PySide6.QtWidgets import QButtonGroup, QLineEdit, QPushButton, QWidget

from core.uploads.status.listing import Amounts, FolderFilter, FolderState
from gui import words
from gui.icons import Icons
from gui.tabs.uploads.states import state_of
from gui.theme import GAP, GAP_TINY
from gui.widgets.buttons import quiet_button
from gui.widgets.flow import Flow

ALL, BATCHES, TREES, TROUBLES = "all", "batches", "trees", "troubles"
ASKING = FolderState.ASKING.value
_PAUSE_MS = 200
_WORDS_WIDTH = 200


class ViewBar(QWidget):
    """`changed` comes when something else is to be shown; typing is waited for. `left`: the keys want to go below."""

    changed = Signal()
    left = Signal()

    def __init__(self, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.view = ALL
        self.batch: int | None = None
        self._titles = {
            ALL: self.tr("All"),
            **{state.value: state_of(state)[1] for state in FolderState},
            BATCHES: self.tr("Batches"),
            TREES: self.tr("Handed over"),
            TROUBLES: self.tr("Not read"),
        }
        self.buttons: dict[str, QPushButton] = {}
        self._group = QButtonGroup(self)
        row = Flow(self, GAP_TINY)
        for view, title in self._titles.items():
            made = self.buttons[view] = quiet_button(title, partial(self.show_view, view))
            made.setCheckable(True)
            self._group.addButton(made)
            if view == BATCHES:
                row.addWidget(self._gap())
            row.addWidget(made)
        self.buttons[ALL].setChecked(True)
        self.batch_button = quiet_button("", self._on_batch_clicked)
        icons.put(self.batch_button, "x", "muted")
        self.batch_button.hide()
        self.words = QLineEdit()
        self.words.setClearButtonEnabled(True)
        self.words.setFixedWidth(_WORDS_WIDTH)
        self.words.setPlaceholderText(self.tr("Filter folders"))
        self.words.setAccessibleName(self.tr("Filter folders"))
        icons.put(self.words.addAction(QIcon(), QLineEdit.ActionPosition.LeadingPosition), "magnifying-glass", "muted")
        row.addWidget(self.batch_button)
        row.addWidget(self.words)
        self._timer = QTimer(self, interval=_PAUSE_MS, singleShot=True)
        self._timer.timeout.connect(self.changed)
        self.words.textChanged.connect(lambda _text: self._timer.start())
        for key in (Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            QShortcut(key, self.words, context=Qt.ShortcutContext.WidgetShortcut).activated.connect(self.left)
        self.say(Amounts())

    def _gap(self) -> QWidget:
        """What divides folders from everything else."""
        gap = QWidget(self)
        gap.setFixedWidth(GAP)
        return gap

    @property
    def filter(self) -> FolderFilter:
        """Which folders are to be shown."""
        state = FolderState(self.view) if self.shows_folders and self.view != ALL else None
        return FolderFilter(state, self.words.text().strip(), self.batch)

    def show_batch(self, number: int, began: str) -> None:
        """Shows the folders of one batch, until that is taken away again."""
        self.batch = number
        self.batch_button.setText(self.tr("Batch of %1").replace("%1", began))
        self.batch_button.setToolTip(self.tr("Show the folders of all batches again"))
        self.batch_button.setAccessibleName(f"{self.batch_button.text()}. {self.batch_button.toolTip()}")
        self.batch_button.show()
        self.view = ALL
        self.buttons[ALL].setChecked(True)
        self.words.setEnabled(True)
        self.changed.emit()

    def forget_batch(self) -> bool:
        """Shows the folders of all batches; says whether it was only one."""
        if self.batch is None:
            return False
        self.batch = None
        self.batch_button.hide()
        return True

    @property
    def is_filtered(self) -> bool:
        """Whether more than a state says which folders are shown."""
        return bool(self.words.text().strip()) or self.batch is not None

    @property
    def shows_folders(self) -> bool:
        """Whether folders are to be shown, and not batches or troubles."""
        return self.view not in (BATCHES, TREES, TROUBLES)

    def show_view(self, view: str) -> None:
        """Shows folders in another state, the batches, or what was not read."""
        self.buttons[view].setChecked(True)
        if view != self.view:
            self.view = view
            self.words.setEnabled(self.shows_folders)
            self.changed.emit()

    def step_back(self) -> bool:
        """Takes the words away, then the state; says whether there was something to take."""
        if self.words.text():
            self.words.clear()
            return True
        if self.forget_batch():
            self.changed.emit()
            return True
        if self.view != ALL:
            self.show_view(ALL)
            return True
        return False

    def clear(self) -> None:
        """Shows all folders again."""
        self.words.clear()
        if self.forget_batch() and self.view == ALL:
            self.changed.emit()
        self.show_view(ALL)

    def _on_batch_clicked(self) -> None:
        self.forget_batch()
        self.changed.emit()

    def say(self, amounts: Amounts) -> None:
        """Shows the numbers."""
        for view, made in self.buttons.items():
            number = self.amount(amounts, view)
            made.setText(f"{self._titles[view]}  {words.number(number)}")
            made.setAccessibleName(f"{self._titles[view]}, {words.number(number)}")
        for view in (ASKING, TROUBLES):
            self.buttons[view].setVisible(self.amount(amounts, view) > 0 or self.view == view)

    def amount(self, amounts: Amounts, view: str = "") -> int:
        """How many lines a view has when no words filter it; '' is the one that is shown."""
        view = view or self.view
        if view == BATCHES:
            return amounts.batches
        if view == TREES:
            return amounts.trees
        if view == TROUBLES:
            return amounts.troubles
        return amounts.of(None if view == ALL else FolderState(view))
