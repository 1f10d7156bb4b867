"""Each kind of finding: what is found, what is not, and about what."""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from core.models import Kind, State, Value
from core.profiles import Family, Source
from tests.core.desk import Desk, source
from tests.core.fakes import NOW, OLD, FakeCatalog, FakeStore

LONG_AGO = "2026-01-01T00:00:00"
GOOD = [f"good-{n}.png" for n in range(8)]


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    """Two buckets of eight well-described objects each."""
    store = FakeStore({"cms-images": GOOD, "sop-images": GOOD})
    desk = Desk(tmp_path, store, FakeCatalog(), parts("cms"), parts("sop"))
    for table in ("cms", "sop"):
        rows(desk, table, *GOOD)
    yield desk
    await desk.close()


def parts(table: str, **more: object) -> Source:
    return source(table, ("path", "path"), bucket=f"{table}-images", time_column="made", **more)


def rows(desk: Desk, table: str, *paths: Value) -> None:
    """Adds rows with these paths to a table."""
    known = desk.catalog.content[table].rows if table in desk.catalog.content else []
    more = [{"id": len(known) + n, "path": path, "made": LONG_AGO} for n, path in enumerate(paths)]
    desk.catalog.add(table, *known, *more)


async def test_all_is_well_where_everything_fits(desk: Desk) -> None:
    assert (await desk.scan()).complete
    assert await desk.states() == set()


async def test_a_missing_array_element_is_about_its_place(desk: Desk) -> None:
    desk.catalog.add("lists", {"id": 1, "all": json.dumps(["good-1.png", "gone.png", None, "good-2.png"])})
    desk.remap(*desk.profile.sources, source("lists", ("all", "array"), bucket="cms-images", describes=False))
    desk.grace(0)
    await desk.scan()
    workspace = await desk.workspace()
    sql = "SELECT kind, key, tbl, row_key, col, element, state FROM findings"
    found = await workspace.inventory.read(lambda c: c.execute(sql).fetchall())
    assert found == [("row_without_file", "gone.png", "lists", "[1]", "all", 1, "open")]


async def test_an_object_named_in_any_kind_of_column_is_no_orphan(desk: Desk) -> None:
    url = "https://x.supabase.co/storage/v1/object/sign/cms-images/"
    desk.catalog.add(
        "others",
        {
            "id": 1, "b": "cms-images/1.png", "u": f"{url}2.png?token=t", "a": '["3.png"]', "t": f"at {url}4.png.",
            "j": '{"x": ["d/5.png"]}', "h": '<img src="6%20%C3%A9.png">',
        },
    )  # fmt: skip
    for key in ("1.png", "2.png", "3.png", "4.png", "d/5.png", "6 é.png", "7.png"):
        desk.store.put("cms-images", key)
    holds = (("b", "bucket_path"), ("u", "url"), ("a", "array"), ("t", "text"), ("j", "json"), ("h", "html"))
    desk.remap(*desk.profile.sources, source("others", *holds, bucket="cms-images", describes=False))
    await desk.scan()
    assert await desk.found(Kind.FILE_WITHOUT_ROW) == ["cms-images/7.png"]
    assert await desk.found(Kind.ROW_WITHOUT_FILE) == []


@pytest.mark.parametrize(
    ("path", "state"),
    [
        ("cms-images/lost.png", State.OPEN),  # its own bucket
        ("sop-images/lost.png", State.OPEN),  # another bucket of the project
        ("user-images/lost.png", State.OPEN),  # ends like a bucket of the project
        ("cms-images/with%20space.png", State.OPEN),
        ("somewhere/lost.png", State.UNPROVEN),  # neither a folder nor a bucket
    ],
)
async def test_a_wrong_prefix_explains_both_the_row_and_the_object(desk: Desk, path: str, state: State) -> None:
    key = "with space.png" if "space" in path else "lost.png"
    desk.store.put("cms-images", key)
    rows(desk, "cms", path)
    await desk.scan()
    assert await desk.found(Kind.WRONG_PREFIX, state) == [f"cms-images/{path}"]
    assert await desk.found(Kind.FILE_WITHOUT_ROW) == await desk.found(Kind.ROW_WITHOUT_FILE) == []
    workspace = await desk.workspace()
    related = await workspace.inventory.read(lambda c: c.execute("SELECT related FROM findings").fetchall())
    assert related == [(key,)]


