"""A collection of Anki's: cards whose HTML names pictures and sounds, and what Anki's own check says of its media."""

from __future__ import annotations

import argparse
import html
import json
import random
import sys
import time
from pathlib import Path
from urllib.parse import quote

from anki.buildinfo import version
from anki.collection import Collection
from pictures import png, wav

PROFILE = """kind = "local"
[local]
storage = {folder}
catalog = {catalog}
buckets = ["collection.media"]
[[sources]]
table = "notes"
key = ["id"]
bucket = "collection.media"
columns = [{{ name = "flds", holds = "html" }}]
[safety]
grace_hours = 0
"""
ENCODED = ("per cent 100%.png", "hash#1.png", "é acute.png", "semi;colon.png")
# A way to name a file in a field, and names to write so.
WAYS = (
    ('<img src="{plain}">', ("a b.png", "quote's.png", "plus+sign.png", "ünï 図.png", "a-1.png", "a.png", "Upper.PNG")),
    ("<img src={plain}>", ("bare.png", "bare-2.png", "größe.png")),
    ("<img alt='x' src='{plain}'>", ("single.png", "double space.png", "round (1).png")),
    ('<img src="{escaped}" width="20">', ("fish&chips.png", "it's & that.png")),
    ('<img src="{encoded}">', ENCODED),
    ('<b>{{{{c1::<IMG SRC="{plain}">}}}}</b>', ("in cloze.png",)),
    ('<object data="{plain}"></object>', ("drawing.svg",)),
    ('<audio controls src="{plain}"></audio>', ("knock.wav",)),
    ('<img src="{plain}"\n  alt="x"><img src="two of them.png">', ("newline after.png",)),
    ("[sound:{plain}]", ("bell.wav", "low tone.wav")),
)
UNNAMED = ("never named.png", "old copy (2).png", "umlaut ä.png", "a.bak", "b+c.png")
GONE = ("lost 1.png", "lost+2.png", "verloren ß.png", "lost%203.png", "lost&4.png")
# What Anki and a reader of HTML cannot agree on, and why.
KNOWN = {
    "_logo.png": "a file whose name begins with _ is in use by Anki's rule; here a card template names it",
    "handout.pdf": "a link's href; Anki looks at src and data only, a reader of HTML at both",
    "plain.png": "named in words only, which Anki does not count",
    "lost%203.png": "Anki takes a src as it stands; percent-decoded it is “lost 3.png”",
    "lost 3.png": "what “lost%203.png” means to a browser",
}
LITERAL = "Anki's check takes a src as it stands; its cards, shown in a browser, find the file"
KNOWN |= dict.fromkeys((*ENCODED, *map(quote, ENCODED)), LITERAL)


def build(folder: Path, seed: int) -> None:
    """Makes the collection: every way of naming, files that nothing names, and names without a file."""
    chance = random.Random(seed)
    collection = Collection(str(folder / "collection.anki2"))
    media = collection.media
    for way, names in WAYS:
        for name in names:
            kept = media.write_data(name, wav(chance) if name.endswith(".wav") else png(chance))
            add(collection, name, fill(way, kept))
    media.write_data("two of them.png", png(chance))
    for name in (*UNNAMED, "_logo.png", "handout.pdf", "plain.png"):
        media.write_data(name, png(chance))
    for name in GONE:
        add(collection, "gone", fill('<img src="{escaped}">', name))
    add(collection, "elsewhere", '<img src="https://example.org/far.png"><img src="data:image/png;base64,AAAA">')
    add(collection, "linked", '<a href="handout.pdf">the handout</a>, see also plain.png')
    cards = collection.models.by_name("Basic")
    cards["tmpls"][0]["qfmt"] += '<img src="_logo.png">'
    collection.models.update_dict(cards)
    media.check()  # turns the picture that was pasted as data: into a file
    collection.close()


def add(collection: Collection, front: str, back: str) -> None:
    """One note."""
    note = collection.new_note(collection.models.by_name("Basic"))
    note["Front"], note["Back"] = front, back
    collection.add_note(note, 1)


def fill(way: str, name: str) -> str:
    """A way of naming with a name in it, as such, with HTML's entities, or percent-encoded."""
    return way.format(plain=name, escaped=html.escape(name), encoded=quote(name))


def ask(folder: Path) -> dict[str, object]:
    """What Anki says. Asked of the collection itself, so Anki may write to it."""
    collection = Collection(str(folder / "collection.anki2"))
    said = collection.media.check()
    collection.close()
    profile = PROFILE.format(folder=json.dumps(str(folder)), catalog=json.dumps(str(folder / "collection.anki2")))
    answer = {"unused": sorted(said.unused), "missing": sorted(said.missing)}
    return {"program": f"Anki {version}", **answer, "known": KNOWN, "spare": ENCODED, "profile": profile}


def hold(folder: Path, seconds: float) -> None:
    """Keeps the collection open and writes to it, as somebody who studies does."""
    collection = Collection(str(folder / "collection.anki2"))
    print("open", flush=True)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        add(collection, "written meanwhile", '<img src="a.png">')
        time.sleep(0.2)
    collection.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--ask", action="store_true", help="ask a collection that is there already")
    parser.add_argument("--hold", type=float, metavar="SECONDS", help="keep it open and write")
    args = parser.parse_args()
    if args.hold:
        hold(args.folder, args.hold)
        return
    if not args.ask:
        args.folder.mkdir(parents=True)
        build(args.folder.absolute(), args.seed)
    json.dump(ask(args.folder.absolute()), sys.stdout, ensure_ascii=False, indent=1)


if __name__ == "__main__":
    main()
