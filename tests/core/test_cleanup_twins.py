"""An object that a row may mean by a wrong prefix is not removed before that is settled."""

from __future__ import annotations

from core.models import Repair
from tests.core.worlds import IMAGES, Make, photo, source


async def test_when_either_of_two_objects_may_be_meant_neither_is_removed_nor_the_row_changed(make: Make) -> None:
    world = await make(
        IMAGES + "INSERT INTO images (path) VALUES ('scans/a'), ('b')",
        source("images", "path", describes=True),
        objects={("photos", "a"): "x", ("scans", "a"): "y", ("photos", "b"): "z", ("scans", "b"): "w"},
    )
    _, steps = await world.plan()
    assert [(step.bucket, step.key) for step in steps] == [("scans", "b")]


async def test_a_copy_that_a_row_names_but_for_its_letters_stays(make: Make) -> None:
    world = await make(
        IMAGES + "INSERT INTO images (path) VALUES ('C.JPG')",
        source("images", "path"),
        objects=photo("a.jpg", "same") | photo("b.jpg", "same") | photo("c.jpg", "same"),
    )
    _, steps = await world.plan(Repair.MERGE)
    assert [step.key for step in steps] == ["b.jpg"]
