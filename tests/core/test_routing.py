"""Routing: the least full bucket that takes it, whatever order things end in."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import Busy, Unavailable
from core.routing import Answer, Candidate, Route, Router, Upload, free_names, next_name, takes

CAPACITY = 1_000


def bucket(name: str, held: int = 0, **more: object) -> Candidate:
    return Candidate(name, held, CAPACITY, **more)  # type: ignore[arg-type]


def upload(key: str, size: int = 10, content_type: str = "image/png", home: str | None = None) -> Upload:
    return Upload(key, size, content_type, home)


def test_the_least_full_bucket_takes_it() -> None:
    router = Router("f", [bucket("f", 500), bucket("f-1", 100), bucket("f-2", 400)])
    assert router.route(upload("a")).bucket == "f-1"


def test_equally_full_ones_are_taken_in_the_order_of_the_family() -> None:
    assert Router("f", [bucket("f-10"), bucket("f-2"), bucket("f")]).route(upload("a")).bucket == "f"
    assert Router("f", [bucket("f-10"), bucket("f-2")]).route(upload("a")).bucket == "f-2"


def test_what_is_under_way_counts() -> None:
    router = Router("f", [bucket("f"), bucket("f-1")])
    assert [router.route(upload(key, 300)).bucket for key in "abcd"] == ["f", "f-1", "f", "f-1"]
    assert (router.in_flight("f"), router.in_flight("f-1")) == (600, 600)


def test_a_key_that_is_under_way_is_not_started_again() -> None:
    router = Router("f", [bucket("f"), bucket("f-1")])
    route = router.route(upload("a"))
    with pytest.raises(Busy):
        router.route(upload("a"))
    router.arrived(route)
    assert router.route(upload("a", home="f")).bucket == "f"


def test_a_key_that_is_stored_stays_in_its_bucket_however_full() -> None:
    router = Router("f", [bucket("f", 990), bucket("f-1")])
    assert router.route(upload("a", 500, home="f")).bucket == "f"


def test_limits_of_size_and_type_pass_a_bucket_over_with_the_reason() -> None:
    router = Router(
        "f", [bucket("f", size_limit_bytes=5), bucket("f-1", mime_types=("image/jpeg",)), bucket("f-2", 940)]
    )
    route = router.route(upload("a", 20))
    assert (route.bucket, route.wants_bucket) == (None, False)
    assert set(route.refused) == {"f", "f-1", "f-2"}
    assert "at most 5 bytes" in route.why_not and "image/png" in route.why_not and "room for 10 bytes" in route.why_not


def test_a_new_bucket_is_wished_for_only_if_it_would_take_it() -> None:
    full = [bucket("f", 950)]
    assert Router("f", full, newest=bucket("")).route(upload("a")).wants_bucket
    assert not Router("f", full, newest=bucket("", size_limit_bytes=5)).route(upload("a")).wants_bucket
    assert not Router("f", full).route(upload("a")).wants_bucket


@pytest.mark.parametrize("answer", list(Answer))
def test_an_upload_that_was_turned_away_goes_to_the_next_and_then_to_a_new_one(answer: Answer) -> None:
    router = Router("f", [bucket("f"), bucket("f-1", 100)], newest=bucket(""))
    first = router.route(upload("a"))
    second = router.turned_away(first, answer)
    third = router.turned_away(second, answer)
    assert (first.bucket, second.bucket, third.bucket, third.wants_bucket) == ("f", "f-1", None, True)
    router.add(bucket("f-2"))
    assert router.route(upload("a")).bucket == "f-2"


def test_a_bucket_that_said_full_gets_nothing_more_and_one_that_found_it_too_large_does() -> None:
    router = Router("f", [bucket("f"), bucket("f-1", 500)])
    router.turned_away(router.route(upload("a")), Answer.TOO_LARGE)
    assert router.route(upload("b")).bucket == "f"
    router.turned_away(router.route(upload("c")), Answer.FULL)
    assert router.route(upload("d")).bucket == "f-1"


def test_an_upload_to_the_home_of_its_key_is_not_sent_elsewhere() -> None:
    router = Router("f", [bucket("f"), bucket("f-1")])
    assert router.turned_away(router.route(upload("a", home="f")), Answer.FULL).bucket is None


def test_a_route_that_has_ended_cannot_end_again() -> None:
    router = Router("f", [bucket("f")])
    route = router.route(upload("a"))
    router.given_up(route)
    with pytest.raises(Unavailable):
        router.arrived(route)


Step = tuple[str, int, str]


@given(
    st.lists(st.integers(0, 1_200), min_size=1, max_size=5),
    st.lists(
        st.tuples(
            st.sampled_from("abcdefgh"), st.integers(0, 400), st.sampled_from(["start", "arrive", "full", "give up"])
        ),
        max_size=60,
    ),
)
def test_whatever_happens_counts_hold_and_no_bucket_is_filled_beyond_its_mark(
    held: list[int], steps: Sequence[Step]
) -> None:
    names = ["f", *(f"f-{n}" for n in range(1, len(held)))]
    router = Router("f", [bucket(name, size) for name, size in zip(names, held, strict=True)])
    stored = dict(zip(names, held, strict=True))
    under_way: dict[str, Route] = {}
    for key, size, what in steps:
        route = under_way.get(key)
        if what == "start" and route is None:
            made = router.route(upload(key, size))
            if made.bucket is not None:
                assert stored[made.bucket] + router.in_flight(made.bucket) <= 0.95 * CAPACITY
                under_way[key] = made
            else:
                assert set(made.refused) == set(names)
        elif what == "start" and route is not None:
            with pytest.raises(Busy):
                router.route(upload(key, size))
        elif route is not None and route.bucket is not None:
            del under_way[key]
            if what == "arrive":
                stored[route.bucket] += route.upload.size_bytes
                router.arrived(route)
            elif what == "full":
                stored[route.bucket] = max(stored[route.bucket], CAPACITY)
                again = router.turned_away(route, Answer.FULL)
                assert again.bucket != route.bucket
                if again.bucket is not None:
                    under_way[key] = again
            else:
                router.given_up(route)
        for name in names:
            assert router.in_flight(name) == sum(r.upload.size_bytes for r in under_way.values() if r.bucket == name)


@pytest.mark.parametrize(
    ("taken", "name"),
    [
        ([], "f-1"),
        (["f"], "f-1"),
        (["f", "f-1", "f-2"], "f-3"),
        (["f-1", "f-3"], "f-2"),
        (["F-1"], "f-2"),
        (["f-01"], "f-1"),
    ],
)
def test_the_next_bucket_gets_the_first_free_number(taken: list[str], name: str) -> None:
    assert next_name("f", taken) == name


@pytest.mark.parametrize(
    ("allowed", "content_type", "fits"),
    [
        ("image/png", "image/png", True),
        ("image/png", "image/png;charset=UTF-8", False),
        ("image/*", "image/webp", True),
        ("text/*", "text/plain;charset=UTF-8", True),
        ("image/*", "application/pdf", False),
        ("*/*", "", True),
    ],
)
def test_types_are_judged_as_the_storage_judges_them(allowed: str, content_type: str, fits: bool) -> None:
    assert takes([allowed], content_type) is fits


def test_further_names_go_on_in_the_gaps_that_are_left() -> None:
    assert [name for name, _ in zip(free_names("f", ["f", "F-2", "f-4"]), range(4), strict=False)] == [
        "f-1",
        "f-3",
        "f-5",
        "f-6",
    ]


@pytest.mark.parametrize(
    ("answer", "size", "kind", "wished"),
    [
        (Answer.FULL, 1, "image/gif", False),
        (Answer.TOO_LARGE, 50, "image/png", False),
        (Answer.TOO_LARGE, 49, "image/png", True),
        (Answer.NOT_ALLOWED, 90, "image/png", False),
        (Answer.NOT_ALLOWED, 50, "image/gif", True),
    ],
)
def test_what_a_new_bucket_would_turn_away_too_wishes_for_none(
    answer: Answer, size: int, kind: str, wished: bool
) -> None:
    router = Router("f", [Candidate("f", 0, 1000)], Candidate("f-new", 0, 1000))
    left = router.turned_away(router.route(Upload("a", 50, "image/png")), answer, as_new=True)
    assert (left.bucket, left.wants_bucket) == (None, False)
    router.add(Candidate("f", 1000, 1000))  # by our own count there is no room any more
    assert router.route(Upload("b", size, kind)).wants_bucket is wished