async def test_an_exact_key_wins_over_a_prefix(desk: Desk) -> None:
    desk.store.put("cms-images", "lost.png")
    desk.store.put("cms-images", "sop-images/lost.png")
    rows(desk, "cms", "sop-images/lost.png")
    await desk.scan()
    assert await desk.found(Kind.WRONG_PREFIX) == []
    assert await desk.found(Kind.FILE_WITHOUT_ROW, State.OPEN) == ["cms-images/lost.png"]


async def test_a_prefix_whose_bucket_holds_such_a_key_too_is_unproven(desk: Desk) -> None:
    rows(desk, "cms", "sop-images/lost.png")
    desk.store.put("cms-images", "lost.png")
    desk.store.put("sop-images", "lost.png")
    await desk.scan()
    assert await desk.found(Kind.WRONG_PREFIX) == await desk.found(Kind.WRONG_PREFIX, State.UNPROVEN)
    assert await desk.found(Kind.FILE_WITHOUT_ROW, State.OPEN) == []


async def test_a_prefix_that_only_its_own_bucket_can_mean_leaves_both_unproven(desk: Desk) -> None:
    rows(desk, "cms", "sop-images/lost.png")
    desk.store.put("sop-images", "lost.png")
    await desk.scan()
    assert await desk.found(Kind.ROW_WITHOUT_FILE) == ["cms-images/sop-images/lost.png"]
    assert await desk.found(Kind.FILE_WITHOUT_ROW) == ["sop-images/lost.png"]
    assert await desk.states() == {State.UNPROVEN}


async def test_a_folder_of_the_bucket_is_no_wrong_prefix(desk: Desk) -> None:
    desk.store.put("cms-images", "shots/other.png")
    desk.store.put("cms-images", "lost.png")
    rows(desk, "cms", "shots/other.png", "shots/lost.png")
    await desk.scan()
    assert await desk.found(Kind.WRONG_PREFIX) == []
    assert await desk.found(Kind.ROW_WITHOUT_FILE, State.OPEN) == ["cms-images/shots/lost.png"]
    assert await desk.found(Kind.FILE_WITHOUT_ROW, State.OPEN) == ["cms-images/lost.png"]


@pytest.mark.parametrize(
    ("key", "path"),
    [
        ("Photo.JPG", "photo.jpg"), ("e\u0301.png", "é.png"), ("a b.png", "a+b.png"), ("a b.png", "a%2520b.png"),
        ("x/y.png", "/x/y.png"), ("x/y.png", "x\\y.png"), ("y.png", "/cms-images/y.png"), ("y.png", "x/../y.png"),
        ("a%20b.png", "a b.png"), ("ß.png", "SS.png"), ("inline/x.png", "/media/inline/x.png"), 
        ("z.png", "/media/z.png"),
        ("2024/z.png", "/home/old/Pictures/2024/z.png"), ("2024/z.png", "C:\\Users\\me\\2024\\z.png"),
    ],
)  # fmt: skip
async def test_a_spelling_away_is_unproven_on_both_sides(desk: Desk, key: str, path: str) -> None:
    desk.store.put("cms-images", key)
    rows(desk, "cms", path)
    await desk.scan()
    assert await desk.found(Kind.FILE_WITHOUT_ROW, State.UNPROVEN) == [f"cms-images/{key}"]
    assert State.OPEN not in await desk.states()


