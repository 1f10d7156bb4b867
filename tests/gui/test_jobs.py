"""Jobs and questions: kept until they end, stopped when asked, and no error lost."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtWidgets import QApplication

from core.errors import Refused
from core.progress import Progress, Report
from core.waiting import waiting
from gui.jobs import Ending, Job, Jobs, JobState
from gui.pace import Pace
from tests.gui.desks import until


@pytest.fixture
async def jobs(qapp: QApplication) -> AsyncIterator[Jobs]:
    made = Jobs()
    yield made
    await made.stop(5)


async def forever(report: Report) -> None:
    report(Progress(3, 10))
    await asyncio.Event().wait()


async def test_a_job_that_is_cancelled_before_its_first_step_is_still_taken_off_the_list(jobs: Jobs) -> None:
    job = jobs.start("x", forever, stopped=lambda job: Ending("stopped", "warning"))
    job.cancel()
    await until(lambda: not job.is_running)
    assert job.state is JobState.STOPPED
    assert job.ending == Ending("stopped", "warning")
    assert jobs.running == []


async def test_a_job_that_a_service_lets_wait_says_until_when_and_then_goes_on_with_its_own_words(jobs: Jobs) -> None:
    over = asyncio.Event()

    async def part() -> None:
        with waiting(90):
            await over.wait()

    async def work(report: Report) -> None:
        report(Progress(3, 10, "Moving"))
        async with asyncio.TaskGroup() as group:
            group.create_task(part())
            group.create_task(part())
        assert job.progress == Progress(3, 10, "Moving")

    job = jobs.start("x", work)
    await until(lambda: job.progress.waiting_until is not None)
    assert (job.progress.done, job.progress.total) == (3, 10)
    assert re.fullmatch(r"Waiting until \d\d:\d\d, as the service asked", job.progress.note)
    over.set()
    await until(lambda: not job.is_running)
    assert job.state is JobState.DONE


async def test_a_job_that_fails_keeps_its_error_and_raises_nothing_into_the_loop(jobs: Jobs) -> None:
    async def work(report: Report) -> None:
        raise Refused("The plan would take all of sop-images.", "Allow it by its name.")

    job = jobs.start("x", work)
    await until(lambda: not job.is_running)
    assert job.state is JobState.FAILED
    assert isinstance(job.error, Refused)


async def test_a_closing_sentence_that_cannot_be_made_is_an_error_of_the_job(jobs: Jobs) -> None:
    async def work(report: Report) -> int:
        return 0

    job = jobs.start("x", work, then=lambda done: Ending(str(1 // done)))
    await until(lambda: not job.is_running)
    assert isinstance(job.error, ZeroDivisionError)


async def test_progress_is_shown_at_most_ten_times_a_second_however_often_it_is_told(jobs: Jobs) -> None:
    told = 20_000
    moved: list[int] = []

    async def work(report: Report) -> None:
        for done in range(told):
            report(Progress(done, told))
            if done % 1000 == 0:
                await asyncio.sleep(0.01)

    job = jobs.start("x", work)
    job.moved.connect(lambda: moved.append(job.progress.done))
    await until(lambda: not job.is_running)
    assert len(moved) <= 6


async def test_of_several_questions_of_one_kind_only_the_newest_is_answered(jobs: Jobs) -> None:
    answers: list[str] = []

    async def question(text: str) -> str:
        await asyncio.sleep(0)
        return text

    for text in ("a", "ab", "abc"):
        jobs.ask(question(text), answers.append, newest="filter")
    await until(lambda: not jobs.is_asking)
    assert answers == ["abc"]


async def test_a_question_without_its_own_way_to_fail_tells_the_window(jobs: Jobs) -> None:
    errors: list[BaseException] = []
    jobs.went_wrong.connect(errors.append)

    async def question() -> None:
        raise Refused("No.")

    jobs.ask(question())
    await until(lambda: errors)
    assert str(errors[0]) == "No."


async def test_stopping_everything_waits_for_what_must_be_settled_first(jobs: Jobs) -> None:
    settled: list[str] = []

    async def work(report: Report) -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            await asyncio.sleep(0.01)
            settled.append("the batch")
            raise

    jobs.start("x", work)
    await asyncio.sleep(0)
    assert await jobs.stop(5)
    assert settled == ["the batch"]


async def test_work_that_does_not_end_is_left_after_the_time_that_was_given(jobs: Jobs) -> None:
    hold = asyncio.Event()

    async def work(report: Report) -> None:
        while not hold.is_set():
            try:
                await hold.wait()
            except asyncio.CancelledError:
                continue

    job = jobs.start("x", work)
    await asyncio.sleep(0)
    assert not await jobs.stop(0.05)
    hold.set()
    await until(lambda: not job.is_running)


@given(rate=st.floats(1, 1e6), ticks=st.integers(10, 100))
def test_a_steady_pace_is_told_as_it_is(rate: float, ticks: int) -> None:
    pace = Pace(100.0)
    for tick in range(1, ticks + 1):
        pace.note(round(rate * tick * 0.1), 100.0 + tick * 0.1)
    told = pace.per_second()
    assert told is not None
    assert told == pytest.approx(rate, rel=0.02, abs=6)


def test_no_pace_is_told_before_there_is_one() -> None:
    pace = Pace(0.0)
    assert pace.per_second() is None
    pace.note(5, 0.1)
    assert pace.seconds_left(Progress(5, 10)) is None


def test_a_job_line_tells_what_is_known_and_no_more(qapp: QApplication) -> None:
    from gui.widgets.job_line import numbers

    job = Job("x", "", qapp)
    assert numbers(job) == ""
    job.report(Progress(9030, 14802, failed=2, skipped=14))
    assert numbers(job) == "9,030 of 14,802 · 2 failed · 14 skipped"
    job.report(Progress(12))
    assert numbers(job) == "12 so far"
