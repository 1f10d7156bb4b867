"""Retention in the window: what is over age, previewed with pictures, and taken as a job."""

from __future__ import annotations

from gui.retention.dialog import open_retention

__all__ = ["open_retention"]
