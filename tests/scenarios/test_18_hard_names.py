"""Scenario 18: hard names on a real disk are scanned byte by byte, or left out and said; none is taken for another."""

from __future__ import annotations

import os
import sys
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import pytest

from core.models import Kind
from tests.scenarios.collection import PHOTOS, POSTS, Collection

NAMES = [
    "Foto.JPG", "foto.jpg", "caf\u00e9.png", "cafe\u0301.png", "🐈/🐈‍⬛.png", "trailing dot.", "trailing space ",
    " lead",
    "hash#tag.png", "why?.png", "100%.png", "a+b.png", "a b.png", "a%20b.png", "r&d.png", "semi;colon,comma.png",
    "quote'.png", 'double".png', "back\\slash.png", "new\nline.png", "日本語/画像.png", "[brackets]{braces}.png",
    "~tilde.png",
    "-dash.png", "--", "a=b:c@d!e$f*g(h).png", "…", "deep/" * 40 + "x.png", "l" * 200 + ".png",
]  # fmt: skip


@pytest.fixture
async def album(tmp_path: Path) -> AsyncIterator[Collection]:
    made = Collection(tmp_path / "project", sources=(PHOTOS, POSTS), grace=timedelta(0))
    made.sql("INSERT INTO posts (id, body) VALUES (?, ?)", 1, '<img src="0.png">')
    yield made
    await made.close()


def put(album: Collection, names: list[str]) -> list[str]:
    """Those of the names that this file system holds apart from the others."""
    for name in [f"{n}.png" for n in range(40)]:
        album.file(name)
        album.sql("INSERT INTO photos (path) VALUES (?)", name)
    kept: list[str] = []
    for name in names:
        try:
            album.file(name)
        except (OSError, ValueError):
            continue
        kept.append(name)
    listed = {
        str(p.relative_to(album.storage / "photos")) for p in (album.storage / "photos").rglob("*") if p.is_file()
    }
    return [name for name in kept if name in listed]


async def test_every_name_that_a_row_holds_is_found_again(album: Collection) -> None:
    names = put(album, NAMES)
    for name in names:
        album.sql("INSERT INTO photos (path) VALUES (?)", name)
    report = await album.scan()
    assert report.complete
    assert report.objects == 40 + len(names)
    assert await album.findings(Kind.FILE_WITHOUT_ROW) == {}
    assert await album.findings(Kind.ROW_WITHOUT_FILE) == {}


async def test_every_name_that_no_row_holds_is_an_orphan_byte_by_byte(album: Collection) -> None:
    names = put(album, NAMES)
    await album.scan()
    assert await album.findings(Kind.FILE_WITHOUT_ROW) == dict.fromkeys(names, "open")


async def test_names_encoded_in_html_are_the_same_names(album: Collection) -> None:
    names = [name for name in put(album, NAMES) if name == name.strip() and "\\" not in name]
    body = "".join(f'<img src="{quote(name)}">' for name in names)
    album.sql("INSERT INTO posts (id, body) VALUES (?, ?)", 2, body)
    await album.scan()
    orphans = await album.findings(Kind.FILE_WITHOUT_ROW)
    assert [name for name in names if orphans.get(name) == "open"] == []


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no names that are not text")
async def test_a_name_that_is_no_text_is_left_out_and_said(album: Collection) -> None:
    put(album, [])
    try:
        (album.storage / "photos" / os.fsdecode(b"bad\xff.png")).write_bytes(b"x")
    except OSError:
        pytest.skip("this file system holds no such name")
    report = await album.scan()
    assert report.objects == 40
    assert await album.findings(Kind.FILE_WITHOUT_ROW) == {}


@pytest.mark.skipif(sys.platform == "win32", reason="links need a right there")
async def test_a_loop_of_links_ends_and_orphans_nothing(album: Collection) -> None:
    put(album, [])
    (album.storage / "photos" / "loop").symlink_to(album.storage / "photos")
    (album.storage / "photos" / "dangling.png").symlink_to("nowhere")
    album.sql("INSERT INTO photos (path) VALUES ('loop/0.png')")
    await album.scan()
    assert "open" not in (await album.findings(Kind.FILE_WITHOUT_ROW)).values()
    assert "open" not in (await album.findings(Kind.ROW_WITHOUT_FILE)).values()


@pytest.mark.skipif(sys.platform == "win32", reason="links need a right there")
async def test_what_a_link_shows_is_not_taken_away_from_it(album: Collection) -> None:
    put(album, ["shown.png", "orphan.png"])
    (album.storage / "photos" / "a-link.png").symlink_to("shown.png")
    album.sql("INSERT INTO photos (path) VALUES ('a-link.png')")
    await album.scan()
    assert await album.findings(Kind.FILE_WITHOUT_ROW) == {"shown.png": "unproven", "orphan.png": "open"}
    assert "open" not in (await album.findings(Kind.DUPLICATE_CONTENT)).values()


@pytest.mark.skipif(sys.platform == "win32", reason="links need a right there")
async def test_what_rows_name_by_way_of_a_linked_folder_is_not_taken_away(album: Collection) -> None:
    put(album, ["2024/named.png", "2024/orphan.png"])
    (album.storage / "photos" / "current").symlink_to("2024")
    album.sql("INSERT INTO photos (path) VALUES ('current/named.png')")
    await album.scan()
    found = await album.findings(Kind.FILE_WITHOUT_ROW)
    assert found == {"2024/named.png": "unproven", "2024/orphan.png": "open"}


@pytest.mark.skipif(sys.platform == "win32", reason="links need a right there")
async def test_a_link_that_no_row_names_stays_where_it_is(album: Collection, tmp_path: Path) -> None:
    put(album, [])
    (tmp_path / "elsewhere.png").write_bytes(b"elsewhere")
    (album.storage / "photos" / "link.png").symlink_to(tmp_path / "elsewhere.png")
    await album.scan()
    assert await album.findings(Kind.FILE_WITHOUT_ROW) == {"link.png": "unproven"}


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="needs a person whom the system can refuse")
async def test_an_unreadable_folder_makes_the_bucket_incomplete(album: Collection) -> None:
    put(album, ["hidden/x.png", "orphan.png"])
    (album.storage / "photos" / "hidden").chmod(0)
    try:
        report = await album.scan()
    finally:
        (album.storage / "photos" / "hidden").chmod(0o700)
    assert not report.complete
    assert "open" not in (await album.findings(Kind.FILE_WITHOUT_ROW)).values()
