"""Numbers, sizes, times and durations as people write them, in the system's own language settings."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from PySide6.QtCore import QLocale

from gui.translation import translate


def use_readable_locale() -> None:
    """A system without language settings gets British ones, so that numbers are grouped and dates readable."""
    if QLocale.system().language() == QLocale.Language.C:
        QLocale.setDefault(QLocale(QLocale.Language.English, QLocale.Country.UnitedKingdom))


def number(value: int) -> str:
    """12480 as "12,480"."""
    return QLocale().toString(value)


def size(size_bytes: int) -> str:
    """4300000 as "4.3 MB"; whole numbers below a megabyte."""
    digits = 0 if size_bytes < 1_000_000 else 1
    return QLocale().formattedDataSize(size_bytes, digits, QLocale.DataSizeFormat.DataSizeSIFormat).replace("kB", "KB")


def exact_size(size_bytes: int) -> str:
    """4300000 as "4,300,000 bytes", for tooltips."""
    return translate("Words", "%Ln byte(s)", "", size_bytes)


def clock(moment: datetime, now: datetime | None = None) -> str:
    """The local time: "14:02" of today, "9 Jun 2026 14:02" of another day."""
    local = moment.astimezone()
    today = (now or datetime.now(local.tzinfo)).astimezone().date()
    if local.date() == today:
        return f"{local:%H:%M}"
    return f"{day(moment)} {local:%H:%M}"


def day(moment: datetime) -> str:
    """The local day: "9 Jun 2026"."""
    local = moment.astimezone()
    return f"{local.day} {QLocale().monthName(local.month, QLocale.FormatType.ShortFormat)} {local.year}"


def utc(moment: datetime) -> str:
    """The moment in UTC, for tooltips: "2026-06-09 12:02:33 UTC"."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def duration(seconds: float) -> str:
    """5 as "0:05", 3725 as "1:02:05"."""
    whole = timedelta(seconds=round(seconds))
    minutes, rest = divmod(int(whole.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def took(seconds: float) -> str:
    """0.42 as "0.4 s", 65 as "1:05": how long something took."""
    return f"{QLocale().toString(seconds, 'f', 1)} s" if seconds < 60 else duration(seconds)


def rate(per_second: float) -> str:
    """12412.3 as "12,412", 3.21 as "3.2": how many a second."""
    return number(round(per_second)) if per_second >= 10 else QLocale().toString(per_second, "f", 1)
