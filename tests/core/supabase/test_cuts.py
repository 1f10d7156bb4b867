"""Cutting a listing into parts: any guess gives parts that hold everything once, and good ones are even."""

from __future__ import annotations

import uuid
from bisect import bisect_right

from hypothesis import given
from hypothesis import strategies as st

from core.clients.supabase.cuts import cuts, share

KEYS = st.lists(st.text("ab01/.-_ Z", min_size=1, max_size=8), min_size=2, max_size=60, unique=True).map(sorted)


@given(KEYS, st.integers(1, 40), st.data())
def test_cuts_are_ascending_and_lie_between_what_was_read_and_the_end(
    keys: list[str], parts: int, data: st.DataObject
) -> None:
    sample = keys[: data.draw(st.integers(1, len(keys)))]
    found = cuts(sample, keys[-1], parts)
    assert found == sorted(set(found)) and len(found) < max(parts, 1)
    assert all(sample[-1] < cut < keys[-1] for cut in found)
    assert 0 < share(sample, keys[-1]) <= 1


def sizes(keys: list[str], page: int, parts: int) -> list[int]:
    ends = [bisect_right(keys, cut) for cut in cuts(keys[:page], keys[-1], parts)]
    return [end - start for start, end in zip([page, *ends], [*ends, len(keys)], strict=True)]


def test_numbered_names_are_cut_into_even_parts() -> None:
    folders = [f"folder-{n // 100:04d}/img-{n % 100:03d}.jpg" for n in range(200_000)]
    hashes = sorted(str(uuid.UUID(int=n * 1701411834604692317316873037)) for n in range(20_000))
    for keys in (folders, hashes):
        found = sizes(keys, 1_000, 16)
        assert len(found) >= 12 and max(found) < len(keys) / 6
        assert 0.5 < share(keys[:1_000], keys[-1]) * len(keys) / 1_000 < 2


def test_what_has_no_room_for_a_cut_gets_none() -> None:
    assert cuts(["a"], "a", 8) == [] and cuts(["a", "b"], "c", 1) == []
    assert share(["a", "b"], "b") == 1
