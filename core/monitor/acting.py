"""What came of acting in a round, and how people go on by hand."""

from __future__ import annotations

import shlex
from dataclasses import dataclass

from core.capacity.models import Alert
from core.monitor.deeds import Deed
from core.profiles import PRACTICE, Profile


@dataclass(frozen=True, slots=True)
class Acted:
    """What was done just now, and what people should know of it while it holds."""

    deeds: tuple[Deed, ...] = ()
    alerts: tuple[Alert, ...] = ()

    def __add__(self, other: Acted) -> Acted:
        return Acted(self.deeds + other.deeds, self.alerts + other.alerts)


def command(profile: Profile, *words: str) -> str:
    """A command on this project, as a person would type it."""
    project = ["--practice"] if profile.kind == PRACTICE else ["--profile", profile.name]
    return shlex.join(["bucketdesk-cli", *project, *words])
