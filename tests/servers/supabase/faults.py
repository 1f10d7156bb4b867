"""Trouble that a test orders: which requests it hits, when it begins and how often."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal[
    "latency",  # `seconds` of waiting before anything is done
    "status",  # nothing is done; answers `status`, with Retry-After if `retry_after` is given
    "answer",  # nothing is done; answers `status`, `body` and `content_type` as given
    "expired",  # nothing is done; answers what the service says to a token that is over
    "reset",  # the connection breaks: see `side` and `value`
    "truncate",  # half of the answer comes, then the connection closes; `silent`: and the length says it was all
    "lag",  # listings leave out what is younger than `seconds`
    "page_cap",  # listings give at most `value` at once, whatever is asked for
    "duplicate_page",  # the answer before comes again
    "empty_page",  # an empty page that says there is more
]


@dataclass(slots=True)
class Fault:
    """One kind of trouble for the requests whose "METHOD /path" begins like `match` ("* /path": any method)."""

    match: str
    kind: Kind
    times: int | None = None  # how many requests it hits; None: every one
    after: int = 0  # how many go by unharmed first
    seconds: float = 0.0
    status: int = 500
    retry_after: int | str | None = None  # in seconds, or a date as HTTP writes it
    body: bytes = b""
    content_type: str = "application/json"
    # "request": it breaks after `value` bytes of the request's body, and nothing is done.
    # "response": all is done, and it breaks after `value` bytes of the answer's body; at 0, before any answer.
    side: Literal["request", "response"] = "request"
    value: int = 0
    silent: bool = False
    hits: int = 0

    def concerns(self, method: str, path: str) -> bool:
        """Whether a request is one of those meant."""
        wanted, _, start = self.match.partition(" ")
        return wanted in ("*", method) and path.startswith(start)


@dataclass(slots=True)
class Faults:
    """All that is ordered at the moment; may be changed while the server runs."""

    ordered: list[Fault] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def add(self, match: str, kind: Kind, **details: object) -> Fault:
        """Order a fault; its `hits` tell how often it struck."""
        fault = Fault(match, kind, **details)  # type: ignore[arg-type]
        with self._lock:
            self.ordered.append(fault)
        return fault

    def clear(self) -> None:
        """All is well again."""
        with self._lock:
            self.ordered.clear()

    def due(self, method: str, path: str) -> list[Fault]:
        """The faults that strike this request, each counted."""
        struck = []
        with self._lock:
            for fault in self.ordered:
                if not fault.concerns(method, path) or fault.times == 0:
                    continue
                if fault.after > 0:
                    fault.after -= 1
                    continue
                if fault.times is not None:
                    fault.times -= 1
                fault.hits += 1
                struck.append(fault)
        return struck

    def awaits_duplicate(self, method: str, path: str) -> bool:
        """Whether this request's answer may be wanted again."""
        return any(fault.kind == "duplicate_page" and fault.concerns(method, path) for fault in self.ordered)
