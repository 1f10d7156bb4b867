"""A command that is stopped in the middle says so, leaves order behind, and goes on when it is asked again."""

from __future__ import annotations

import json
import signal
import sys
import threading
import time
from collections.abc import Callable

import pytest

from tests.end2end.desk import Desk

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Ctrl-C cannot be sent to one process there")


def wait_until(happened: Callable[[], bool]) -> None:
    end, pause = time.monotonic() + 60, threading.Event()
    while not happened():
        assert time.monotonic() < end
        pause.wait(0.02)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_reset_that_is_stopped_leaves_the_earlier_project(desk: Desk, number: signal.Signals) -> None:
    desk.practice()
    process = desk.start("practice", "reset", "--objects", "20000", "--json")
    wait_until(lambda: any(path.name.startswith("practice-") for path in desk.home.iterdir()))
    process.send_signal(number)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert json.loads(out)["error"]["kind"] == "interrupted"
    assert "Traceback" not in err
    assert desk.json("scan")["objects"] == 200
    assert sorted(path.name for path in desk.home.iterdir() if path.name.startswith("practice")) == ["practice"]


def test_an_apply_that_is_stopped_goes_on_under_the_same_run(desk: Desk) -> None:
    desk.practice(1500)
    head = desk.json("plan", "cleanup", "--kind", "file_without_row", "-o", "p.jsonl")
    quarantine = desk.home / "practice" / "quarantine"
    process = desk.start("apply", "p.jsonl", "--yes", "--json")
    wait_until(lambda: process.poll() is not None or any(path.is_file() for path in quarantine.rglob("*")))
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert "Traceback" not in err
    if process.returncode == 130:  # else it was done before the signal came
        assert json.loads(out)["error"]["kind"] == "interrupted"
        assert desk.json("runs")["runs"][0]["state"] == "interrupted"
    run = desk.json("apply", "p.jsonl", "--yes")
    assert (run["done"], run["failed"], run["drifted"]) == (head["steps"], 0, 0)
    assert len(desk.json("runs")["runs"]) == 1


def test_who_reads_our_output_may_stop_reading(desk: Desk) -> None:
    desk.practice(2000)
    process = desk.start("objects", "--json")
    assert process.stdout is not None and process.stderr is not None
    process.stdout.read(10)
    process.stdout.close()
    assert process.wait(60) in (0, 1)
    assert process.stderr.read() == ""
    process.stderr.close()
