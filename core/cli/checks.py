"""What trying a profile found, for programs and for people."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from rich.text import Text

from core.cli.terminal import Terminal

if TYPE_CHECKING:
    from core.profile_check import Checked

_COLOURS = {"yes": "green", "no": "red", "unknown": "yellow"}


def checked_document(checked: Checked) -> dict[str, object]:
    """What a check found, for programs."""
    lines = [
        {"name": line.name, "state": line.state, "sentence": line.sentence, "next": line.next_step}
        for line in checked.lines
    ]
    signed_in = checked.sign_in.sentence if checked.sign_in else None
    return {"ok": checked.ok, "sign_in": signed_in, "capabilities": lines}


def show_checked(terminal: Terminal, name: str, checked: Checked) -> None:
    """What a check found, for a person."""
    terminal.heading(name, checked.sign_in.sentence if checked.sign_in else "")
    rows = [
        (line.name, Text(line.state, _COLOURS[line.state]), f"{line.sentence} {line.next_step}".strip())
        for line in checked.lines
    ]
    terminal.table(["What", "", ""], rows)
    if checked.ok:
        terminal.say(f"Next: bucketdesk-cli --profile {shlex.quote(name)} scan")
