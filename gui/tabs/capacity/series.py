"""From capacity, history and breakdown to what the charts draw and what the tables beside them say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from core.capacity.forecast import expected
from core.capacity.models import Breakdown, BucketUse, Part, Sample
from gui import words
from gui.tabs.capacity import wording
from gui.tabs.capacity.columns import Line
from gui.theme import SERIES
from gui.translation import translate
from gui.widgets.chart.shapes import Bar, Course, Level
from gui.widgets.chart.ticks import percent
from gui.widgets.chart.treemap import Tile

MOST_BARS = 8
_NAMED_TYPES = 5
_TINY = 0.02
"""A course that stays below this share of the capacity is drawn in bytes: as a share it would say nothing."""
_DAY = 86_400.0
_KEPT, _UNSEEN, _REST = "\0kept", "\0unseen", "\0rest"


@dataclass(frozen=True, slots=True)
class Bars:
    """The bars, and for each colour what it stands for ("" where nothing has it) and the colour; `buckets` are the
    names behind the bars, '' for the others; `lines` say the same as a table."""

    bars: tuple[Bar, ...]
    legend: tuple[tuple[str, str], ...]
    buckets: tuple[str, ...]
    lines: tuple[Line, ...]


def levels_of(use: BucketUse) -> tuple[Level, ...]:
    """The thresholds of a bucket."""
    overflow = translate("CapacitySeries", "overflow %1").replace("%1", percent(use.overflow_at))
    clean_up = translate("CapacitySeries", "clean-up %1").replace("%1", percent(use.cleanup_at))
    return Level(use.cleanup_at, clean_up, "warning"), Level(use.overflow_at, overflow, "danger")


def bars_of(buckets: Sequence[BucketUse], known: Mapping[str, Breakdown], grey: str) -> Bars:
    """A bar for each bucket, the fullest first; of many, all but the fullest are summed up in the last one."""
    shown = buckets if len(buckets) <= MOST_BARS else buckets[: MOST_BARS - 1]
    rest = buckets[len(shown) :]
    parts = {use.name: _type_bytes(use, known.get(use.name)) for use in shown}
    legend, order = _legend(parts.values(), grey)
    bars, lines = [], []
    for use in shown:
        by_type = _merged(parts[use.name], order)
        shares = tuple(by_type[kind] / max(1, use.capacity_bytes) for kind in order)
        told = [f"{use.name}: {percent(use.share)}", *(_told_part(k, by_type[k]) for k in order if by_type[k])]
        bars.append(Bar(use.name, shares, percent(use.share), "\n".join(told), levels_of(use)))
        for kind in order:
            if by_type[kind]:
                share = by_type[kind] / max(1, use.capacity_bytes)
                lines.append(Line(f"{use.name} · {_name(kind)}", None, by_type[kind], share))
    if rest:
        bars.append(_bar_of_rest(rest, order))
    used = [any(bar.parts[n] for bar in bars) for n in range(len(order))]
    key = tuple(entry if is_used else ("", entry[1]) for entry, is_used in zip(legend, used, strict=True))
    return Bars(tuple(bars), key, (*(use.name for use in shown), *([""] if rest else [])), tuple(lines))


def _bar_of_rest(rest: Sequence[BucketUse], order: Sequence[str]) -> Bar:
    held = sum(use.bytes + use.kept_versions_bytes for use in rest)
    room = max(1, sum(use.capacity_bytes for use in rest))
    name = translate("CapacitySeries", "%Ln other(s)", "", len(rest))
    place = order.index(_UNSEEN)
    shares = tuple(held / room if n == place else 0.0 for n in range(len(order)))
    told = translate("CapacitySeries", "%1: %2 of %3 together")
    for mark, value in (("%1", name), ("%2", words.size(held)), ("%3", words.size(room))):
        told = told.replace(mark, value)
    return Bar(name, shares, percent(held / room), told)


def _type_bytes(use: BucketUse, breakdown: Breakdown | None) -> dict[str, int]:
    """What a bucket holds by type. Measured may be more than was scanned: the scan tells the proportions."""
    found: dict[str, int] = {}
    scanned = sum(part.bytes for part in breakdown.types) if breakdown else 0
    if breakdown is None or not scanned:
        found[_UNSEEN] = use.bytes
    else:
        for part in breakdown.types:
            found[part.name] = found.get(part.name, 0) + round(part.bytes * use.bytes / scanned)
    if use.kept_versions_bytes:
        found[_KEPT] = use.kept_versions_bytes
    return found


def _legend(parts: Iterable[Mapping[str, int]], grey: str) -> tuple[list[tuple[str, str]], list[str]]:
    totals: dict[str, int] = {}
    for found in parts:
        for kind, size in found.items():
            totals[kind] = totals.get(kind, 0) + size
    totals.pop(_UNSEEN, None)
    named = sorted(totals, key=lambda kind: (-totals[kind], kind))[:_NAMED_TYPES]
    order = [*named, *([_REST] if len(totals) > len(named) else []), _UNSEEN]
    colours = [*SERIES[: len(named)], *([SERIES[5]] if _REST in order else []), grey]
    return [(_name(kind), colour) for kind, colour in zip(order, colours, strict=True)], order


def _merged(found: Mapping[str, int], order: Sequence[str]) -> dict[str, int]:
    merged = dict.fromkeys(order, 0)
    for kind, size in found.items():
        merged[kind if kind in merged else _REST] += size
    return merged


def _name(kind: str) -> str:
    special = {
        _KEPT: translate("CapacitySeries", "Archived versions"),
        _UNSEEN: translate("CapacitySeries", "Type not known"),
        _REST: translate("CapacitySeries", "Others"),
    }
    return special.get(kind) or wording.type_name(kind)


def _told_part(kind: str, size: int) -> str:
    return f"{_name(kind)} {words.size(size)}"


def course_of(use: BucketUse, samples: Sequence[Sample], days_ahead: int) -> Course:
    """A bucket's use over time and what is to be expected of it, as shares of its capacity."""
    held = [sample.bytes + sample.kept_versions_bytes for sample in samples]
    times = [sample.at.timestamp() for sample in samples]
    sizes = max(held, default=0) < _TINY * use.capacity_bytes
    unit = 1.0 if sizes else 1.0 / max(1, use.capacity_bytes)
    ahead: list[tuple[float, float, float, float]] = []
    if use.forecast.enough and samples:
        start = max(times[-1], use.forecast.at.timestamp())
        for day in range(1, days_ahead + 1):
            low, middle, high = expected(use.forecast, held[-1], float(day))
            ahead.append((start + day * _DAY, low * unit, middle * unit, high * unit))

    def told(number: int) -> str:
        if number < len(samples):
            return _told_sample(samples[number], use)
        time, low, middle, high = ahead[number - len(samples)]
        return _told_ahead(time, low / unit, middle / unit, high / unit, use)

    levels = () if sizes else levels_of(use)
    return Course(
        times,
        [size * unit for size in held],
        told,
        tuple(ahead),
        levels,
        translate("CapacitySeries", "today"),
        sizes,
    )


