"""What the database function `cleanup_old_images` asks to go is taken by a retention plan, and told done."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from core.engine import Engine, open_engine
from core.errors import ServiceError
from core.plan_files import read_verified
from core.profiles import Family, Profile, ReferenceColumn, Safety, Source, Supabase
from core.retention.planning import ASKED
from core.retention.queue import UNSEEN
from core.secrets import SUPABASE_KEY, of_this_process
from tests.scenarios.project_desk import picture
from tests.servers.project import SupabaseProject

WARD = "patient-images"
OURS = Source(
    name="image_patient_associations",
    table="image_patient_associations",
    key=("id",),
    columns=(ReferenceColumn("image_path", "path"),),
    bucket_column="bucket_name",
    time_column="created_at",
)


def add(project: SupabaseProject, key: str, days: float) -> None:
    """An image so many days old, with a row of the same age."""
    project.put(
        WARD, key, f"picture {key}".encode(), "image/png", age=timedelta(days=days), user_metadata={"by": "Größe"}
    )
    project.sql(
        "insert into image_patient_associations (patient_id, bucket_name, image_path, created_at) "
        "values ('P1', %s, %s, now() - %s)",
        *(WARD, key, timedelta(days=days)),
    )


@pytest_asyncio.fixture
async def engine(project: SupabaseProject, tmp_path: Path) -> AsyncIterator[Engine]:
    """An administrator's desk at a ward that keeps images for 30 days."""
    project.make_bucket(WARD)
    for number in range(25):
        add(project, f"new/{number}.png", 3)
    add(project, "old/0.png", 40)
    add(project, "asked/0.png", 12)
    add(project, "asked/1.png", 12)
    await of_this_process().put("ward", SUPABASE_KEY, project.secret_key)
    profile = Profile(
        "ward",
        "supabase",
        sources=(OURS,),
        families=(Family(WARD, retention_days=30, retention_share=0.5),),
        safety=Safety(archive_folder=tmp_path / "archive"),
        supabase=Supabase(project.url),
    )
    made = await open_engine(profile)
    yield made
    await made.close()


def things(project: SupabaseProject) -> dict[str, object]:
    """Every object and row, but not how many there were when it was measured last."""
    return {name: one for name, one in picture(project).items() if name != "table image_bucket_stats"}


def waiting(project: SupabaseProject) -> list[str]:
    """The queue, as the database has it."""
    return [
        str(name) for (name,) in project.sql("select name from bucketdesk.removals where done_at is null order by 1")
    ]


@pytest.mark.parametrize("destination", ["quarantine", "archive"])
async def test_what_is_queued_is_planned_with_its_rows_taken_told_done_and_comes_back(
    project: SupabaseProject, engine: Engine, destination: str
) -> None:
    assert (await engine.scan()).complete
    before = things(project)
    project.sql("select cleanup_old_images(%s, 10)", WARD)
    assert waiting(project) == ["asked/0.png", "asked/1.png", "old/0.png"]

    head, path = await engine.plan_retention(destination=destination)

    assert head.by_kind == {"delete_object": 3, "delete_row": 3}
    assert {step.key for step in read_verified(path) if step.key} == {"asked/0.png", "asked/1.png", "old/0.png"}
    assert len(waiting(project)) == 3
    run = await engine.apply(path)
    assert (run.kind, run.done, run.failed, run.drifted) == ("retention", 6, 0, 0)
    assert waiting(project) == []
    assert set(project.keys(WARD)) == {f"new/{n}.png" for n in range(25)}
    assert project.sql("select count(*) from image_patient_associations") == [(25,)]
    assert (await engine.plan_retention())[0].steps == 0

    back = await engine.undo(run.run_id)
    assert (back.done, back.failed, back.drifted) == (6, 0, 0)
    assert things(project) == before


async def test_what_runs_by_itself_takes_what_the_rules_say_and_leaves_the_queue_to_a_plan_made_by_hand(
    project: SupabaseProject, engine: Engine
) -> None:
    await engine.scan()
    project.sql("select cleanup_old_images(%s, 10)", WARD)
    assert (await engine.plan_retention())[0].by_kind["delete_object"] == 3  # now there are findings about the queue

    head, path = await engine.plan_retention([WARD], rules_alone=True)

    assert {step.key for step in read_verified(path) if step.key} == {"old/0.png"}
    assert [(refusal.why, refusal.count) for refusal in head.refused] == [(ASKED, 2)]
    await engine.apply(path)
    assert waiting(project) == ["asked/0.png", "asked/1.png"]


async def test_what_nobody_asks_for_any_more_stays_and_what_could_not_be_told_is_told_later(
    project: SupabaseProject, engine: Engine
) -> None:
    project.sql("select cleanup_old_images(%s, 10)", WARD)
    add(project, "later.png", 12)
    await engine.scan()
    add(project, "unseen.png", 12)
    project.sql("select cleanup_old_images(%s, 10)", WARD)
    head, path = await engine.plan_retention()
    assert head.by_kind["delete_object"] == 4
    assert [(refusal.why, refusal.count) for refusal in head.refused] == [(UNSEEN, 1)]
    project.sql("delete from bucketdesk.removals where name = 'asked/1.png'")
    project.faults.add("POST /rest/v1/rpc/bucketdesk_removals_done", "status", status=400, times=1)

    with pytest.raises(ServiceError, match="was not told what is done") as raised:
        await engine.apply(path)

    assert "Apply the plan again" in raised.value.hint
    assert "asked/1.png" in project.keys(WARD) and "asked/0.png" not in project.keys(WARD)
    assert "asked/0.png" in waiting(project)
    run = await engine.apply(path)
    assert (run.done, run.drifted) == (6, 2)
    assert waiting(project) == ["unseen.png"]


async def test_scenario_11_throttled_half_way_retention_waits_and_loses_no_count(
    project: SupabaseProject, engine: Engine
) -> None:
    add(project, "old/1.png", 50)
    await engine.scan()
    before = things(project)
    _, path = await engine.plan_retention()
    moves = project.faults.add("POST /storage/v1/object/move", "status", status=429, retry_after=1, after=1, times=1)
    rows = project.faults.add("POST /rest/v1/rpc/bucketdesk_apply_batch", "status", status=429, retry_after=1, times=1)
    run = await engine.apply(path)
    assert (run.done, run.skipped, run.failed, run.drifted) == (4, 0, 0, 0)
    assert (moves.hits, rows.hits) == (1, 1)
    asked = [request for request in project.requests if request.path == "/storage/v1/object/move"]
    assert len(asked) == 3, "what was refused is asked again once, and nothing else"
    await engine.undo(run.run_id)
    assert things(project) == before
