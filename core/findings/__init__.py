"""Findings: what the inventory says is wrong, one place per kind, each with its state and an id that holds."""

from __future__ import annotations

from core.findings.identity import identify
from core.findings.proof import Proof, proof
from core.findings.states import restate, restate_kept, states

__all__ = ["Proof", "identify", "proof", "restate", "restate_kept", "states"]
