"""What is chosen is, whatever was done, what a plain set would hold."""

from __future__ import annotations

from array import array

from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from gui.choice import Choice

_NUMBERS = st.sets(st.integers(0, 40))


class ChoiceMachine(RuleBasedStateMachine):
    """Does the same to a choice and to a plain set."""

    def __init__(self) -> None:
        super().__init__()
        self.choice = Choice()
        self.shown: set[int] = set()
        self.chosen: set[int] = set()

    @rule(numbers=_NUMBERS)
    def show_others(self, numbers: set[int]) -> None:
        self.chosen = set() if self.choice.everything else self.chosen & numbers
        self.shown = numbers
        self.choice.retain(array("q", sorted(numbers)))

    @rule(numbers=_NUMBERS, chosen=st.booleans())
    def put(self, numbers: set[int], chosen: bool) -> None:
        some = numbers & self.shown
        self.choice.put(some, chosen)
        self.chosen = self.chosen | some if chosen else self.chosen - some

    @rule()
    def choose_all(self) -> None:
        self.choice.choose_all()
        self.chosen = set(self.shown)

    @rule()
    def choose_none(self) -> None:
        self.choice.choose_none()
        self.chosen = set()

    @invariant()
    def it_holds_what_the_set_holds(self) -> None:
        assert {number for number in self.shown if number in self.choice} == self.chosen
        assert self.choice.count == len(self.chosen)
        assert self.choice.is_all == (bool(self.shown) and self.chosen == self.shown)


TestChoiceIsAPlainSet = ChoiceMachine.TestCase


@given(st.sets(st.integers(0, 1000), min_size=1), st.integers(0, 1000))
def test_all_but_one_needs_one_exception_however_many_there_are(shown: set[int], number: int) -> None:
    one = min(shown, key=lambda n: abs(n - number))
    choice = Choice()
    choice.retain(array("q", sorted(shown)))
    choice.choose_all()
    choice.put([one], False)
    assert choice.exceptions == {one}
    assert choice.count == len(shown) - 1


def test_a_million_rows_are_chosen_by_one_word() -> None:
    choice = Choice()
    choice.retain(array("q", range(1_000_000)))
    choice.choose_all()
    assert choice.is_all
    assert choice.exceptions == set()
