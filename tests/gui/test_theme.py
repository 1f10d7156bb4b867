"""Both themes can be read by everybody."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QColor

from gui.theme import DARK, LIGHT, Theme


def contrast(one: str, other: str) -> float:
    """WCAG 2.2, relative luminance and contrast ratio."""

    def luminance(colour: str) -> float:
        parts = QColor(colour).getRgbF()[:3]
        red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
@pytest.mark.parametrize("tone", ["text", "muted", "link", "good", "warning", "danger"])
def test_text_stands_out_four_and_a_half_times_from_every_ground(theme: Theme, tone: str) -> None:
    colour = theme.colours()[tone]
    for ground in (theme.background, theme.surface, theme.raised, theme.hover, theme.selection):
        assert contrast(colour, ground) >= 4.5, (tone, ground)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
def test_what_can_be_pressed_and_ticked_is_seen(theme: Theme) -> None:
    assert contrast(theme.on_accent, theme.accent) >= 4.5
    assert contrast(theme.on_accent, theme.accent_hover) >= 4.5
    assert contrast(theme.on_danger, theme.danger) >= 4.5
    for ground in (theme.background, theme.surface, theme.selection):
        assert contrast(theme.outline, ground) >= 2.6, "an empty check box"
        assert contrast(theme.accent, ground) >= 3, "a focus ring"
