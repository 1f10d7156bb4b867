"""A real project, its own buckets in it, and hands behind the program's back: plain requests with the service key."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator, Mapping
from urllib.parse import quote

import httpx

from core.models import QUARANTINE

URL, KEY = os.environ.get("BUCKETDESK_LIVE_URL", ""), os.environ.get("BUCKETDESK_LIVE_KEY", "")
IS_LIVE = bool(URL and KEY)
HOW = "set BUCKETDESK_LIVE_URL and BUCKETDESK_LIVE_KEY to try a real project, in a bucket of its own"
_SECONDS = 60.0


class LiveProject:
    """Two buckets of random names in a real project, which go with everything in them when it is closed."""

    def __init__(self, url: str = URL, key: str = KEY) -> None:
        self.url, self.key = url.rstrip("/"), key
        self.own = f"bucketdesk-live-photos-{secrets.token_hex(4)}"
        self._buckets = {"photos": self.own, "photos-1": f"{self.own}-1"}
        headers = {"apikey": key, "Authorization": f"Bearer {key}"}
        self._http = httpx.Client(base_url=f"{self.url}/storage/v1", headers=headers, timeout=_SECONDS)
        self._had_quarantine = self._http.get(f"/bucket/{QUARANTINE}").is_success
        for name in self._buckets.values():
            self._http.post("/bucket", json={"id": name, "name": name, "public": False}).raise_for_status()

    def put(self, bucket: str, key: str, data: bytes, content_type: str) -> None:
        """Stores an object, or another in its place."""
        headers = {"content-type": content_type, "x-upsert": "true"}
        self._http.post(self._path(bucket, key), content=data, headers=headers).raise_for_status()

    def drop(self, bucket: str, key: str) -> None:
        """Takes an object away."""
        self._http.delete(self._path(bucket, key)).raise_for_status()

    def content(self, bucket: str, key: str) -> bytes | None:
        """An object's bytes, None where there is none."""
        answer = self._http.get(self._path(bucket, key, "object/authenticated"))
        return answer.content if answer.is_success else None

    def contents(self) -> Mapping[str, bytes]:
        """Everything in the two buckets, by bucket and key."""
        return {
            f"{bucket}/{key}": self.content(bucket, key) or b""
            for bucket, name in self._buckets.items()
            for key in self._keys(name)
        }

    def clear(self) -> None:
        """Empties the two buckets and what they sent to the quarantine."""
        for name in self._buckets.values():
            self._remove(name, list(self._keys(name)))
        self._remove(QUARANTINE, list(self._keys(QUARANTINE, f"{self.own}/")))

    def close(self) -> None:
        """Leaves the project as it was."""
        try:
            self.clear()
            for name in self._buckets.values():
                self._http.delete(f"/bucket/{name}").raise_for_status()
            if not self._had_quarantine and not list(self._keys(QUARANTINE)):
                self._http.delete(f"/bucket/{QUARANTINE}")
        finally:
            self._http.close()

    def _keys(self, bucket: str, prefix: str = "") -> Iterator[str]:
        cursor: str | None = None
        while True:
            asked = {"prefix": prefix, "limit": 1000} | ({"cursor": cursor} if cursor else {})
            page = self._http.post(f"/object/list-v2/{bucket}", json=asked).raise_for_status().json()
            yield from (one["name"] for one in page["objects"])
            cursor = page.get("nextCursor")
            if not page["hasNext"]:
                return

    def _remove(self, bucket: str, keys: list[str]) -> None:
        for start in range(0, len(keys), 500):
            asked = {"prefixes": keys[start : start + 500]}
            self._http.request("DELETE", f"/object/{bucket}", json=asked).raise_for_status()

    def _path(self, bucket: str, key: str, place: str = "object") -> str:
        return f"/{place}/{self._buckets[bucket]}/{quote(key)}"