async def test_an_object_that_a_spelling_may_mean_is_unproven_in_every_kind(desk: Desk) -> None:
    desk.store.put("cms-images", "Photo.JPG", b"same", OLD)
    desk.store.put("cms-images", "older.jpg", b"same", OLD - timedelta(days=1))
    rows(desk, "cms", "photo.jpg", "older.jpg")
    desk.families(Family("cms-images", retention_days=10))
    await desk.scan()
    for kind in (Kind.FILE_WITHOUT_ROW, Kind.DUPLICATE_CONTENT, Kind.OVER_AGE):
        assert await desk.found(kind, State.UNPROVEN) == ["cms-images/Photo.JPG"], kind


async def test_an_exact_reference_leaves_a_near_twin_an_orphan(desk: Desk) -> None:
    desk.store.put("cms-images", "Dir/x.png")
    desk.store.put("cms-images", "dir/x.png")
    rows(desk, "cms", "Dir/x.png")
    await desk.scan()
    assert await desk.found(Kind.FILE_WITHOUT_ROW, State.OPEN) == ["cms-images/dir/x.png"]


async def test_paths_that_are_not_understood_are_counted_and_found_nowhere(desk: Desk) -> None:
    rows(desk, "cms", None, "", "/abs/x.png", "../x.png", "https://elsewhere.example/x.png")
    report = await desk.scan()
    assert next(s for s in report.sources if s.name == "cms").not_understood == 5
    assert await desk.states() == set()


async def test_stale_metadata_is_about_rows_that_record_another_size(desk: Desk) -> None:
    for row in desk.catalog.content["cms"].rows:
        row["size"] = len("cms-images/good-0.png")
    cms = desk.catalog.content["cms"]
    for number, size in ((0, 7), (1, None), (2, "11"), (3, "unknown")):
        cms.rows[number]["size"] = size
    cms.columns = (*cms.columns, "size")
    desk.remap(parts("cms", size_column="size"), parts("sop"))
    await desk.scan()
    assert await desk.found(Kind.STALE_METADATA, State.OPEN) == ["cms-images/good-0.png", "cms-images/good-2.png"]


async def test_of_equal_contents_all_but_the_oldest_are_duplicates(desk: Desk) -> None:
    for key, age in (("a.png", 1), ("b.png", 3), ("c.png", 2), ("d.png", 3)):
        desk.store.put("cms-images", key, b"same", OLD - timedelta(days=age))
    desk.store.put("sop-images", "e.png", b"same")
    for number in range(3):
        desk.store.put("cms-images", f"empty-{number}.png", b"")
    await desk.scan()
    assert await desk.found(Kind.DUPLICATE_CONTENT) == ["cms-images/a.png", "cms-images/c.png", "cms-images/d.png"]
    workspace = await desk.workspace()
    sql = "SELECT DISTINCT related FROM findings WHERE kind = 'duplicate_content'"
    assert await workspace.inventory.read(lambda c: c.execute(sql).fetchall()) == [("b.png",)]


async def test_only_a_family_with_retention_has_objects_over_age(desk: Desk) -> None:
    desk.store.put("cms-images", "new.png", changed=NOW - timedelta(days=2))
    desk.store.put("cms-images", "future.png", changed=NOW + timedelta(days=900))
    desk.families(Family("cms-images", retention_days=10), Family("sop-images"))
    await desk.scan()
    assert await desk.found(Kind.OVER_AGE) == [f"cms-images/{key}" for key in GOOD]


def token(expires: float) -> str:
    claims = base64.urlsafe_b64encode(json.dumps({"exp": expires}).encode()).decode().rstrip("=")
    return f"https://x.supabase.co/storage/v1/object/sign/cms-images/x?token=abc.{claims}.xyz"


