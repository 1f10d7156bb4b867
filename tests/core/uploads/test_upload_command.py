"""`upload` from one end to the other, on a folder as storage: what it does, says and answers programs."""

from __future__ import annotations

import asyncio
import json
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from core import places
from core.cli import upload_run
from core.cli.__main__ import main
from core.clients.local_store import LocalStore
from core.models import Attributes, Object
from core.progress import Report, silent
from tests.core.uploads.trees import device, put

Say = Callable[..., dict[str, object]]
PROFILE = """kind = "local"
[local]
storage = "{storage}"
catalog = "{catalog}"
[[families]]
name = "wards"
[[families]]
name = "labs"
[[destinations]]
name = "careful"
family = "labs"
existing = "fail"
key = "{{root}}/{{relative}}/{{name}}"
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A tree to upload, beside a profile with two families and a destination."""
    for name in ("wards", "labs"):
        (tmp_path / "storage" / name).mkdir(parents=True)
    (tmp_path / "catalog.db").touch()
    places.profiles().mkdir(parents=True, exist_ok=True)
    text = PROFILE.format(storage=tmp_path / "storage", catalog=tmp_path / "catalog.db")
    (places.profiles() / "here.toml").write_text(text, "utf-8")
    (tmp_path / "tree").mkdir()
    return tmp_path / "tree"


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str]) -> Say:
    """Runs `upload` and reads its document."""

    def run(*words: object, code: int = 0) -> dict[str, object]:
        assert main(["--profile", "here", "--json", "upload", *map(str, words)]) == code
        found = json.loads(capsys.readouterr().out)
        assert isinstance(found, dict)
        return found

    return run


def _stored(root: Path) -> list[str]:
    storage = root.parent / "storage"
    return sorted(path.relative_to(storage).as_posix() for path in storage.rglob("*") if path.is_file())


def test_a_tree_goes_up_is_proven_and_the_same_words_do_nothing_more(root: Path, say: Say) -> None:
    device(root, "a", "1.jpg", "stats.json")
    device(root, "b", "2.jpg")
    assert say(root, "--yes", code=2)["error"]  # two families: where to?

    done = say(root, "--to", "wards", "--yes")
    assert (done["done"], done["failed"], done["found"], done["queued"], done["in_flight"]) == (2, 0, 2, 0, 0)
    assert done["folders"] == {"pending": 0, "success": 2, "failed": 0, "skipped": 0}
    assert _stored(root) == ["wards/a/1.jpg", "wards/b/2.jpg"]
    assert say(root, "--yes")["done"] == 0  # it keeps where it goes

    proof = say(root, "--verify")
    assert (proof["verified"], proof["files"], proof["arrived"], proof["not_meant"]) == (True, 2, 2, 1)
    (root.parent / "storage/wards/a/1.jpg").unlink()
    put(root / "b/3.jpg")
    lost = say(root, "--verify", code=1)["not_arrived"]
    assert isinstance(lost, dict)
    assert {one["reason"]: Path(one["path"]).name for one in lost["items"]} == {
        "missing": "1.jpg",
        "never_uploaded": "3.jpg",
    }
    assert lost["total"] == 2
    assert say("--again", root / "a", "--go-on", "--yes")["done"] == 1  # what is lost goes up again
    assert say(root / "a", "--verify")["verified"] is True


def test_a_tracker_that_is_not_there_yet_is_made_where_it_is_wanted(root: Path, say: Say) -> None:
    device(root, "a", "1.jpg")
    tracker = root.parent / "elsewhere/mine.db"
    assert say(root, "--to", "wards", "--dry-run", "--db-path", tracker)["files"] == 1
    assert not tracker.exists()
    assert say(root, "--to", "wards", "--yes", "--db-path", tracker)["done"] == 1
    assert say("--status", "--db-path", tracker)["folders"]["success"] == 1
    assert say("--status")["found"] == 0


def test_of_several_folders_all_are_queued_or_none(root: Path, say: Say) -> None:
    device(root, "a", "1.jpg")
    assert say(root / "a", root / "b", "--to", "wards", "--yes", code=1)["error"]
    assert say("--go-on", "--yes")["done"] == 0
    device(root, "b", "2.jpg")
    assert say(root / "a", root / "b", "--to", "wards", "--yes")["done"] == 2


