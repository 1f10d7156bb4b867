"""What the window remembers by itself: its place, and how the columns of each table were left."""

from __future__ import annotations

import base64
import contextlib
import json
import logging
from pathlib import Path

from core import places

_log = logging.getLogger(__name__)


class Remembered:
    """Bytes by name in one JSON file; a file that is damaged or cannot be written is as good as none."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path or places.profiles().parent / "window-state.json"
        self._kept: dict[str, str] = {}
        self._stored = ""
        with contextlib.suppress(OSError, ValueError):
            self._stored = self._path.read_text("utf-8")
            kept = json.loads(self._stored)
            if isinstance(kept, dict):
                self._kept = {k: v for k, v in kept.items() if isinstance(v, str)}

    def get(self, name: str) -> bytes:
        """What was put under this name; nothing if nothing was."""
        try:
            return base64.b64decode(self._kept.get(name, ""), validate=True)
        except ValueError:
            return b""

    def put(self, name: str, state: bytes) -> None:
        """Remembers it until `save`."""
        self._kept[name] = base64.b64encode(state).decode()

    def save(self) -> None:
        """Writes everything to the file, if something changed."""
        text = json.dumps(self._kept, indent=1, sort_keys=True)
        if text == self._stored:
            return
        temporary = self._path.with_suffix(".tmp")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            temporary.write_text(text, "utf-8")
            temporary.replace(self._path)
            self._stored = text
        except OSError as error:
            _log.warning("The window's state cannot be kept: %s", error)
