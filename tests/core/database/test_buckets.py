"""Image buckets: registering, counting, policies that hold at once, and the queue of what should go."""

from __future__ import annotations

import psycopg
import pytest

from tests.core.database.projects import Project

UPLOAD = "insert into storage.objects (bucket_id, name) values (%s, 'a.jpg')"


@pytest.fixture
def ward(project: Project) -> Project:
    project.make_bucket("patient-images")
    project.put("patient-images", ["old/1.jpg", "old/2.jpg"], days=40)
    project.put("patient-images", ["new.jpg"], days=2)
    for name in ("old/1.jpg", "old/2.jpg", "new.jpg", "never-was.jpg"):
        project.sql(
            "insert into image_patient_associations (patient_id, bucket_name, image_path) values ('P', %s, %s)",
            *("patient-images", name),
        )
    return project


def _associated(project: Project) -> list[object]:
    return [path for (path,) in project.sql("select image_path from image_patient_associations order by 1")]


def _queue(project: Project) -> list[object]:
    lines = project.value("select bucketdesk_removals()")
    assert isinstance(lines, list)
    return [line["name"] for line in lines]


def test_a_new_bucket_of_the_family_is_registered_by_itself_and_others_are_not(project: Project) -> None:
    project.make_bucket("patient-images", "patient-images-7", "patient-images-old", "unrelated")
    registered = project.sql("select name, family from bucketdesk.buckets where readable order by name")
    assert registered == [("patient-images", "patient-images"), ("patient-images-7", "patient-images")]
    assert project.sql("select bucket_name, total_files, total_size_bytes from image_bucket_stats order by 1") == [
        ("patient-images", 0, 0),
        ("patient-images-7", 0, 0),
    ]


def test_families_that_were_registered_grow_too(project: Project) -> None:
    project.make_bucket("scans")
    project.sql("select setup_image_bucket_policies('scans')")
    project.make_bucket("scans-1")
    assert project.value("select family from bucketdesk.buckets where name = 'scans-1'") == "scans"


@pytest.mark.parametrize("damage", ["drop schema bucketdesk cascade", "drop table image_bucket_stats", "lock"])
def test_the_trigger_never_keeps_a_bucket_from_being_made(project: Project, damage: str) -> None:
    with psycopg.connect(project.url) as other:
        if damage == "lock":
            other.execute("lock table bucketdesk.buckets in access exclusive mode")
        else:
            project.sql(damage)
        project.make_bucket("patient-images-1")
    assert project.value("select count(*) from storage.buckets") == 1


def test_a_bucket_is_covered_the_moment_it_is_registered(project: Project) -> None:
    project.make_bucket("pics", "other")
    policies = "select count(*) from pg_policy"
    before = project.value(policies)
    with project.acting("authenticated", "staff") as staff:
        assert not staff.may(UPLOAD, "pics")
        answer = project.value("select setup_image_bucket_policies('pics')")
        assert answer == {"bucket": "pics", "registered": True}
        assert staff.may(UPLOAD, "pics")
        assert not staff.may(UPLOAD, "other")
        project.sql("delete from bucketdesk.buckets where name = 'pics'")
        assert not staff.may(UPLOAD, "pics")
    assert project.value(policies) == before


def test_setting_up_without_a_bucket_registers_what_families_have(bare: Project) -> None:
    from core.database_setup import script

    bare.make_bucket("patient-images", "patient-images-1", "other")
    bare.sql(script())
    assert bare.value("select count(*) from bucketdesk.buckets where readable") == 0
    expected = [{"bucket": name, "registered": True} for name in ("patient-images", "patient-images-1")]
    assert bare.value("select setup_image_bucket_policies()") == expected
    assert bare.value("select setup_image_bucket_policies('patient-images')") == {
        "bucket": "patient-images",
        "registered": False,
    }


@pytest.mark.parametrize("name", ["", "bucketdesk-quarantine", "bucketdesk-quarantine-2"])
def test_the_quarantine_is_never_opened_to_staff(project: Project, name: str) -> None:
    with pytest.raises(psycopg.errors.InvalidParameterValue, match="no bucket that people work in"):
        project.sql("select setup_image_bucket_policies(%s)", name)


def test_the_operators_own_query_counts_every_bucket(ward: Project) -> None:
    ward.make_bucket("patient-images-1")
    ward.sql("select update_bucket_stats(name) from storage.buckets where name like 'patient-images%'")
    rows = ward.sql(
        "select bucket_name, total_files, total_size_bytes, last_updated_at is null from image_bucket_stats"
    )
    assert sorted(rows) == [("patient-images", 3, 21, False), ("patient-images-1", 0, 0, False)]


