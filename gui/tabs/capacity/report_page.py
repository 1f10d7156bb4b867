"""What the report shows of what the tab knows; its charts are drawn anew for white paper, whatever is in sight."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt

from core.capacity.alerts import update
from core.capacity.models import Breakdown, BucketUse, Capacity, Sample
from gui.desk import Desk
from gui.tabs.capacity.cards import Card
from gui.tabs.capacity.headings import heading_of
from gui.tabs.capacity.report import Drawing, Page
from gui.tabs.capacity.series import bars_of, course_of
from gui.theme import LIGHT
from gui.translation import translate

if TYPE_CHECKING:
    from gui.widgets.chart.charted import Charted

_PAPER = (400, 280)
_MOST_STEPS = 5


def page_of(
    desk: Desk,
    found: Capacity,
    known: Mapping[str, Breakdown],
    cards: Sequence[Card],
    use: BucketUse | None,
    samples: Sequence[Sample],
    days_ahead: int,
) -> Page | None:
    """The page, with `use` over time where there is any history of it; None while no project is open or nothing was
    measured. The charts must have been imported."""
    engine = desk.engine
    if engine is None or found.at is None:
        return None
    drawings = [_bars(desk, found, known)]
    if use is not None and samples:
        drawings.append(_course(desk, use, samples, days_ahead))
    alerts = update((), found.buckets, datetime.now(UTC))
    steps = tuple(f"{alert.what} {alert.next_step}" for alert in alerts[:_MOST_STEPS])
    title, outlook = heading_of(found, engine.profile)
    return Page(engine.profile.name, title, tuple(outlook.split(" · ")), found, cards, drawings, steps)


def _bars(desk: Desk, found: Capacity, known: Mapping[str, Breakdown]) -> Drawing:
    from gui.widgets.chart.bars import StackedBars

    chart = StackedBars(desk.themes, "")
    _lay(chart)
    bars = bars_of(found.buckets, known, LIGHT.outline)
    chart.show_bars(bars.bars, [colour for _, colour in bars.legend])
    title = translate("Report", "Buckets by type, share of capacity")
    return Drawing(title, tuple(entry for entry in bars.legend if entry[0]), chart)


def _course(desk: Desk, use: BucketUse, samples: Sequence[Sample], days_ahead: int) -> Drawing:
    from gui.widgets.chart.course import CourseChart

    chart = CourseChart(desk.themes, "")
    _lay(chart)
    chart.show_course(course_of(use, samples, days_ahead))
    title = translate("Report", "%1 over time, and ahead").replace("%1", use.name)
    return Drawing(title, (), chart)


def _lay(chart: Charted) -> None:
    """Qt lays out only what it shows; this is shown, but nowhere."""
    chart.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen)
    chart.resize(*_PAPER)
    chart.show()
