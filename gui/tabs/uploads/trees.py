"""The trees that were handed over, as a table: where each goes, whether it is watched, and how far it is."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Mapping, Sequence

from core.uploads.status.listing import Listing
from core.uploads.status.tree_rows import TreeRow
from gui import words
from gui.icons import Icons
from gui.table_model import Column
from gui.translation import translate
from gui.widgets.held_rows import HeldRows

_PATH = "/mnt/scanner-3/wards/2026/November"
_KEYS: Mapping[str, Callable[[TreeRow], str | float]] = {
    "path": lambda row: row.tree.path.casefold(),
    "goes": lambda row: row.tree.destination.casefold(),
    "watched": lambda row: not row.tree.watched,
    "found": lambda row: row.counts.found.folders,
    "done": lambda row: row.counts.done.folders,
    "failed": lambda row: row.counts.failed.folders,
    "waiting": lambda row: _waiting(row),
    "size": lambda row: row.counts.found.size_bytes,
    "scanned": lambda row: row.tree.ended.timestamp() if row.tree.ended else 0.0,
}


class TreeRows:
    """All trees of a tracker; they are read once, for there are few."""

    def __init__(self, listing: Listing) -> None:
        self._listing = listing
        self._held: HeldRows[TreeRow] = HeldRows((), _KEYS)

    async def numbers(self, sort: str, descending: bool) -> array[int]:
        """The places of all trees, in the order asked for."""
        self._held = HeldRows(await self._listing.tree_rows(), _KEYS)
        return await self._held.numbers(sort, descending)

    async def page(self, numbers: Sequence[int]) -> Sequence[TreeRow]:
        """The trees at these places."""
        return await self._held.page([number for number in numbers if number < len(self._held.rows)])


def tree_columns(icons: Icons) -> tuple[Column[TreeRow], ...]:
    """What people ask of a tree."""

    def said(text: str) -> str:
        return translate("UploadsTrees", text)

    return (
        Column("path", said("Folder"), path_of, sort="path", sample=_PATH, cut_middle=True, stretches=True),
        Column("goes", said("Goes to"), lambda r: r.tree.destination or said("not said yet"), sort="goes",
               sample="patient-images", cut_middle=True),
        Column("watched", said("Watched"), lambda r: said("Watched") if r.tree.watched else "", since_of,
               lambda r: icons.pixmap("eye", "accent", 16) if r.tree.watched else None, "watched", "Watched"),
        Column("found", said("Found"), lambda r: words.number(r.counts.found.folders), sort="found",
               sample="9,999,999", is_number=True),
        Column("done", said("Done"), lambda r: words.number(r.counts.done.folders), sort="done", sample="9,999,999",
               is_number=True),
        Column("waiting", said("Waiting"), lambda r: words.number(_waiting(r)) if _waiting(r) else "", sort="waiting",
               sample="9,999,999", is_number=True),
        Column("failed", said("Failed"), lambda r: words.number(r.counts.failed.folders) if r.counts.failed.folders
               else "", sort="failed", sample="9,999,999", is_number=True),
        Column("size", said("Size"), lambda r: words.size(r.counts.found.size_bytes),
               lambda r: words.exact_size(r.counts.found.size_bytes), None, "size", "999.9 GB", is_number=True),
        Column("scanned", said("Last scan"), lambda r: words.clock(r.tree.ended) if r.tree.ended else said("never"),
               lambda r: words.utc(r.tree.ended) if r.tree.ended else "", None, "scanned", "30 Sept 2026 14:02",
               is_number=True, gives_way=1),
    )  # fmt: skip


def path_of(row: TreeRow) -> str:
    """Where it is; other programs note folders without a tree."""
    return row.tree.path or translate("UploadsTrees", "noted by another program")


def since_of(row: TreeRow) -> str:
    """ "Watched since 14:02: 12 folders came since then"."""
    if not row.tree.watched:
        return translate("UploadsTrees", "What comes into it later is not uploaded by itself.")
    came = translate("UploadsTrees", "%Ln folder(s) came since then", "", row.came)
    if row.since is None:
        return translate("UploadsTrees", "Watched")
    return translate("UploadsTrees", "Watched since %1: %2").replace("%1", words.clock(row.since)).replace("%2", came)


def _waiting(row: TreeRow) -> int:
    return row.counts.queued.folders + row.counts.asking.folders + row.counts.under_way.folders
