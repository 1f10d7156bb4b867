"""What the practice project says it planted is what a scan finds, case by case."""

from __future__ import annotations

from collections import Counter

import pytest

from core import places
from core.clients import open_local
from core.inventory import ScanReport, scan
from core.models import Kind
from core.practice import practice_profile, reset
from core.practice.mapping import PARTS, SITE
from core.practice.names import FileRules
from core.practice.quotas import Role
from core.practice.world import imagine
from core.workspace import Workspace

Found = tuple[str, str, str, str]
"""Kind, state, bucket, key."""


async def look() -> tuple[ScanReport, list[Found]]:
    profile = practice_profile()
    store, catalog = open_local(profile)
    workspace = await Workspace.open(places.workspace(profile.name), profile.project)
    try:
        report = await scan(store, catalog, workspace, profile)
        query = "SELECT kind, state, bucket, key FROM findings"
        return report, await workspace.inventory.read(lambda c: c.execute(query).fetchall())
    finally:
        await workspace.close()
        await catalog.close()
        await store.close()


@pytest.mark.parametrize(
    ("objects", "seed"), [(50, 1), (73, 2), (200, 7), (200, 8), (201, 9), (333, 3), (777, 4), (2000, 7)]
)
async def test_a_scan_finds_exactly_what_was_planted(objects: int, seed: int) -> None:
    made = await reset(objects, seed)
    report, found = await look()
    assert (report.objects, report.rows) == (made.objects, made.rows) == (objects, made.rows)
    assert [s for s in report.sources if not s.complete or s.doubted] == []
    assert Counter(kind for kind, state, _, _ in found if state == "open") == made.planted


async def test_each_finding_is_about_the_object_it_was_planted_on() -> None:
    await reset(200, 7)
    world = imagine(200, 7, FileRules(True, True))
    _, found = await look()

    def about(kind: Kind, state: str) -> set[tuple[str, str]]:
        return {(bucket, key) for k, s, bucket, key in found if k == kind and s == state}

    def items(role: Role) -> set[tuple[str, str]]:
        return {(item.bucket, item.key) for item in world.of(role)}

    assert about(Kind.FILE_WITHOUT_ROW, "open") == items(Role.LOST)
    assert about(Kind.FILE_WITHOUT_ROW, "young") == items(Role.YOUNG)
    assert about(Kind.FILE_WITHOUT_ROW, "unproven") == items(Role.MENTIONED) | items(Role.MISSPELLED)
    assert about(Kind.DUPLICATE_CONTENT, "open") == items(Role.COPY)
    assert about(Kind.OVER_AGE, "open") == items(Role.OVER_AGE)
    prefixed = {key.partition("/") for _, key in about(Kind.WRONG_PREFIX, "open")}
    assert {prefix for prefix, _, _ in prefixed} == {SITE, "user-images"}
    assert {(SITE, key) for _, _, key in prefixed} == items(Role.PREFIXED)
    ((_, double),) = about(Kind.WRONG_PREFIX, "unproven")
    assert double.startswith(PARTS)
