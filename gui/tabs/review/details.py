"""The right side: the picture, what it is, why it is here, and what else could be done."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QPushButton, QScrollArea, QVBoxLayout, QWidget

from core.browse import CatalogRow, ObjectRow
from core.errors import CoreError
from core.models import Finding, State
from core.pictures import Picture
from gui import words
from gui.desk import Desk
from gui.tabs.review.columns import key_text, picture_of, row_of
from gui.theme import GAP_SMALL, GAP_TINY
from gui.widgets.buttons import button
from gui.widgets.picture_view import PictureView
from gui.widgets.section import IconLine, Section
from gui.widgets.text import ShortenedText, Text
from gui.widgets.thumbnails import pixmap_of

_WIDTH = 288
_PICTURE_SIDE = 560
Item = Finding | ObjectRow | CatalogRow
Step = tuple[str, str, Callable[[], None]]


class Details(QScrollArea):
    """Shows one item of the table; `show_item(None)` empties it."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self.setFixedWidth(_WIDTH)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(self.tr("Details"))
        self.setProperty("role", "plain")
        self.picture = PictureView(desk.icons, desk.themes)
        self.picture.setFixedHeight(204)
        self.name = ShortenedText(size="strong")
        self.facts = Text(tone="muted", wraps=True)
        self._why = Section(self.tr("WHY IT IS HERE"))
        self._else = Section(self.tr("WHAT ELSE CAN BE DONE"))
        self._content = QWidget()
        column = QVBoxLayout(self._content)
        column.setContentsMargins(0, 0, GAP_SMALL, 0)
        column.setSpacing(GAP_TINY)
        column.addWidget(self.picture)
        column.addSpacing(GAP_TINY)
        column.addWidget(self.name)
        column.addWidget(self.facts)
        column.addSpacing(GAP_SMALL)
        column.addWidget(self._why)
        column.addSpacing(GAP_SMALL)
        column.addWidget(self._else)
        column.addStretch(1)
        self.setWidget(self._content)
        self.show_item(None)

    def show_item(self, item: Item | None, steps: Sequence[Step] = ()) -> None:
        """Shows an item with its evidence; `steps` are (icon, text, act) of what else could be done."""
        self._content.setVisible(item is not None)
        needed = Qt.ScrollBarPolicy.ScrollBarAsNeeded if item is not None else Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        self.setVerticalScrollBarPolicy(needed)
        if item is None:
            return
        if isinstance(item, CatalogRow):
            self._show_row(item)
        else:
            self.name.setText(item.key or row_of(item) if isinstance(item, Finding) else item.key)
            self.facts.setText(" · ".join(_facts(item)))
            self._show_picture(item)
        self._why.say([IconLine(self._desk, *line) for line in self._evidence(item)])
        self._else.say([self._step(*step) for step in steps])
        self._why.title.setText(self.tr("WHY IT IS HERE") if isinstance(item, Finding) else self.tr("WHO NAMES IT"))

    def _step(self, icon: str, text: str, act: Callable[[], None]) -> QPushButton:
        made = button(text, act)
        self._desk.icons.put(made, icon)
        return made

    def _show_row(self, row: CatalogRow) -> None:
        self.name.setText(f"{row.table} {key_text(row.row_key)}")
        self.facts.setText("\n".join(row.references))
        self.picture.show_words("table", self.tr("A row of %1").replace("%1", row.table))

    def _show_picture(self, item: Finding | ObjectRow) -> None:
        engine, place = self._desk.engine, picture_of(item)
        if engine is None or place is None:
            self.picture.show_words("file-dotted", self.tr("There is no such file"))
            return
        self.picture.show_words("image", "")
        question = engine.picture(*place, _PICTURE_SIDE)
        self._desk.jobs.ask(question, self._on_picture, failed=self._on_no_picture, newest="review.picture")

    def _on_picture(self, picture: Picture) -> None:
        self.picture.show_picture(pixmap_of(picture, self._desk))
        size = f"{words.number(picture.full_width)} × {words.number(picture.full_height)}"
        if size not in self.facts.text():
            self.facts.setText(f"{self.facts.text()} · {size}")

    def _on_no_picture(self, error: Exception) -> None:
        text = error.message if isinstance(error, CoreError) else str(error)
        self.picture.show_words("image-square", text)

    def _evidence(self, item: Item) -> list[tuple[str, str, str]]:
        if isinstance(item, Finding):
            proven = item.state is State.OPEN
            lines = [] if proven or not item.why else [("warning", "warning", item.why)]
            return lines + [("check-circle", "good" if proven else "muted", text) for text in item.evidence]
        if isinstance(item, ObjectRow):
            named = self.tr("Named by %Ln row(s)", "", item.rows)
            return [("check-circle" if item.rows else "question", "good" if item.rows else "muted", named)]
        return []


def _facts(item: Finding | ObjectRow) -> list[str]:
    facts = [item.bucket]
    if item.size_bytes is not None:
        facts.append(words.size(item.size_bytes))
    if isinstance(item, ObjectRow):
        facts.append(item.content_type)
    elif item.table:
        facts.append(row_of(item))
    if item.changed is not None:
        facts.append(words.day(item.changed))
    return [fact for fact in facts if fact]
