"""A music library of beets', whose paths are BLOBs: what `beet unimported` and `beet update -p` say of it."""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path

from beets import __version__
from pictures import png, wav

PROFILE = """kind = "local"
[local]
storage = {folder}
catalog = {catalog}
buckets = ["music"]
[[sources]]
describes = true
table = "items"
key = ["id"]
bucket = "music"
columns = [{{ name = "path", holds = "path" }}]
[[sources]]
table = "albums"
key = ["id"]
bucket = "music"
columns = [{{ name = "artpath", holds = "path" }}]
[safety]
grace_hours = 0
"""
SETTINGS = """directory: music
library: library.db
plugins: [fetchart, unimported]
import: {copy: no, move: no, autotag: no, quiet: yes, duplicate_action: keep}
fetchart: {auto: yes, sources: filesystem}
unimported: {ignore_extensions: ''}
format_item: $path
ui: {color: no}
"""
ALBUMS = {
    "First": ("one.wav", "two words.wav", "drei größe.wav", "lost.wav", "lost too ü.wav"),
    "Sec#ond 100%": ("a.wav", "a-1.wav", "it's & that.wav", "per%20cent.wav", "日本.wav"),
}
LOST = ("First/lost.wav", "First/lost too ü.wav")
STRAY = ("First/booklet.pdf", "Third/never imported.wav", "Third/two words.wav", "loose+.wav", "a.bak")


def beet(folder: Path, *words: str) -> str:
    """Runs beets in the folder, with a configuration that is its own."""
    own = {**os.environ, "BEETSDIR": str(folder / "settings"), "PYTHONIOENCODING": "utf-8"}
    command = (sys.executable, "-m", "beets", *words)
    return subprocess.run(command, cwd=folder, env=own, check=True, capture_output=True, text=True).stdout


def build(folder: Path, seed: int) -> None:
    """Imports albums where they lie; then files go, and others come that were never imported."""
    chance = random.Random(seed)
    (folder / "settings").mkdir(parents=True)
    settings = SETTINGS.replace("music", str(folder / "music")).replace("library.db", str(folder / "library.db"))
    (folder / "settings" / "config.yaml").write_text(settings, "utf-8")
    for album, names in ALBUMS.items():
        (folder / "music" / album).mkdir(parents=True)
        for name in names:
            (folder / "music" / album / name).write_bytes(wav(chance))
        (folder / "music" / album / "cover.png").write_bytes(png(chance))
    if os.name == "posix":  # a name from before UTF-8, as old collections have; beets keeps names as bytes
        (folder / "music" / os.fsdecode(b"First/caf\xe9.wav")).write_bytes(wav(chance))
    beet(folder, "import", "-A", "-q", str(folder / "music"))
    for name in LOST:
        (folder / "music" / name).unlink()
    for name in STRAY:
        (folder / "music" / name).parent.mkdir(exist_ok=True)
        (folder / "music" / name).write_bytes(wav(chance))


def ask(folder: Path) -> dict[str, object]:
    """Both answers of beets, as paths inside the music folder."""
    music = f"{folder / 'music'}/"
    unused = [line.removeprefix(music) for line in beet(folder, "unimported").splitlines() if line]
    lines = beet(folder, "update", "-p").splitlines()
    missing = [a.removeprefix(music) for a, b in pairwise(lines) if b.strip() == "deleted"]
    profile = PROFILE.format(folder=json.dumps(str(folder)), catalog=json.dumps(str(folder / "library.db")))
    answer = {"unused": sorted(unused), "missing": sorted(missing)}
    return {"program": f"beets {__version__}", **answer, "known": {}, "profile": profile}


def hold(folder: Path, seconds: float) -> None:
    """Writes to the library through beets, song by song, as a long import does."""
    print("open", flush=True)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        beet(folder, "modify", "-y", "-M", "-W", "id:1", f"comments=at {time.monotonic()}")


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
