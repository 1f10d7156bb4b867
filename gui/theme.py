"""The colours, fonts and distances of the window: one palette per theme, following the system while it runs."""

from __future__ import annotations

from dataclasses import dataclass, fields

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QPalette
from PySide6.QtWidgets import QApplication, QWidget

from gui.stylesheet import sheet

GAP_TINY, GAP_SMALL, GAP, GAP_LARGE = 4, 8, 16, 24
ROW_HEIGHT = 28

# Six colours that the colour-blind can tell apart: M. Okabe and K. Ito, "Color Universal Design" (2008).
SERIES = ("#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7", "#56B4E9")


@dataclass(frozen=True, slots=True)
class Theme:
    """Every colour by its job, as `#rrggbb`; text on its ground is at least 4.5 : 1, outlines of controls 3 : 1."""

    name: str
    background: str
    surface: str
    raised: str
    text: str
    muted: str
    hairline: str
    outline: str
    hover: str
    selection: str
    accent: str
    accent_hover: str
    on_accent: str
    link: str
    good: str
    warning: str
    danger: str
    on_danger: str

    @property
    def is_dark(self) -> bool:
        """Whether light text stands on a dark ground."""
        return QColor(self.background).lightness() < 128

    def colours(self) -> dict[str, str]:
        """All colours by name, for the style sheet."""
        return {field.name: getattr(self, field.name) for field in fields(self)}


LIGHT = Theme(
    name="light",
    background="#fafaf8",
    surface="#ffffff",
    raised="#ffffff",
    text="#1b1c1e",
    muted="#5c6166",
    hairline="#e3e3df",
    outline="#8a8e93",
    hover="#f0f1ee",
    selection="#dfecf8",
    accent="#1f6cb0",
    accent_hover="#195c97",
    on_accent="#ffffff",
    link="#1a5f9e",
    good="#1d7a34",
    warning="#8a5a00",
    danger="#b3261e",
    on_danger="#ffffff",
)
DARK = Theme(
    name="dark",
    background="#17181b",
    surface="#1d1f23",
    raised="#24262b",
    text="#e6e8eb",
    muted="#a0a6ad",
    hairline="#303338",
    outline="#757b83",
    hover="#282b30",
    selection="#223a52",
    accent="#5aa9ea",
    accent_hover="#78baf0",
    on_accent="#0c1218",
    link="#74b8f0",
    good="#6cc382",
    warning="#e0a63c",
    danger="#f28b82",
    on_danger="#1c0d0c",
)


def palette_of(theme: Theme) -> QPalette:
    """The palette of a theme, disabled colours included."""
    roles = {
        QPalette.ColorRole.Window: theme.background,
        QPalette.ColorRole.WindowText: theme.text,
        QPalette.ColorRole.Base: theme.surface,
        QPalette.ColorRole.AlternateBase: theme.background,
        QPalette.ColorRole.Text: theme.text,
        QPalette.ColorRole.Button: theme.raised,
        QPalette.ColorRole.ButtonText: theme.text,
        QPalette.ColorRole.BrightText: theme.danger,
        QPalette.ColorRole.Highlight: theme.selection,
        QPalette.ColorRole.HighlightedText: theme.text,
        QPalette.ColorRole.Accent: theme.accent,
        QPalette.ColorRole.Link: theme.link,
        QPalette.ColorRole.LinkVisited: theme.link,
        QPalette.ColorRole.PlaceholderText: theme.muted,
        QPalette.ColorRole.ToolTipBase: theme.raised,
        QPalette.ColorRole.ToolTipText: theme.text,
        QPalette.ColorRole.Light: theme.raised,
        QPalette.ColorRole.Midlight: theme.hover,
        QPalette.ColorRole.Mid: theme.hairline,
        QPalette.ColorRole.Dark: theme.outline,
        QPalette.ColorRole.Shadow: theme.hairline,
    }
    palette = QPalette()
    for role, colour in roles.items():
        palette.setColor(role, QColor(colour))
    for role in (QPalette.ColorRole.WindowText, QPalette.ColorRole.Text, QPalette.ColorRole.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, role, QColor(theme.outline))
    return palette


def heading_font(widget: QWidget) -> QFont:
    """The widget's own font at 1.4 times its size, half bold."""
    return _scaled(widget, 1.4, QFont.Weight.DemiBold)


def small_font(widget: QWidget) -> QFont:
    """The widget's own font at 0.9 times its size."""
    return _scaled(widget, 0.9, QFont.Weight.Normal)


def strong_font(widget: QWidget) -> QFont:
    """The widget's own font, half bold."""
    return _scaled(widget, 1.0, QFont.Weight.DemiBold)


def _scaled(widget: QWidget, factor: float, weight: QFont.Weight) -> QFont:
    font = QFont(QApplication.font())
    if font.pointSizeF() > 0:
        font.setPointSizeF(font.pointSizeF() * factor)
    else:
        font.setPixelSize(round(font.pixelSize() * factor))
    font.setWeight(weight)
    return font


def use_tabular_numbers(app: QApplication) -> None:
    """Gives all digits one width, so that numbers stand still while they count."""
    font = app.font()
    font.setFeature(QFont.Tag.fromString("tnum"), 1)
    app.setFont(font)


class Themes(QObject):
    """Which theme is in force; follows the system unless a person chose one."""

    changed = Signal()

    def __init__(self, app: QApplication) -> None:
        super().__init__(app)
        self._app = app
        self.current = LIGHT
        self._applied: Theme | None = None
        app.setStyle("Fusion")
        use_tabular_numbers(app)
        app.styleHints().colorSchemeChanged.connect(self._on_scheme_changed)

    def choose(self, choice: str) -> None:
        """Puts `light`, `dark` or (`system`) the system's own scheme in force."""
        wanted = {"light": Qt.ColorScheme.Light, "dark": Qt.ColorScheme.Dark}.get(choice, Qt.ColorScheme.Unknown)
        hints = self._app.styleHints()
        hints.setColorScheme(wanted)
        self._apply(wanted if wanted is not Qt.ColorScheme.Unknown else hints.colorScheme())

    def _on_scheme_changed(self, scheme: Qt.ColorScheme) -> None:
        self._apply(scheme)

    def _apply(self, scheme: Qt.ColorScheme) -> None:
        theme = DARK if scheme is Qt.ColorScheme.Dark else LIGHT
        if theme is self._applied:
            return
        self.current = self._applied = theme
        self._app.setPalette(palette_of(theme))
        self._app.setStyleSheet(sheet(theme.colours()))
        self.changed.emit()