async def test_links_are_missing_expired_or_expiring_where_the_object_is_there(desk: Desk) -> None:
    cms = desk.catalog.content["cms"]
    second = NOW.timestamp()
    links: list[tuple[Value, Value]] = [
        (None, None), ("", LONG_AGO), (token(second - 1), None), ("https://x/y", "2026-03-09T00:00:00Z"),
        ("https://x/y", (second + 3600) * 1000), (token(second + 86400), None), ("https://x/y", second + 86400 * 30),
        ("https://public", None),
    ]  # fmt: skip
    for row, (link, until) in zip(cms.rows, links, strict=True):
        row.update(link=link, until=until)
    cms.columns = (*cms.columns, "link", "until")
    cms.rows.append({"id": 99, "path": "gone.png", "made": LONG_AGO, "link": None, "until": None})
    desk.remap(parts("cms", url_column="link", expires_column="until"), parts("sop"))
    await desk.scan()
    for kind, numbers in ((Kind.LINK_MISSING, (0, 1)), (Kind.LINK_EXPIRED, (2, 3)), (Kind.LINK_EXPIRING, (4, 5))):
        assert await desk.found(kind, State.OPEN) == [f"cms-images/good-{n}.png" for n in numbers]
    workspace = await desk.workspace()
    assert await workspace.inventory.read(lambda c: c.execute("SELECT * FROM links").fetchall()) == [
        ("cms", 8, 2, 2, 2)
    ]


async def test_two_sources_over_one_column_find_each_trouble_once(desk: Desk) -> None:
    rows(desk, "cms", "gone.png")
    desk.remap(*desk.profile.sources, parts("cms", name="cms#2"))
    await desk.scan()
    assert await desk.found(Kind.ROW_WITHOUT_FILE) == ["cms-images/gone.png"]


async def test_findings_stand_in_order_of_kind_bucket_and_key(desk: Desk) -> None:
    for bucket in ("sop-images", "cms-images"):
        for key in ("z.png", "b.png", "B.png", "é.png"):
            desk.store.put(bucket, key, b"same")
    rows(desk, "sop", "zz.png", "aa.png")
    await desk.scan()
    workspace = await desk.workspace()
    found = await workspace.inventory.read(
        lambda c: c.execute("SELECT kind, bucket, key FROM findings ORDER BY n").fetchall()
    )
    kinds = [kind.value for kind in Kind]
    assert found == sorted(found, key=lambda f: (kinds.index(f[0]), f[1], f[2].encode()))
    assert len(found) == 8 + 2 + 6


async def test_hundreds_of_references_in_one_writing_are_each_their_own(desk: Desk) -> None:
    names = [f"n-{n}.png" for n in range(300)]
    for name in names[:200]:
        desk.store.put("cms-images", name)
    text = "".join(f'<img src="{name}">' for name in names)
    desk.catalog.add("pages", {"id": 1, "body": text, "made": LONG_AGO})
    desk.remap(
        *desk.profile.sources,
        source("pages", ("body", "html"), bucket="cms-images", describes=False, time_column="made"),
    )
    await desk.scan()
    assert len(await desk.found(Kind.ROW_WITHOUT_FILE, State.OPEN)) == 100
    assert await desk.found(Kind.FILE_WITHOUT_ROW) == []


async def test_an_address_elsewhere_that_goes_on_behind_the_buckets_name_spares_the_object(tmp_path: Path) -> None:
    store = FakeStore({"media": ["inline/a b.png", "orphan.png", "used.png"]})
    catalog = FakeCatalog()
    there, elsewhere = "https://my.site/media/inline/a%20b.png?v=1", "https://my.site/other/orphan.png"
    catalog.add("pages", {"id": 1, "body": f'<img src="used.png"><img src="{there}"><img src="{elsewhere}">'})
    desk = Desk(tmp_path, store, catalog, source("pages", ("body", "html"), bucket="media", describes=False))
    desk.grace(0)
    report = await desk.scan()
    offered = await desk.found(Kind.FILE_WITHOUT_ROW)
    missing = await desk.found(Kind.ROW_WITHOUT_FILE)
    await desk.close()
    assert (offered, missing) == (["media/orphan.png"], [])
    assert report.sources[-1].not_understood == 2