@pytest.mark.parametrize("way", ["--take-back", pytest.param("--again", id="again, as verifying proposes")])
def test_what_is_undone_counts_as_left_out_and_goes_up_again_when_somebody_says_so(
    root: Path, say: Say, capsys: pytest.CaptureFixture[str], way: str
) -> None:
    device(root, "a", "1.jpg")
    device(root, "b", "2.jpg")
    say(root / "a", "--to", "wards", "--yes")
    say(root / "b", "--to", "wards", "--yes")
    main(["--profile", "here", "--json", "runs"])
    runs = json.loads(capsys.readouterr().out)["runs"]
    assert main(["--profile", "here", "undo", runs[0]["run_id"], "--yes"]) == 0
    capsys.readouterr()
    assert _stored(root) == ["wards/a/1.jpg"]

    state = say("--status")["folders"]
    assert state == {"pending": 0, "success": 1, "failed": 0, "skipped": 1}
    assert say(root / "b", "--yes")["done"] == 0  # who took it back does not want it there
    assert say(way, root / "b", "--go-on", "--yes")["done"] == 1
    assert _stored(root) == ["wards/a/1.jpg", "wards/b/2.jpg"]


def test_a_dry_run_shows_where_everything_would_go_and_changes_nothing(root: Path, say: Say) -> None:
    device(root, "a", "1.jpg", "ü.jpg")
    put(root / "b/2.jpg", b"other picture")
    say(root / "b", "--to", "wards", "--yes")
    before = _stored(root)
    put(root / "c/2.jpg", b"other picture")
    put(root / "d/b/2.jpg", b"a third")
    shown = say(root, "--to", "wards", "--dry-run")
    assert {name: shown[name] for name in ("folders", "files", "unchanged", "existing", "duplicates")} == {
        "folders": 3,
        "files": 4,
        "unchanged": 1,
        "existing": 1,
        "duplicates": 1,
    }
    files = {
        (Path(one["folder"]).relative_to(root).as_posix(), file["name"]): file
        for one in shown["items"]  # type: ignore[attr-defined]
        for file in one["files"]
    }
    assert files["c", "2.jpg"]["stored_as"] == ["wards/b/2.jpg"] and files["c", "2.jpg"]["key"] == "c/2.jpg"
    assert files["d/b", "2.jpg"]["existing"] == "wards/b/2.jpg" and not files["d/b", "2.jpg"]["same_content"]
    careful = say(root / "a", "--to", "careful", "--dry-run")["items"]
    assert careful[0]["files"][0]["key"] == "a/1.jpg"  # type: ignore[index]
    assert _stored(root) == before
    assert say("--status")["found"] == 1


