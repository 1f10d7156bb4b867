"""Options that go with every command are understood wherever people type them."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.cli.asked import Asked, take_out
from core.errors import Usage


@pytest.mark.parametrize(
    "words",
    [
        ["--profile", "mine", "--json", "scan", "-b", "x"],
        ["scan", "--profile=mine", "-b", "x", "--json"],
        ["--json", "scan", "-b", "--profile", "mine", "x"],
    ],
)
def test_they_may_stand_before_the_command_and_after_it(words: list[str]) -> None:
    asked, rest = take_out(words)
    assert asked == Asked(profile="mine", as_json=True)
    assert rest == ["scan", "-b", "x"]


def test_what_follows_two_dashes_is_left_alone() -> None:
    asked, rest = take_out(["keep", "--practice", "--", "--json", "--profile"])
    assert asked == Asked(practice=True)
    assert rest == ["keep", "--", "--json", "--profile"]


@pytest.mark.parametrize("words", [["scan", "--profile"], ["--profile", "--json", "scan"]])
def test_a_profile_without_a_name_is_wrong(words: list[str]) -> None:
    with pytest.raises(Usage, match="--profile needs a value"):
        take_out(words)


def test_two_projects_at_once_are_wrong() -> None:
    asked, _ = take_out(["--practice", "scan", "--profile", "mine"])
    with pytest.raises(Usage, match="exclude each other"):
        _ = asked.profile_name


def test_without_a_profile_the_one_the_window_had_open_last_is_meant(home: Path) -> None:
    assert Asked().profile_name == "practice"
    (home / "window.toml").write_text('last_profile = "mine"')
    assert Asked().profile_name == "practice"
    (home / "profiles").mkdir()
    (home / "profiles" / "mine.toml").touch()
    assert Asked().profile_name == "mine"
    assert Asked(practice=True).profile_name == "practice"
    (home / "window.toml").write_text("last_profile = broken")
    assert Asked().profile_name == "practice"
