"""The policies and functions as people meet them: over HTTP, signed in, through the Storage API and PostgREST."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import psycopg
import pytest

from tests.servers.project import SupabaseProject, supabase_project


@pytest.fixture(scope="module")
def ward() -> Iterator[SupabaseProject]:
    with supabase_project() as project:
        project.put("patient-images", "old.jpg")
        project.make_bucket("unrelated")
        yield project


def _as(ward: SupabaseProject, role: str) -> httpx.Client:
    key = ward.service_key if role == "service" else ward.token("8d5c6a3e-0000-4000-8000-000000000001", role)
    headers = {"apikey": ward.anon_key, "authorization": f"Bearer {key}"}
    return httpx.Client(base_url=ward.url, headers=headers, timeout=10)


def _upload(client: httpx.Client, bucket: str, key: str) -> bool:
    return client.post(f"/storage/v1/object/{bucket}/{key}", content=b"x").is_success


@pytest.mark.parametrize(
    ("role", "reads", "uploads"),
    [("staff", True, True), ("manager", True, False), ("admin", True, True), ("", False, False)],
)
def test_each_role_reads_and_uploads_what_it_may(ward: SupabaseProject, role: str, reads: bool, uploads: bool) -> None:
    with _as(ward, role) as client:
        assert client.get("/storage/v1/object/patient-images/old.jpg").is_success is reads
        assert _upload(client, "patient-images", f"new-{role}.jpg") is uploads
        assert not _upload(client, "unrelated", "new.jpg")


@pytest.mark.parametrize(("role", "removed"), [("staff", 0), ("manager", 0), ("admin", 1)])
def test_only_admins_remove(ward: SupabaseProject, role: str, removed: int) -> None:
    ward.put("patient-images", f"gone-{role}.jpg")
    with _as(ward, role) as client:
        answer = client.request("DELETE", "/storage/v1/object/patient-images", json={"prefixes": [f"gone-{role}.jpg"]})
    found = answer.json() if answer.is_success else []
    assert len(found) == removed
    assert (ward.content("patient-images", f"gone-{role}.jpg") is None) is bool(removed)


def test_an_admin_moves_objects_into_the_quarantine_and_staff_do_not_see_them_there(ward: SupabaseProject) -> None:
    ward.make_bucket("bucketdesk-quarantine")
    ward.put("patient-images", "bad.jpg", b"bytes")
    move = {
        "bucketId": "patient-images",
        "sourceKey": "bad.jpg",
        "destinationBucket": "bucketdesk-quarantine",
        "destinationKey": "run/patient-images/bad.jpg",
    }
    with _as(ward, "staff") as staff, _as(ward, "admin") as admin:
        assert not staff.post("/storage/v1/object/move", json=move).is_success
        assert admin.post("/storage/v1/object/move", json=move).is_success
        place = "/storage/v1/object/bucketdesk-quarantine/run/patient-images/bad.jpg"
        assert admin.get(place).content == b"bytes"
        assert not staff.get(place).is_success


def test_a_bucket_made_through_the_api_is_covered_at_once(ward: SupabaseProject) -> None:
    with _as(ward, "service") as service, _as(ward, "staff") as staff:
        made = {"id": "patient-images-9", "name": "patient-images-9"}
        assert service.post("/storage/v1/bucket", json=made).is_success
        assert _upload(staff, "patient-images-9", "first.jpg")


def test_functions_are_called_by_the_names_of_their_arguments(ward: SupabaseProject) -> None:
    with _as(ward, "staff") as staff:
        page = staff.post("/rest/v1/rpc/bucketdesk_list_objects", json={"bucket": "patient-images", "prefix": "old"})
        assert [one[0] for one in page.json()["objects"]] == ["old.jpg"]
        refused = staff.post("/rest/v1/rpc/bucketdesk_tables", json={})
        assert (refused.status_code, refused.json()["code"]) == (403, "42501")
        assert "manager or admin" in refused.json()["message"]
        assert staff.post("/rest/v1/media_assets", json={"public_id": "new"}).is_success
        assert staff.delete("/rest/v1/media_assets?public_id=eq.new").is_success
    assert ward.sql("select count(*) from media_assets where public_id = 'new'") == [(1,)]


def test_sql_never_deletes_objects_whoever_asks(ward: SupabaseProject) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="Direct deletion from storage tables"):
        ward.sql("delete from storage.objects")
    before = ward.keys("patient-images")
    assert ward.sql("select cleanup_old_images('patient-images', 1)") == [(0,)]
    assert ward.keys("patient-images") == before
