"""Which folders of a local profile are buckets, and which files in them are objects."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable, Sequence
from pathlib import Path

from core.clients.foreign_sqlite import SIDE_FILES
from core.clients.local_copies import CopyRecords
from core.clients.local_folders import explain, opened, parts_of
from core.clients.local_moves import Place
from core.clients.local_reading import BucketReading
from core.errors import AlreadyExists, BadProfile, InvalidName, NotFound, Refused, Unreadable
from core.models import QUARANTINE

_NOTES = ".bucketdesk-copies"
_OWNER_ONLY = 0o700
_AS_USUAL = 0o777


class Buckets:
    """The folders in `root`, or the chosen ones; `.` is `root` itself, by its own name. The quarantine is one more, in
    a place of its own. A catalog and what SQLite puts beside it are no objects, wherever they lie."""

    def __init__(self, root: Path, quarantine: Path, chosen: Sequence[str], catalog: Path | None) -> None:
        self.root = root.resolve()
        self.quarantine = quarantine.resolve()
        if self.quarantine.is_relative_to(self.root) or self.root.is_relative_to(self.quarantine):
            raise BadProfile(
                f"The quarantine {quarantine} and the storage folder {root} lie inside one another.",
                "Choose a quarantine folder outside of the storage.",
            )
        self._chosen = tuple(self.root.name if name == "." else name for name in chosen)
        self._is_whole = "." in chosen
        self._hidden = _catalog_files(catalog)
        self._exact: bool | None = None
        self.copies = CopyRecords(self.quarantine / _NOTES)

    def names(self) -> list[str]:
        """The chosen ones, there or not; else every folder. Raises `NotFound` when there is no storage at all."""
        self.check_root()
        if self._chosen:
            return sorted(set(self._chosen))
        try:
            with os.scandir(self.root) as entries:
                found = [entry.name for entry in entries if entry.is_dir(follow_symlinks=False)]
        except OSError as exc:
            raise explain(exc, str(self.root)) from exc
        return sorted(name for name in found if self.holds(name))

    def check_root(self) -> None:
        """Raises `NotFound` when the storage folder is not there: then no bucket of it is empty."""
        if not self.root.is_dir():
            raise NotFound(
                f"The storage folder {self.root} is not there.",
                "Connect the disk that holds it, or correct the profile.",
            )

    def holds(self, bucket: str) -> bool:
        """Whether there is such a bucket; the quarantine does not count. Raises `NotAllowed` when it cannot be told."""
        if bucket.startswith(QUARANTINE) or (self._chosen and bucket not in self._chosen):
            return False
        try:
            return stat.S_ISDIR(os.lstat(self.folder(bucket)).st_mode)
        except (FileNotFoundError, NotADirectoryError, InvalidName, NotFound):
            return False
        except OSError as exc:
            raise explain(exc, f"the bucket {bucket}") from exc

    def listed_folder(self, bucket: str) -> Path | None:
        """The folder that a listing walks, None where there is none. Raises `Unreadable` for a link."""
        self.check_root()
        folder = self.folder(bucket)
        if bucket == QUARANTINE:
            return folder if folder.is_dir() else None
        if self.holds(bucket):
            return folder
        if folder.is_symlink():
            raise Unreadable(
                f"The bucket {bucket} is a link to another folder, which is not followed.",
                "Name the folder itself as storage.",
            )
        return None

    def folder(self, bucket: str) -> Path:
        """Where a bucket's files would be. Raises `NotFound`, `InvalidName`."""
        if bucket == QUARANTINE:
            return self.quarantine
        if self._is_whole and bucket == self.root.name:
            return self.root
        if len(parts_of(bucket)) > 1:
            raise NotFound(f"There is no bucket “{bucket}” in {self.root}.")
        return self.root / bucket

    def make(self, bucket: str) -> None:
        """Makes the folder of a new bucket. Raises `AlreadyExists`, `InvalidName`, `Refused`, `NotAllowed`."""
        self.check_root()
        if bucket.startswith((QUARANTINE, ".")) or "/" in bucket or not bucket.strip():
            raise InvalidName(f"A bucket cannot be called “{bucket}”.", "Use letters, digits, dashes and dots.")
        if self._chosen and bucket not in self._chosen:
            raise Refused(
                f"The profile names its buckets, and “{bucket}” is not among them.",
                "Add it to “buckets” in the profile, or take that line out.",
            )
        try:
            self.folder(bucket).mkdir()
        except FileExistsError as exc:
            raise AlreadyExists(f"There is a bucket “{bucket}” already.", "Choose another name.") from exc
        except OSError as exc:
            raise explain(exc, f"make the bucket {bucket}") from exc

    def drop(self, bucket: str) -> None:
        """Removes the folder of a bucket in which there is no file. Raises `Refused`, `NotFound`, `NotAllowed`."""
        folder = self.folder(bucket)
        if not self.holds(bucket) or folder == self.root:
            raise NotFound(f"There is no bucket “{bucket}” in {self.root}.")
        try:
            for path, _, _ in os.walk(folder, topdown=False):
                Path(path).rmdir()  # fails at the first that holds a file, whatever it is
        except OSError as exc:
            if exc.errno in (errno.ENOTEMPTY, errno.EEXIST):
                raise Refused(f"The bucket {bucket} is not empty, so it stays.", "Empty it first.") from exc
            raise explain(exc, f"remove the bucket {bucket}") from exc

    def place(self, bucket: str, key: str) -> Place:
        """A key's place. Raises `NotFound` for a missing bucket, `InvalidName` for what no file can be called."""
        parts = parts_of(key)
        folder = self.folder(bucket)
        if bucket == QUARANTINE:
            return Place(folder, parts, _OWNER_ONLY)
        if not self.holds(bucket):
            raise NotFound(f"There is no bucket “{bucket}” in {self.root}.")
        if folder.joinpath(*parts) in self._hidden:
            raise NotFound(f"{bucket}/{key} is the catalog itself, and no object.")
        return Place(folder, parts, _AS_USUAL)

    def reading(self, bucket: str, refuses: Callable[[str], str]) -> BucketReading:
        """Looks into a bucket, there or not, for a batch of keys."""
        try:
            folder = self.folder(bucket) if bucket == QUARANTINE or self.holds(bucket) else None
        except (NotFound, InvalidName):
            folder = None
        hides = self.hides(bucket) if folder is not None else bool
        return BucketReading(bucket, folder, refuses, hides, spelled_exactly=self.spells_exactly())

    def hides(self, bucket: str) -> Callable[[str], bool]:
        """Tells the keys of a bucket that are no objects."""
        if bucket == QUARANTINE:
            return lambda key: key.startswith(_NOTES + "/")
        folder = self.folder(bucket)
        hidden = {path.relative_to(folder).as_posix() for path in self._hidden if path.is_relative_to(folder)}
        return hidden.__contains__

    def end_of_link(self, bucket: str, key: str) -> tuple[str, str]:
        """The bucket and key of the file that a link shows, its own where that lies outside of the storage."""
        end = Path(os.path.realpath(self.folder(bucket) / key))
        if not end.is_relative_to(self.root):
            return bucket, key
        return self._spot(end)

    def end_of_linked_folder(self, bucket: str, prefix: str) -> tuple[str, str] | None:
        """The bucket and prefix of the folder that a link shows, None for all but links to folders of the storage."""
        path = self.folder(bucket) / prefix
        end = Path(os.path.realpath(path))
        if not prefix.endswith("/") or not path.is_symlink() or not end.is_relative_to(self.root):
            return None
        if end == self.root and not self._is_whole:
            return None  # what it shows are buckets
        name, key = self._spot(end)
        return name, f"{key}/" if key else ""

    def _spot(self, end: Path) -> tuple[str, str]:
        parts = end.relative_to(self.root).parts
        return (self.root.name, "/".join(parts)) if self._is_whole else (parts[0], "/".join(parts[1:]))

    def spells_exactly(self) -> bool:
        """Whether this file system tells names apart that differ in case only."""
        if self._exact is None:
            other = self.root.with_name(self.root.name.swapcase())
            same = other.name != self.root.name and other.exists() and other.samefile(self.root)
            self._exact = os.name == "posix" and not same
        return self._exact

    def make_quarantine(self) -> None:
        """Makes it, for its owner only. Raises `ServiceError`."""
        try:
            self.quarantine.mkdir(_OWNER_ONLY, parents=True, exist_ok=True)
        except OSError as exc:
            raise explain(exc, f"the quarantine {self.quarantine}") from exc

    def tidy_quarantine(self, key: str) -> None:
        """Removes the folders that a key was in, as far as they are empty now."""
        parts = key.split("/")
        for depth in range(len(parts) - 1, 0, -1):
            try:
                with opened(self.quarantine, parts[: depth - 1]) as folder:
                    folder.remove(parts[depth - 1])
            except OSError:
                return


def _catalog_files(catalog: Path | None) -> frozenset[Path]:
    if catalog is None:
        return frozenset()
    found = {catalog.resolve(), catalog.parent.resolve() / catalog.name}  # it may be a link to the file itself
    return frozenset(path.with_name(path.name + ending) for path in found for ending in ("", *SIDE_FILES))
