"""The indexes of the tables that setting up brings are the ones that their queries use."""

from __future__ import annotations

import pytest

from tests.core.database.projects import Project

SEED = """
insert into media_assets (public_id, folder, tags, sync_status, created_at, storage_bucket, storage_path)
select 'p' || i, 'f' || i % 400, array['t' || i % 900], case when i % 500 = 0 then 'error' else 'synced' end,
    now() - make_interval(mins => i), 'b', 'k' || i from generate_series(1, 20000) as i;
insert into media_sync_log (public_id, operation, status, created_at)
select 'p' || i % 5000, 'create', case when i % 300 = 0 then 'error' else 'success' end,
    now() - make_interval(mins => i) from generate_series(1, 20000) as i;
insert into media_usage (public_id, used_in) select 'p' || i, 'page' from generate_series(1, 5000) as i;
insert into media_collections (name, public_ids) select 'c' || i, array['p' || i] from generate_series(1, 5000) as i;
insert into image_patient_associations (patient_id, bucket_name, image_path)
select 'P' || i % 700, 'patient-images', i || '.jpg' from generate_series(1, 20000) as i;
insert into bucketdesk.removals (bucket, name, done_at)
select 'b', 'k' || i, case when i > 100 then now() end from generate_series(1, 20000) as i;
insert into bucketdesk.batches (batch_id, asked, at)
select gen_random_uuid(), 'x', now() - make_interval(mins => i) from generate_series(1, 8000) as i;
analyze
"""


@pytest.fixture(scope="module")
def library(shared: Project) -> Project:
    for statement in SEED.split(";\n"):
        shared.sql(statement.strip())
    return shared


@pytest.mark.parametrize(
    ("query", "index"),
    [
        ("select * from media_assets where public_id = 'p77'", "media_assets_public_id"),
        ("select * from media_assets where folder = 'f7' order by public_id limit 50", "media_assets_folder"),
        ("select * from media_assets where tags @> array['t7']", "media_assets_tags"),
        ("select * from media_assets where sync_status = 'error'", "media_assets_sync_status"),
        ("select * from media_assets order by created_at desc limit 50", "media_assets_created_at"),
        (
            "select * from media_assets where storage_bucket = 'b' and storage_path = 'k77'",
            "media_assets_storage",
        ),
        (
            "delete from media_sync_log where created_at < now() - interval '13 days 20 hours'",
            "media_sync_log_created_at",
        ),
        ("select * from media_sync_log where status = 'error' and created_at > now() - interval '1 day'", "_status"),
        ("select * from media_sync_log where public_id = 'p7' order by created_at desc", "media_sync_log_public_id"),
        ("select * from media_usage where public_id = 'p7'", "media_usage_public_id"),
        ("select * from media_collections where public_ids @> array['p7']", "media_collections_public_ids"),
        (
            "select * from image_patient_associations where bucket_name = 'patient-images' and image_path = '7.jpg'",
            "image_patient_associations_path",
        ),
        ("select * from image_patient_associations where patient_id = 'P7'", "image_patient_associations_patient"),
        ("select * from bucketdesk.removals where done_at is null order by id limit 1000", "removals_"),
        ("delete from bucketdesk.batches where at < now() - interval '7 days'", "batches_at"),
    ],
)
def test_the_index_made_for_a_query_answers_it(library: Project, query: str, index: str) -> None:
    plan = "\n".join(str(line) for (line,) in library.sql(f"explain {query}"))
    assert index in plan
    assert "Seq Scan" not in plan


def test_associated_rows_are_found_through_indexes_when_cleaning_up(library: Project) -> None:
    plan = library.sql(
        "explain delete from image_patient_associations as a using bucketdesk.removals as r where r.bucket = 'b' "
        "and a.bucket_name = r.bucket and a.image_path = r.name and not exists (select from storage.objects as o "
        "where o.bucket_id = r.bucket and o.name = r.name)"
    )
    text = "\n".join(str(line) for (line,) in plan)
    assert "Seq Scan on image_patient_associations" not in text