def test_old_versions_and_delete_markers_are_no_objects(ward: Project) -> None:
    ward.sql("update storage.objects set archived_at = now() where name = 'old/1.jpg'")
    ward.sql("update storage.objects set is_delete_marker = true where name = 'old/2.jpg'")
    listed = ward.value("select bucketdesk_list_objects('patient-images') -> 'objects'")
    assert isinstance(listed, list)
    assert [one[0] for one in listed] == ["new.jpg"]
    assert ward.value("select bucketdesk_stat_objects('patient-images', '{old/1.jpg}')") == [None]
    assert ward.value("select cleanup_old_images('patient-images', 30)") == 0


def test_cleaning_up_queues_what_is_over_age_and_touches_nothing_else(ward: Project) -> None:
    assert ward.value("select cleanup_old_images('patient-images', 30)") == 2
    assert _queue(ward) == ["old/1.jpg", "old/2.jpg"]
    assert ward.value("select count(*) from storage.objects") == 3
    assert len(_associated(ward)) == 4
    assert ward.value("select last_cleanup_at is not null from image_bucket_stats") is True
    assert ward.value("select cleanup_old_images('patient-images', 30)") == 2
    assert len(_queue(ward)) == 2


def test_associated_rows_go_once_their_object_was_asked_to_go_and_is_gone(ward: Project) -> None:
    ward.sql("select cleanup_old_images('patient-images', 30)")
    ward.drop("patient-images", "old/1.jpg")
    assert ward.value("select cleanup_old_images('patient-images', 30)") == 1
    # "never-was.jpg" has no object either, but nobody asked for one to go: that is for a person to judge
    assert _associated(ward) == ["never-was.jpg", "new.jpg", "old/2.jpg"]


def test_associated_rows_stay_while_their_object_waits_in_the_quarantine(ward: Project) -> None:
    ward.sql("select cleanup_old_images('patient-images', 30)")
    ward.make_bucket("bucketdesk-quarantine")
    ward.drop("patient-images", "old/1.jpg")
    ward.put("bucketdesk-quarantine", ["20261121-1/patient-images/old/1.jpg"])
    ward.sql("select cleanup_old_images('patient-images', 30)")
    assert "old/1.jpg" in _associated(ward)
    ward.drop("bucketdesk-quarantine", "20261121-1/patient-images/old/1.jpg")
    ward.sql("select cleanup_old_images('patient-images', 30)")
    assert "old/1.jpg" not in _associated(ward)


def test_the_queue_is_emptied_by_the_program(ward: Project) -> None:
    ward.sql("select cleanup_old_images('patient-images', 30)")
    lines = ward.value("select bucketdesk_removals(1)")
    assert isinstance(lines, list)
    assert len(lines) == 1
    assert set(lines[0]) == {"id", "bucket", "name", "asked_at"}
    assert ward.value("select bucketdesk_removals_done(%s)", [lines[0]["id"]]) == 1
    assert ward.value("select bucketdesk_removals_done(%s)", [lines[0]["id"]]) == 0
    assert _queue(ward) == ["old/2.jpg"]


def test_what_was_uploaded_anew_leaves_the_queue(ward: Project) -> None:
    ward.sql("select cleanup_old_images('patient-images', 30)")
    ward.drop("patient-images", "old/1.jpg")
    ward.put("patient-images", ["old/1.jpg"])
    assert ward.value("select cleanup_old_images('patient-images', 30)") == 1
    assert _queue(ward) == ["old/2.jpg"]
    assert "old/1.jpg" in _associated(ward)


@pytest.mark.parametrize(
    ("bucket", "days", "why"),
    [
        ("patient-images", 0, "younger than a day"),
        ("patient-images", None, "younger than a day"),
        ("nowhere", 30, "no bucket “nowhere”"),
        ("bucketdesk-quarantine", 30, "no bucket"),
    ],
)
def test_nonsense_cleans_up_nothing(ward: Project, bucket: str, days: int | None, why: str) -> None:
    ward.make_bucket("bucketdesk-quarantine")
    with pytest.raises(psycopg.Error, match=why):
        ward.sql("select cleanup_old_images(%s, %s)", bucket, days)


def test_statistics_and_logs_of_the_media_library(project: Project) -> None:
    project.sql(
        "insert into media_assets (public_id, sync_status, bytes, format) "
        "values ('a', 'synced', 5, 'jpg'), ('b', 'error', 7, 'png')"
    )
    project.sql(
        "insert into media_sync_log (operation, status, processing_time_ms, created_at) values "
        "('create', 'success', 10, now()), ('create', 'error', 30, now()), "
        "('create', 'success', 1, now() - interval '91 days')"
    )
    found = project.value("select get_media_statistics()")
    assert isinstance(found, dict)
    assert (found["total_assets"], found["total_bytes"], found["synced"], found["error"]) == (2, 12, 1, 1)
    assert found["last_day"] == {"create": {"operations": 2, "errors": 1, "average_ms": 20}}
    assert project.value("select cleanup_old_sync_logs()") == 1
    assert project.value("select count(*) from media_sync_log") == 2
