"""The style sheet: only what Qt's palettes cannot say, such as outlines, focus rings and check marks."""

from __future__ import annotations

from importlib.resources import files
from string import Template

_SHEET = Template(
    """
QToolTip { border: 1px solid $outline; padding: 4px 8px; background: $raised; color: $text; }
QMainWindow::separator, QSplitter::handle { background: transparent; }
QMenuBar { background: $background; padding: 2px 8px; }
QMenuBar::item { padding: 4px 10px; border-radius: 4px; background: transparent; }
QMenuBar::item:selected { background: $hover; }
QMenu { background: $raised; border: 1px solid $outline; padding: 4px; }
QMenu::item { padding: 5px 24px 5px 12px; border-radius: 4px; }
QMenu::icon { padding-left: 8px; }
QMenu::item:selected { background: $selection; color: $text; }
QMenu::item:disabled { color: $outline; }
QMenu::separator { height: 1px; background: $hairline; margin: 4px 8px; }

QPushButton { background: $raised; border: 1px solid $hairline; border-radius: 6px; padding: 5px 12px;
  min-height: 18px; }
QPushButton { border-bottom-color: $outline; }
QPushButton:hover { background: $hover; }
QPushButton:pressed, QPushButton:checked { background: $selection; }
QPushButton:focus { border: 2px solid $accent; padding: 4px 11px; }
QPushButton:disabled { color: $outline; border-color: $hairline; background: transparent; }
QPushButton[main="true"] { background: $accent; color: $on_accent; border: 1px solid $accent; font-weight: 600; }
QPushButton[main="true"]:hover { background: $accent_hover; }
QPushButton[main="true"]:focus { border: 2px solid $text; }
QPushButton[main="true"]:disabled { background: $hairline; color: $muted; border-color: $hairline; }
QPushButton[danger="true"] { background: $danger; color: $on_danger; border: 1px solid $danger; font-weight: 600; }
QPushButton[danger="true"]:focus { border: 2px solid $text; }
QPushButton[danger="true"]:disabled { background: $hairline; color: $muted; border-color: $hairline; }
QPushButton::menu-indicator { width: 0; image: none; }
QPushButton[flat="true"] { border: 1px solid transparent; background: transparent; }
QPushButton[role="status"] { color: $muted; padding: 1px 6px; }
QPushButton[flat="true"]:hover { background: $hover; }
QPushButton[flat="true"]:checked { background: $selection; }
QPushButton[flat="true"]:focus { border: 2px solid $accent; }
QPushButton[role="way"] { text-align: left; padding: 0; border: 1px solid $outline; }
QPushButton[role="way"]:focus { border: 2px solid $accent; padding: 0; }
QPushButton[production="true"] { color: $danger; border-color: $danger; font-weight: 600; }
QToolButton { border: 1px solid transparent; border-radius: 6px; padding: 4px; background: transparent; }
QToolButton:hover { background: $hover; }
QToolButton:checked, QToolButton:pressed { background: $selection; }
QToolButton:focus { border: 2px solid $accent; padding: 3px; }

QLineEdit, QPlainTextEdit, QTextEdit, QSpinBox, QDoubleSpinBox, QComboBox {
  background: $surface; border: 1px solid $outline; border-radius: 6px; padding: 4px 8px; min-height: 18px;
  selection-background-color: $accent; selection-color: $on_accent; }
QLineEdit:focus, QPlainTextEdit:focus, QTextEdit:focus, QSpinBox:focus, QDoubleSpinBox:focus, QComboBox:focus {
  border: 2px solid $accent; padding: 3px 7px; }
QLineEdit:disabled, QComboBox:disabled, QSpinBox:disabled, QDoubleSpinBox:disabled {
  border-color: $hairline; color: $outline; }
QAbstractSpinBox QLineEdit, QAbstractSpinBox QLineEdit:focus { border: none; padding: 0; background: transparent;
  min-height: 0; }
QComboBox QLineEdit { border: none; padding: 0; background: transparent; min-height: 0; }
QComboBox::drop-down { border: none; width: 24px; }
QComboBox::down-arrow { image: url("$icons/caret-$name.svg"); width: 12px; height: 12px; }
QSpinBox, QDoubleSpinBox { padding: 4px 24px 4px 8px; }
QSpinBox:focus, QDoubleSpinBox:focus { padding: 3px 23px 3px 7px; }
QSpinBox::up-button, QDoubleSpinBox::up-button { border: none; width: 22px; subcontrol-position: top right; }
QSpinBox::down-button, QDoubleSpinBox::down-button { border: none; width: 22px; subcontrol-position: bottom right; }
QSpinBox::up-arrow, QDoubleSpinBox::up-arrow { image: url("$icons/caret-up-$name.svg"); width: 10px; height: 10px; }
QSpinBox::down-arrow, QDoubleSpinBox::down-arrow { image: url("$icons/caret-$name.svg"); width: 10px; height: 10px; }
QComboBox QAbstractItemView { background: $raised; border: 1px solid $outline; outline: 0; }

QCheckBox, QRadioButton { spacing: 8px; padding: 2px; border: 1px solid transparent; border-radius: 4px; }
QCheckBox:focus, QRadioButton:focus { border: 1px solid $accent; }
QCheckBox::indicator, QAbstractItemView::indicator, QGroupBox::indicator {
  width: 14px; height: 14px; border: 1px solid $outline; border-radius: 3px; background: $surface; }
QCheckBox::indicator:hover, QAbstractItemView::indicator:hover { border-color: $accent; }
QCheckBox::indicator:checked, QAbstractItemView::indicator:checked, QGroupBox::indicator:checked {
  background: $accent; border-color: $accent; image: url("$icons/check-$name.svg"); }
QCheckBox::indicator:indeterminate, QAbstractItemView::indicator:indeterminate {
  background: $accent; border-color: $accent; image: url("$icons/dash-$name.svg"); }
QRadioButton::indicator { width: 14px; height: 14px; border: 1px solid $outline; border-radius: 8px;
  background: $surface; }
QRadioButton::indicator:checked { border: 5px solid $accent; width: 6px; height: 6px; }

QAbstractItemView { background: $surface; border: none; outline: 0; selection-background-color: $selection;
  selection-color: $text; }
QListWidget[role="sidebar"], QScrollArea[role="plain"], QScrollArea[role="plain"] > QWidget > QWidget {
  background: transparent; }
QTableView { gridline-color: $hairline; }
QTableView::item, QTreeView::item, QListView::item { border: none; }
QTableView::item { padding: 0 6px; }
QListView::item { border-radius: 6px; padding: 4px 8px; }
QTableView::item:hover, QTreeView::item:hover, QListView::item:hover { background: $hover; }
QTableView::item:selected, QTreeView::item:selected, QListView::item:selected { background: $selection;
  color: $text; }
QTableView:focus, QTreeView:focus, QListView:focus { border: 1px solid $accent; }
QTableView, QTreeView, QListView { border: 1px solid transparent; }
QHeaderView, QHeaderView::section { background: $background; color: $muted; }
QHeaderView::section { border: none; border-bottom: 1px solid $hairline; padding: 5px 8px; }
QHeaderView::section:hover { color: $text; background: $hover; }
QTableCornerButton::section { background: $background; border: none; }

QTabBar { background: transparent; }
QTabBar::tab { padding: 7px 14px 8px 14px; color: $muted; border: none; border-bottom: 2px solid transparent; }
QTabBar::tab:hover { color: $text; background: $hover; border-top-left-radius: 6px; border-top-right-radius: 6px; }
QTabBar::tab:selected { color: $text; font-weight: 600; border-bottom: 2px solid $accent; }
QTabBar::tab:focus { background: $selection; border-top-left-radius: 6px; border-top-right-radius: 6px; }

QProgressBar { border: none; border-radius: 3px; background: $hairline; min-height: 6px; max-height: 6px; }
QProgressBar::chunk { border-radius: 3px; background: $accent; }
QScrollBar { background: transparent; border: none; }
QScrollBar:vertical { width: 12px; } QScrollBar:horizontal { height: 12px; }
QScrollBar::handle { background: $outline; border-radius: 4px; margin: 2px; }
QScrollBar::handle:vertical { min-height: 32px; } QScrollBar::handle:horizontal { min-width: 32px; }
QScrollBar::handle:hover { background: $muted; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
QScrollArea { border: none; background: transparent; }
QStatusBar { border-top: 1px solid $hairline; color: $muted; }
QStatusBar::item { border: none; }

QLabel[tone="muted"] { color: $muted; }
QLabel[tone="good"] { color: $good; }
QLabel[tone="warning"] { color: $warning; }
QLabel[tone="danger"] { color: $danger; }
QLabel[role="note"] { background: $raised; color: $text; border: 1px solid $outline; border-radius: 4px;
  padding: 4px 8px; }
QFrame[role="hairline"] { background: $hairline; border: none; }
QFrame[role="band"][band="danger"] { background: $danger; }
QFrame[role="band"][band="quiet"] { background: $hover; }
QLabel[band="danger"] { color: $on_danger; }
QFrame[role="banner"] { background: $raised; border: 1px solid $hairline; border-left: 4px solid $accent;
  border-radius: 6px; }
QFrame[role="banner"][tone="warning"] { border-left-color: $warning; }
QFrame[role="banner"][tone="danger"] { border-left-color: $danger; }
QFrame[role="banner"][tone="good"] { border-left-color: $good; }
"""
)


def sheet(colours: dict[str, str]) -> str:
    """The whole style sheet in the colours of one theme."""
    return _SHEET.substitute(colours, icons=(files("resources") / "icons").as_posix())  # type: ignore[attr-defined]
