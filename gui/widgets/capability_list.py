"""What a sign-in may do with a project, line by line: a state as icon, word and colour, a sentence, the next step."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from gui.icons import Icons
from gui.theme import GAP, GAP_SMALL, GAP_TINY
from gui.translation import QT_TRANSLATE_NOOP, translate
from gui.widgets.buttons import button
from gui.widgets.text import Text, hairline

if TYPE_CHECKING:
    from core.capabilities import Capability

_ICON_PX = 18
_STATES = {
    "yes": ("check-circle", "good", QT_TRANSLATE_NOOP("CapabilityList", "yes")),
    "no": ("x-circle", "danger", QT_TRANSLATE_NOOP("CapabilityList", "no")),
    "unknown": ("question", "warning", QT_TRANSLATE_NOOP("CapabilityList", "not known")),
}
Step = tuple[str, Callable[[], None]]


class CapabilityList(QScrollArea):
    """Scrolls when there are many; arrow keys move it. `steps` gives a line of some name a button of its own."""

    def __init__(self, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icons = icons
        self._pictures: list[tuple[QLabel, str, str]] = []
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setProperty("role", "plain")
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(self.tr("What this sign-in may do"))
        icons.loaded.connect(self._draw_icons)

    def say(self, lines: Sequence[Capability], steps: Mapping[str, Step] | None = None) -> None:
        """Replaces all lines."""
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, GAP_SMALL, 0)
        column.setSpacing(GAP_SMALL)
        self._pictures = []
        for number, line in enumerate(lines):
            if number:
                column.addWidget(hairline())
            column.addWidget(self._line(line, (steps or {}).get(line.name)))
        column.addStretch(1)
        self.setWidget(content)
        self._draw_icons()

    def words(self) -> list[str]:
        """What each line says, as it is read out."""
        content = self.widget()
        lines = content.findChildren(QWidget, "capability") if content is not None else []
        return [line.accessibleName() for line in lines]

    def _line(self, line: Capability, step: Step | None) -> QWidget:
        icon, tone, word = _STATES.get(line.state, _STATES["unknown"])
        said = translate("CapabilityList", word)
        made = QWidget()
        made.setObjectName("capability")
        parts = (f"{line.name}: {said}.", line.sentence, line.next_step)
        made.setAccessibleName(" ".join(part for part in parts if part))
        grid = QGridLayout(made)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(GAP_SMALL)
        grid.setVerticalSpacing(GAP_TINY // 2)
        picture = QLabel()
        picture.setFixedSize(_ICON_PX, _ICON_PX)
        self._pictures.append((picture, icon, tone))
        grid.addWidget(picture, 0, 0, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(Text(line.name, "strong"), 0, 1)
        grid.addWidget(Text(said, "strong", tone), 0, 2, Qt.AlignmentFlag.AlignRight)
        grid.setColumnStretch(1, 1)
        for text, text_tone in ((line.sentence, "muted"), (line.next_step, "text")):
            if text:
                grid.addWidget(Text(text, tone=text_tone, wraps=True), grid.rowCount(), 1, 1, 2)
        if step is not None:
            words, act = step
            grid.addWidget(button(words, act), grid.rowCount(), 1, 1, 2, Qt.AlignmentFlag.AlignLeft)
        grid.setContentsMargins(0, 0, GAP, 0)
        return made

    def _draw_icons(self) -> None:
        for picture, icon, tone in self._pictures:
            picture.setPixmap(self._icons.pixmap(icon, tone, _ICON_PX))
