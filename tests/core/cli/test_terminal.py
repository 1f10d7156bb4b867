"""What reaches stdout and stderr: one document or one answer, nothing half, nothing that steers the terminal."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from core.cli import terminal
from core.cli.terminal import Terminal
from core.errors import NeedsConfirmation
from core.progress import Progress


async def items(count: int, *, broken: bool = False) -> AsyncIterator[dict[str, object]]:
    for number in range(count):
        yield {"n": number}
    if broken:
        raise RuntimeError


@pytest.mark.parametrize("count", [0, 1, 70_000])
async def test_a_long_list_is_one_document(count: int, capsys: pytest.CaptureFixture[str]) -> None:
    await Terminal(True).document_of_items({"total": count}, items(count))
    told = json.loads(capsys.readouterr().out)
    assert told["total"] == len(told["items"]) == count


async def test_an_error_in_the_middle_of_a_list_leaves_stdout_to_the_error(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(RuntimeError):
        await Terminal(True).document_of_items({"total": 3}, items(2, broken=True))
    assert capsys.readouterr().out == ""


def test_an_error_is_one_document_for_programs_and_a_sentence_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    Terminal(True).fail("busy", "It is busy.", "Wait.")
    told = capsys.readouterr()
    assert json.loads(told.out) == {"error": {"kind": "busy", "message": "It is busy.", "hint": "Wait."}}
    assert told.err == ""
    Terminal(False).fail("busy", "It is busy.", "Wait.")
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err == "✗ It is busy.\n  Wait.\n"


def test_a_table_keeps_every_name_whole_and_harmless(capsys: pytest.CaptureFixture[str]) -> None:
    long = "folder/" * 60 + "x.png"
    Terminal(False).table(["Key", "#Size"], [[long, "1 KB"], ["[red]\x1b[31mboo\n", "12 KB"]])
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == ["Key", long, r"[red]\x1b[31mboo\n"]
    assert len({len(line) for line in lines}) == 1, "numbers are aligned"


def test_nobody_watching_means_no_progress_bar_but_a_line_for_each_wait(capsys: pytest.CaptureFixture[str]) -> None:
    with Terminal(False).progress() as report:
        report(Progress(1, 2, "x"))
        assert capsys.readouterr().err == ""
        until = datetime.now(UTC)
        for later in (0, 0.4, 60):
            report(Progress(1, 2, f"Waiting {later}", waiting_until=until + timedelta(seconds=later)))
            report(Progress(1, 2, "x"))
    assert capsys.readouterr().err == "Waiting 0.\nWaiting 60.\n"


def test_nobody_watching_is_told_now_and_then_how_far_it_is(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    moments = iter([100.0, 110.0, 140.0, 140.0, 150.0, 171.0, 171.0])
    monkeypatch.setattr(terminal, "time", SimpleNamespace(monotonic=lambda: next(moments)))
    with Terminal(False).progress() as report:
        for done in (1, 400, 500, 800):
            report(Progress(done, 1000, "2 files", failed=3))
    assert capsys.readouterr().err == (
        "400 of 1,000, 10.0/s, 1:00 left, 3 failed, 2 files\n800 of 1,000, 11.3/s, 17.8 s left, 3 failed, 2 files\n"
    )


def test_with_nobody_to_ask_only_an_answer_given_beforehand_counts() -> None:
    terminal = Terminal(False)
    terminal.confirm("Move 3 objects?", yes=True)
    with pytest.raises(NeedsConfirmation, match="Move 3 objects"):
        terminal.confirm("Move 3 objects?", yes=False)
    assert terminal.type_name("Type it:", "--confirm x", "given") == "given"
    with pytest.raises(NeedsConfirmation):
        terminal.type_name("Type it:", "--confirm x", None)
