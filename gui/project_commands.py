"""The actions about projects: making, editing and removing profiles, setting up a database, the practice project."""

from __future__ import annotations

from gui.command import FILE, WINDOW_ONLY, Command
from gui.translation import QT_TRANSLATE_NOOP

PROJECT = (
    Command(
        id="new_profile",
        text=QT_TRANSLATE_NOOP("Commands", "New profile…"),
        menu=FILE,
        twin="profile add",
        tip=QT_TRANSLATE_NOOP("Commands", "Connect to a Supabase project, or to a folder and a SQLite file"),
        shortcut="Ctrl+N",
        icon="folder-plus",
    ),
    Command(
        id="edit_profile",
        text=QT_TRANSLATE_NOOP("Commands", "Edit this profile…"),
        menu=FILE,
        twin=WINDOW_ONLY,
        tip=QT_TRANSLATE_NOOP("Commands", "Change connection, sources and care of the open profile"),
        icon="pencil-simple",
    ),
    Command(
        id="remove_profile",
        text=QT_TRANSLATE_NOOP("Commands", "Remove this profile…"),
        menu=FILE,
        twin="profile forget",
        tip=QT_TRANSLATE_NOOP("Commands", "Take the open profile and its keys from this computer; the project stays"),
        icon="minus-circle",
    ),
    Command(
        id="sign_in",
        text=QT_TRANSLATE_NOOP("Commands", "Sign in again…"),
        menu=FILE,
        twin="profile secret",
        tip=QT_TRANSLATE_NOOP("Commands", "Sign in to the open Supabase project with another key or password"),
        icon="sign-in",
    ),
    Command(
        id="set_up_database",
        text=QT_TRANSLATE_NOOP("Commands", "Set up the database…"),
        menu=FILE,
        twin="database setup",
        tip=QT_TRANSLATE_NOOP("Commands", "See, copy or install Bucketdesk's tables and functions in the project"),
        icon="database",
    ),
    Command(
        id="open_practice",
        text=QT_TRANSLATE_NOOP("Commands", "Open the practice project"),
        menu=FILE,
        twin="--practice",
        tip=QT_TRANSLATE_NOOP("Commands", "Try everything on made-up pictures; nothing of yours can be touched"),
        icon="graduation-cap",
    ),
    Command(
        id="reset_practice",
        text=QT_TRANSLATE_NOOP("Commands", "Start the practice project afresh…"),
        menu=FILE,
        twin="practice reset",
        tip=QT_TRANSLATE_NOOP("Commands", "Make new pictures, rows and troubles, and forget what was done there"),
        icon="arrow-counter-clockwise",
    ),
)
