"""The bottom line of a dialog in two steps: what is still missing, and the buttons, of which one is the next thing."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from gui.icons import Icons
from gui.profiles.notice import Notice
from gui.theme import GAP_SMALL
from gui.widgets.buttons import button, main_button


class StepRow(QWidget):
    """Cancel, back, test, next and save; who makes the dialog connects them."""

    def __init__(self, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.notice = Notice(icons)
        self.cancel_button = button(self.tr("Cancel"))
        self.back_button = button(self.tr("Back"))
        self.test_button = main_button(self.tr("Test connection"))
        self.next_button = main_button(self.tr("Continue"))
        self.save_button = main_button("")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GAP_SMALL)
        row.addWidget(self.notice, 1, Qt.AlignmentFlag.AlignVCenter)
        row.addStretch()
        for one in (self.cancel_button, self.back_button, self.test_button, self.next_button, self.save_button):
            one.setAutoDefault(True)
            row.addWidget(one)

    def show_step(self, *, is_first: bool, saves: bool) -> None:
        """Shows the buttons of a step; `saves` says whether it can be the last one."""
        self.test_button.setVisible(is_first)
        self.next_button.setVisible(is_first)
        self.back_button.setVisible(not is_first)
        self.save_button.setVisible(saves)

    def say_save(self, text: str) -> None:
        """Calls the last button so."""
        self.save_button.setText(text)
        self.save_button.setAccessibleName(text)

    def make_main(self, main: QPushButton) -> None:
        """Gives one button the colour of the next thing to do."""
        for one in (self.test_button, self.next_button, self.save_button):
            if one.property("main") != (one is main):
                one.setProperty("main", one is main)
                one.style().unpolish(one)
                one.style().polish(one)