def _told_sample(sample: Sample, use: BucketUse) -> str:
    held = sample.bytes + sample.kept_versions_bytes
    objects = translate("CapacitySeries", "%Ln object(s)", "", sample.objects)
    return f"{words.clock(sample.at)}\n{percent(held / max(1, use.capacity_bytes))} · {words.size(held)} · {objects}"


def _told_ahead(time: float, low: float, middle: float, high: float, use: BucketUse) -> str:
    text = translate("CapacitySeries", "%1\nabout %2 · %3 to %4, four times in five")
    day = words.day(datetime.fromtimestamp(time, UTC))
    room = max(1, use.capacity_bytes)
    for mark, value in (
        ("%1", day),
        ("%2", percent(middle / room)),
        ("%3", percent(low / room)),
        ("%4", percent(high / room)),
    ):
        text = text.replace(mark, value)
    return text


def history_lines(use: BucketUse, samples: Sequence[Sample]) -> list[Line]:
    """The same as a table, the newest first; of what was seen within one minute the last."""
    newest_first: list[Line] = []
    minute = -1
    for sample in reversed(samples):
        at = sample.at.timestamp()
        if at // 60 == minute:
            continue
        minute = int(at // 60)
        held = sample.bytes + sample.kept_versions_bytes
        newest_first.append(Line(words.clock(sample.at), sample.objects, held, held / max(1, use.capacity_bytes), at))
    return newest_first


def lines_of(parts: Sequence[Part], names: Sequence[str], *, ordered: bool = False) -> list[Line]:
    """Parts of a whole as a table."""
    whole = max(1, sum(part.bytes for part in parts))
    return [
        Line(name, part.objects, part.bytes, part.bytes / whole, float(n) if ordered else 0.0)
        for n, (part, name) in enumerate(zip(parts, names, strict=True), 1)
    ]


def part_bars(lines: Sequence[Line], names: Sequence[str]) -> list[Bar]:
    """Parts of a whole as bars of sizes."""
    return [
        Bar(name, (float(line.bytes),), words.size(line.bytes), told_line(line))
        for name, line in zip(names, lines, strict=True)
    ]


def tiles_of(lines: Sequence[Line]) -> list[Tile]:
    """Parts of a whole as tiles."""
    return [Tile(line.name, float(line.bytes), _short(line), told_line(line)) for line in lines]


def told_line(line: Line) -> str:
    """A line of a table in words."""
    share = "" if line.share is None else f" · {percent(line.share)}"
    objects = "" if line.objects is None else " · " + translate("CapacitySeries", "%Ln object(s)", "", line.objects)
    return f"{line.name}\n{words.size(line.bytes)}{share}{objects}"


def _short(line: Line) -> str:
    return words.size(line.bytes) if line.share is None else f"{words.size(line.bytes)} · {percent(line.share)}"
