"""Scenario 5: names that bleed into one another never make a false orphan."""

from __future__ import annotations

import tempfile
from pathlib import Path
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from core.models import Kind, State
from tests.core.desk import Desk, source
from tests.core.fakes import FakeCatalog, FakeStore

BUCKETS = ("images", "images2", "images-1", "images-10")
NAMES = (
    "a", "a-1", "a.bak", "a/b", "a/b-1", "a/b.bak", "a b", "a+b", "Dir/x", "dir/x", "DIR/X", "images/x", "images2/x",
    "x", "0", "A", "é", "e\u0301", "a%20b", "a/", "a//b", "_", "%", "a_b", "a%b", "ab", "a?b", "a#b", "a&b",
    "z'q", 'z"q',
)  # fmt: skip


async def check(seed: int) -> None:
    """Rows for some of the objects of each bucket: exactly the others are orphans, whatever state they are in, and
    those that are open are truly named by nothing, not even by a spelling of theirs."""
    dice = Random(seed)
    there = {bucket: dice.sample(NAMES, dice.randint(6, len(NAMES))) for bucket in BUCKETS}
    named = {bucket: set(dice.sample(keys, len(keys) * 3 // 4)) for bucket, keys in there.items()}
    catalog = FakeCatalog()
    for bucket, keys in named.items():
        catalog.add(f"of {bucket}", *({"id": n, "p": key, "made": "2026-01-01"} for n, key in enumerate(sorted(keys))))
    sources = [source(f"of {bucket}", ("p", "path"), bucket=bucket, time_column="made") for bucket in BUCKETS]
    with tempfile.TemporaryDirectory() as folder:
        desk = Desk(Path(folder), FakeStore(there), catalog, *sources)
        assert (await desk.scan()).complete
        orphans = set(await desk.found(Kind.FILE_WITHOUT_ROW))
        # What a percent-encoded row names in its decoded form is named as well.
        also = {("a b" if "a%20b" in keys else "", bucket) for bucket, keys in named.items()}
        unnamed = {f"{b}/{k}" for b, keys in there.items() for k in keys if k not in named[b] and (k, b) not in also}
        assert orphans == unnamed
        assert await desk.found(Kind.ROW_WITHOUT_FILE) == []
        assert set(await desk.found(Kind.FILE_WITHOUT_ROW, State.OPEN)) == unnamed
        await desk.close()


async def test_the_names_of_the_scenario_do_not_bleed() -> None:
    await check(1)


@settings(max_examples=30)
@given(st.integers(0, 2**32))
async def test_no_mixture_of_such_names_bleeds(seed: int) -> None:
    await check(seed)


async def test_rows_of_one_bucket_never_name_objects_of_its_neighbour(tmp_path: Path) -> None:
    catalog = FakeCatalog()
    catalog.add("parts", *({"id": n, "p": f"{n}.png", "made": "2026-01-01"} for n in range(5)))
    store = FakeStore({"images": [f"{n}.png" for n in range(5)], "images2": [f"{n}.png" for n in range(5)]})
    desk = Desk(
        tmp_path,
        store,
        catalog,
        source("parts", ("p", "path"), bucket="images", time_column="made"),
        source("parts", ("p", "bucket_path"), name="other", time_column="made"),
    )
    await desk.scan()
    found = await desk.found(Kind.FILE_WITHOUT_ROW)
    assert found == [f"images2/{n}.png" for n in range(5)]
    await desk.close()
