"""Why findings got no step, in the words for one of them and for several."""

from __future__ import annotations

from core.models import Refusal

_OF_SEVERAL = (
    ("it or its mapping is ", "they or their mappings are "),
    ("it was marked ", "they were marked "),
    ("it is unproven", "they are unproven"),
    ("it is not over age", "they are not over age"),
    ("it is asked for through", "they are asked for through"),
    ("whether it is ", "whether they are "),
    ("its removal was ", "their removal was "),
    ("did not see it ", "did not see them "),
    ("its source is ", "their source is "),
    ("the row is gone or was ", "the rows are gone or were "),
    ("the object is not ", "the objects are not "),
    (" names it", " names them"),
    (" needs it", " needs them"),
    (" may mean it ", " may mean them "),
)
"""Reasons are counted, so each is written about one; a plan file keeps them so."""


def because(refusal: Refusal) -> str:
    """The reason, in the plural where it is about several: "they were marked to be kept"."""
    why = refusal.why
    if refusal.count > 1:
        for one, several in _OF_SEVERAL:
            why = why.replace(one, several)
    return why


def left_as_it_is(refusal: Refusal) -> str:
    """A sentence about what gets no step: how many, where and why."""
    if not refusal.count:
        return f"{refusal.where}: {refusal.why}."
    are = "Left as they are" if refusal.count > 1 else "Left as it is"
    return f"{are}: {refusal.count:,} in {refusal.where}, because {because(refusal)}."


def stays(refusal: Refusal) -> str:
    """The same as a clause: "6 in photos stay, because they were marked to be kept"."""
    if not refusal.count:
        return f"{refusal.where}: {refusal.why}"
    stay = "stay" if refusal.count > 1 else "stays"
    return f"{refusal.count:,} in {refusal.where} {stay}, because {because(refusal)}"
