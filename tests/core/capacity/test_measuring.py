"""Measuring a bucket of which a part cannot be read must not look as if it had become emptier."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from core.capacity.measuring import measure
from core.capacity.models import Sample
from core.capacity.samples import read_measured
from core.clients.local_store import LocalStore
from core.errors import NotFound
from core.ports import ObjectStore
from core.profiles import Profile
from core.workspace import Workspace

NOW = datetime(2026, 11, 21, 12, 30, tzinfo=UTC)
WHY = "The folder old/ cannot be read: Permission denied."
PROFILE = cast(Profile, SimpleNamespace(project="p"))


class Counting:
    """A storage that tells just this of its buckets."""

    def __init__(self, *samples: Sample) -> None:
        self.samples = samples

    async def usage(self) -> tuple[Sample, ...]:
        return self.samples

    async def usage_history(self, since: datetime) -> tuple[Sample, ...]:
        del since
        return ()


@pytest.fixture
async def workspace(tmp_path: Path) -> AsyncIterator[Workspace]:
    made = await Workspace.open(tmp_path / "desk", "p")
    yield made
    await made.close()


async def measured(workspace: Workspace, *samples: Sample) -> dict[str, int]:
    """What is known of each bucket after this was told, by name."""
    await measure(workspace, PROFILE, cast(ObjectStore, Counting(*samples)))
    return await known(workspace)


async def known(workspace: Workspace) -> dict[str, int]:
    """What is known of each bucket, by name."""
    return {name: one.bytes for name, one in (await workspace.journal.read(lambda c: read_measured(c, "p"))).items()}


async def test_what_cannot_be_read_is_said_and_does_not_count_as_room(workspace: Workspace) -> None:
    assert await measured(workspace, Sample("a", NOW, 9, 900), Sample("b", NOW, 1, 10)) == {"a": 900, "b": 10}
    with pytest.raises(NotFound, match="Not all of a could be counted") as caught:
        await measured(workspace, Sample("a", NOW, 4, 400, unread=WHY), Sample("b", NOW, 2, 20))
    assert WHY in caught.value.message and caught.value.hint
    assert await known(workspace) == {"a": 900, "b": 20}, "the other bucket is measured all the same"
    with pytest.raises(NotFound):
        await measured(workspace, Sample("a", NOW, 10, 950, unread=WHY))
    assert (await known(workspace))["a"] == 950, "it holds at least what could be read"
    assert (await measured(workspace, Sample("a", NOW, 3, 300)))["a"] == 300


async def test_of_a_bucket_that_was_never_read_whole_what_can_be_read_is_known(workspace: Workspace) -> None:
    with pytest.raises(NotFound):
        await measured(workspace, Sample("a", NOW, 4, 400, unread=WHY))
    assert await known(workspace) == {"a": 400}


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="an administrator may read everything")
async def test_a_folder_that_may_not_be_read_is_told_with_the_bucket(tmp_path: Path) -> None:
    hidden = tmp_path / "store" / "photos" / "hidden"
    hidden.mkdir(parents=True)
    (hidden / "x.png").write_bytes(b"xx")
    (hidden.parent / "a.png").write_bytes(b"a")
    hidden.chmod(0)
    store = LocalStore(tmp_path / "store", tmp_path / "quarantine")
    try:
        (sample,) = await store.usage()
    finally:
        hidden.chmod(0o700)
        await store.close()
    assert (sample.bytes, "hidden/" in sample.unread) == (1, True)
