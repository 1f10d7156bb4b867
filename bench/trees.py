"""A tree of many folders to scan, made once and kept beside the temporary files."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

FILES = ("front.jpg", "back.jpg", "stats.json")
_PER_BATCH = 1_000


def tree(folders: int) -> Path:
    """A tree of so many folders, each with two pictures and a `stats.json`; an earlier one is used again."""
    root = Path(tempfile.gettempdir()) / f"bucketdesk-bench-tree-{folders}"
    whole = root.with_suffix(".whole")
    if not whole.exists():
        for number in range(folders):
            path = root / f"batch-{number // _PER_BATCH:04}" / f"DEV-{number:07}"
            path.mkdir(parents=True, exist_ok=True)
            for name in FILES:
                file = os.open(path / name, os.O_CREAT | os.O_WRONLY)
                os.write(file, name.encode() * (1 + number % 50))
                os.close(file)
        whole.touch()
    return root
