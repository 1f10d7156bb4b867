"""How far folders under way are, for who looks on."""

from __future__ import annotations

from core.uploads.sending.live import Live


def test_a_folder_under_way_tells_its_files_its_bytes_and_its_rate() -> None:
    now = 100.0
    live = Live(lambda: now)
    live.begin(7, 4, 1_000)
    assert live.of(8) is None
    begun = live.of(7)
    assert begun is not None and begun.share == 0 and begun.rate(102.0) is None
    live.stored(7, 300)
    live.stored(7, 100)
    live.stored(8, 100)  # not under way: nobody asked
    far = live.of(7)
    assert far is not None and (far.files_done, far.files, far.bytes_done) == (2, 4, 400)
    assert far.share == 0.4 and far.rate(102.0) == 200
    live.stored(7, 5_000)  # it grew meanwhile
    grown = live.of(7)
    assert grown is not None and grown.share == 1.0
    live.end(7)
    assert live.of(7) is None and live.of(8) is None


def test_a_folder_of_empty_files_is_measured_by_their_number() -> None:
    live = Live()
    live.begin(1, 2, 0)
    live.stored(1, 0)
    far = live.of(1)
    assert far is not None and far.share == 0.5
