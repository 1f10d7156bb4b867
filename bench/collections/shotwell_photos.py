"""A library of Shotwell's, whose database has absolute paths: what it finds missing, and what it would import."""

from __future__ import annotations

import argparse
import json
import os
import random
import shlex
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing, suppress
from pathlib import Path

from pictures import png

PROFILE = """kind = "local"
[local]
storage = {folder}
catalog = {catalog}
buckets = ["Pictures"]
[[sources]]
describes = true
table = "PhotoTable"
key = ["id"]
bucket = "Pictures"
columns = [{{ name = "filename", holds = "path" }}]
size_column = "filesize"
[safety]
grace_hours = 0
"""
SETTINGS = """[org/yorba/shotwell/preferences/files]
import-dir='{pictures}'
auto-import={watch}
[org/yorba/shotwell/preferences/ui]
show-welcome-dialog=false
"""
TAKEN = (
    "beach.png",
    "two words.png",
    "Größe.png",
    "2024/05/a.png",
    "2024/05/a-1.png",
    "100%.png",
    "it's.png",
    "p+q.png",
)
LOST = ("lost.png", "2024/verloren ß.png")
STRAY = ("never imported.png", "2024/05/late.png", "loose+.png")
OFFLINE = 0x08  # the bit of `flags` that Shotwell sets on a photo whose file it did not find
SHOTWELL = shlex.split(os.environ.get("SHOTWELL", "xvfb-run -a dbus-run-session shotwell"))
SECONDS = float(os.environ.get("SHOTWELL_SECONDS", "20"))


def run(folder: Path, data: Path, *, watch: bool, seconds: float = SECONDS) -> None:
    """Runs Shotwell on a data folder for a while, with settings of its own."""
    home = folder / "home"
    settings = home / ".config" / "glib-2.0" / "settings" / "keyfile"
    settings.parent.mkdir(parents=True, exist_ok=True)
    settings.write_text(SETTINGS.format(pictures=folder / "Pictures", watch=str(watch).lower()), "utf-8")
    own = {**os.environ, "HOME": str(home), "GSETTINGS_BACKEND": "keyfile", "LANG": "C.UTF-8", "NO_AT_BRIDGE": "1"}
    own["XDG_RUNTIME_DIR"] = str(home)
    command = (*SHOTWELL, "--datadir", str(data))
    quiet = subprocess.DEVNULL
    with subprocess.Popen(command, env=own, stdout=quiet, stderr=quiet, start_new_session=True) as running:
        time.sleep(seconds)  # it has no way to say that it is done
        with suppress(ProcessLookupError):
            os.killpg(running.pid, signal.SIGTERM)


def photos(data: Path) -> dict[str, int]:
    """Every photo's file name with its flags, as Shotwell's own database has them."""
    with closing(sqlite3.connect(data / "data" / "photo.db")) as database:
        return dict(database.execute("SELECT filename, flags FROM PhotoTable"))


def build(folder: Path, seed: int) -> None:
    """Shotwell imports the photos that it finds; then files go, and others come while it is not running."""
    chance = random.Random(seed)
    for name in (*TAKEN, *LOST):
        put(folder / "Pictures" / name, chance)
    run(folder, folder / "shotwell", watch=True)
    for name in LOST:
        (folder / "Pictures" / name).unlink()
    for name in STRAY:
        put(folder / "Pictures" / name, chance)
    run(folder, folder / "shotwell", watch=False)


def put(path: Path, chance: random.Random) -> None:
    """One picture, large enough that Shotwell takes it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(png(chance, 96, 64))


def ask(folder: Path) -> dict[str, object]:
    """Missing is what Shotwell marked; unused is what it imports in addition when it may, working on a copy."""
    data, inside = folder / "shotwell", f"{folder / 'Pictures'}/"
    before = photos(data)
    with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
        shutil.copytree(data, Path(scratch) / "copy")
        run(folder, Path(scratch) / "copy", watch=True)
        after = photos(Path(scratch) / "copy")
    missing = [name.removeprefix(inside) for name, flags in before.items() if flags & OFFLINE]
    unused = [name.removeprefix(inside) for name in after.keys() - before.keys()]
    profile = PROFILE.format(folder=json.dumps(str(folder)), catalog=json.dumps(str(data / "data" / "photo.db")))
    answer = {"unused": sorted(unused), "missing": sorted(missing)}
    return {"program": "Shotwell", **answer, "known": {}, "profile": profile}


def hold(folder: Path, seconds: float) -> None:
    """Keeps Shotwell open on the library."""
    print("open", flush=True)
    run(folder, folder / "shotwell", watch=False, seconds=seconds)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--ask", action="store_true", help="ask a collection that is there already")
    parser.add_argument("--hold", type=float, metavar="SECONDS", help="keep it open and write")
    args = parser.parse_args()
    folder = args.folder.absolute()
    if args.hold:
        hold(folder, args.hold)
        return
    if not args.ask:
        build(folder, args.seed)
    json.dump(ask(folder), sys.stdout, ensure_ascii=False, indent=1)


if __name__ == "__main__":
    main()
