"""Clean-up plans: from open findings to steps, one module for each repair."""

from __future__ import annotations

from core.cleanup.choice import repairs_for
from core.cleanup.cleanup import plan_cleanup

__all__ = ["plan_cleanup", "repairs_for"]
