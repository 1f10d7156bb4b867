"""Settings: declared once, shown as a dialog, kept as TOML, and never a reason not to start."""

from __future__ import annotations

import dataclasses
import tomllib
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QCheckBox, QComboBox, QSpinBox

from core import places
from gui.remembered import Remembered
from gui.settings import Settings, SettingsFile
from gui.settings_dialog import SettingsDialog


def test_every_declared_setting_is_a_named_line_of_the_dialog(qapp: QApplication) -> None:
    dialog = SettingsDialog(SettingsFile())
    declared = [f for f in dataclasses.fields(Settings) if f.metadata]
    assert list(dialog.fields) == [f.name for f in declared]
    assert all(field.accessibleName() and field.accessibleDescription() for field in dialog.fields.values())


def test_a_change_in_the_dialog_holds_at_once_and_at_the_next_start(qapp: QApplication, home: Path) -> None:
    file = SettingsFile()
    dialog = SettingsDialog(file)
    theme, scan, old = (dialog.fields[name] for name in ("theme", "scan_first", "old_scan_hours"))
    assert isinstance(theme, QComboBox) and isinstance(scan, QCheckBox) and isinstance(old, QSpinBox)
    theme.setCurrentIndex(theme.findData("dark"))
    scan.click()
    old.setValue(48)
    assert (file.current.theme, file.current.scan_first, file.current.old_scan_hours) == ("dark", True, 48)
    again = SettingsFile().current
    assert again == file.current
    assert (home / "window.toml").is_file()


def test_back_to_the_defaults_takes_everything_back(qapp: QApplication) -> None:
    file = SettingsFile()
    file.change(theme="dark", old_scan_hours=48, scan_first=True)
    SettingsDialog(file).defaults_button.click()
    assert file.current == Settings()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "theme = 3",
        "theme = 'pink'",
        "old_scan_hours = 100000",
        "old_scan_hours = true",
        "unknown = 1",
        "= broken =",
    ],
)
def test_a_damaged_settings_file_costs_the_damaged_setting_only(home: Path, text: str) -> None:
    (home / "window.toml").write_text(text, "utf-8")
    assert SettingsFile().current == Settings()


def test_settings_that_cannot_be_kept_hold_until_the_end_and_say_why(home: Path, qapp: QApplication) -> None:
    file = SettingsFile(home / "a-file" / "window.toml")
    (home / "a-file").write_text("not a folder")
    file.change(theme="dark")
    assert file.current.theme == "dark"
    assert "a-file" in file.problem
    dialog = SettingsDialog(file)
    assert not dialog.problem.isHidden()


def test_the_file_is_toml_that_a_person_can_read() -> None:
    file = SettingsFile()
    file.change(theme="dark", last_profile="Clinic “North”")
    stored = tomllib.loads((places.profiles().parent / "window.toml").read_text("utf-8"))
    assert stored["last_profile"] == "Clinic “North”"


def test_what_the_window_remembers_survives_and_damage_is_forgotten(home: Path) -> None:
    first = Remembered()
    first.put("columns", b"\x00\x01")
    first.save()
    assert Remembered().get("columns") == b"\x00\x01"
    (home / "window-state.json").write_text("{")
    assert Remembered().get("columns") == b""
