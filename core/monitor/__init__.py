"""Monitoring: rounds that measure, alerts that people are told once, and what may happen by itself."""

from __future__ import annotations

from core.monitor.monitor import Monitor
from core.monitor.rounds import Round

__all__ = ["Monitor", "Round"]
