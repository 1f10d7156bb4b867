"""Keys go to the service byte for byte, or are refused in a sentence (facts.md E3)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from yarl import URL

from core.clients.supabase import keys
from core.errors import InvalidName
from core.models import QUARANTINE, Attributes, Move, Result
from tests.core.supabase.stores import cleared, opened
from tests.servers.project import SupabaseProject, supabase_project

ALLOWED = "abzAZ059_!.*'() &$@=;:+,?-/"
ODD = [
    "/lead.txt",
    "//lead",
    "a//b.txt",
    "trail/",
    " space ",
    "pct+41.txt",
    "a?b=c&d",
    "Dir/x",
    "dir/x",
    ".hidden",
    "a;b",
]


@pytest.fixture(scope="module", params=[True, False], ids=["functions", "plain"])
def shared(request: pytest.FixtureRequest) -> Iterator[SupabaseProject]:
    """A project with our functions, and one without."""
    with supabase_project(migrated=request.param) as made:
        yield made


@pytest.fixture
def project(shared: SupabaseProject) -> SupabaseProject:
    """The same, empty again."""
    return cleared(shared)


@given(st.text(ALLOWED, min_size=1, max_size=40).filter(lambda key: not keys.why_not(key)))
def test_an_address_names_exactly_its_key(key: str) -> None:
    address = f"http://127.0.0.1/storage/v1/object{keys.place('photos', key)}"
    for sent in (str(httpx.URL(address)), str(URL(str(httpx.URL(address))))):
        path = sent.partition("?")[0].removeprefix("http://127.0.0.1/storage/v1/object/photos/")
        assert unquote(path) == key and "?" not in sent


@pytest.mark.parametrize(
    "key", ["", "ü", "日", "#", "%", "a~", "[x]", '"', "\n", "\0", ".", "a/../b", "./a", "a" * 256]
)
async def test_a_key_that_the_storage_cannot_hold_is_refused_before_it_is_sent(key: str) -> None:
    assert keys.why_not(key).endswith(".")
    with pytest.raises(InvalidName) as caught:
        keys.check("photos", key)
    assert caught.value.hint


async def test_odd_keys_make_the_whole_round(project: SupabaseProject, tmp_path: Path) -> None:
    file = tmp_path / "file"
    async with opened(project) as store:
        for number, key in enumerate(ODD):
            file.write_bytes(key.encode())
            await store.upload("photos", key, file, Attributes())
            assert await store.read("photos", key, 99) == key.encode()
            await store.download("photos", key, tmp_path / f"copy-{number}")
        found = await store.stat("photos", ODD)
        assert [item.key for item in found if item is not None] == ODD
        assert all(told is not None for told in await store.attributes("photos", ODD))
        assert sorted(ODD) == project.keys("photos")
        places = [f"run/{key}" for key in ODD]
        moves = [Move("photos", key, QUARANTINE, place) for key, place in zip(ODD, places, strict=True)]
        assert {end.result for end in await store.move(moves)} == {Result.DONE}
        assert {end.result for end in await store.remove(QUARANTINE, places)} == {Result.DONE}
    assert project.keys("photos") == project.keys(QUARANTINE) == []


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.data())
async def test_asking_for_a_key_never_means_another(project: SupabaseProject, data: st.DataObject) -> None:
    names = st.text("aA_%/. ?", min_size=1, max_size=4).filter(lambda key: not keys.why_not(key))
    there = data.draw(st.sets(names, max_size=8))
    asked = data.draw(st.lists(names | st.text("aü_%\0/.", max_size=4), max_size=12))
    project.objects.connection.execute("delete from storage.objects")
    project.seed("photos", [(key, 1) for key in sorted(there)])
    async with opened(project) as store:
        found = await store.stat("photos", asked)
    assert [item is not None for item in found] == [key in there for key in asked]
