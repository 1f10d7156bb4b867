"""What somebody has to decide about a folder: the file and what stands already, side by side, and the answers."""

from __future__ import annotations

from collections.abc import Coroutine, Mapping
from functools import partial
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QPushButton, QScrollArea, QVBoxLayout, QWidget

from core.errors import CoreError
from core.local_pictures import LocalPictures
from core.pictures import Picture
from core.uploads.queueing.questions import ANSWERS, Answer, AskedFile, Question, read_question
from core.uploads.status.listing import FolderRow
from gui import words
from gui.desk import Desk
from gui.tabs.uploads.states import name_of
from gui.theme import GAP_SMALL, GAP_TINY
from gui.translation import translate
from gui.widgets.buttons import button, quiet_button
from gui.widgets.picture_view import PictureView
from gui.widgets.section import IconLine
from gui.widgets.text import ShortenedText, Text
from gui.widgets.thumbnails import pixmap_of

_WIDTH = 440
_PICTURE_PX = 200
_ICONS: Mapping[Answer, str] = {
    Answer.UPLOAD: "arrow-up",
    Answer.SKIP: "link",
    Answer.RENAME: "text-aa",
    Answer.VERSION: "stack",
    Answer.LEAVE_OUT: "minus-circle",
}


class QuestionDetails(QScrollArea):
    """`answered` carries the kind of question and the answer that somebody gave."""

    answered = Signal(object, object)

    def __init__(self, desk: Desk, pictures: LocalPictures, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk, self._pictures = desk, pictures
        self._folder: FolderRow | None = None
        self.question: Question | None = None
        self._at = 0
        self.setFixedWidth(_WIDTH)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setAccessibleName(self.tr("To decide"))
        self.setProperty("role", "plain")
        self.name = ShortenedText(size="strong")
        self.place = ShortenedText(tone="muted")
        self.asked = IconLine(desk)
        self.mine, self.theirs = PictureView(desk.icons, desk.themes), PictureView(desk.icons, desk.themes)
        self.mine.setAccessibleName(self.tr("The file here"))
        self.theirs.setAccessibleName(self.tr("What stands already"))
        self.mine_name, self.theirs_name = ShortenedText(), ShortenedText()
        self.mine_about, self.theirs_about = Text(size="small", tone="muted"), Text(size="small", tone="muted")
        self.other_button = quiet_button("", self._on_other_clicked)
        self.for_all = Text(tone="muted", wraps=True)
        self.buttons: dict[Answer, QPushButton] = {}
        pair = QGridLayout()
        pair.setHorizontalSpacing(GAP_SMALL)
        pair.setVerticalSpacing(0)
        sides = ((self.mine, self.mine_name, self.mine_about), (self.theirs, self.theirs_name, self.theirs_about))
        for column, (view, name, about) in enumerate(sides):
            view.setFixedHeight(_PICTURE_PX)
            pair.setColumnStretch(column, 1)
            for line, widget in enumerate((view, name, about)):
                pair.addWidget(widget, line, column)
        content = self._content = QWidget()
        column_of_all = QVBoxLayout(content)
        column_of_all.setContentsMargins(0, 0, GAP_SMALL, 0)
        column_of_all.setSpacing(GAP_TINY)
        for widget in (self.name, self.place, self.asked):
            column_of_all.addWidget(widget)
        column_of_all.addSpacing(GAP_SMALL)
        column_of_all.addLayout(pair)
        column_of_all.addWidget(self.other_button)
        column_of_all.addSpacing(GAP_SMALL)
        column_of_all.addWidget(self.for_all)
        for answer in Answer:
            made = self.buttons[answer] = button(verb_of(answer), partial(self._on_answer_clicked, answer))
            made.setToolTip(tip_of(answer))
            desk.icons.put(made, _ICONS[answer])
            column_of_all.addWidget(made)
        column_of_all.addStretch(1)
        self.setWidget(content)
        self.show_folder(None, 0)

    def show_folder(self, folder: FolderRow | None, chosen: int) -> None:
        """Shows what a folder asks; an answer is for so many `chosen` folders."""
        question = read_question(folder.question) if folder is not None else None
        is_other = folder is None or self._folder is None or folder.number != self._folder.number
        self._folder, self.question = folder, question
        self._content.setVisible(question is not None)
        if folder is None or question is None:
            for side in ("mine", "theirs"):
                self._desk.jobs.drop(f"uploads.question.{side}")
            return
        self.name.setText(name_of(folder).replace("\\", "/").rpartition("/")[2])
        self.place.setText(folder.path)
        self.asked.say("question", "warning", question.sentence)
        said = self.tr("The answer is for this folder, and for all of its files that ask.")
        if chosen > 1:
            said = self.tr("The answer is for those of the %Ln chosen folder(s) that ask the same.", "", chosen)
        self.for_all.setText(said)
        for answer, made in self.buttons.items():
            made.setVisible(answer in ANSWERS[question.kind])
        self.other_button.setVisible(len(question.files) > 1)
        if is_other:
            self._show_file(0)

    def _show_file(self, at: int) -> None:
        folder, question = self._folder, self.question
        if folder is None or question is None:
            return
        self._at = at % len(question.files)
        file = question.files[self._at]
        if len(question.files) > 1:
            text = self.tr("File %1 of %2; show the next").replace("%1", words.number(self._at + 1))
            self.other_button.setText(text.replace("%2", words.number(len(question.files))))
        self.mine_name.setText(file.name)
        self.theirs_name.setText(file.stands)
        self.mine_about.setText(" · ".join((self.tr("here"), words.size(file.bytes))))
        self.theirs_about.setText(self.tr("stands already"))
        self._ask("mine", self.mine, self._pictures.picture(Path(folder.path, file.name), _PICTURE_PX * 2))
        self._ask("theirs", self.theirs, self._standing(file))

    def _ask(self, name: str, view: PictureView, question: Coroutine[object, object, Picture]) -> None:
        view.show_words("image", "")

        def show(picture: Picture) -> None:
            view.show_picture(pixmap_of(picture, self._desk))
            about = self.mine_about if view is self.mine else self.theirs_about
            size = f"{picture.full_width} × {picture.full_height}"
            about.setText(f"{about.text()} · {size}")

        def fail(error: Exception) -> None:
            view.show_words("image-square", error.message if isinstance(error, CoreError) else str(error))

        self._desk.jobs.ask(question, show, failed=fail, newest=f"uploads.question.{name}")

    async def _standing(self, file: AskedFile) -> Picture:
        engine = self._desk.engine
        assert engine is not None
        bucket, _, key = file.stands.partition("/")
        return await engine.picture(bucket, key, _PICTURE_PX * 2)

    def _on_other_clicked(self) -> None:
        self._show_file(self._at + 1)

    def _on_answer_clicked(self, answer: Answer) -> None:
        if self.question is not None:
            self.answered.emit(self.question.kind, answer)


def verb_of(answer: Answer) -> str:
    """What the button of an answer says."""
    return {
        Answer.UPLOAD: translate("UploadsQuestions", "Upload all the same"),
        Answer.SKIP: translate("UploadsQuestions", "Use what is stored"),
        Answer.RENAME: translate("UploadsQuestions", "Keep both, under another name"),
        Answer.VERSION: translate("UploadsQuestions", "Keep both, as the next version"),
        Answer.LEAVE_OUT: translate("UploadsQuestions", "Leave the folder out"),
    }[answer]


def tip_of(answer: Answer) -> str:
    """What an answer does."""
    return {
        Answer.UPLOAD: translate("UploadsQuestions", "The same content is then stored twice"),
        Answer.SKIP: translate("UploadsQuestions", "Nothing is sent: rows and receipts name what is stored already"),
        Answer.RENAME: translate(
            "UploadsQuestions", "The file goes up under a name that says by its content which it is"
        ),
        Answer.VERSION: translate("UploadsQuestions", "The file goes up as name-v2, then name-v3"),
        Answer.LEAVE_OUT: translate("UploadsQuestions", "Nothing of it goes up; it stays on this computer"),
    }[answer]
