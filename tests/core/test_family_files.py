"""Families are written back where they are kept, and only where they make sense together."""

from __future__ import annotations

from pathlib import Path

import pytest

from core import places, profiles
from core.errors import BadProfile
from core.family_files import check_families, save_families
from core.practice import practice_profile
from core.profile_files import create
from core.profiles import Family, Profile, Recompression, RetentionRule

SENSIBLE = Family("images", capacity_bytes=1000)


@pytest.mark.parametrize(
    ("families", "told"),
    [
        ((Family(""),), "no name"),
        ((Family("a/b"),), "cannot be the name"),
        ((Family("bucketdesk-quarantine-2"),), "cannot be the name"),
        ((Family("a", capacity_bytes=0),), "no capacity"),
        ((Family("a", cleanup_at=0.95, overflow_at=0.85),), "overflows at 85 %"),
        ((Family("a", cleanup_at=0.0),), "no share"),
        ((Family("a", retention_days=0),), "less than a day"),
        ((Family("a", rules=(RetentionRule(0),)),), "less than a day"),
        ((Family("a", rules=(RetentionRule(5, types=("jpeg",)),)),), "no content type"),
        ((Family("a", automatic=frozenset({"apply"})),), "that nobody makes"),
        ((Family("a"), Family("a")), "Two families"),
        ((Family("a"), Family("a-1")), "a-1 belongs to a and to a-1"),
        ((Family("a", buckets=("x", "y")), Family("b", buckets=("y",))), "y belongs to a and to b"),
    ],
)
def test_what_does_not_hold_is_told_in_a_sentence(families: tuple[Family, ...], told: str) -> None:
    with pytest.raises(BadProfile, match=told):
        check_families(families)


def test_families_are_written_into_their_profile_and_all_else_there_stays(tmp_path: Path) -> None:
    made = Profile("clinic", "local", tmp_path / "s", tmp_path / "c.db", families=(SENSIBLE,))
    path = create(made)
    path.write_text("# by hand\n" + path.read_text("utf-8") + "\n[monitor]\nminutes = 7\n", "utf-8")
    wanted = (
        Family("images", recompress=Recompression(quality=60)),
        Family("scans", rules=(RetentionRule(9, "raw/", ("image/tiff",)),), retention_share=0.4),
    )
    save_families(made, wanted)
    assert profiles.load("clinic").families == wanted
    assert "# by hand" in path.read_text("utf-8") and "minutes = 7" in path.read_text("utf-8")


def test_the_practice_project_keeps_its_families_in_a_file_of_its_own() -> None:
    wanted = (Family("patient-images", capacity_bytes=5_000), SENSIBLE)
    save_families(practice_profile(), wanted)
    assert practice_profile().families == wanted
    with pytest.raises(BadProfile):
        save_families(practice_profile(), (Family("a", cleanup_at=2.0),))
    assert practice_profile().families == wanted
    written = (places.practice() / "families.toml").read_text("utf-8")
    assert written.count("\n\n[[families]]") == 1 and written.startswith("[[families]]")
