"""The columns of the buckets, and of the tables that mirror a chart."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from PySide6.QtGui import QPixmap

from core.capacity.models import BucketUse
from gui import words
from gui.icons import Icons
from gui.table_model import Column
from gui.tabs.capacity import wording
from gui.theme import Themes
from gui.translation import translate
from gui.widgets.bar_picture import WIDTH as BAR_WIDTH
from gui.widgets.bar_picture import bar_picture
from gui.widgets.chart.ticks import percent


@dataclass(frozen=True, slots=True)
class Line:
    """One value of a chart as a table says it: a name, how many, how much, and the share of the whole."""

    name: str
    objects: int | None
    bytes: int
    share: float | None
    order: float = 0.0


BUCKET_KEYS: Mapping[str, Callable[[BucketUse], str | float]] = {
    "bucket": lambda use: use.name.casefold(),
    "family": lambda use: use.family.casefold(),
    "share": lambda use: use.share,
    "bytes": lambda use: use.bytes,
    "objects": lambda use: use.objects,
    "day": lambda use: use.day_bytes or 0.0,
    "full": lambda use: _when_full(use),
    "waiting": lambda use: use.reclaimable_bytes,
    "public": lambda use: use.public,
    "state": lambda use: use.share,
}
LINE_KEYS: Mapping[str, Callable[[Line], str | float]] = {
    "name": lambda line: line.order if line.order else line.name.casefold(),
    "objects": lambda line: line.objects or 0,
    "bytes": lambda line: line.bytes,
    "share": lambda line: line.share or 0.0,
}


def bucket_columns(icons: Icons, themes: Themes) -> tuple[Column[BucketUse], ...]:
    """What a manager asks of a bucket."""
    return (
        Column("bucket", _said("Bucket"), lambda use: use.name, _about,
               lambda use: icons.pixmap(*_sign(use), 18), "bucket", "patient-images-12", cut_middle=True),
        Column("family", _said("Family"), lambda use: use.family or "–", _family, None, "family",
               "patient-images", cut_middle=True, gives_way=2),
        Column("share", _said("Share of capacity"), lambda use: percent(use.share), _share,
               lambda use: share_bar(themes, use), "share", "< 0.1 %", icon_px=BAR_WIDTH),
        Column("bytes", _said("Stored"), lambda use: words.size(use.bytes), lambda use: words.exact_size(use.bytes),
               None, "bytes", "999.9 MB", is_number=True),
        Column("objects", _said("Objects"), lambda use: words.number(use.objects), None, None, "objects",
               "99,999,999", is_number=True),
        Column("day", _said("A day"), wording.a_day, _rate, None, "day", "+999.9 MB", is_number=True),
        Column("full", _said("Full in"), lambda use: wording.full_in(use.forecast), _forecast, None, "full",
               "too early to say"),
        Column("waiting", _said("In quarantine"), _waiting, lambda use: words.exact_size(use.reclaimable_bytes), None,
               "waiting", "999.9 MB", is_number=True, gives_way=1),
        Column("public", _said("Access"), _access, None, None, "public", "Private", gives_way=3),
        Column("state", _said("State"), wording.state_of, None, None, "state", "New uploads", stretches=True),
    )  # fmt: skip


def line_columns(name: str, *, with_objects: bool = True, share: str = "") -> tuple[Column[Line], ...]:
    """The columns of a table that mirrors a chart; `name` is the title of the first."""
    columns: list[Column[Line]] = [
        Column("name", name, lambda line: line.name, sort="name", sample="patient-images/2026", cut_middle=True,
               stretches=True),
        Column("bytes", _said("Size"), lambda line: words.size(line.bytes), lambda line: words.exact_size(line.bytes),
               None, "bytes", "999.9 MB", is_number=True),
    ]  # fmt: skip
    if with_objects:
        columns.insert(1, Column("objects", _said("Objects"), _count, None, None, "objects", "9,999,999", True))
    title = share or _said("Share")
    columns.append(Column("share", title, _part, None, None, "share", "99.9 %", is_number=True))
    return tuple(columns)


def share_bar(themes: Themes, use: BucketUse) -> QPixmap:
    """A bar as long as the share, in the tone of the level, on its whole length."""
    theme, tone = themes.current, wording.level_of(use)[2]
    colour = theme.accent if tone == "good" else theme.colours()[tone]
    return bar_picture(use.share, colour, theme.hairline)


def _said(text: str) -> str:
    return translate("CapacityColumns", text)


def _sign(use: BucketUse) -> tuple[str, str]:
    icon, _, tone = wording.level_of(use)
    return icon, tone


def _about(use: BucketUse) -> str:
    access = _access(use)
    return f"{use.name} · {access}" + (f" · {use.region}" if use.region else "")


def _access(use: BucketUse) -> str:
    return translate("CapacityColumns", "Public") if use.public else translate("CapacityColumns", "Private")


def _family(use: BucketUse) -> str:
    if use.family:
        return use.family
    return translate("CapacityColumns", "In no family of the profile: the usual capacity and thresholds hold")


def _share(use: BucketUse) -> str:
    text = translate("CapacityColumns", "%1 of %2; clean-up from %3, overflow from %4")
    held = use.bytes + use.kept_versions_bytes
    for place, value in (
        ("%1", words.size(held)),
        ("%2", words.size(use.capacity_bytes)),
        ("%3", percent(use.cleanup_at)),
        ("%4", percent(use.overflow_at)),
    ):
        text = text.replace(place, value)
    if use.kept_versions:
        kept = translate("CapacityColumns", "%Ln archived version(s) among it", "", use.kept_versions)
        text = f"{text}\n{kept}: {words.size(use.kept_versions_bytes)}"
    return text


def _rate(use: BucketUse) -> str:
    found = use.forecast
    if not found.enough:
        return translate("CapacityColumns", "Under seven days of history")
    text = translate("CapacityColumns", "%1 to %2 a day, four times in five")
    low, high = (wording.signed_size(round(rate)) for rate in (found.rate_low, found.rate_high))
    return text.replace("%1", low).replace("%2", high)


def _forecast(use: BucketUse) -> str:
    found = use.forecast
    if not found.enough:
        return translate("CapacityColumns", "Under seven days of history")
    text = translate("CapacityColumns", "%1: %2\n%3: %4\nFull: %5\nfour times in five")
    for place, value in (
        ("%1", percent(use.cleanup_at)),
        ("%2", wording.span_words(found.clean_up)),
        ("%3", percent(use.overflow_at)),
        ("%4", wording.span_words(found.overflow)),
        ("%5", wording.span_words(found.full)),
    ):
        text = text.replace(place, value)
    return text


def _when_full(use: BucketUse) -> float:
    full = use.forecast.full
    if full is None:
        return float("inf")
    return (full.middle or full.earliest).total_seconds()


def _waiting(use: BucketUse) -> str:
    return words.size(use.reclaimable_bytes) if use.reclaimable_bytes else ""


def _count(line: Line) -> str:
    return "" if line.objects is None else words.number(line.objects)


def _part(line: Line) -> str:
    return "" if line.share is None else percent(line.share)
