"""The practice project: a storage and a catalog of our own making, with known trouble in it, to learn on."""

from __future__ import annotations

from core.practice.build import PracticeReport, reset
from core.practice.mapping import practice_profile

__all__ = ["PracticeReport", "practice_profile", "reset"]
