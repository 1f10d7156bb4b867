"""What a project is proven to hold it holds: by a fresh listing, whatever that listing does."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.errors import Unreadable
from core.uploads.checks.verification import Lack, Proof, Verified
from core.uploads.desk import Uploads
from tests.core.uploads.trees import put
from tests.scenarios.project_desk import ProjectDesk
from tests.servers.project import SupabaseProject

LISTINGS = ("POST /rest/v1/rpc/bucketdesk_list_objects", "POST /storage/v1/object/list")


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Four folders of two pictures each."""
    root = tmp_path / "tree"
    for number in range(4):
        for name in ("front.jpg", "back.jpg"):
            put(root / f"DEV-{number}" / name, f"{number} {name}".encode())
    return root


async def verified(desk: ProjectDesk, tree: Path) -> Verified:
    """What is proven of the tree."""
    return await Uploads(desk.profile, desk.folder / "tracker.db").verify(desk.store, [tree])


async def test_every_file_is_proven_by_its_hash_and_what_is_not_there_is_named(
    project: SupabaseProject, desk: ProjectDesk, tree: Path
) -> None:
    await desk.upload_folders(tree)
    project.requests.clear()
    found = await verified(desk, tree)
    assert (found.is_whole, found.files, found.proven) == (True, 8, {Proof.ETAG: 8})
    assert not any(one.path.endswith(".jpg") for one in project.requests), "nothing had to be read again"

    project.drop("photos", "DEV-1/back.jpg")
    project.drop("photos", "DEV-2/back.jpg")
    project.put("photos", "DEV-2/back.jpg", b"2 back.JPG")
    found = await verified(desk, tree)
    assert {one.key: one.lack for one in found.not_arrived} == {
        "DEV-1/back.jpg": Lack.MISSING,
        "DEV-2/back.jpg": Lack.OTHER_CONTENT,
    }
    assert found.arrived == 6


async def test_a_listing_that_lags_hides_nothing_and_one_that_breaks_off_proves_nothing(
    project: SupabaseProject, desk: ProjectDesk, tree: Path
) -> None:
    await desk.upload_folders(tree)
    lagging = [project.faults.add(listing, "lag", seconds=60.0) for listing in LISTINGS]
    assert (await verified(desk, tree)).is_whole and any(fault.hits for fault in lagging)
    project.faults.clear()
    for listing in LISTINGS:
        project.faults.add(listing, "status", status=500)
    with pytest.raises(Unreadable, match="nothing is proven"):
        await verified(desk, tree)
