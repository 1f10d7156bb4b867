"""A real storage3 client on the stand-in, and a bucket of a test's own."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from storage3 import SyncStorageClient
from storage3.exceptions import StorageApiError

from tests.servers.project import SupabaseProject

_numbers = itertools.count(1)


@dataclass(slots=True)
class Desk:
    """Somebody's client, and what lies beside it for a look behind the API."""

    project: SupabaseProject
    http: httpx.Client
    name: str  # of the bucket

    @property
    def headers(self) -> dict[str, str]:
        """Those of the service key."""
        return {"Authorization": f"Bearer {self.project.service_key}", "apikey": self.project.service_key}

    def storage(self, token: str | None = None) -> SyncStorageClient:
        """The SDK, with the service key or somebody's token."""
        headers = self.headers if token is None else {"Authorization": f"Bearer {token}", "apikey": token}
        return SyncStorageClient(f"{self.project.url}/storage/v1/", headers, http_client=self.http)

    @property
    def bucket(self) -> Any:
        """The SDK's view of the bucket."""
        return self.storage().from_(self.name)

    def ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        """A request of our own under /storage/v1, with the service key unless headers are given."""
        headers = more.pop("headers", self.headers)
        return self.http.request(method, f"{self.project.url}/storage/v1{path}", headers=headers, **more)

    def post(self, path: str, body: object) -> Any:
        """The JSON that a POST answers."""
        return self.ask("POST", path, json=body).json()


def new_desk(project: SupabaseProject, http: httpx.Client, **options: Any) -> Desk:
    """A desk with an empty bucket that no other test knows."""
    name = f"bucket-{next(_numbers)}"
    project.make_bucket(name, **options)
    return Desk(project, http, name)


def refusal(action: Callable[[], object]) -> tuple[str, str, str]:
    """The status, code and message of the StorageApiError that an action raises."""
    with pytest.raises(StorageApiError) as refused:
        action()
    return str(refused.value.status), str(refused.value.code), str(refused.value.message)
