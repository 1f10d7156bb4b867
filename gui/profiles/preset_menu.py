"""The menu of ready mappings: each is offered where the project has its table, fitted to the columns that are there."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from functools import partial

from PySide6.QtWidgets import QMenu, QWidget

from core.models import Table
from core.presets import presets
from core.profiles import Family, Source
from gui.translation import translate


def preset_menu(
    parent: QWidget,
    tables: Mapping[str, Table],
    taken: Collection[str],
    add: Callable[[Source, tuple[Family, ...]], None],
) -> QMenu:
    """A menu that goes when it is closed; `taken` are tables that a source reads already. `add` is called with a source
    and the families of buckets that belong to it."""
    menu = QMenu(parent)
    menu.setToolTipsVisible(True)
    for preset in presets():
        for source in preset.sources:
            table = tables.get(source.table)
            entry = menu.addAction(_words(source, table, taken))
            entry.setToolTip(preset.about)
            entry.setEnabled(table is not None and source.table not in taken)
            if table is not None:
                chosen = partial(add, fitted(source, table), preset.families)
                entry.triggered.connect(lambda _checked=False, chosen=chosen: chosen())
    menu.aboutToHide.connect(menu.deleteLater)
    return menu


def fitted(source: Source, table: Table) -> Source:
    """The source without the optional columns that the table lacks; its key is looked for where that is lacking too."""
    names = {column.name for column in table.columns}

    def there(name: str | None) -> str | None:
        return name if name in names else None

    return replace(
        source,
        key=source.key if set(source.key) <= names else (),
        bucket_column=there(source.bucket_column),
        url_column=there(source.url_column),
        expires_column=there(source.expires_column),
        status_column=there(source.status_column),
        size_column=there(source.size_column),
        time_column=there(source.time_column),
    )


def _words(source: Source, table: Table | None, taken: Collection[str]) -> str:
    if table is None:
        return translate("PresetMenu", "%1 (no such table)").replace("%1", source.table)
    if source.table in taken:
        return translate("PresetMenu", "%1 (mapped already)").replace("%1", source.table)
    return source.table
