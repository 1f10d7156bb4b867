"""Applies plans: the only part of the program that changes storage and catalog."""

from __future__ import annotations

from core.apply.run import apply

__all__ = ["apply"]