def test_what_was_asked_for_a_tree_holds_when_it_goes_on(root: Path, say: Say, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("a", "b", "c"):
        device(root, name, "1.jpg")
    real, stop = LocalStore.upload, True

    async def upload(
        store: LocalStore, bucket: str, key: str, path: Path, attributes: Attributes, report: Report = silent
    ) -> Object:
        if stop and key == "x/b/1.jpg":
            signal.raise_signal(signal.SIGINT)  # Ctrl-C
            await asyncio.Event().wait()
        return await real(store, bucket, key, path, attributes, report)

    monkeypatch.setattr(LocalStore, "upload", upload)
    words = (root, "--to", "careful", "--key", "x/{folder}/{name}", "--batch-size", "1", "--parallel", "1", "--yes")
    error = say(*words, code=130)["error"]
    assert isinstance(error, dict) and error["kind"] == "interrupted"
    assert "of 3 folders are uploaded" in error["message"] and "upload --go-on --yes" in error["hint"]
    stop = False
    assert say("--go-on", "--yes")["folders"] == {"pending": 0, "success": 3, "failed": 0, "skipped": 0}
    assert _stored(root) == ["labs/x/a/1.jpg", "labs/x/b/1.jpg", "labs/x/c/1.jpg"]


def test_the_queue_is_changed_without_uploading(root: Path, say: Say) -> None:
    for name in ("a", "b", "c"):
        device(root, name, "1.jpg")
    say(root, "--scan-only")
    assert say("--leave-out", root / "a")["changed"] == {"left_out": 1}
    assert say("--first", root / "c", "--last", root / "b")["changed"] == {"put_first": 1, "put_last": 1}
    assert say("--status")["folders"] == {"pending": 2, "success": 0, "failed": 0, "skipped": 1}
    assert _stored(root) == []
    assert say("--first", root / "nowhere", code=1)["error"]
    assert say("--go-on", "--yes", code=2)["error"]  # nobody has said where to
    assert say("--go-on", "--to", "labs", "--yes")["done"] == 2
    assert say("--take-back", root / "a", "--go-on", "--yes")["done"] == 1
    assert _stored(root) == ["labs/a/1.jpg", "labs/b/1.jpg", "labs/c/1.jpg"]


def test_failed_folders_are_queued_again(root: Path, say: Say) -> None:
    put(root / "a/1.jpg", b"mine")
    put(root.parent / "storage/labs/a/1.jpg", b"theirs")
    failed = say(root, "--to", "careful", "--key", "{folder}/{name}", "--max-retries", "1", "--yes", code=1)
    assert failed["failed"] == 1 and len(failed["failures"]) == 1  # type: ignore[arg-type]
    (root.parent / "storage/labs/a/1.jpg").unlink()
    assert say("--go-on", "--max-retries", "1", "--yes")["done"] == 0
    assert say("--retry-failed")["changed"] == {"queued_again": 1}
    assert say("--go-on", "--yes")["done"] == 1


def test_what_is_asked_is_shown_and_answered(root: Path, say: Say) -> None:
    put(root / "a/1.jpg", b"mine")
    put(root / "b/1.jpg", b"alike")
    put(root.parent / "storage/labs/a/1.jpg", b"theirs")
    words = (root, "--to", "labs", "--existing", "ask", "--yes")
    asked = say(*words, code=1)
    assert (asked["done"], asked["questions"], asked["queued"]) == (1, 1, 1)
    (one,) = say("--status")["asks"]  # type: ignore[misc]
    assert (Path(one["folder"]).name, one["kind"]) == ("a", "existing") and "labs/a/1.jpg" in one["sentence"]
    assert say("--answer", "skip")["changed"] == {"answered": 0}  # that answers another question
    assert say("--answer", "overwrite", code=2)["error"]
    assert say(root / "b", "--answer", "version")["changed"] == {"answered": 0}
    assert say(root / "a", "--answer", "version")["changed"] == {"answered": 1}
    assert say("--go-on", "--yes")["done"] == 1
    assert _stored(root) == ["labs/a/1-v2.jpg", "labs/a/1.jpg", "labs/b/1.jpg"]


def test_limits_are_kept(root: Path, say: Say) -> None:
    assert say("--limit-rate", "2M", "--limit-requests", "5")["limits"] == {
        "bytes_per_second": 2_000_000,
        "requests_per_second": 5.0,
        "at_once": None,
    }
    assert say("--limit-rate", "off", "--parallel", "8")["limits"] == {
        "bytes_per_second": None,
        "requests_per_second": 5.0,
        "at_once": 8,
    }
    assert say("--status")["limits"] == {"bytes_per_second": None, "requests_per_second": 5.0, "at_once": 8}
    for words in (("--limit-rate", "fast"), ("--parallel", "0"), ("--limit-rate", "1")):
        assert say(*words, code=2)["error"]


@pytest.mark.parametrize(
    "words",
    [
        ["--verify", "--status"],
        ["--dry-run"],
        ["x", "--to", "wards", "--family", "labs"],
        ["--first", "x", "--status"],
        ["x", "--to", "nowhere"],
        ["x", "--to", "wards", "--existing", "overwrite", "--yes"],
        ["--no-watch"],
    ],
)
def test_what_makes_no_sense_is_refused(root: Path, say: Say, words: list[str]) -> None:
    (root / "x").mkdir()
    words = [str(root / "x") if word == "x" else word for word in words]
    assert say(*words, code=1 if "nowhere" in words else 2)["error"]
    assert not (places.workspace("here") / "upload_tracker.db").exists()


def test_watching_uploads_what_has_settled_until_it_is_ended(
    root: Path, say: Say, monkeypatch: pytest.MonkeyPatch
) -> None:
    device(root, "a", "1.jpg")
    looks = 0

    async def rest(seconds: float) -> None:
        nonlocal looks
        looks += 1
        if looks == 3:
            raise KeyboardInterrupt
        await asyncio.sleep(0)

    monkeypatch.setattr(upload_run.watch, "__defaults__", (rest,))
    error = say(root, "--watch", "--to", "labs", "--settle", "1", "--yes", code=130)["error"]
    assert isinstance(error, dict) and "1 of 1 folder are uploaded" in error["message"]
    assert error["hint"].endswith("upload --watch --yes")
    assert _stored(root) == ["labs/a/1.jpg"]
    trees = say("--status")["trees"]
    assert [(one["watched"], one["destination"]) for one in trees] == [(True, "labs")]  # type: ignore[attr-defined]
    say(root, "--no-watch")
    assert say("--status")["trees"][0]["watched"] is False  # type: ignore[index]


def test_people_read_the_same(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    device(root, "a", "1.jpg")
    words = ["--profile", "here", "upload", str(root)]
    for more, said in (
        (["--to", "wards", "--dry-run"], "1 folder would be uploaded"),
        (["--to", "wards", "--yes"], "1 folder uploaded"),
        (["--verify"], "1 of 1 file proven to have arrived"),
        (["--status"], "wards"),
    ):
        assert main([*words, *more]) == 0
        assert said in capsys.readouterr().out
    device(root, "b", "1.jpg")
    assert main([*words, "--verify"]) == 1
    assert "Its folder was never scanned." in capsys.readouterr().out
