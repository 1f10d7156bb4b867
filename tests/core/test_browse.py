"""The three views: what passes a filter, in which order, and what a page of it says."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from core.browse import Browse, ObjectFilter, RowFilter
from core.keeps import keep
from core.models import FindingFilter, Kind, Selection, State
from core.status import read_status
from tests.core.desk import Desk, source
from tests.core.fakes import NOW, FakeCatalog, FakeStore

LONG_AGO = "2026-01-01T00:00:00"
GOOD = [f"good-{n}.png" for n in range(20)]
ODD = ["ÄRGER.png", "ärger-2.png", "100%_sure.png", "100x_sure.png", "quote'.png", "Straße.png", "new.png"]


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    """Orphans with odd names, one of them new; two rows that name nothing."""
    store = FakeStore({"cms": [*GOOD, *ODD], "sop": ["z.png", "a.png"]})
    store.put("cms", "new.png", changed=NOW - timedelta(hours=1), type_="image/svg+xml")
    catalog = FakeCatalog()
    catalog.add(
        "parts", *({"id": n, "path": p, "made": LONG_AGO, "state": "ready"} for n, p in enumerate([*GOOD, "x", "y"]))
    )
    mapped = source("parts", ("path", "path"), bucket="cms", time_column="made", status_column="state")
    desk = Desk(tmp_path, store, catalog, mapped)
    await desk.scan()
    yield desk
    await desk.close()


async def browse(desk: Desk) -> Browse:
    return Browse(await desk.workspace())


async def keys(desk: Desk, filter: FindingFilter, sort: str = "", descending: bool = False) -> list[str]:
    view = (await browse(desk)).findings
    numbers = await view.numbers(filter, sort, descending)
    assert len(numbers) == await view.count(filter)
    return [f.key for f in await view.page(numbers)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ärger", ["ÄRGER.png", "ärger-2.png"]),
        ("ÄRGER", ["ÄRGER.png", "ärger-2.png"]),
        ("STRASSE", ["Straße.png"]),
        ("100%", ["100%_sure.png"]),
        ("%_", ["100%_sure.png"]),
        ("x_s", ["100x_sure.png"]),
        ("'", ["quote'.png"]),
        ("PARTS", ["x", "y"]),
        ("[21]", ["y"]),
        ("nothing like it", []),
    ],
)
async def test_a_text_filter_takes_every_letter_as_it_is_whatever_its_case(
    desk: Desk, text: str, expected: list[str]
) -> None:
    assert sorted(await keys(desk, FindingFilter(text=text))) == sorted(expected)


async def test_filters_narrow_by_kind_state_bucket_type_and_size(desk: Desk) -> None:
    assert await keys(desk, FindingFilter(kinds=(Kind.ROW_WITHOUT_FILE,))) == ["x", "y"]
    assert await keys(desk, FindingFilter(states=(State.YOUNG,))) == ["new.png"]
    assert await keys(desk, FindingFilter(buckets=("sop",))) == ["a.png", "z.png"]
    assert await keys(desk, FindingFilter(content_type="image/svg+xml")) == ["new.png"]
    assert await keys(desk, FindingFilter(content_type="image", text="new")) == ["new.png"]
    assert await keys(desk, FindingFilter(min_bytes=9, max_bytes=9)) == ["a.png", "z.png"]
    assert await keys(desk, FindingFilter(text="z", buckets=("cms",))) == []


async def test_kept_findings_are_shown_only_when_asked_for_with_their_reason(desk: Desk) -> None:
    everything = await keys(desk, FindingFilter())
    (number,) = await (await browse(desk)).findings.numbers(FindingFilter(text="straße"))
    (found,) = await (await browse(desk)).findings.page([number])
    await keep(await desk.workspace(), Selection(only=frozenset([found.id])), "needed in spring")
    assert await keys(desk, FindingFilter()) == [key for key in everything if key != "Straße.png"]
    (kept,) = await (await browse(desk)).findings.page([number])
    assert (kept.state, "needed in spring" in kept.why) == (State.KEPT, True)
    assert await keys(desk, FindingFilter(states=(State.KEPT,))) == ["Straße.png"]


@pytest.mark.parametrize("sort", ["", "key", "bucket", "row", "bytes", "changed", "evidence", "unknown"])
async def test_every_order_holds_the_same_findings_and_turns_round(desk: Desk, sort: str) -> None:
    view = (await browse(desk)).findings
    ascending = await view.numbers(FindingFilter(), sort, False)
    descending = await view.numbers(FindingFilter(), sort, True)
    assert sorted(ascending) == sorted(descending) == list(await view.numbers(FindingFilter()))

    page = await view.page(ascending)
    assert [f.n for f in await view.page(descending)] == list(descending)
    if sort in ("key", "bucket"):
        values = [getattr(f, sort) for f in page]
        assert values == sorted(values)
        assert [getattr(f, sort) for f in await view.page(descending)] == values[::-1]
    if sort == "bytes":
        sizes = [-1 if f.size_bytes is None else f.size_bytes for f in page]
        assert sizes == sorted(sizes)


async def test_a_page_keeps_the_asked_order_and_leaves_out_what_is_gone(desk: Desk) -> None:
    view = (await browse(desk)).findings
    first, second, third, *_ = await view.numbers(FindingFilter())
    assert [f.n for f in await view.page([third, 999_999, first, second])] == [third, first, second]
    assert await view.page([]) == ()


@pytest.mark.parametrize("kinds", [(), (Kind.FILE_WITHOUT_ROW,), (Kind.ROW_WITHOUT_FILE, Kind.FILE_WITHOUT_ROW)])
@pytest.mark.parametrize("states", [(), (State.OPEN,), (State.YOUNG, State.UNPROVEN), tuple(State)])
@pytest.mark.parametrize("text", ["", "p", "G.PN", "[2"])
@pytest.mark.parametrize("least", [None, 12])
async def test_counts_and_numbers_agree_with_a_plain_search(
    desk: Desk, kinds: tuple[Kind, ...], states: tuple[State, ...], text: str, least: int | None
) -> None:
    view = (await browse(desk)).findings
    everything = await view.page(await view.numbers(FindingFilter(states=tuple(State))))
    wanted = [
        f.n
        for f in everything
        if (not kinds or f.kind in kinds)
        and f.state in (states or [s for s in State if s is not State.KEPT])
        and text.casefold() in f"{f.key}\n{f.table}\n{list(f.row_key)}".casefold()
        and (least is None or (f.size_bytes is not None and f.size_bytes >= least))
    ]
    filter = FindingFilter(kinds, states, (), text, min_bytes=least)
    assert list(await view.numbers(filter)) == wanted
    assert await view.count(filter) == len(wanted)


async def test_the_bytes_of_a_selection_are_those_of_its_objects(desk: Desk) -> None:
    view = (await browse(desk)).findings
    found = await view.page(await view.numbers(FindingFilter()))
    sizes = {f.id: f.size_bytes or 0 for f in found if f.kind is Kind.FILE_WITHOUT_ROW}
    some = frozenset(list(sizes)[:3])
    assert await view.size(Selection()) == sum(sizes.values())
    assert await view.size(Selection(without=some)) == sum(size for id, size in sizes.items() if id not in some)
    assert await view.size(Selection(only=some)) == sum(sizes[id] for id in some)
    text = FindingFilter(text="good")
    assert await view.size(Selection(filter=text)) == 0
    assert await view.size(Selection(filter=FindingFilter(buckets=("sop",)))) == 18


async def test_objects_are_found_by_bucket_prefix_and_text(desk: Desk) -> None:
    view = (await browse(desk)).objects

    async def found(filter: ObjectFilter, sort: str = "", descending: bool = False) -> list[str]:
        numbers = await view.numbers(filter, sort, descending)
        assert len(numbers) == await view.count(filter)
        return [o.key for o in await view.page(numbers)]

    assert await found(ObjectFilter(bucket="sop")) == ["a.png", "z.png"]
    assert await found(ObjectFilter(prefix="100%_")) == ["100%_sure.png"]
    assert await found(ObjectFilter(text="ÄRGER")) == ["ÄRGER.png", "ärger-2.png"]
    everything = await found(ObjectFilter())
    assert everything == [*sorted([*GOOD, *ODD]), "a.png", "z.png"]
    assert await found(ObjectFilter(), "", True) == everything[::-1]
    assert (await found(ObjectFilter(), "bytes"))[:2] == ["a.png", "z.png"]
    (number,) = await view.numbers(ObjectFilter(text="good-1.png"))
    (shown,) = await view.page([number])
    assert (shown.bucket, shown.rows, shown.content_type) == ("cms", 1, "image/png")


async def test_rows_are_found_by_source_and_text(desk: Desk) -> None:
    view = (await browse(desk)).rows
    assert await view.count(RowFilter()) == 22
    assert await view.count(RowFilter(source="nothing")) == 0
    numbers = await view.numbers(RowFilter(text="GOOD-7"))
    (row,) = await view.page(numbers)
    assert (row.table, row.row_key, row.status, row.references) == ("parts", (7,), "ready", ("cms/good-7.png",))


async def test_evidence_names_tables_time_size_and_age(desk: Desk) -> None:
    view = (await browse(desk)).findings
    (orphan,) = await view.page(await view.numbers(FindingFilter(text="straße")))
    said = "; ".join(orphan.evidence)
    assert "No mapped row in parts names this key" in said
    assert "listings complete at" in said
    assert "bytes" in said
    assert "8 February" in said
    assert orphan.why == ""
    (young,) = await view.page(await view.numbers(FindingFilter(states=(State.YOUNG,))))
    assert "60 min" in young.why
    unproven = await view.page(await view.numbers(FindingFilter(buckets=("sop",))))
    assert all("No mapped table can name" in f.why for f in unproven)


async def test_status_counts_what_is_open_and_says_what_to_do(desk: Desk) -> None:
    status = await read_status(await desk.workspace(), desk.profile)
    assert (status.objects, status.rows, status.complete) == (29, 22, True)
    assert status.findings[Kind.FILE_WITHOUT_ROW] == 6
    assert status.findings[Kind.ROW_WITHOUT_FILE] == 2
    assert status.scanned_at == NOW
    assert status.next[-4:-1] == (
        "Settle 2 references to files that are not there.",
        "Review 6 files that no row names.",
        "Look at 2 unproven findings: never touched.",
    )
    assert status.next[-1].startswith("Wait for ")


async def test_status_says_so_when_the_mapping_is_not_the_one_that_was_scanned(desk: Desk) -> None:
    desk.remap(source("parts", ("path", "path"), bucket="sop"))
    status = await read_status(await desk.workspace(), desk.profile)
    assert "Scan again: the profile's sources are mapped otherwise than they were." in status.next


async def test_before_any_scan_there_is_one_thing_to_do(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "new", FakeStore(), FakeCatalog())
    status = await read_status(await desk.workspace(), desk.profile)
    assert (status.scanned_at, status.complete, status.objects, len(status.next)) == (None, False, 0, 1)
    await desk.close()
