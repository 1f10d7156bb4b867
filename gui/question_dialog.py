"""The one dialog that asks: a question as its title, the consequence below, and verbs on its buttons."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLineEdit, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from gui.theme import GAP, GAP_LARGE, GAP_SMALL
from gui.widgets.buttons import button, danger_button, main_button
from gui.widgets.text import Text


@dataclass(frozen=True, slots=True)
class Choice:
    """One way to answer: its verb; `is_danger` for what cannot be undone."""

    id: str
    verb: str
    is_danger: bool = False


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked. `title` is a question with verb, count and size; `text` says the consequence and until when it can
    be undone. `typed_name` has to be typed before any choice may be taken; `details` is there to select and copy.
    """

    title: str
    text: str
    choices: tuple[Choice, ...]
    typed_name: str = ""
    details: str = ""


class QuestionDialog(QDialog):
    """Shows a question; Cancel is the default, Enter in the name field moves on to the verb."""

    def __init__(self, question: Question, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.question = question
        self.chosen: Choice | None = None
        self.setWindowTitle(self.tr("Bucketdesk"))
        self.setAccessibleName(question.title)
        self.setAccessibleDescription(question.text)
        self.setMinimumWidth(480)
        self.name_field: QLineEdit | None = None
        layout = QVBoxLayout(self)
        layout.setContentsMargins(GAP_LARGE, GAP_LARGE, GAP_LARGE, GAP)
        layout.setSpacing(GAP_SMALL)
        layout.addWidget(Text(question.title, "heading", wraps=True))
        layout.addWidget(Text(question.text, wraps=True))
        if question.details:
            layout.addWidget(self._details())
        if question.typed_name:
            self._add_name_field(layout)
        layout.addStretch(1)
        layout.addSpacing(GAP)
        layout.addLayout(self._buttons())
        self._update_buttons()
        (self.name_field or self.cancel_button).setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        in_field = self.name_field is not None and self.focusWidget() is self.name_field
        if in_field and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if self._name_is_typed():
                self.choice_buttons[0].setFocus()
            return
        super().keyPressEvent(event)

    def _details(self) -> QPlainTextEdit:
        shown = QPlainTextEdit(self.question.details)
        shown.setReadOnly(True)
        shown.setAccessibleName(self.tr("Details"))
        shown.setTabChangesFocus(True)
        shown.setFixedHeight(140)
        return shown

    def _add_name_field(self, layout: QVBoxLayout) -> None:
        name = self.question.typed_name
        layout.addSpacing(GAP_SMALL)
        label = Text(self.tr("Type %1 to confirm:").replace("%1", name), "strong", wraps=True)
        self.name_field = QLineEdit()
        self.name_field.setAccessibleName(label.text())
        self.name_field.textChanged.connect(self._update_buttons)
        label.setBuddy(self.name_field)
        layout.addWidget(label)
        layout.addWidget(self.name_field)

    def _buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(GAP_SMALL)
        row.addStretch(1)
        self.cancel_button = button(self.tr("Cancel"), self.reject)
        self.cancel_button.setAutoDefault(True)
        self.cancel_button.setDefault(True)
        self.choice_buttons = [self._choice_button(choice) for choice in self.question.choices]
        for made in self.choice_buttons:
            made.setAutoDefault(True)  # once the focus is on it, Enter means it, and not Cancel
        row.addWidget(self.cancel_button)
        for made in reversed(self.choice_buttons):
            row.addWidget(made)
        return row

    def _choice_button(self, choice: Choice) -> QPushButton:
        def take() -> None:
            self.chosen = choice
            self.accept()

        if choice.is_danger:
            return danger_button(choice.verb, take)
        return main_button(choice.verb, take) if choice is self.question.choices[0] else button(choice.verb, take)

    def _name_is_typed(self) -> bool:
        return self.name_field is None or self.name_field.text() == self.question.typed_name

    def _update_buttons(self) -> None:
        for made in self.choice_buttons:
            made.setEnabled(self._name_is_typed())
