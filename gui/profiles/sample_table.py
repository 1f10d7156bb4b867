"""The samples of a source as a table: a value, what it names, and whether that is there."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QHeaderView, QWidget

from core.samples import FEW
from core.suggest import Sample
from gui.icons import Icons
from gui.profiles.plain_table import PlainTable
from gui.profiles.sample_pictures import SamplePictures
from gui.theme import ROW_HEIGHT, Themes
from gui.translation import translate

_Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()
_VALUE, _NAMES, _STATE = range(3)
_LONGEST = 300  # characters of a value that anybody could see
_HEADER = 32


class SampleModel(QAbstractTableModel):
    """A few samples."""

    def __init__(self, icons: Icons, themes: Themes, pictures: SamplePictures | None) -> None:
        super().__init__()
        self._icons = icons
        self._themes = themes
        self._pictures = pictures
        self.samples: Sequence[Sample] = ()

    def show(self, samples: Sequence[Sample]) -> None:
        """Replaces them all."""
        self.beginResetModel()
        self.samples = samples
        self.endResetModel()
        if self._pictures is not None:
            self._pictures.ask(samples)

    def rowCount(self, parent: _Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self.samples)

    def columnCount(self, parent: _Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else 3

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        titles = (self.tr("Value in the row"), self.tr("Names"), self.tr("There?"))
        return titles[section] if role == Qt.ItemDataRole.DisplayRole else None

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        sample = self.samples[index.row()]
        icon, word, tone = _state_of(sample)
        match role, index.column():
            case Qt.ItemDataRole.DisplayRole, column:
                return (_one_line(sample.value), _place_of(sample), word)[column]
            case Qt.ItemDataRole.ToolTipRole, column:
                return (sample.value[: 4 * _LONGEST], _place_of(sample), _why(sample))[column]
            case Qt.ItemDataRole.DecorationRole, 1 if self._pictures is not None:
                return self._pictures.of(sample)
            case Qt.ItemDataRole.DecorationRole, 2:
                return self._icons.icon(icon, tone)
            case Qt.ItemDataRole.ForegroundRole, 2:
                return QColor(self._themes.current.colours()[tone])
        return None


class SampleTable(PlainTable):
    """Exactly as high as its few rows."""

    def __init__(
        self, icons: Icons, themes: Themes, pictures: SamplePictures | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.samples = SampleModel(icons, themes, pictures)
        if pictures is not None:
            pictures.came.connect(self.viewport().update)
        self.setModel(self.samples)
        self.setAccessibleName(self.tr("Samples of the chosen source"))
        self.setFixedHeight(_HEADER + FEW * ROW_HEIGHT + 4)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        header = self.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(_STATE, QHeaderView.ResizeMode.ResizeToContents)


def _state_of(sample: Sample) -> tuple[str, str, str]:
    if sample.found:
        return "check-circle", translate("SampleModel", "found"), "good"
    if sample.problem:
        return "warning", translate("SampleModel", "not understood"), "warning"
    return "x-circle", translate("SampleModel", "not found"), "danger"


def _place_of(sample: Sample) -> str:
    if sample.problem:
        return sample.problem[:1].upper() + sample.problem[1:]
    return f"{sample.bucket}/{sample.key}"


def _why(sample: Sample) -> str:
    if sample.found:
        return translate("SampleModel", "This file is there")
    return _place_of(sample) if sample.problem else translate("SampleModel", "No file of this name is there")


def _one_line(value: str) -> str:
    return " ".join(value[:_LONGEST].replace("\x1f", " ").split())
