"""An upload that is cancelled ends at once, whatever it is at."""

from __future__ import annotations

import asyncio
import threading
import time

import pytest

from core.profiles import Family
from tests.core.buckets.test_single_upload import Desk
from tests.core.buckets.test_single_upload import desk as desk  # a fixture


async def test_who_is_cancelled_does_not_wait_till_large_files_are_read(desk: Desk) -> None:
    huge = desk.file("huge.bin")
    with huge.open("r+b") as file:
        file.truncate(1 << 40)  # holes only; to read it takes minutes
    begun = time.monotonic()
    uploading = asyncio.create_task(desk.upload(huge, family=Family("photos", capacity_bytes=1 << 50)))
    while not any(one.name.startswith("upload-reader") for one in threading.enumerate()):  # noqa: ASYNC110 — it begins
        await asyncio.sleep(0)
    uploading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await uploading
    assert time.monotonic() - begun < 60
