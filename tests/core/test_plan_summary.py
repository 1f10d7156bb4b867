"""A plan's summary says what it would do, in numbers that add up."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from core.errors import BadPlan
from core.models import GuardHit, PlanHead, Refusal, Step, StepKind
from core.plan_files import FORMAT, PlanFile
from core.plan_summary import Total, describe, human_size, summarize

MARCH = datetime(2026, 3, 3, tzinfo=UTC)


def write(path: Path, steps: list[Step], guard: GuardHit | None = None, refused: tuple[Refusal, ...] = ()) -> Path:
    file = PlanFile(path)
    file.add(steps)
    file.finish(PlanHead(FORMAT, "here", 7, MARCH, "p1", "", 0, {}, 0, guard, "desk", "quarantine", refused))
    return path


def photo(n: int, **more: object) -> Step:
    values: dict[str, object] = {
        "bucket": "photos",
        "key": f"{n}",
        "size_bytes": 500,
        "changed": MARCH + timedelta(days=n),
    }
    return Step(n, StepKind.DELETE_OBJECT, **{**values, **more})  # type: ignore[arg-type]


async def test_totals_ages_and_a_sample_from_all_over_the_plan(tmp_path: Path) -> None:
    steps = [photo(n) for n in range(1, 101)]
    steps.append(photo(101, bucket="scans", changed=None))
    steps.append(Step(102, StepKind.DELETE_ROW, table="tags", because=103))
    steps.append(Step(103, StepKind.DELETE_ROW, table="images", needs=(102,)))
    summary = await summarize(write(tmp_path / "p.jsonl", steps))
    assert summary.totals == (
        Total(StepKind.DELETE_OBJECT, "photos", 100, 50_000, 0),
        Total(StepKind.DELETE_OBJECT, "scans", 1, 500, 0),
        Total(StepKind.DELETE_ROW, "images", 1, 0, 0),
        Total(StepKind.DELETE_ROW, "tags", 1, 0, 1),
    )
    assert (summary.oldest, summary.newest) == (MARCH + timedelta(days=1), MARCH + timedelta(days=100))
    assert [step.n for step in summary.sample] == list(range(1, 97, 4))


async def test_people_read_what_happens_what_stops_it_and_what_was_left(tmp_path: Path) -> None:
    path = write(
        tmp_path / "p.jsonl",
        [
            photo(1),
            photo(2),
            Step(3, StepKind.UPDATE_ROW, table="images"),
            Step(4, StepKind.DELETE_ROW, table="tags", because=3),
            Step(5, StepKind.DELETE_ROW, table="uses", because=3),
            Step(6, StepKind.DELETE_ROW, table="uses"),
        ],
        GuardHit(0.3311, 0.2, "photos"),
        (Refusal("images", "a trigger stands on it", 3),),
    )
    assert describe(await summarize(path)) == (
        "Move 2 objects of photos (1 KB) to the quarantine.",
        "Change 1 row of images.",
        "Delete 2 rows of uses, 1 of them because others go.",
        "Delete 1 row of tags, because other rows go.",
        "This takes 33 % of photos, over the guard's 20 %: applying it asks for the name, or for --allow-share 0.34.",
        "Left as they are: 3 in images, because a trigger stands on it.",
    )
    assert describe(await summarize(write(tmp_path / "q.jsonl", []))) == ("Nothing to do.",)


async def test_a_changed_plan_is_not_summed_up(tmp_path: Path) -> None:
    path = write(tmp_path / "p.jsonl", [photo(1)])
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(BadPlan):
        await summarize(path)


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (0, "0 bytes"),
        (999, "999 bytes"),
        (412_000, "412 KB"),
        (4_100_000, "4.1 MB"),
        (31_400_000_000, "31.4 GB"),
        (999_950_000, "1,000 MB"),
    ],
)
def test_sizes_are_read_by_people(size: int, text: str) -> None:
    assert human_size(size) == text
