"""What this program is: its version, and where its files are."""

from __future__ import annotations

import platform
from importlib import metadata

from PySide6 import __version__ as qt_version
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QFormLayout, QHBoxLayout, QVBoxLayout, QWidget

from core import places
from gui.theme import GAP, GAP_LARGE, GAP_SMALL
from gui.widgets.buttons import button
from gui.widgets.text import Text


def version() -> str:
    """The installed version of Bucketdesk."""
    try:
        return metadata.version("bucketdesk")
    except metadata.PackageNotFoundError:
        return "–"


class About(QDialog):
    """Version, parts and folders, to read and to copy."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("About Bucketdesk"))
        self.setMinimumWidth(520)
        form = QFormLayout()
        form.setHorizontalSpacing(GAP_LARGE)
        form.setVerticalSpacing(GAP_SMALL)
        lines = (
            (self.tr("Version"), version()),
            (self.tr("Runs on"), f"Python {platform.python_version()} · Qt {qt_version}"),
            (self.tr("Profiles"), str(places.profiles())),
            (self.tr("Workspaces"), str(places.home())),
        )
        for label, value in lines:
            shown = Text(value, wraps=True)
            shown.setTextInteractionFlags(
                Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
            )
            shown.setAccessibleName(label)
            form.addRow(Text(label, tone="muted"), shown)
        self.close_button = button(self.tr("Close"), self.accept)
        self.close_button.setDefault(True)
        foot = QHBoxLayout()
        foot.addStretch(1)
        foot.addWidget(self.close_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(GAP_LARGE, GAP_LARGE, GAP_LARGE, GAP)
        layout.setSpacing(GAP)
        layout.addWidget(Text("Bucketdesk", "heading"))
        layout.addWidget(Text(self.tr("Looks after images in storage, tables and media libraries."), tone="muted"))
        layout.addLayout(form)
        layout.addLayout(foot)
        self.close_button.setFocus()
