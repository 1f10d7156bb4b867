"""Before a bucket becomes private or public, the links that would break are counted, and the switch can be undone."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio
from hypothesis import given
from hypothesis import strategies as st

from core.engine import Engine, open_engine
from core.errors import NotFound, Refused, Usage
from core.models import Bucket, RunState
from core.ports import BucketLimits
from core.practice import practice_profile, reset
from core.visibility import links_in

HOST = "https://abc.supabase.co"
PUBLIC = f"{HOST}/storage/v1/object/public/cms-images/a%20b.png"
THUMB = f"{HOST}/storage/v1/render/image/public/cms-images/a.png?width=80"
SIGNED = f"{HOST}/storage/v1/object/sign/cms-images/a.png?token=eyJ"
OTHER = f"{HOST}/storage/v1/object/public/cms-images-2/a.png"


@pytest_asyncio.fixture
async def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Engine]:
    monkeypatch.setenv("BUCKETDESK_HOME", str(tmp_path))
    await reset(objects=60, seed=3)
    opened = await open_engine(practice_profile())
    yield opened
    await opened.close()


def _articles(engine: Engine, *bodies: str) -> None:
    assert engine.profile.catalog is not None
    with sqlite3.connect(engine.profile.catalog) as catalog:
        catalog.execute("DELETE FROM articles")
        rows = [(n, f"slug-{n}", body, "2026-01-01") for n, body in enumerate(bodies, 1)]
        catalog.executemany("INSERT INTO articles VALUES (?, ?, ?, ?)", rows)
    catalog.close()


async def test_links_are_counted_by_kind_before_anything_is_changed(engine: Engine) -> None:
    await engine.scan()
    before = await engine.families.preview_visibility("cms-images", public=False)
    _articles(engine, f"<img src='{PUBLIC}'> and <img src=\"{THUMB}\">", f"see {SIGNED} and {OTHER}", "no link")
    found = await engine.families.preview_visibility("cms-images", public=False)
    assert found.links["public"] >= 2
    assert found.links["sign"] >= 1
    assert found.tables["articles"] == 2
    assert found.breaks == found.links["public"]
    assert before.tables.get("articles", 0) == 0 or before.links != found.links
    assert f"{found.breaks:,} stored links into cms-images would stop working" in found.sentences[0]
    assert {link.url for link in found.samples} & {PUBLIC, THUMB.partition("?")[0]}
    quiet = await engine.families.preview_visibility("sop-images", public=False)
    assert quiet.sentences[0] == "No stored link into sop-images is known that would stop working."
    opened = await engine.families.preview_visibility("cms-images", public=True)
    assert opened.breaks == 0
    assert f"all {opened.objects:,} objects" in opened.sentences[0]
    assert await engine.store.bucket("cms-images") == Bucket("cms-images")


async def test_a_table_that_cannot_be_read_is_named(engine: Engine) -> None:
    assert engine.profile.catalog is not None
    with sqlite3.connect(engine.profile.catalog) as catalog:
        catalog.execute("DROP TABLE articles")
    catalog.close()
    found = await engine.families.preview_visibility("cms-images", public=False)
    assert list(found.unread) == ["articles"]
    assert any(sentence.startswith("articles could not be read") for sentence in found.sentences)


async def test_a_switch_is_a_run_that_can_be_undone(engine: Engine) -> None:
    run = await engine.families.set_public("cms-images", True)
    assert (await engine.store.bucket("cms-images")).public
    with pytest.raises(Usage, match="is public already"):
        await engine.families.set_public("cms-images", True)
    assert (await engine.undo(run.run_id)).state is RunState.DONE
    assert await engine.store.bucket("cms-images") == Bucket("cms-images")
    with pytest.raises(NotFound):
        await engine.families.set_public("nowhere", True)


async def test_settings_that_somebody_changed_since_are_not_overwritten(engine: Engine) -> None:
    run = await engine.families.set_limits("cms-images", BucketLimits(5_000, ("image/*",)))
    await engine.store.update_bucket("cms-images", public=True)
    undone = await engine.undo(run.run_id)
    assert (undone.state, undone.drifted) == (RunState.PARTLY, 1)
    assert await engine.store.bucket("cms-images") == Bucket("cms-images", True, 5_000, ("image/*",))


async def test_a_read_only_profile_changes_no_bucket(engine: Engine) -> None:
    profile = replace(engine.profile, read_only=True)
    again = await open_engine(profile)
    try:
        for work in (again.families.set_public("cms-images", True), again.families.make_next("patient-images")):
            with pytest.raises(Refused, match="read-only"):
                await work
        assert (await again.families.preview_visibility("cms-images", public=True)).breaks == 0
    finally:
        await again.close()


def test_only_links_of_this_project_and_bucket_count() -> None:
    text = f"{PUBLIC} {OTHER} {SIGNED} /storage/v1/object/public/cms-images/rel.png //x.org/object/public/cms-images/x"
    ours = [kind for kind, _ in links_in(text, "cms-images", ["abc.supabase.co"])]
    assert ours == ["public", "sign", "public"]
    assert len(links_in(text, "cms-images", [])) == 4
    assert [kind for kind, _ in links_in(text, "cms-images-2", [])] == ["public"]


@given(st.text(max_size=60), st.sampled_from(["public", "sign", "authenticated"]))
def test_a_link_is_found_whatever_stands_around_it(around: str, kind: str) -> None:
    url = f"{HOST}/storage/v1/object/{kind}/photos/k.png"
    found = links_in(f"{around} {url} {around}", "photos", ["abc.supabase.co"])
    assert (kind, url) in found
