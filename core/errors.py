"""Every error that Bucketdesk raises on purpose.

CoreError                      a sentence, and a hint what to do
├── Usage                      the request itself is wrong                      exit 2
│   ├── BadProfile             a profile says something that does not hold
│   ├── BadPlan                a plan file is tampered with, foreign, or used up
│   └── NeedsConfirmation      a change was not confirmed, or not by its name
├── Refused                    a guard stopped it before anything was changed   exit 3
├── Busy                       another window or command holds the writer lock
├── WorkspaceError             the profile's own files cannot be read or written
└── ServiceError               storage or catalog answered, but not with what was asked
    ├── NotFound               object, bucket, table or column is not there
    ├── AlreadyExists          something stands where ours should go
    ├── PreconditionFailed     it is not what it was when we looked
    ├── InvalidName            the store cannot hold such a key
    ├── NotAllowed             a right is missing
    ├── DoesNotFit             the bucket does not take such a file
    │   ├── Full               there is no room left for it
    │   ├── TooLarge           it takes no file of this size
    │   └── WrongType          it takes no file of this type
    ├── Unreadable             a listing cannot be completed, so it proves nothing
    └── Unavailable            locked, throttled or out of reach; may be tried again
"""

from __future__ import annotations

import enum


class Trouble(enum.StrEnum):
    """What the next request would meet as well, whatever it asks for; most of it passes by itself."""

    THROTTLED = "throttled"
    OFFLINE = "offline"
    SIGNED_OUT = "signed out"
    KEY_REFUSED = "key refused"
    """This does not pass: somebody has to give the profile another key."""
    FULL = "full"
    DISK_FULL = "disk full"
    FAILING = "failing"
    """Whatever it is asked for, it fails: one request proves nothing, many of them do."""
    AWAY = "away"
    """The files themselves are out of reach."""


class CoreError(Exception):
    """A sentence a person can act on; `hint` says what to do, `kind` names it for programs. `trouble`: what is wrong is
    not about this request alone; `wait_seconds`: how long the service asks to be left alone then, None if unsaid."""

    exit_code = 1

    def __init__(
        self, message: str, hint: str = "", *, trouble: Trouble | None = None, wait_seconds: float | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.trouble = trouble
        self.wait_seconds = wait_seconds

    @property
    def kind(self) -> str:
        """The class in snake case: `not_found` for `NotFound`."""
        name = type(self).__name__
        return "".join("_" + c.lower() if c.isupper() else c for c in name).lstrip("_")


class Usage(CoreError):
    """The request itself is wrong; nothing was tried."""

    exit_code = 2


class BadProfile(Usage):
    """A profile says something that does not hold: an unknown table, a folder that is not there."""


class BadPlan(Usage):
    """A plan file is tampered with, foreign, or used up."""


class NeedsConfirmation(Usage):
    """A change was not confirmed, or not by typing its name."""


class Refused(CoreError):
    """A guard stopped it before anything was changed."""

    exit_code = 3


class Busy(CoreError):
    """Another window or command holds the writer lock of this profile."""


class WorkspaceError(CoreError):
    """The profile's own files cannot be read or written: disk full, no right, corrupt."""


class ServiceError(CoreError):
    """Storage or catalog answered, but not with what was asked."""


class NotFound(ServiceError):
    """Object, bucket, table or column is not there."""


class AlreadyExists(ServiceError):
    """Something stands where ours should go."""


class PreconditionFailed(ServiceError):
    """It is not what it was when we looked."""


class InvalidName(ServiceError):
    """The store cannot hold such a key."""


class NotAllowed(ServiceError):
    """A right is missing; the message names it."""


class DoesNotFit(ServiceError):
    """The bucket does not take such a file; another one may."""


class Full(DoesNotFit):
    """There is no room left for it."""


class TooLarge(DoesNotFit):
    """The bucket takes no file of this size."""


class WrongType(DoesNotFit):
    """The bucket takes no file of this type."""


class Unreadable(ServiceError):
    """A listing cannot be completed, so it proves nothing."""


class Unavailable(ServiceError):
    """Locked, throttled or out of reach; the same request may be tried again."""
