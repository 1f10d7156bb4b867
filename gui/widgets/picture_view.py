"""One picture as large as its place, or a sentence why it cannot be shown."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPaintEvent, QPixmap
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.icons import Icons
from gui.theme import GAP, Themes

_RADIUS = 6


class PictureView(QWidget):
    """Shows a picture, whole, in the middle; while there is none, an icon and a few words."""

    def __init__(self, icons: Icons, themes: Themes, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icons = icons
        self._themes = themes
        self._pixmap: QPixmap | None = None
        self._icon = "image"
        self._text = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(self.tr("Picture"))
        icons.loaded.connect(self.update)
        themes.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(272, 204)

    def show_picture(self, pixmap: QPixmap) -> None:
        """Shows this picture."""
        self._pixmap = pixmap
        self._text = ""
        self.setAccessibleDescription("")
        self.update()

    def show_words(self, icon: str, text: str) -> None:
        """Shows words in place of a picture."""
        self._pixmap, self._icon, self._text = None, icon, text
        self.setAccessibleDescription(text)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        whole = QRectF(self.rect())
        outline = QPainterPath()
        outline.addRoundedRect(whole, _RADIUS, _RADIUS)
        painter.setClipPath(outline)
        colours = self._themes.current
        painter.fillRect(self.rect(), colours.hover)
        if self._pixmap is not None:
            size = self._pixmap.deviceIndependentSize()
            size.scale(whole.size(), Qt.AspectRatioMode.KeepAspectRatio)
            place = QRectF(0, 0, size.width(), size.height())
            place.moveCenter(whole.center())
            painter.drawPixmap(place, self._pixmap, QRectF(self._pixmap.rect()))
            return
        icon = self._icons.pixmap(self._icon, "muted", 40)
        middle = whole.center()
        painter.drawPixmap(round(middle.x()) - 20, round(middle.y()) - 36, icon)
        painter.setPen(colours.muted)
        words = QRectF(whole.left() + GAP, middle.y() + 12, whole.width() - 2 * GAP, whole.height() / 2 - 16)
        painter.drawText(words, Qt.AlignmentFlag.AlignHCenter | Qt.TextFlag.TextWordWrap, self._text)
