"""Retention: plans that take what is over age, with the rows that only say whose it is."""

from __future__ import annotations

from core.retention.planning import DESTINATIONS, Wish, plan_retention
from core.retention.rules import RETENTION
from core.retention.summary import BucketTaking, takings

__all__ = ["DESTINATIONS", "RETENTION", "BucketTaking", "Wish", "plan_retention", "takings"]
