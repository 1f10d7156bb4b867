"""The lock between programs: one holder, and a sentence for whoever cannot have it."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.errors import Busy, WorkspaceError
from core.writer_lock import take_lock

BUSY = Busy("Somebody is at it.", "Wait.")


def test_one_holds_it_and_another_is_told_until_it_is_let_go(tmp_path: Path) -> None:
    held = take_lock(tmp_path / "lock", BUSY)
    with pytest.raises(Busy, match="at it"):
        take_lock(tmp_path / "lock", BUSY)
    held.close()
    take_lock(tmp_path / "lock", BUSY).close()


def test_a_file_that_cannot_be_made_or_is_no_lock_gets_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("this is no database, and long enough to look like one" * 20)
    for path in (tmp_path / "nowhere" / "lock", tmp_path, tmp_path / "text"):
        with pytest.raises(WorkspaceError, match="cannot be"):
            take_lock(path, BUSY)
