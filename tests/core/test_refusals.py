"""Why something stays is said in the grammar of how many there are."""

from __future__ import annotations

import re

import pytest

from core.cleanup import left_out
from core.cleanup.objects import NOT_LISTED
from core.cleanup.planning import GONE, NOT_MAPPED
from core.models import Refusal
from core.refusals import because, left_as_it_is, stays
from core.retention import candidates
from core.retention.planning import ASKED, NOT_OVER
from core.retention.queue import UNSEEN

REASONS = [
    *left_out._STATES.values(),
    *candidates._STATES.values(),
    *(NOT_LISTED, GONE, NOT_MAPPED, ASKED, NOT_OVER, UNSEEN),
    "a row of “notes” names it, and such rows do not go along",
    "a younger row of “notes” still needs it",
]


@pytest.mark.parametrize("why", REASONS)
def test_a_reason_of_one_is_as_it_was_written_and_of_several_in_the_plural(why: str) -> None:
    assert because(Refusal("photos", why, 1)) == why
    said = because(Refusal("photos", why, 6))
    assert said != why
    assert not re.search(r"\b(it|its)\b", said)


def test_the_sentence_agrees_with_how_many_there_are() -> None:
    kept = "it was marked to be kept"
    assert stays(Refusal("photos", kept, 1)) == f"1 in photos stays, because {kept}"
    assert stays(Refusal("photos", kept, 6)) == "6 in photos stay, because they were marked to be kept"
    assert left_as_it_is(Refusal("photos", kept, 1)) == f"Left as it is: 1 in photos, because {kept}."
    assert left_as_it_is(Refusal("a", kept, 2)) == "Left as they are: 2 in a, because they were marked to be kept."
    assert left_as_it_is(Refusal("a", "nothing more of it may go", 0)) == "a: nothing more of it may go."
