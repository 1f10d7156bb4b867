"""Monitoring in the window: rounds in the background, the banner of alerts, the switch, the tray, and its end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton, QSystemTrayIcon

from core.capacity.models import Alert, Level, Severity
from core.changes import Change
from core.engine import find_profile
from core.errors import Refused
from core.monitor import Round
from core.monitor.record import Told
from core.profiles import PRACTICE, Family, Profile
from gui.jobs import JobState
from gui.monitor.alert_bar import ALERTS, TROUBLE
from gui.monitor.alerts_dialog import AlertsDialog
from gui.monitor.visible import Visible
from gui.tray import Tray
from tests.gui.desks import MOMENT, Desktop, FakeEngine, press, shown, until
from tests.gui.reviews import Review


def alert(bucket: str = "patient-images", kind: str = "filling", severity: Severity = Severity.URGENT) -> Alert:
    what = f"“{bucket}” is 96 % full: uploads go to an overflow bucket."
    return Alert(f"{kind}:{bucket}", severity, bucket, what, "Clean up.", MOMENT, Level.OVERFLOW)


def a_round(*news: Alert, trouble: str = "") -> Round:
    return Round(MOMENT, None, Told(news, news), (), trouble, "Look at the network." if trouble else "")


class Watched(Desktop):
    """The window on a project whose rounds are told by the test."""

    def __init__(self, app: QApplication, folder: Path) -> None:
        families = (Family("patient-images", retention_days=30),)
        self.fake = FakeEngine(Profile("clinic", "local", folder, folder / "c.db", families=families))
        super().__init__(app, self.fake)

    async def look(self, made: Round) -> None:
        """Lets a round end so."""
        self.fake.standing = made.alerts
        self.fake.monitor.found.put_nowait(made)
        self.fake.changes.say(Change.ALERTS)
        await until(self.fake.monitor.found.empty)
        await self.settle()

    def said(self, key: str = ALERTS) -> str:
        banner = self.window.banners.get(key)
        return banner.text.text() if banner else ""

    def buttons(self, key: str = ALERTS) -> list[str]:
        banner = self.window.banners.get(key)
        return [one.text() for one in banner.findChildren(QPushButton)] if banner else []


@pytest.fixture
async def desk(qapp: QApplication, tmp_path: Path) -> AsyncIterator[Watched]:
    made = Watched(qapp, tmp_path)
    await made.open()
    yield made
    await made.close()


async def test_rounds_go_on_in_the_background_and_nobody_waits_for_them(desk: Watched) -> None:
    assert (desk.fake.monitor.begun, desk.desk.watch.is_on) == (1, True)
    assert not desk.desk.jobs.is_asking and desk.desk.jobs.running == []
    assert desk.window.status.monitor.text() == "monitoring"
    await desk.look(a_round())
    assert desk.window.status.monitor.text().startswith("monitoring, looked")
    assert desk.said() == ""


async def test_the_worst_alert_is_a_line_with_what_to_do_and_the_others_are_counted(desk: Watched) -> None:
    await desk.look(a_round(alert(), alert("a"), alert("b")))
    assert desk.said() == "“patient-images” is 96 % full: uploads go to an overflow bucket. Clean up."
    assert desk.buttons() == ["Clean up…", "and 2 more…", "Acknowledge"]
    await press(desk.window, "Acknowledge")
    await desk.settle()
    assert desk.fake.acknowledged == ["filling:patient-images"]
    assert desk.said().startswith("“a” is 96 %")
    await press(desk.window, "and 1 more…")
    dialog = await shown(desk.window, AlertsDialog)
    await until(lambda: dialog.lists.count() == 2)
    assert dialog.lists.tabText(0) == "Now (3)"
    desk.fake.standing = (*desk.fake.standing, alert("c"))
    desk.fake.changes.say(Change.ALERTS)
    await until(lambda: dialog.lists.tabText(0) == "Now (4)")
    await press(dialog, "Acknowledge all")
    await until(lambda: len(desk.fake.acknowledged) == 4)
    dialog.accept()
    await desk.settle()
    assert desk.said() == ""


async def test_the_switch_stops_the_rounds_and_starts_them_again(desk: Watched) -> None:
    QTest.mouseClick(desk.window.status.monitor, Qt.MouseButton.LeftButton)
    await until(lambda: desk.fake.monitor.is_stopped)
    assert (desk.window.status.monitor.text(), desk.desk.settings.current.monitor) == ("not monitoring", False)
    assert not desk.desk.actions["monitor"].isChecked()
    desk.desk.actions["monitor"].trigger()
    await until(lambda: desk.fake.monitor.begun == 2)
    assert desk.desk.actions["monitor"].isChecked()


async def test_a_banner_says_why_the_buckets_cannot_be_looked_at_and_goes_when_they_can(desk: Watched) -> None:
    await desk.look(a_round(trouble="The project cannot be reached."))
    assert "The project cannot be reached. Look at the network." in desk.said(TROUBLE)
    assert desk.window.status.monitor.text() == "cannot monitor"
    banner = desk.window.banners.get(TROUBLE)
    assert banner is not None
    banner.dismiss_button.click()
    await desk.look(a_round(trouble="The project cannot be reached."))
    assert desk.said(TROUBLE) == ""  # dismissed is dismissed
    await desk.look(a_round())
    await desk.look(a_round(trouble="Signed out."))
    await press(desk.window, "Try now")
    await until(lambda: desk.fake.monitor.begun == 2)
    await desk.look(a_round())
    assert desk.said(TROUBLE) == ""


async def test_a_fault_of_the_program_stops_it_with_a_banner_and_it_can_be_started_again(desk: Watched) -> None:
    desk.fake.monitor.found.put_nowait(ValueError("boom"))
    await until(lambda: desk.said(TROUBLE))
    assert "boom" in desk.said(TROUBLE)
    assert desk.window.status.monitor.text() == "not monitoring"
    await press(desk.window, "Start it again")
    await until(lambda: desk.fake.monitor.begun == 2)
    assert desk.said(TROUBLE) == ""


async def test_an_engine_is_closed_only_after_its_rounds_have_ended(desk: Watched) -> None:
    was_stopped: list[bool] = []
    closing = desk.fake.close

    async def close() -> None:
        was_stopped.append(desk.fake.monitor.is_stopped)
        await closing()

    desk.fake.close = close  # type: ignore[method-assign]
    await desk.desk.session.close()
    assert was_stopped == [True]


async def test_who_may_change_nothing_is_offered_nothing_that_changes(desk: Watched) -> None:
    desk.desk.actions.forbid_writing("read-only")
    await desk.look(a_round(alert()))
    assert desk.buttons() == ["Show…", "Acknowledge"]


# What Qt's platform without a screen has not: a tray, and windows that can be raised.
@pytest.mark.qt_log_ignore("systemTrayWindowChanged", r"does not support raise\(\)", extend=True)
async def test_news_reach_the_system_while_nobody_looks_and_closing_may_leave_it_in_the_tray(
    desk: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[tuple[str, str]] = []
    monkeypatch.setattr(QSystemTrayIcon, "isSystemTrayAvailable", staticmethod(lambda: True))
    monkeypatch.setattr(QSystemTrayIcon, "showMessage", lambda self, title, text, *more: said.append((title, text)))
    tray = desk.window.findChild(Tray)
    assert tray is not None
    desk.desk.settings.change(close_to_tray=True)
    await desk.look(a_round(alert()))
    assert said == []  # somebody looks at the window
    desk.window.close()
    assert not desk.ended.is_set() and not desk.window.isVisible()
    await desk.look(a_round(alert(), alert("a"), alert("b", severity=Severity.INFO)))
    assert [text for _, text in said] == ["“patient-images” is 96 % full: uploads go to an overflow bucket. and 1 more"]
    words = [action.text() for action in tray.menu.actions() if action.text()]
    assert words == ["Open Bucketdesk", "Measure now", "Pause monitoring", "Quit"]
    pause = tray.menu.actions()[2]
    pause.trigger()
    assert pause.text() == "Go on monitoring"
    tray.menu.actions()[0].trigger()
    assert desk.window.isVisible()
    desk.desk.actions["quit"].trigger()
    assert desk.ended.is_set()
    tray.close()


async def test_on_a_real_project_a_round_tells_and_the_acknowledged_stay_quiet(unscanned: Review) -> None:
    real: Any = unscanned.real
    families = tuple(replace(one, capacity_bytes=100_000) for one in real.profile.families)
    real.profile = replace(real.profile, families=families, read_only=True)
    real._looking._profile = real.profile
    unscanned.desk.watch.look_now()
    await until(lambda: unscanned.window.banners.get(ALERTS) is not None)
    await unscanned.settle()
    count = len(await real.alerts())
    await press(unscanned.window, "Acknowledge")
    await unscanned.settle()
    assert len([one for one in await real.alerts() if one.acknowledged]) == 1
    assert count > 1


async def test_what_runs_by_itself_is_seen_in_activities_and_can_be_stopped(unscanned: Review) -> None:
    real: Any = unscanned.real
    await real.monitor.allow(await real.monitor.preview("patient-images"))
    profile = find_profile(PRACTICE)
    tight = [replace(one, cleanup_at=0.2) if one.name == "patient-images" else one for one in profile.families]
    real.profile = replace(profile, families=tuple(tight))
    real.families = replace(real.families, profile=real.profile)
    unscanned.desk.watch.look_now()
    jobs = unscanned.desk.jobs
    await until(lambda: unscanned.desk.watch.last is not None)
    await unscanned.settle()
    assert jobs.running == []
    line = unscanned.window.job_bar.lines[-1]
    assert line.job.title == "Retention by itself" and line.job.state is JobState.DONE
    (run,) = [one for one in await real.runs() if one.kind == "retention"]
    assert run.failed == 0 and run.done > 0

    visible = Visible(unscanned.desk, real)
    real.scan = lambda report: asyncio.Event().wait()  # one that would go on for ever
    scanning = asyncio.ensure_future(visible.scan())
    await until(lambda: jobs.running)
    jobs.running[0].cancel()
    with pytest.raises(Refused, match="stopped"):
        await scanning
