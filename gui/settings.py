"""What a person may choose about the window: declared once as fields, kept as TOML in the configuration folder."""

from __future__ import annotations

import contextlib
import dataclasses
import logging
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QObject, Signal

from core import places
from gui.translation import QT_TRANSLATE_NOOP

_log = logging.getLogger(__name__)
Value = str | int | bool
T = TypeVar("T", str, int, bool)


def _choice(default: T, label: str, tip: str, **more: object) -> T:
    return field(default=default, metadata={"label": label, "tip": tip, **more})


@dataclass(frozen=True, slots=True)
class Settings:
    """Each field with a label is a line of the settings dialog; the others are remembered without being asked."""

    theme: str = _choice(
        "system",
        QT_TRANSLATE_NOOP("Settings", "Colours"),
        QT_TRANSLATE_NOOP("Settings", "Light, dark, or whatever the system uses at the time."),
        choices={
            "system": QT_TRANSLATE_NOOP("Settings", "As the system"),
            "light": QT_TRANSLATE_NOOP("Settings", "Light"),
            "dark": QT_TRANSLATE_NOOP("Settings", "Dark"),
        },
    )
    reopen_last: bool = _choice(
        True,
        QT_TRANSLATE_NOOP("Settings", "Open the last project at start"),
        QT_TRANSLATE_NOOP("Settings", "Otherwise Bucketdesk starts with the practice project."),
    )
    scan_first: bool = _choice(
        False,
        QT_TRANSLATE_NOOP("Settings", "Scan when a project is opened"),
        QT_TRANSLATE_NOOP("Settings", "A scan only reads. Large projects take a while."),
    )
    old_scan_hours: int = _choice(
        24,
        QT_TRANSLATE_NOOP("Settings", "Call a scan old after"),
        QT_TRANSLATE_NOOP("Settings", "The window then proposes to scan again before anything is cleaned up."),
        low=1,
        high=720,
        unit=QT_TRANSLATE_NOOP("Settings", " hours"),
    )
    monitor: bool = _choice(
        True,
        QT_TRANSLATE_NOOP("Settings", "Monitor the buckets while Bucketdesk is open"),
        QT_TRANSLATE_NOOP("Settings", "Measures every few minutes, and tells before a bucket is full."),
    )
    close_to_tray: bool = _choice(
        False,
        QT_TRANSLATE_NOOP("Settings", "Closing the window leaves Bucketdesk in the tray"),
        QT_TRANSLATE_NOOP("Settings", "Monitoring goes on there until “Quit”. Without a tray, closing ends it."),
    )
    notify_after_seconds: int = _choice(
        120,
        QT_TRANSLATE_NOOP("Settings", "Notify when work took longer than"),
        QT_TRANSLATE_NOOP("Settings", "A message of the system says that it ended, if the window is not in front."),
        low=5,
        high=3600,
        unit=QT_TRANSLATE_NOOP("Settings", " seconds"),
    )
    last_profile: str = ""


class SettingsFile(QObject):
    """The settings in force; a changed value is written at once, and `changed` tells everybody."""

    changed = Signal()

    def __init__(self, path: Path | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.path = path or places.profiles().parent / "window.toml"
        self.problem = ""
        self.current = self._read()

    def change(self, **values: Value) -> None:
        """Puts some values in force and keeps them; `problem` says why they could not be kept."""
        changed = dataclasses.replace(self.current, **values)  # type: ignore[arg-type]
        if changed == self.current:
            return
        self.current = changed
        self._write()
        self.changed.emit()

    def _read(self) -> Settings:
        try:
            stored = tomllib.loads(self.path.read_text("utf-8"))
        except FileNotFoundError:
            return Settings()
        except (OSError, ValueError) as error:
            self.problem = f"{self.path}: {error}"
            _log.warning("The settings cannot be read, so the defaults are used: %s", self.problem)
            return Settings()
        known = {f.name: stored[f.name] for f in dataclasses.fields(Settings) if _fits(f, stored.get(f.name))}
        return Settings(**known)

    def _write(self) -> None:
        import tomlkit

        temporary = self.path.with_suffix(".tmp")
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            temporary.write_text(tomlkit.dumps(dataclasses.asdict(self.current)), "utf-8")
            temporary.replace(self.path)
            self.problem = ""
        except OSError as error:
            self.problem = f"{self.path}: {error}"
            _log.warning("The settings cannot be kept: %s", self.problem)
            with contextlib.suppress(OSError):
                temporary.unlink(missing_ok=True)


def _fits(declared: dataclasses.Field[object], value: object) -> bool:
    """Whether a stored value is of the declared type and inside the declared range or choices."""
    if type(value) is not type(declared.default):
        return False
    if "choices" in declared.metadata and value not in declared.metadata["choices"]:
        return False
    if isinstance(value, int) and "low" in declared.metadata:
        return bool(declared.metadata["low"] <= value <= declared.metadata["high"])
    return True
