"""The columns of the Review table: findings, and the inventory's objects and rows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from PySide6.QtGui import QPixmap

from core.browse import CatalogRow, ObjectRow
from core.models import Finding, Kind, State
from gui import words
from gui.icons import Icons
from gui.table_model import Column
from gui.translation import translate
from gui.widgets.thumbnails import Thumbnails

_LONG_KEY = "2024/05/Black Wire-9719-overview.webp"
_STATES = {
    State.OPEN: ("check-circle", "good"),
    State.YOUNG: ("hourglass-medium", "muted"),
    State.UNPROVEN: ("question", "warning"),
    State.KEPT: ("push-pin", "accent"),
}


def finding_columns(icons: Icons, thumbnails: Thumbnails) -> tuple[Column[Finding], ...]:
    """Check box and picture, what it is about, and the evidence in a few words."""

    def thumbnail(finding: Finding) -> QPixmap | None:
        place = picture_of(finding)
        if place is None:
            return icons.pixmap("table", "muted", 18)
        return thumbnails.get(*place, str(finding.changed))

    return (
        Column("picture", "", lambda f: "", lambda f: f.key, thumbnail, sample="M"),
        Column("key", _said("Key"), lambda f: f.key, sort="key", sample=_LONG_KEY, cut_middle=True, stretches=True),
        Column("bucket", _said("Bucket"), lambda f: f.bucket, sort="bucket", sample="patient-images-1", gives_way=2),
        Column("row", _said("Row"), row_of, sort="row", sample="images b6be90cc-6059", cut_middle=True),
        Column("size", _said("Size"), _size(lambda f: f.size_bytes), _exact(lambda f: f.size_bytes), None, "bytes",
               "999.9 MB", is_number=True),
        Column("changed", _said("Changed"), _day(lambda f: f.changed), _utc(lambda f: f.changed), None, "changed",
               "30 Sept 2026", is_number=True, gives_way=1),
        Column("evidence", _said("Evidence"), short_evidence, lambda f: "\n".join(f.evidence),
               lambda f: icons.pixmap(*_STATES[f.state], 16), sample="“user-images/” too much"),
    )  # fmt: skip


def object_columns(icons: Icons, thumbnails: Thumbnails) -> tuple[Column[ObjectRow], ...]:
    """Every object, and how many rows name it."""
    return (
        Column("picture", "", lambda o: "", lambda o: o.key, lambda o: thumbnails.get(o.bucket, o.key, str(o.changed))),
        Column("key", _said("Key"), lambda o: o.key, sort="key", sample=_LONG_KEY, cut_middle=True, stretches=True),
        Column("bucket", _said("Bucket"), lambda o: o.bucket, sort="bucket", sample="patient-images-1", gives_way=2),
        Column("type", _said("Type"), lambda o: o.content_type, sort="type", sample="image/jpeg"),
        Column("size", _said("Size"), _size(lambda o: o.size_bytes), _exact(lambda o: o.size_bytes), None, "bytes",
               "999.9 MB", is_number=True),
        Column("changed", _said("Changed"), _day(lambda o: o.changed), _utc(lambda o: o.changed), None, "changed",
               "30 Sept 2026", is_number=True, gives_way=1),
        Column("rows", _said("Named by rows"), lambda o: words.number(o.rows), is_number=True, sample="12,345"),
    )  # fmt: skip


def row_columns() -> tuple[Column[CatalogRow], ...]:
    """Every row of the mapped tables, and what it names."""
    return (
        Column("table", _said("Table"), lambda r: r.table, sort="table", sample="image_patient_associations"),
        Column("row", _said("Row"), lambda r: key_text(r.row_key), sort="row", sample="1234567890"),
        Column("names", _said("Names"), lambda r: ", ".join(r.references), lambda r: "\n".join(r.references),
               sample=_LONG_KEY, cut_middle=True, stretches=True),
        Column("status", _said("Status"), lambda r: r.status or "", sample="pending"),
        Column("changed", _said("Changed"), _day(lambda r: r.changed), _utc(lambda r: r.changed), None, "changed",
               "30 Sept 2026", is_number=True, gives_way=1),
    )  # fmt: skip


def picture_of(item: object) -> tuple[str, str] | None:
    """The object whose picture belongs to an item: the one a wrong prefix means; none for a reference to nothing."""
    if isinstance(item, ObjectRow):
        return item.bucket, item.key
    if not isinstance(item, Finding) or item.kind is Kind.ROW_WITHOUT_FILE:
        return None
    return item.bucket, item.related if item.kind is Kind.WRONG_PREFIX else item.key


def row_of(finding: Finding) -> str:
    """The row that a finding is about, as "part_images 17"."""
    return f"{finding.table} {key_text(finding.row_key)}".strip()


def key_text(key: tuple[object, ...]) -> str:
    """A row key as people write it."""
    return ", ".join("NULL" if value is None else str(value) for value in key)


def short_evidence(finding: Finding) -> str:
    """The evidence in a few words: why it is not open, else what is the matter; all of it is in the tooltip."""
    if finding.state is not State.OPEN and finding.why:
        return finding.why
    related = finding.related.rpartition("/")[2]
    match finding.kind:
        case Kind.FILE_WITHOUT_ROW:
            return translate("ReviewColumns", "no row")
        case Kind.ROW_WITHOUT_FILE:
            return translate("ReviewColumns", "no file")
        case Kind.WRONG_PREFIX:
            extra = finding.key.removesuffix(finding.related)
            if finding.related and extra != finding.key:
                return translate("ReviewColumns", "“%1” too much").replace("%1", extra)
            return translate("ReviewColumns", "means %1").replace("%1", finding.related)
        case Kind.DUPLICATE_CONTENT:
            return translate("ReviewColumns", "same as %1").replace("%1", related)
        case _:
            return finding.evidence[0] if finding.evidence else ""


def _said(title: str) -> str:
    return translate("ReviewColumns", title)


def _size(of: Callable[..., int | None]) -> Callable[..., str]:
    return lambda item: "" if of(item) is None else words.size(of(item) or 0)


def _exact(of: Callable[..., int | None]) -> Callable[..., str]:
    return lambda item: "" if of(item) is None else words.exact_size(of(item) or 0)


def _day(of: Callable[..., datetime | None]) -> Callable[..., str]:
    def text(item: object) -> str:
        moment = of(item)
        return words.day(moment) if moment else ""

    return text


def _utc(of: Callable[..., datetime | None]) -> Callable[..., str]:
    def text(item: object) -> str:
        moment = of(item)
        return words.utc(moment) if moment else ""

    return text
