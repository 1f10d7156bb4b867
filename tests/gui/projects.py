"""A person at the window with a Supabase project in the next room: what is in it, and the ways through the dialogs."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO

from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit

from core.engine import Engine
from gui.profiles.kind_dialog import KindDialog
from gui.supabase_dialog import SupabaseDialog
from tests.gui.desks import shown, until
from tests.gui.reviews import Review
from tests.servers.project import SupabaseProject

OLD = timedelta(days=30)
TABLE = """
create table part_images (
    id uuid primary key default gen_random_uuid(), part text, storage_path text not null, signed_url text,
    url_expires_at timestamptz, created_at timestamptz not null default now() - interval '30 days');
grant all on part_images to anon, authenticated, service_role;
"""


def picture(shade: int) -> bytes:
    """A small picture of one colour."""
    out = BytesIO()
    Image.new("RGB", (48, 32), (shade, 255 - shade, 120)).save(out, "PNG")
    return out.getvalue()


def fill(project: SupabaseProject) -> None:
    """Thirty pictures with rows, three without, and one row whose picture is gone."""
    project.sql(TABLE)
    project.make_bucket("sop-images")
    for number in range(30):
        key = f"parts/{number:02}.png"
        project.put("sop-images", key, picture(8 * number), "image/png", age=OLD)
        project.sql("insert into part_images (part, storage_path) values (%s, %s)", f"P{number}", key)
    for number in range(3):
        project.put("sop-images", f"parts/loose-{number}.png", picture(number), "image/png", age=OLD)
    project.sql("insert into part_images (part, storage_path) values ('P99', 'parts/gone.png')")


class ProjectDesk(Review):
    """The window that opens real profiles."""

    def __init__(self, app: QApplication) -> None:
        super().__init__(app, None)  # type: ignore[arg-type]

    @property
    def project(self) -> Engine:
        """The engine of the open project."""
        engine = self.desk.engine
        assert engine is not None
        return engine

    async def quiet(self, questions: int = 1) -> None:
        """Waits until nothing is asked but by the dialogs themselves."""
        await until(lambda: self.desk.jobs.open_questions <= questions)

    async def dialog(self) -> SupabaseDialog:
        """Ctrl+N, and the first way in."""
        self.window.activateWindow()
        await until(self.window.isActiveWindow)
        QTest.keyClick(self.window, Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier)
        kinds = await shown(self.window, KindDialog)
        QTest.mouseClick(kinds.supabase_button, Qt.MouseButton.LeftButton)
        dialog = await shown(self.window, SupabaseDialog)
        await until(dialog.isActiveWindow)
        return dialog

    async def connect_with(self, url: str, key: str) -> SupabaseDialog:
        """Pastes address and key and presses Enter."""
        dialog = await self.dialog()
        paste(dialog.connection.form.url_field, url)
        paste(dialog.connection.form.key.field, key)
        QTest.keyClick(dialog.connection.form.key.field, Qt.Key.Key_Return)
        await self.quiet()
        return dialog


def paste(field: QLineEdit, text: str) -> None:
    """Ctrl+V into a field, in place of what stands there."""
    field.setFocus()
    field.selectAll()
    QApplication.clipboard().setText(text)
    QTest.keyClick(field, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
