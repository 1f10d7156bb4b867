"""The actions of the chosen bucket: what each does, when it may be used, and the menu that offers them in its row."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, QPoint
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMenu, QWidget

from core.capacity.models import BucketUse
from core.profiles import Profile
from gui.desk import Desk
from gui.dialogs import finished
from gui.dropping import why_no_upload
from gui.tabs.capacity import bucket_acts
from gui.tabs.capacity.emptying import plan_emptying
from gui.tabs.capacity.estimate_dialog import EstimateDialog

_OF_A_BUCKET = ("review_bucket", "change_limits", "empty_bucket", "estimate_bucket", "copy_bucket")


class BucketActions(QObject):
    """`chosen` gives the bucket that the actions are about; `look` shows it in Review."""

    def __init__(
        self, desk: Desk, chosen: Callable[[], BucketUse | None], look: Callable[[str], None], parent: QObject
    ) -> None:
        super().__init__(parent)
        self._desk, self._chosen = desk, chosen
        self._menu: QMenu | None = None
        self._bind("review_bucket", lambda use: look(use.name))
        self._bind("make_private", lambda use: bucket_acts.switch_visibility(desk, use))
        self._bind("make_public", lambda use: bucket_acts.switch_visibility(desk, use))
        self._bind("change_limits", lambda use: desk.jobs.ask(bucket_acts.change_limits(desk, use)))
        self._bind("next_bucket", lambda use: desk.jobs.ask(bucket_acts.make_next(desk, use.family)))
        self._bind("empty_bucket", lambda use: plan_emptying(desk, use.name))
        self._bind("estimate_bucket", lambda use: desk.jobs.ask(self._estimate(use)))
        self._bind("clean_bucket", lambda use: self._clean_up((use.name,)))
        desk.actions.bind("clean_all", self._clean_up)
        self._bind("copy_bucket", lambda use: QGuiApplication.clipboard().setText(use.name))
        self.update()

    def update(self) -> None:
        """Turns each action on or off for the bucket that is chosen now, with the reason in its tooltip."""
        use, enable = self._chosen(), self._desk.actions.enable
        nothing = self.tr("Choose a bucket first.")
        for name in _OF_A_BUCKET:
            enable(name, use is not None, nothing)
        folder = self._folder_sentence()
        for name, public in (("make_private", True), ("make_public", False)):
            already = self.tr("It is public already.") if not public else self.tr("It is private already.")
            enable(
                name, use is not None and use.public is public and not folder, folder or (already if use else nothing)
            )
        if use is not None:
            enable("change_limits", not folder, folder)
            enable("empty_bucket", use.objects > 0, self.tr("There is nothing in it."))
        why = why_no_upload(self._desk)
        enable("upload_files", self._desk.engine is not None and not why, why)
        self._update_cleaning(use)
        in_none = self.tr("It is in no family: “Families…” makes one.")
        enable("next_bucket", use is not None and bool(use.family), in_none if use else nothing)

    def _update_cleaning(self, use: BucketUse | None) -> None:
        """Only where somebody said how long objects are kept, something can be over age."""
        profile, enable = self._profile, self._desk.actions.enable
        families = profile.families if profile is not None else ()
        aged = {family.name for family in families if family.retention_days is not None or family.rules}
        ageless = self.tr("Nothing says how long its objects are kept: “Families…” can.")
        enable("clean_bucket", use is not None and use.family in aged, ageless)
        enable("clean_all", bool(aged), self.tr("No family says how long objects are kept: “Families…” can."))

    def open_menu(self, place: QPoint, copy: Callable[[], None], columns: QMenu, parent: QWidget) -> None:
        """Opens the menu of the chosen bucket at a place of the screen; `copy` copies the row, `columns` is what the
        table's columns offer."""
        use, actions = self._chosen(), self._desk.actions
        if use is None:
            return
        menu = QMenu(parent)
        menu.setToolTipsVisible(True)
        menu.addAction(actions["review_bucket"])
        menu.addSeparator()
        menu.addAction(actions["clean_bucket"])
        menu.addAction(actions["clean_all"])
        menu.addSeparator()
        menu.addAction(actions["make_private" if use.public else "make_public"])
        menu.addAction(actions["change_limits"])
        menu.addAction(actions["upload_files"])
        menu.addAction(actions["next_bucket"])
        menu.addAction(actions["edit_family"])
        menu.addSeparator()
        menu.addAction(actions["estimate_bucket"])
        menu.addAction(actions["empty_bucket"])
        menu.addSeparator()
        menu.addAction(actions["copy_bucket"])
        menu.addAction(self.tr("Copy the row"), copy)
        menu.addMenu(columns)
        menu.aboutToHide.connect(menu.deleteLater)
        self._menu = menu
        menu.popup(place)

    def close_menu(self) -> None:
        """Closes the menu, if it is open."""
        menu, self._menu = self._menu, None
        if menu is not None:
            menu.close()

    def _bind(self, name: str, act: Callable[[BucketUse], None]) -> None:
        def slot() -> None:
            use = self._chosen()
            if use is not None:
                act(use)

        self._desk.actions.bind(name, slot)

    def _clean_up(self, buckets: Sequence[str] = ()) -> None:
        from gui.retention import open_retention  # with the engine, which a thread imports while the tab is made

        open_retention(self._desk, buckets)

    @property
    def _profile(self) -> Profile | None:
        return None if self._desk.engine is None else self._desk.engine.profile

    def _folder_sentence(self) -> str:
        """Why a bucket cannot be set at all, where it is a folder of this computer; '' where it can."""
        profile = self._profile
        if profile is None or profile.kind != "local":
            return ""
        return self.tr("Its bucket is a folder: who may read it, and what goes in, is set in the file system.")

    async def _estimate(self, use: BucketUse) -> None:
        profile = self._profile
        family = profile.family_of(use.name) if profile is not None else None
        await finished(EstimateDialog(self._desk, use, family.recompress if family else None))
