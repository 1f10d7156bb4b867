"""The keyring of the operating system, asked off the event loop and never for longer than a person would wait."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Protocol, TypeVar

T = TypeVar("T")
LONGEST = 1_200
"""Most characters of one entry: Windows keeps some 1,280 (facts.md A3)."""
PATIENCE_SECONDS = 30.0
"""A locked keyring asks the person for its password; one that never answers must not stop the program."""
_SERVICE = "bucketdesk/{}"
_NONE = "This computer has no keyring that Bucketdesk can use"


class KeyringTrouble(Exception):
    """The keyring did not do what was asked. `lasting`: asking again in this session is of no use."""

    def __init__(self, why: str, *, lasting: bool = False) -> None:
        super().__init__(why)
        self.why = why
        self.lasting = lasting


class Ring(Protocol):
    """What is asked of a keyring; the package `keyring` has many."""

    def get_password(self, service: str, username: str) -> str | None:
        """The entry, None where there is none."""
        ...

    def set_password(self, service: str, username: str, password: str) -> None:
        """Keeps an entry."""
        ...

    def delete_password(self, service: str, username: str) -> None:
        """Takes an entry out."""
        ...


def system_ring() -> Ring:
    """The keyring of this computer. Raises `KeyringTrouble` when there is none that keeps anything."""
    import keyring  # late: finding the backend takes 0.4 s (facts.md F)

    ring = keyring.get_keyring()
    if type(ring).__module__ in ("keyring.backends.fail", "keyring.backends.null"):
        raise KeyringTrouble(_NONE, lasting=True)
    return ring


class KeyringAccess:
    """One keyring. Every method may raise `KeyringTrouble`."""

    def __init__(self, find: Callable[[], Ring] = system_ring, patience_seconds: float = PATIENCE_SECONDS) -> None:
        self._find = find
        self._patience_seconds = patience_seconds
        self._one_at_a_time = threading.Lock()  # not every backend bears two threads
        self._ring: Ring | None = None

    async def get(self, profile: str, what: str) -> str | None:
        """An entry, None where there is none."""
        return await self._ask(lambda ring: ring.get_password(_SERVICE.format(profile), what))

    async def put(self, profile: str, what: str, value: str) -> None:
        """Keeps an entry."""
        await self._ask(lambda ring: ring.set_password(_SERVICE.format(profile), what, value))

    async def remove(self, profile: str, what: str) -> None:
        """Takes an entry out; one that is not there is no trouble."""

        def remove(ring: Ring) -> None:
            service = _SERVICE.format(profile)
            if ring.get_password(service, what) is not None:
                ring.delete_password(service, what)

        await self._ask(remove)

    async def _ask(self, work: Callable[[Ring], T]) -> T:
        """Asks in a thread that the end of the program does not wait for."""
        answer: Future[T] = Future()
        thread = threading.Thread(target=self._answer, args=(work, answer), name="keyring", daemon=True)
        thread.start()
        try:
            async with asyncio.timeout(self._patience_seconds):
                return await asyncio.wrap_future(answer)
        except TimeoutError as exc:
            why = f"The keyring has not answered for {self._patience_seconds:g} seconds"
            raise KeyringTrouble(why, lasting=True) from exc

    def _answer(self, work: Callable[[Ring], T], answer: Future[T]) -> None:
        answer.set_running_or_notify_cancel()
        try:
            with self._one_at_a_time:
                self._ring = self._ring or self._find()
                result = work(self._ring)
        except BaseException as exc:
            trouble = exc if isinstance(exc, KeyringTrouble) else _trouble(exc)
            with contextlib.suppress(RuntimeError):  # the loop that asked may have ended meanwhile
                answer.set_exception(trouble)
        else:
            with contextlib.suppress(RuntimeError):
                answer.set_result(result)


def _trouble(exc: BaseException) -> KeyringTrouble:
    """What a backend raised, which may be anything: the backends of `keyring` pass on what D-Bus or the system says."""
    names = {kind.__name__ for kind in type(exc).__mro__}
    if "NoKeyringError" in names:
        trouble = KeyringTrouble(_NONE, lasting=True)
    elif "KeyringLocked" in names or "InitError" in names:
        trouble = KeyringTrouble("The keyring is locked")
    else:
        trouble = KeyringTrouble(f"The keyring refused ({type(exc).__name__})")
    trouble.__cause__ = exc
    return trouble
