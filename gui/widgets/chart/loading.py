"""Importing the charts, late."""

from __future__ import annotations

import asyncio
import importlib


async def load_charts() -> None:
    """Imports the charts in a thread: it takes a second, in which the window should stay awake."""
    await asyncio.to_thread(importlib.import_module, "gui.widgets.chart.course")
    await asyncio.to_thread(importlib.import_module, "gui.widgets.chart.bars")
