"""How capacity is said: levels, spans of time, types, folders and ages in the words of the window."""

from __future__ import annotations

from datetime import timedelta

from core.capacity.breakdown import OTHERS
from core.capacity.models import BucketUse, Forecast, Level, Span
from core.profiles import Profile
from gui import words
from gui.translation import QT_TRANSLATE_NOOP, translate
from gui.widgets.chart.ticks import percent

_DAY = timedelta(days=1)
_MONTH_DAYS, _YEAR_DAYS = 30.44, 365.25
_TYPES = {
    "image/jpeg": "JPEG",
    "image/png": "PNG",
    "image/webp": "WebP",
    "image/gif": "GIF",
    "image/avif": "AVIF",
    "image/heic": "HEIC",
    "image/tiff": "TIFF",
    "image/bmp": "BMP",
    "image/svg+xml": "SVG",
    "application/pdf": "PDF",
    "application/octet-stream": QT_TRANSLATE_NOOP("CapacityWords", "Any bytes"),
}
_AGES = {
    "under a day": QT_TRANSLATE_NOOP("CapacityWords", "under a day"),
    "a day to a week": QT_TRANSLATE_NOOP("CapacityWords", "a day to a week"),
    "a week to a month": QT_TRANSLATE_NOOP("CapacityWords", "a week to a month"),
    "one to three months": QT_TRANSLATE_NOOP("CapacityWords", "one to three months"),
    "three months to a year": QT_TRANSLATE_NOOP("CapacityWords", "three months to a year"),
    "one to two years": QT_TRANSLATE_NOOP("CapacityWords", "one to two years"),
    "over two years": QT_TRANSLATE_NOOP("CapacityWords", "over two years"),
}
_SHORT_AGES = {
    "under a day": QT_TRANSLATE_NOOP("CapacityWords", "< 1 day"),
    "a day to a week": QT_TRANSLATE_NOOP("CapacityWords", "1–7 days"),
    "a week to a month": QT_TRANSLATE_NOOP("CapacityWords", "7–30 days"),
    "one to three months": QT_TRANSLATE_NOOP("CapacityWords", "1–3 months"),
    "three months to a year": QT_TRANSLATE_NOOP("CapacityWords", "3–12 months"),
    "one to two years": QT_TRANSLATE_NOOP("CapacityWords", "1–2 years"),
    "over two years": QT_TRANSLATE_NOOP("CapacityWords", "> 2 years"),
}


def level_of(use: BucketUse) -> tuple[str, str, str]:
    """Where a bucket stands, as icon, words and tone."""
    return {
        Level.OK: ("check-circle", translate("CapacityWords", "Room left"), "good"),
        Level.CLEAN_UP: ("warning", translate("CapacityWords", "Clean-up due"), "warning"),
        Level.OVERFLOW: ("warning-octagon", translate("CapacityWords", "New uploads overflow"), "danger"),
        Level.FULL: ("x-circle", translate("CapacityWords", "Full"), "danger"),
    }[use.level]


def state_of(use: BucketUse) -> str:
    """The words of the last column: the level, and whether new uploads go there."""
    text = level_of(use)[1]
    return text if use.writable else f"{text} · {translate('CapacityWords', 'takes no uploads')}"


def full_in(found: Forecast) -> str:
    """When a bucket is full, in a few words for a cell."""
    if not found.enough:
        return translate("CapacityWords", "too early to say")
    return span_words(found.full)


def span_words(span: Span | None) -> str:
    """19 to 26 days as "19–26 days", months and years where days would be too exact."""
    if span is None:
        return translate("CapacityWords", "not in sight")
    low = span.earliest / _DAY
    high = None if span.latest is None else span.latest / _DAY
    if high is not None and high < 0.5:
        return translate("CapacityWords", "now")
    if low > 2 * _YEAR_DAYS:
        return translate("CapacityWords", "over two years")
    if low > _YEAR_DAYS:
        return translate("CapacityWords", "over a year")
    reach = low if high is None else high
    if reach <= 60:
        return _span(low, high, 1.0, "%Ln day(s)")
    return _span(low, high, _MONTH_DAYS, "%Ln month(s)")


def _span(low: float, high: float | None, unit: float, plural: str) -> str:
    first = round(low / unit)
    last = None if high is None else round(high / unit)
    if last is None:
        return translate("CapacityWords", "%1 or later").replace("%1", translate("CapacityWords", plural, "", first))
    many = translate("CapacityWords", plural, "", last)
    return many if first == last else f"{words.number(first)}–{many}"


def told_plurals() -> tuple[str, str]:
    """The plural forms that `span_words` chooses between, where lupdate finds them."""
    return translate("CapacityWords", "%Ln day(s)", "", 1), translate("CapacityWords", "%Ln month(s)", "", 1)


def a_day(use: BucketUse) -> str:
    """The growth of a day: "+31 MB", "−2 MB", nothing while it is not known."""
    return "–" if use.day_bytes is None else signed_size(round(use.day_bytes))


def signed_size(size_bytes: int) -> str:
    """A size with its sign."""
    if size_bytes == 0:
        return words.size(0)
    return f"{'+' if size_bytes > 0 else '−'}{words.size(abs(size_bytes))}"


def type_name(content_type: str) -> str:
    """A content type as people call it."""
    if content_type == OTHERS:
        return translate("CapacityWords", "Others")
    if not content_type:
        return translate("CapacityWords", "No type")
    return translate("CapacityWords", _TYPES[content_type]) if content_type in _TYPES else content_type


def folder_name(folder: str, inside: str) -> str:
    """A folder as it is called inside another; what lies right in that one is told apart."""
    if folder == OTHERS:
        return translate("CapacityWords", "Others")
    return folder.removeprefix(inside) or translate("CapacityWords", "(no folder)")


def age_name(age: str) -> str:
    """A span of ages in the language of the window."""
    return translate("CapacityWords", _AGES[age]) if age in _AGES else age


def short_age(age: str) -> str:
    """The same, short enough to stand below a bar."""
    return translate("CapacityWords", _SHORT_AGES[age]) if age in _SHORT_AGES else age


def outlook(use: BucketUse, profile: Profile) -> str:
    """What is to be expected of a bucket, a sentence for the heading."""
    name = use.name
    overflow = percent(use.overflow_at)
    family = profile.family_of(name)
    follows = ""
    if family is not None and "overflow" in family.automatic:
        follows = translate("CapacityWords", "; the next bucket of the family then takes new uploads")
    if use.level is Level.FULL:
        return translate("CapacityWords", "%1 is full: clean up, or make an overflow bucket").replace("%1", name)
    if use.level is Level.OVERFLOW:
        said = translate("CapacityWords", "%1 is past %2").replace("%2", overflow).replace("%1", name)
        return said + follows.replace(translate("CapacityWords", " then"), "")
    if not use.forecast.enough:
        return translate("CapacityWords", "A forecast needs seven days of history; each scan adds to it")
    span = use.forecast.overflow
    if span is None:
        return translate("CapacityWords", "No bucket comes near its capacity")
    said = translate("CapacityWords", "%1 will reach %2 in %3")
    return said.replace("%3", span_words(span)).replace("%2", overflow).replace("%1", name) + follows
