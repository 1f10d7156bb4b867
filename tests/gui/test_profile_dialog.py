"""The dialog that makes a local profile: a person chooses, reads what was guessed and corrects it, unharmed."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QFileDialog, QLineEdit, QTableView

from core import places, profiles
from core.profiles import ReferenceColumn
from gui.profile_dialog import ProfileDialog
from gui.profiles.kind_dialog import KindDialog
from tests.core.test_profile_setup import checksums
from tests.gui.desks import Desktop, FakeEngine, press, shown, until

KEYS = ["2024/a.png", "2024/b c.png", "d.png", "größe.png"]


@pytest.fixture
def collection(tmp_path: Path) -> Path:
    """Two buckets, and a catalog with a table that describes, one that mentions and one that has no key."""
    folder = tmp_path / "collection"
    for key in (*(f"photos/{key}" for key in KEYS), "photos/never named.png", "scans/x.tif"):
        path = folder / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(key.encode())
    with closing(sqlite3.connect(folder / "notes.db")) as connection:
        connection.executescript(
            "CREATE TABLE photo (id INTEGER PRIMARY KEY, path TEXT, title TEXT);"
            "CREATE TABLE page (id INTEGER PRIMARY KEY, body TEXT);"
            "CREATE TABLE keyless (rowid TEXT, path TEXT);"
        )
        connection.executemany("INSERT INTO photo (path, title) VALUES (?, 'A picture')", [(key,) for key in KEYS])
        connection.execute('INSERT INTO page (body) VALUES (\'<img src="d.png"> and <img src="lost.png">\')')
        connection.executemany("INSERT INTO keyless VALUES ('same', ?)", [(key,) for key in KEYS])
        connection.commit()
    return folder


@pytest.fixture
async def desk(qapp: QApplication, tmp_path: Path) -> AsyncIterator[Desktop]:
    made = Desktop(qapp, FakeEngine(profiles.Profile("clinic", "local", tmp_path, tmp_path / "c.db")))
    await made.open("clinic")
    yield made
    await made.close()


async def opened(desk: Desktop) -> ProfileDialog:
    QTest.keyClick(desk.window, Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier)
    kinds = await shown(desk.window, KindDialog)
    QTest.mouseClick(kinds.local_button, Qt.MouseButton.LeftButton)
    return await shown(desk.window, ProfileDialog)


async def quiet(desk: Desktop) -> None:
    """Waits until no question is open but that of the dialog itself."""
    await until(lambda: desk.desk.jobs.open_questions <= 1)


async def choose(desk: Desktop, dialog: ProfileDialog, folder: Path, catalog: Path | None = None) -> None:
    dialog.places.storage_field.setText(str(folder))
    if catalog is not None:
        dialog.places.catalog_field.setText(str(catalog))
    QTest.keyClick(dialog.places.storage_field, Qt.Key.Key_Return)
    await quiet(desk)


def words(table: QTableView) -> list[list[str]]:
    model = table.model()
    return [[model.index(row, n).data() for n in range(model.columnCount())] for row in range(model.rowCount())]


def pick(box: QComboBox, text: str) -> None:
    assert box.findText(text) >= 0, [box.itemText(n) for n in range(box.count())]
    box.setCurrentIndex(box.findText(text))


async def cancel(desk: Desktop, dialog: ProfileDialog) -> None:
    QTest.mouseClick(dialog.cancel_button, Qt.MouseButton.LeftButton)
    await desk.settle()


async def test_choosing_a_folder_is_enough_to_be_shown_what_names_its_files(desk: Desktop, collection: Path) -> None:
    dialog = await opened(desk)
    assert not dialog.create_button.isEnabled()
    await choose(desk, dialog, collection)
    assert dialog.places.catalog_field.text() == str(collection / "notes.db")
    assert dialog.places.name == "collection"
    assert dialog.places.catalog_notice.text.text() == "3 tables, only read"
    items = [dialog.places.bucket_list.item(row).text() for row in range(2)]
    assert items == ["photos  ·  5 objects", "scans  ·  1 object"]
    assert words(dialog.sources.table) == [
        ["photo · path", "a path in the bucket", "photos", "describes", "4 of 4 found"],
        ["page · body", "HTML", "photos", "mentions", "1 of 2 found"],
    ]
    assert words(dialog.sources.samples) == [[key, f"photos/{key}", "found"] for key in KEYS]
    assert "may ever be deleted" in dialog.sources.editor.meaning.text()
    dialog.sources.table.selectRow(1)
    assert [line[1:] for line in words(dialog.sources.samples)] == [
        ["photos/d.png", "found"],
        ["photos/lost.png", "not found"],
    ]
    assert not dialog.sources.editor.describes_button.isEnabled()
    await cancel(desk, dialog)
    assert profiles.names() == ()


async def test_what_is_created_is_opened_and_nothing_of_the_collection_was_touched(
    desk: Desktop, collection: Path, home: Path
) -> None:
    before = checksums(collection)
    dialog = await opened(desk)
    await choose(desk, dialog, collection)
    QTest.mouseClick(dialog.sources.editor.mentions_button, Qt.MouseButton.LeftButton)
    QTest.mouseClick(dialog.places.archive_button, Qt.MouseButton.LeftButton)
    dialog.places.name_field.selectAll()
    QTest.keyClicks(dialog.places.name_field, "My photos")
    QTest.mouseClick(dialog.create_button, Qt.MouseButton.LeftButton)
    await until(lambda: desk.opened == ["clinic", "My photos"])
    await desk.settle()
    made = profiles.load("My photos")
    assert (made.storage, made.catalog, made.buckets) == (collection, collection / "notes.db", ())
    assert [(s.table, s.key, s.columns, s.bucket, s.describes) for s in made.sources] == [
        ("photo", ("id",), (ReferenceColumn("path", "path"),), "photos", False),
        ("page", ("id",), (ReferenceColumn("body", "html"),), "photos", False),
    ]
    assert made.safety.removal == "archive"
    assert checksums(collection) == before
    assert [path.name for path in (home / "profiles").iterdir()] == ["My photos.toml"]


async def test_editing_by_hand_tries_the_mapping_at_once_and_warns_when_nothing_resolves(
    desk: Desktop, collection: Path
) -> None:
    dialog = await opened(desk)
    await choose(desk, dialog, collection)
    editor, sources = dialog.sources.editor, dialog.sources
    pick(editor.home_box, "scans")
    await quiet(desk)
    assert words(sources.table)[0][2:] == ["scans", "describes", "none found"]
    assert {line[2] for line in words(sources.samples)} == {"not found"}
    assert "wrong mapping" in sources.verdict.text.text()
    assert dialog.notice.text.text() == "1 source names no file that is there"
    pick(editor.holds_box, "HTML")
    await quiet(desk)
    assert words(sources.table)[0][1:4] == ["HTML", "scans", "mentions"]
    pick(editor.holds_box, "bucket and path")
    await quiet(desk)
    assert not editor.home_box.isEnabled()
    pick(editor.holds_box, "a path in the bucket")
    await quiet(desk)
    assert words(sources.table)[0][1:] == ["a path in the bucket", "photos", "mentions", "4 of 4 found"]
    assert dialog.notice.text.text() == ""
    await cancel(desk, dialog)


async def test_a_source_can_be_added_for_any_table_and_taken_out_again(desk: Desktop, collection: Path) -> None:
    dialog = await opened(desk)
    await choose(desk, dialog, collection)
    sources = dialog.sources
    QTest.mouseClick(sources.add_button, Qt.MouseButton.LeftButton)
    pick(sources.editor.table_box, "photo")
    pick(sources.editor.column_box, "title")
    await quiet(desk)
    assert words(sources.table)[2][0] == "photo · title"
    assert words(sources.table)[2][4] == "none found"
    pick(sources.editor.table_box, "keyless")
    await quiet(desk)
    assert words(sources.table)[2][4] == "cannot be read"
    assert "cannot be told apart" in sources.verdict.text.text()
    assert not dialog.create_button.isEnabled()
    assert "cannot be read" in dialog.notice.text.text()
    pick(sources.editor.side.key_box, "rowid")
    await quiet(desk)
    assert words(sources.table)[2][4] == "cannot be read", "it is the same in every row"
    pick(sources.editor.side.key_box, "path")
    await quiet(desk)
    assert words(sources.table)[2][4] != "cannot be read"
    assert sources.drafts[2].source.key == ("path",) and dialog.create_button.isEnabled()
    sources.table.setFocus()
    QTest.keyClick(sources.table, Qt.Key.Key_Delete)
    assert len(words(sources.table)) == 2
    assert dialog.create_button.isEnabled()
    for _ in range(2):
        QTest.mouseClick(sources.remove_button, Qt.MouseButton.LeftButton)
    assert not dialog.create_button.isEnabled()
    assert "as if nobody needed it" in dialog.notice.text.text()
    await cancel(desk, dialog)


async def test_leaving_a_bucket_out_tries_every_source_again(desk: Desktop, collection: Path) -> None:
    dialog = await opened(desk)
    await choose(desk, dialog, collection)
    buckets = dialog.places.bucket_list
    buckets.setFocus()
    QTest.keyClick(buckets, Qt.Key.Key_Space)
    await quiet(desk)
    assert buckets.chosen() == ("scans",)
    assert words(dialog.sources.table)[0][4] == "none found"
    assert words(dialog.sources.samples)[0][2] == "not understood"
    assert dialog.sources.editor.home_box.currentText() == "photos (not chosen)"
    QTest.keyClick(buckets, Qt.Key.Key_Space)
    await quiet(desk)
    assert words(dialog.sources.table)[0][4] == "4 of 4 found"
    await cancel(desk, dialog)


async def test_the_layout_is_found_out_and_can_be_chosen_otherwise(desk: Desktop, collection: Path) -> None:
    (collection / "read me.txt").write_text("this lies in no bucket")
    dialog = await opened(desk)
    await choose(desk, dialog, collection)
    assert dialog.places.folders_button.isChecked()  # as one bucket nothing would resolve
    assert dialog.places.bucket_notice.text.text() == "1 file in no folder, and so in no bucket"
    QTest.mouseClick(dialog.places.whole_button, Qt.MouseButton.LeftButton)
    await quiet(desk)
    assert dialog.places.bucket_list.item(0).text() == "collection  ·  7 objects"
    assert words(dialog.sources.table) == []
    await cancel(desk, dialog)


@pytest.mark.parametrize(
    ("chosen", "said"),
    [
        ("missing.db", "There is no catalog"),
        ("photos/d.png", "no SQLite file"),
        ("photos", "is a folder, not a file"),
    ],
)
async def test_a_file_that_is_no_catalog_gets_a_sentence(
    desk: Desktop, collection: Path, chosen: str, said: str
) -> None:
    dialog = await opened(desk)
    await choose(desk, dialog, collection, collection / chosen)
    assert said in dialog.places.catalog_notice.text.text()
    assert not dialog.create_button.isEnabled()
    await choose(desk, dialog, collection, collection / "notes.db")
    assert dialog.places.catalog_notice.text.text() == "3 tables, only read"
    assert dialog.create_button.isEnabled()
    await cancel(desk, dialog)


async def test_a_folder_that_is_not_there_gets_a_sentence_and_can_be_looked_at_again(
    desk: Desktop, collection: Path
) -> None:
    away = collection.rename(collection.with_name("away"))
    dialog = await opened(desk)
    await choose(desk, dialog, collection)
    assert "is not there" in dialog.places.storage_notice.text.text()
    away.rename(collection)
    await press(dialog, "Look again")
    await quiet(desk)
    assert dialog.places.storage_notice.isHidden()
    assert len(words(dialog.sources.table)) == 2
    await cancel(desk, dialog)


async def test_a_locked_database_gets_a_sentence_and_is_read_when_it_is_free(
    desk: Desktop, collection: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.clients.foreign_sqlite.PATIENCE_SECONDS", 0.1)
    with closing(sqlite3.connect(collection / "notes.db", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        dialog = await opened(desk)
        await choose(desk, dialog, collection)
        assert "in use by another program" in dialog.places.catalog_notice.text.text()
        other.execute("ROLLBACK")
    await press(dialog, "Look again")
    await quiet(desk)
    assert len(words(dialog.sources.table)) == 2
    await cancel(desk, dialog)


async def test_a_name_that_is_taken_or_impossible_is_refused_while_it_is_typed(desk: Desktop, collection: Path) -> None:
    places.profiles().mkdir(parents=True)
    (places.profiles() / "collection.toml").write_text("kind = 'local'")
    dialog = await opened(desk)
    await choose(desk, dialog, collection)
    assert dialog.places.name == "collection 2"
    field = dialog.places.name_field
    for typed, said in (("Collection", "already"), ("a/b", "cannot be a profile")):
        field.selectAll()
        QTest.keyClicks(field, typed)
        assert said in dialog.places.name_notice.text.text()
        assert not dialog.create_button.isEnabled()
    field.clear()
    assert dialog.notice.text.text() == "Give the profile a name."
    await cancel(desk, dialog)


async def test_enter_in_a_field_looks_and_never_writes_and_escape_leaves(desk: Desktop, collection: Path) -> None:
    dialog = await opened(desk)
    await choose(desk, dialog, collection)
    assert dialog.create_button.isEnabled()
    for field in (dialog.places.name_field, dialog.places.catalog_field, dialog.places.storage_field):
        field.setFocus()
        QTest.keyClick(field, Qt.Key.Key_Return)
    await quiet(desk)
    assert dialog.isVisible()
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    await desk.settle()
    assert desk.opened == ["clinic"] and profiles.names() == ()


async def test_tab_reaches_every_control_and_each_has_a_name(desk: Desktop, collection: Path) -> None:
    dialog = await opened(desk)
    await choose(desk, dialog, collection)
    kinds = (QAbstractButton, QComboBox, QLineEdit, QTableView)
    seen = [w for kind in kinds for w in dialog.findChildren(kind) if w.isVisible() and w.isEnabled()]
    controls = [w for w in seen if w.focusPolicy() & Qt.FocusPolicy.TabFocus and w is not dialog.places.catalog_field]
    assert [w for w in controls if not (w.accessibleName() or (isinstance(w, QAbstractButton) and w.text()))] == []
    reached = set()
    for _ in range(60):
        reached.add(dialog.focusWidget())
        QTest.keyClick(dialog.focusWidget(), Qt.Key.Key_Tab)
    # Of radio buttons that belong together Tab reaches the one that is chosen; arrow keys reach the others.
    apart = {w for w in controls if not (isinstance(w, QAbstractButton) and w.autoExclusive() and not w.isChecked())}
    assert {w.accessibleName() or w.text() for w in apart - reached - {dialog.places.catalog_box}} == set()
    await cancel(desk, dialog)


async def test_folder_and_file_can_be_browsed_for(desk: Desktop, collection: Path, tmp_path: Path) -> None:
    elsewhere = (collection / "notes.db").rename(tmp_path / "catalog.of.notes")
    dialog = await opened(desk)
    for button, chosen in ((dialog.places.storage_browse, collection), (dialog.places.catalog_browse, elsewhere)):
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
        browser = await shown(dialog, QFileDialog)
        browser.setNameFilter("All files (*)")
        browser.setDirectory(str(chosen.parent))
        browser.selectFile(str(chosen))
        browser.findChild(QLineEdit).setText(str(chosen))
        browser.accept()
        await quiet(desk)
    assert dialog.places.storage_field.text() == str(collection)
    assert dialog.places.catalog_field.text() == str(elsewhere)
    assert words(dialog.sources.table)[0][4] == "4 of 4 found"
    await cancel(desk, dialog)


async def test_only_the_folder_chosen_last_is_shown_however_fast_it_was_chosen(
    desk: Desktop, collection: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    (other / "slides").mkdir(parents=True)
    dialog = await opened(desk)
    for folder in (collection, other, collection, other):
        dialog.places.storage_field.setText(str(folder))
        QTest.keyClick(dialog.places.storage_field, Qt.Key.Key_Return)
        await until(lambda: desk.desk.jobs.open_questions <= 2)
    await quiet(desk)
    assert dialog.places.bucket_list.item(0).text() == "slides  ·  0 objects"
    assert dialog.survey.buckets == ("slides",)
    await cancel(desk, dialog)


async def test_leaving_in_the_middle_of_looking_leaves_nothing_behind(desk: Desktop, collection: Path) -> None:
    before = checksums(collection)
    dialog = await opened(desk)
    dialog.places.storage_field.setText(str(collection))
    QTest.keyClick(dialog.places.storage_field, Qt.Key.Key_Return)
    await until(lambda: dialog.places.catalog_notice.text.text())
    await cancel(desk, dialog)
    assert desk.desk.jobs.open_questions == 0
    assert checksums(collection) == before


async def test_the_window_can_end_while_the_dialog_is_open(desk: Desktop, collection: Path) -> None:
    dialog = await opened(desk)
    await choose(desk, dialog, collection)
    assert await desk.desk.jobs.stop(5)
    assert not [w for w in QApplication.topLevelWidgets() if isinstance(w, ProfileDialog) and w.isVisible()]


async def test_a_profile_that_cannot_be_written_says_so_and_the_dialog_stays(
    desk: Desktop, collection: Path, home: Path
) -> None:
    dialog = await opened(desk)
    await choose(desk, dialog, collection)
    (home / "profiles").write_text("a file stands where the folder should be")
    QTest.mouseClick(dialog.create_button, Qt.MouseButton.LeftButton)
    await quiet(desk)
    assert "cannot be written" in dialog.notice.text.text()
    assert dialog.isVisible() and dialog.create_button.isEnabled()
    await cancel(desk, dialog)
