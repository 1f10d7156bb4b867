"""Every action of the window is declared once, has its key to itself, and has a twin on the command line."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from core.cli.commands import command as command_line
from gui.commands import COMMANDS, MENUS, WINDOW_ONLY, Command

GUI = Path(__file__).parents[2] / "gui"


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.id)
def test_a_command_says_what_it_does_and_stands_in_a_menu(command: Command) -> None:
    assert command.text and command.tip and command.icon
    assert command.menu in MENUS
    assert not command.tip.endswith(".")


def test_no_two_commands_share_an_id_or_a_key() -> None:
    ids = [command.id for command in COMMANDS]
    keys = [(command.shortcut, command.tab) for command in COMMANDS if command.shortcut]
    assert len(ids) == len(set(ids))
    # A tab may take a key of the window, or of another tab, for what is the same there: F5 looks again.
    owners = {key: {tab for other, tab in keys if other == key} for key, _ in keys}
    assert len(keys) == len(set(keys))
    shared = {key: tabs for key, tabs in owners.items() if len(tabs) > 1}
    assert shared.pop("F5") == {"", "capacity", "uploads"}
    assert set(shared) == {"Ctrl+F", "Ctrl+A", "Ctrl+Shift+A", "Space", "Del", "Ctrl+R", "Ctrl+E"}
    assert all(tabs == {"review", "uploads"} for tabs in shared.values())


def test_the_keys_that_people_expect_are_there() -> None:
    keys = {command.shortcut for command in COMMANDS}
    assert {"F5", "Ctrl+F", "Ctrl+K", "Ctrl+Z", "Ctrl+A", "Space", "Del", "F6", "Ctrl+,", "F1", "Esc"} <= keys


def test_one_key_never_deletes_for_good() -> None:
    deleting = [c for c in COMMANDS if c.shortcut and re.search(r"purge|for good|empty", c.text + c.twin, re.I)]
    assert deleting == []


def test_no_action_of_the_window_is_made_anywhere_else() -> None:
    # A field or a dialog may have keys of its own (QShortcut): they do nothing outside of it.
    makers = [
        path.relative_to(GUI).as_posix()
        for path in GUI.rglob("*.py")
        if re.search(r"QAction\(|setShortcut\(", path.read_text("utf-8"))
    ]
    assert makers == ["actions.py"]


@pytest.mark.parametrize("command", [c for c in COMMANDS if c.twin != WINDOW_ONLY], ids=lambda command: command.id)
def test_a_command_that_touches_data_has_a_twin_on_the_command_line(command: Command) -> None:
    words = command.twin.split()
    assert words
    place: Any = command_line
    while words and not words[0].startswith("--"):
        word = words.pop(0)
        assert word in place.commands, f"bucketdesk-cli has no “{command.twin}”"
        place = place.commands[word]
    options = {option for parameter in place.params for option in parameter.opts}
    wanted = {word for word in words if word.startswith("--")}
    assert wanted <= options, f"bucketdesk-cli {command.twin}: {wanted - options} is no option there"
