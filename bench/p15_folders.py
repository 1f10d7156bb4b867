"""P15: 10,000 folders of two images and a `stats.json`, from scan to receipt and row, against a plain loop.

The plain loop stores one file after another, and inserts one row after another; as it takes long, it does a part of the
folders and is reckoned up. Arguments: how many folders (10,000), and `practice` or `standin` (both without a word)."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import sqlite3
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

from bench.standin import BUCKET, stand_in
from core.clients.local_catalog import LocalCatalog
from core.clients.practice_store import PracticeStore
from core.clients.supabase.catalog import SupabaseCatalog
from core.clients.supabase.probe import about
from core.models import Attributes
from core.ports import Catalog, ObjectStore
from core.profiles import Destination, Family, Profile, RowMapping, Supabase
from core.uploads.desk import Uploads
from core.uploads.sending.transfer import Wish
from core.workspace import Workspace

COUNT = 10_000
SIZE_BYTES = 20_000
LATENCY_SECONDS = 0.02
PLAIN_FOLDERS = 300
GOAL = 0.2
_STATS = {"status": "passed", "load": [1, 2, 3]}
_LOCAL_TABLE = """
CREATE TABLE device_test (id INTEGER PRIMARY KEY, folder_name TEXT, folder_path TEXT, test_status TEXT, stats JSON,
    image_paths TEXT, image_count INTEGER, created_at TEXT)
"""


def make_tree(root: Path, folders: int) -> None:
    """Folders of two pictures, no two of them alike, and what their test said."""
    said = json.dumps(_STATS)
    for number in range(folders):
        folder = root / f"DEV-{number:06}"
        folder.mkdir(parents=True)
        for name in ("front.jpg", "back.jpg"):
            (folder / name).write_bytes(b"\xff\xd8\xff" + os.urandom(SIZE_BYTES - 3))
        (folder / "stats.json").write_text(said)


def folders_of(root: Path) -> list[Path]:
    """All folders of the tree, in order."""
    return sorted(root.iterdir())


async def ours(folder: Path, root: Path, profile: Profile, store: ObjectStore, catalog: Catalog) -> float:
    """Seconds from the scan to the last receipt and row."""
    workspace = await Workspace.open(folder / "workspace", profile.project)
    uploads = Uploads(profile, folder / "tracker.db")
    count = len(folders_of(root))
    began, used = time.perf_counter(), time.process_time()
    _, did = await uploads.upload(workspace, store, Wish(profile.families[0]), [root], catalog=catalog)
    took, cpu = time.perf_counter() - began, time.process_time() - used
    assert (did.done, did.failed, did.files) == (count, 0, 2 * count), did
    await workspace.close()
    print(f"   ours: {took:.1f} s, {count / took:.0f} folders/s, {cpu * 1000 / count:.2f} ms of CPU a folder")
    return took


async def practice(folder: Path, root: Path, count: int) -> float:
    """The ratio on the practice store: the plain loop copies, syncs and inserts."""
    (folder / "storage" / BUCKET).mkdir(parents=True)
    with closing(sqlite3.connect(folder / "catalog.db")) as c, c:
        c.execute(_LOCAL_TABLE)
        c.execute(_LOCAL_TABLE.replace("device_test", "plain_test"))
    store = PracticeStore(folder / "storage", folder / "quarantine", folder / "catalog.db")
    catalog = LocalCatalog(folder / "catalog.db")
    family = Family(BUCKET, capacity_bytes=1 << 40)
    goal = Destination(BUCKET, BUCKET, folder_rows=RowMapping("device_test"))
    profile = Profile(
        "bench", "practice", folder / "storage", folder / "catalog.db", families=(family,), destinations=(goal,)
    )
    took = await ours(folder, root, profile, store, catalog)
    began = time.perf_counter()
    with closing(sqlite3.connect(folder / "catalog.db")) as c:
        for one in folders_of(root)[:PLAIN_FOLDERS]:
            for name in ("front.jpg", "back.jpg"):
                await store.upload(BUCKET, f"plain/{one.name}/{name}", one / name, Attributes("image/jpeg"))
            row = (one.name, (one / "stats.json").read_text())
            c.execute("INSERT INTO plain_test (folder_name, stats) VALUES (?, ?)", row)
            c.commit()
    plain = (time.perf_counter() - began) / min(PLAIN_FOLDERS, count) * count
    await catalog.close()
    await store.close()
    return _told("practice", took, plain, count)


async def standin(folder: Path, root: Path, count: int) -> float:
    """The ratio on the stand-in with 20 ms added: the plain loop is supabase-py as it comes."""
    from supabase import AsyncClientOptions, acreate_client

    with stand_in(latency_seconds=LATENCY_SECONDS, tables=True) as at:
        store = await at.open()
        session = store._session
        catalog = SupabaseCatalog(session, await about(session))
        family = Family(BUCKET, capacity_bytes=1 << 40)
        goal = Destination(BUCKET, BUCKET, folder_rows=RowMapping("device_test"))
        profile = Profile("bench", "supabase", supabase=Supabase(at.url), families=(family,), destinations=(goal,))
        took = await ours(folder, root, profile, store, catalog)
        client = await acreate_client(at.url, at.key, AsyncClientOptions())
        bucket = client.storage.from_(BUCKET)
        began = time.perf_counter()
        for one in folders_of(root)[:PLAIN_FOLDERS]:
            for name in ("front.jpg", "back.jpg"):
                await bucket.upload(f"plain/{one.name}/{name}", one / name, {"content-type": "image/jpeg"})
            row = {"folder_name": one.name, "stats": json.loads((one / "stats.json").read_text())}
            await client.table("plain_test").insert(row).execute()
        plain = (time.perf_counter() - began) / min(PLAIN_FOLDERS, count) * count
        await client.storage.session.aclose()
        await client.auth.close()
        await catalog.close()
        await store.close()
    return _told("stand-in", took, plain, count)


def _told(where: str, took: float, plain: float, count: int) -> float:
    print(f"P15 {where}: {count:,} folders in {took:.1f} s; plain loop {plain:.0f} s, reckoned from a part")
    print(f"   ratio {took / plain:.3f}, goal ≤ {GOAL}; load {os.getloadavg()[0]:.1f}", flush=True)
    return took / plain


async def main() -> int:
    """Prints both ratios; 1 when a goal is missed."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else COUNT
    where = sys.argv[2] if len(sys.argv) > 2 else ""
    ratios = []
    with tempfile.TemporaryDirectory(prefix="bucketdesk-bench-") as name:
        root = Path(name) / "tree"
        make_tree(root, count)
        for work in (practice, standin):
            if work.__name__.startswith(where):
                folder = Path(name) / work.__name__
                ratios.append(await work(folder, root, count))
                for receipt in root.glob("*/success.json"):
                    receipt.unlink()
                shutil.rmtree(folder)
    return int(max(ratios) > GOAL)


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
