"""Where the lines of an axis stand, and what is written there: shares, sizes and days."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from PySide6.QtCore import QLocale

from gui import words

Tick = tuple[float, str]
Ticks = Callable[[float, float, int], list[Tick]]
"""From a least and a greatest value, at most so many."""
_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
_UNITS = (("TB", 10**12), ("GB", 10**9), ("MB", 10**6), ("KB", 10**3))


def share_ticks(low: float, high: float, most: int) -> list[Tick]:
    """Shares as percents: round numbers between two shares, at most so many."""
    return [(value, percent(value)) for value in _round_numbers(low, high, most)]


def size_ticks(low: float, high: float, most: int) -> list[Tick]:
    """Bytes in one unit for the whole axis, so that its numbers compare."""
    name, unit = next(((n, u) for n, u in _UNITS if high >= u), ("bytes", 1))
    numbers = _round_numbers(low / unit, high / unit, most)
    digits = 0 if all(abs(n - round(n)) < 1e-9 for n in numbers) else 2 if high / unit < 1 else 1
    return [(n * unit, f"{QLocale().toString(n, 'f', digits)} {name}") for n in numbers]


def number_ticks(low: float, high: float, most: int) -> list[Tick]:
    """Whole numbers."""
    return [(value, words.number(round(value))) for value in _round_numbers(low, high, most) if value == round(value)]


def day_ticks(start: datetime, end: datetime, most: int) -> list[Tick]:
    """Midnights, as far apart as fits, with the year where a new one begins; by seconds since the epoch."""
    days = max(1, math.ceil((end - start) / timedelta(days=1)))
    steps = (1, 2, 7, 14, 30, 61, 91, 182, 365, 730)
    step = next((s for s in steps if days / s <= most), days // most + 1)
    local = start.astimezone()
    moment = local.replace(hour=0, minute=0, second=0, microsecond=0)
    if moment < local:
        moment += timedelta(days=1)
    ticks: list[Tick] = []
    year = 0
    while moment <= end:
        ticks.append((moment.timestamp(), _day(moment, with_year=bool(year) and moment.year != year)))
        year = moment.year
        moment += timedelta(days=step)
    return ticks


def percent(share: float) -> str:
    """0.87 as "87 %", 0.004 as "0.4 %"; what is there is never "0 %"."""
    value = share * 100
    if value and value < 0.1:
        return "< 0.1 %"
    digits = 1 if value < 10 and abs(value - round(value)) > 0.04 else 0
    return f"{QLocale().toString(value, 'f', digits)} %"


def _day(moment: datetime, *, with_year: bool) -> str:
    if with_year:
        return words.day(moment)
    return f"{moment.day} {QLocale().monthName(moment.month, QLocale.FormatType.ShortFormat)}"


def _round_numbers(low: float, high: float, most: int) -> Sequence[float]:
    span = max(high - low, 1e-12)
    rough = span / max(1, most)
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(s * power for s in _STEPS if s * power >= rough * 0.999)
    first = math.ceil(low / step - 1e-9)
    last = math.floor(high / step + 1e-9)
    return [round(n * step, 12) for n in range(first, last + 1)]
