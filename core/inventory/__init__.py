"""The inventory: what a scan saw in every bucket and every mapped table, and the proof that it saw all of it."""

from __future__ import annotations

from core.inventory.report import ScanReport, SourceReport
from core.inventory.scan import scan

__all__ = ["ScanReport", "SourceReport", "scan"]
