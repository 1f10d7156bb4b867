"""What the Capacity tab says where there is little to show, and what it does where there is very much."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from PySide6.QtWidgets import QApplication, QPushButton

from core import places
from core.capacity.models import BucketUse, Capacity, Forecast, Level
from core.changes import Change
from core.errors import NotAllowed, Unavailable
from core.profiles import Family, Profile
from gui.remembered import Remembered
from gui.tabs.capacity.ranges import Ranges
from gui.tabs.capacity.tab import CapacityTab
from tests.gui.desks import MOMENT, Desktop, FakeEngine

NOTHING_KNOWN = Forecast(MOMENT, False, 0.0, 0.0, 0.0, None, None, None)
PROFILE = Profile("clinic", "local", Path("s"), Path("c.db"))


def use(name: str, share: float = 0.1, family: str = "") -> BucketUse:
    return BucketUse(
        name, family, "", False, 1, int(share * 1e9), 0, 0, 0, 10**9, 0.85, 0.95, share, Level.OK, None, NOTHING_KNOWN
    )


class MeasuredEngine(FakeEngine):
    """An engine whose buckets are whatever the test says."""

    found = Capacity(None, (), 0)
    trouble: Exception | None = None

    async def capacity(self) -> Capacity:
        if self.trouble is not None:
            raise self.trouble
        return self.found

    async def bucket_history(self, *_: object) -> tuple[object, ...]:
        return ()

    async def breakdown(self, *_: object) -> object:
        raise NotAllowed("No scan has seen it.", "")


async def opened(qapp: QApplication, engine: MeasuredEngine) -> tuple[Desktop, CapacityTab]:
    desktop = Desktop(qapp, engine)
    await desktop.open(tab="capacity")
    tab = desktop.window.tabs.current
    assert isinstance(tab, CapacityTab)
    return desktop, tab


def steps(tab: CapacityTab) -> list[str]:
    return [one.text() for one in tab.empty.findChildren(QPushButton) if one.isVisible()]


async def test_each_way_to_have_nothing_has_its_own_words_and_one_next_step(qapp: QApplication) -> None:
    engine = MeasuredEngine(PROFILE)
    desktop, tab = await opened(qapp, engine)
    says = tab.empty.title
    assert says.text() == "This project has no buckets" and steps(tab) == ["Make a family…"]
    engine.profile = replace(PROFILE, families=(Family("images"),))
    told = ["Choose files…"]
    for capacity, trouble, title, step in (
        (Capacity(None, (), 0), None, "This project has no buckets", told),
        (Capacity(None, (use("a"),), 0), None, "Nothing has been measured yet", ["Scan now"]),
        (Capacity(None, (), 0), Unavailable("No network.", "Wait."), "The project cannot be reached", ["Try again"]),
        (Capacity(None, (), 0), NotAllowed("Not yours.", ""), "Not allowed", []),
    ):
        engine.found, engine.trouble = capacity, trouble
        engine.changes.say(Change.CAPACITY)
        await desktop.settle()
        assert (says.text(), steps(tab)) == (title, step)
        assert not desktop.desk.actions["capacity_report"].isEnabled()
    engine.found, engine.trouble = Capacity(MOMENT, (use("lone"),), 0), None
    engine.changes.say(Change.CAPACITY)
    await desktop.settle()
    assert tab.table.rows.rowCount() == 1 and tab.use is not None and tab.use.family == ""
    assert not desktop.desk.actions["next_bucket"].isEnabled()
    assert "no family" in desktop.desk.actions["next_bucket"].toolTip()
    engine.trouble = Unavailable("No network.", "Wait.")  # what was measured before stays in sight
    engine.changes.say(Change.CAPACITY)
    await desktop.settle()
    assert tab.table.isVisible() and tab.heading.subtitle.text() == "No network."
    await desktop.close()


async def test_what_a_folder_or_a_profile_that_only_looks_cannot_do_is_off_and_says_why(qapp: QApplication) -> None:
    engine = MeasuredEngine(PROFILE)
    engine.found = Capacity(MOMENT, (use("a", family="a"),), 0)
    desktop, _ = await opened(qapp, engine)
    actions = desktop.desk.actions
    for name in ("make_public", "change_limits"):
        assert not actions[name].isEnabled() and "folder" in actions[name].toolTip()
    assert actions["empty_bucket"].isEnabled()
    await desktop.close()

    engine = MeasuredEngine(replace(PROFILE, kind="practice", read_only=True))
    engine.found = Capacity(MOMENT, (use("a", family="a"),), 0)
    desktop, _ = await opened(qapp, engine)
    actions = desktop.desk.actions
    for name in ("make_public", "change_limits", "next_bucket", "empty_bucket", "upload_files", "clean_all"):
        assert not actions[name].isEnabled() and "read-only" in actions[name].toolTip()
    assert actions["estimate_bucket"].isEnabled() and actions["review_bucket"].isEnabled()
    await desktop.close()

    engine = MeasuredEngine(replace(PROFILE, kind="practice"), obstacle="You are signed in as staff.")
    engine.found = Capacity(MOMENT, (use("a", family="a"),), 0)
    desktop, _ = await opened(qapp, engine)
    actions = desktop.desk.actions
    assert not actions["make_public"].isEnabled() and "staff" in actions["make_public"].toolTip()
    assert actions["upload_files"].isEnabled()  # that is what staff are for
    await desktop.close()


async def test_ten_thousand_buckets_are_rows_like_ten(qapp: QApplication) -> None:
    engine = MeasuredEngine(replace(PROFILE, families=(Family("b"),)))
    engine.found = Capacity(MOMENT, tuple(use(f"b-{n}", n / 10_000, "b") for n in range(10_000, 0, -1)), 0)
    desktop, tab = await opened(qapp, engine)
    assert tab.table.rows.rowCount() == 10_000
    assert tab.bars.bars is not None and tab.bars.bars.buckets[-1] == ""  # the rest is one bar
    tab.table.go_to(9_999)
    await desktop.settle()
    assert tab.chosen == "b-1"
    tab.choose("b-5000")
    await desktop.settle()
    assert tab.table.rows.at(tab.table.currentIndex().row()) == tab.use
    await desktop.close()


def test_the_range_that_was_chosen_is_there_again(qapp: QApplication) -> None:
    remembered = Remembered(places.profiles().parent / "state.json")
    ranges = Ranges(remembered)
    assert ranges.days == 90
    ranges.setCurrentIndex(2)
    remembered.save()
    assert Ranges(Remembered(places.profiles().parent / "state.json")).days == 365
    remembered.put("capacity.range", b"nonsense")
    assert Ranges(remembered).days == 90


async def test_columns_stay_as_wide_as_somebody_made_them(qapp: QApplication) -> None:
    engine = MeasuredEngine(PROFILE)
    engine.found = Capacity(MOMENT, (use("a"),), 0)
    desktop, tab = await opened(qapp, engine)
    tab.table.horizontalHeader().resizeSection(1, 333)
    desktop.desk.remembered.save()
    await desktop.close()
    desktop, tab = await opened(qapp, engine)
    assert tab.table.columnWidth(1) == 333
    await desktop.close()
