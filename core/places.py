"""Where Bucketdesk keeps its own files: one home, from the platform or from `BUCKETDESK_HOME`."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs


def home() -> Path:
    """The folder that holds profiles, workspaces, quarantines, the practice project and settings."""
    chosen = os.environ.get("BUCKETDESK_HOME")
    return Path(chosen).expanduser() if chosen else Path(platformdirs.user_data_dir("bucketdesk", appauthor=False))


def profiles() -> Path:
    """The folder of `NAME.toml` files; the platform's configuration folder without `BUCKETDESK_HOME`."""
    chosen = os.environ.get("BUCKETDESK_HOME")
    base = Path(chosen).expanduser() if chosen else Path(platformdirs.user_config_dir("bucketdesk", appauthor=False))
    return base / "profiles"


def workspace(profile: str) -> Path:
    """The folder of a profile's `inventory.db` and `journal.db`."""
    return home() / "workspaces" / profile


def quarantine(profile: str) -> Path:
    """Where removed objects of a local profile wait, unless the profile names another folder."""
    return home() / "quarantine" / profile


def archive(profile: str) -> Path:
    """Where archived objects go, unless the profile names another folder."""
    return home() / "archive" / profile


def sign_in(profile: str) -> Path:
    """The file that a profile's signed-in session is kept in, encrypted."""
    return home() / "sign-ins" / f"{profile}.bin"


def transfers(profile: str) -> Path:
    """Where uploads under way keep their state, so that another process can go on with them."""
    return home() / "transfers" / profile


def practice() -> Path:
    """The practice project's folder."""
    return home() / "practice"
