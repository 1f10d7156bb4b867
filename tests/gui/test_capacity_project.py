"""The Capacity tab on a Supabase project: measured without a scan, opened and closed, and filled by what is dropped."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from core.ports import BucketLimits
from core.profile_files import create
from core.profiles import Family, Profile, ReferenceColumn, Source, Supabase
from core.secrets import SUPABASE_KEY, VARIABLES, of_this_process
from gui.dropping import upload
from gui.question_dialog import QuestionDialog
from gui.tabs.capacity.tab import CapacityTab
from tests.gui.desks import press, shown, until
from tests.gui.projects import ProjectDesk, fill
from tests.servers.fixtures import supabase
from tests.servers.project import SupabaseProject

__all__ = ["supabase"]


@pytest.fixture
async def desk(
    qapp: QApplication, supabase: SupabaseProject, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[ProjectDesk]:
    monkeypatch.setenv(VARIABLES[SUPABASE_KEY], supabase.secret_key)
    of_this_process.cache_clear()
    fill(supabase)
    supabase.sql(
        "update part_images set signed_url = %s || '/storage/v1/object/public/sop-images/' || storage_path"
        " where part in ('P1', 'P2')",
        supabase.url,
    )
    supabase.sql("update storage.buckets set public = true where id = 'sop-images'")
    images = Source(
        "part_images", "part_images", ("id",), (ReferenceColumn("storage_path", "path"),), True, "sop-images",
        url_column="signed_url",
    )  # fmt: skip
    create(
        Profile("clinic", "supabase", sources=(images,), families=(Family("sop-images"),),
                supabase=Supabase(supabase.url))
    )  # fmt: skip
    made = ProjectDesk(qapp)
    await made.open("clinic", tab="capacity")
    yield made
    await made.close()
    of_this_process.cache_clear()


async def test_a_project_is_measured_switched_and_filled_from_the_tab(
    desk: ProjectDesk, supabase: SupabaseProject, tmp_path: Path
) -> None:
    tab = desk.window.tabs.current
    assert isinstance(tab, CapacityTab)
    actions = desk.desk.actions
    actions["measure"].trigger()
    await desk.work()
    assert tab.capacity is not None and tab.capacity.objects == 33
    assert tab.use is not None and tab.use.public

    actions["make_private"].trigger()
    asked = await shown(desk.window, QuestionDialog)
    assert asked.question.title == "Make sop-images private and break 2 stored links?"
    assert "2 of them stand in part_images." in asked.question.text
    await press(asked, "Make private")
    await until(lambda: desk.desk.banners.get("bucket-done"))
    await desk.work()
    assert tab.use is not None and not tab.use.public

    await _drop(desk, tab, tmp_path / "small.txt", 10)
    assert _said(desk) == "small.txt is stored in sop-images, as small.txt."
    assert tab.capacity.objects == 34  # measured at once
    await desk.project.families.set_limits("sop-images", BucketLimits(100))
    await _drop(desk, tab, tmp_path / "large.txt", 2_000)
    assert _said(desk).startswith("large.txt: No bucket takes large.txt.")
    assert "large.txt" not in supabase.keys("sop-images")


async def _drop(desk: ProjectDesk, tab: CapacityTab, path: Path, size: int) -> None:
    path.write_bytes(b"." * size)
    await upload(desk.desk, [path], tab.use)
    await desk.work()


def _said(desk: ProjectDesk) -> str:
    banner = desk.desk.banners.get("dropped")
    return "" if banner is None else banner.text.text()
