"""Secrets while a profile is being made: those that were typed go before those that are kept, and nothing is kept."""

from __future__ import annotations

from collections.abc import Mapping

from core.secrets import Secrets, of_this_process


class TypedSecrets(Secrets):
    """Answers for any profile name with what was typed, else with what is kept for the profile that is edited."""

    def __init__(self, typed: Mapping[str, str], profile: str = "") -> None:
        super().__init__()
        self._typed = dict(typed)
        self._profile = profile

    def __repr__(self) -> str:
        return f"<TypedSecrets: {len(self._typed)} typed>"

    async def get(self, profile: str, what: str) -> str | None:
        del profile
        if what in self._typed:
            return self._typed[what]
        return await of_this_process().get(self._profile, what) if self._profile else None

    async def put(self, profile: str, what: str, value: str, *, lasting: bool = True) -> bool:
        del profile, lasting
        self._typed[what] = value
        return False

    async def forget(self, profile: str, *what: str) -> None:
        del profile
        for one in what or tuple(self._typed):
            self._typed.pop(one, None)

    def source(self, profile: str, what: str) -> str:
        del profile, what
        return "session"
