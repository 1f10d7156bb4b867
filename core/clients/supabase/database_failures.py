"""What PostgREST's and PostgreSQL's codes mean for the person who asked (facts.md A5)."""

from __future__ import annotations

from core.errors import (
    AlreadyExists,
    CoreError,
    NotAllowed,
    NotFound,
    PreconditionFailed,
    Refused,
    ServiceError,
    Unavailable,
    Unreadable,
)

EXPOSE = "Expose it in the API settings of the project."
SET_UP = "Use Set up database for this profile, or ask its administrator to."


class TookTooLong(Unavailable):
    """The database took back what it could not finish in its time; less may be asked for at once."""

    @property
    def kind(self) -> str:
        return "unavailable"


def of_code(code: str, message: str, hint: str, what: str) -> CoreError | None:
    """The error for a code, None for one that is not the database's."""
    said = message.strip().rstrip(".") + "."
    named = what or "it"
    match code:
        case "PGRST202" | "42883":
            return NotFound(f"The project has no function for this: {said}", SET_UP)
        case "PGRST205" | "42P01":
            return NotFound(f"There is no table “{what}”." if what else f"There is no such table: {said}", hint)
        case "PGRST204" | "42703":
            return NotFound(f"There is no such column: {said}", hint)
        case "PGRST106":
            return NotAllowed(f"The schema of {named} is not open to the API: {said}", EXPOSE)
        case "42501":
            return NotAllowed(said, hint or "Ask an administrator of the project for this right.")
        case "57014":
            return TookTooLong("The database stopped a request that took too long.", "Try again in a while.")
        case "55P03" | "40001" | "40P01":
            return Unavailable("The database is locked by another program just now.", "Try again in a while.")
        case "53300" | "53400" | "PGRST000" | "PGRST001" | "PGRST002" | "PGRST003" | "57P03":
            return Unavailable("The database takes no more requests just now.", "Try again in a while.")
        case "23505":
            return AlreadyExists(f"The database holds such a row already: {said}", hint)
        case "23503" | "23001":
            return Refused(f"Other rows depend on this: {said}", hint)
        case "23502" | "23514" | "23P01" | "22P02" | "22003" | "22001" | "22007" | "22008":
            return ServiceError(f"The database does not take this value: {said}", hint)
        case "P0001" | "P0002" | "0A000":
            return ServiceError(said, hint)
        case "PGRST116":
            return PreconditionFailed(f"Not exactly one row was met: {said}", hint)
    if code.startswith("PGRST") or (len(code) == 5 and code[:2].isalnum() and code[:2] in _CLASSES):
        return Unreadable(f"The database refused this: {said}", hint)
    return None


_CLASSES = frozenset({"08", "0A", "21", "22", "23", "25", "26", "28", "2F", "3D", "3F", "40", "42", "54", "55", "XX"})
