"""A run counts what it did, takes what it can and sends nothing astray, whatever happens to its trees meanwhile."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import replace
from datetime import UTC, datetime
from types import FrameType

import pytest

from core.clients.local_catalog import LocalCatalog
from core.errors import Usage
from core.profiles.destination import Destination, RowMapping
from core.uploads.queueing.roots import Root
from core.uploads.sending.run import Trees
from core.uploads.sending.wishes import Override
from tests.core.uploads.test_run import Ward
from tests.core.uploads.test_run import ward as ward  # a fixture
from tests.core.uploads.trees import device


def test_thousands_of_trees_are_sorted_out_at_once() -> None:
    """Every half second of a run, in the loop that draws the window: compared with each other, they would hold it."""
    trees = [Root(n, f"/wards/{n}", "", wanted=datetime.now(UTC)) for n in range(1_000)]
    trees.append(Root(1_000, "/wards", "labs"))
    asked = 0

    def count(frame: FrameType, event: str, arg: object) -> None:
        nonlocal asked
        asked += event == "call"

    sys.setprofile(count)
    try:
        taken = Trees().of(trees, 1e12)
    finally:
        sys.setprofile(None)
    assert len(taken) == 1_000
    assert [one.number for one in Trees(("/wards/7", "/elsewhere")).of(trees, 1e12)] == [7]
    assert asked < 20 * len(trees)


async def test_a_tree_that_is_sent_elsewhere_while_it_goes_up_goes_there_as_a_whole(ward: Ward) -> None:
    for name in ("a", "b", "c"):
        device(ward.root, name, "x.jpg")
    await ward.uploads.add([ward.root], "deep")

    async def send_elsewhere(key: str) -> None:
        if key == "tree/a/x.jpg":
            await ward.uploads.add([ward.root], "wards")

    ward.store.meanwhile = send_elsewhere  # type: ignore[method-assign]
    await ward.run()
    assert [one for one in ward.stored() if one.startswith("wards")] == [f"wards/{name}/x.jpg" for name in "abc"]
    assert (await ward.state()).folders.success == 3


async def test_what_went_up_before_a_drive_was_pulled_is_counted(ward: Ward) -> None:
    for name in ("a", "b"):
        device(ward.root, name, "x.jpg")
    device(ward.root.parent / "other", "c", "x.jpg")
    await ward.uploads.add([ward.root], "deep")

    async def pull(key: str) -> None:
        if key == "tree/b/x.jpg":
            while not (await ward.state()).folders.success:  # noqa: ASYNC110 — it asks as another program would
                await asyncio.sleep(0)
            ward.root.rename(ward.root.with_name("unplugged"))
            ward.root.mkdir()

    ward.store.meanwhile = pull  # type: ignore[method-assign]
    ran = await ward.uploads.run(ward.workspace, ward.store, override=Override(patience_seconds=0.0))
    assert (ran.did.done, ran.did.files, len(ran.notes)) == (1, 1, 1)
    assert (await ward.state()).folders.success == 1


async def test_a_destination_whose_table_is_not_there_holds_no_other_one_up(ward: Ward) -> None:
    tabled = Destination("tabled", "labs", folder_rows=RowMapping("nowhere"))
    ward.profile = replace(ward.profile, destinations=(tabled,))
    for name, destination in (("a/1", "tabled"), ("b/2", "wards")):
        device(ward.root, name, "x.jpg")
        await ward.uploads.add([(ward.root / name).parent], destination)
    catalog = LocalCatalog(ward.path.parent / "catalog.db")
    ran = await ward.uploads.run(ward.workspace, ward.store, catalog=catalog)
    assert ward.stored() == ["wards/2/x.jpg"]
    assert "there is no such table" in ran.notes[0]
    with pytest.raises(Usage, match="no such table"):  # with nothing else to do
        await ward.uploads.run(ward.workspace, ward.store, catalog=catalog)
    await catalog.close()
